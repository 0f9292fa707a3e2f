//! An inference in slices: `Job`, what begins one, and the code of the slices.
//!
//! All of it is generic, so that nothing of it is compiled for a program that only calls `run`.

use std::ops::Range;

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::api::{flips, output_type, results, take};
use super::constants::usize_literal;
use super::layers::StepCode;
use super::model::Keeps;
use super::ports::{PortCode, lent_from};
use crate::names::ident;
use crate::slices::{Piece, Slice, Slicing};

/// What an inference in slices changes, and what it gives.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The arena; a result.
    Plain,
    /// The state, too.
    State {
        /// In place, so that it is moved back where the inference is given up; else in a second room.
        in_place: bool,
        /// It is a step of a sliding window: there may be no result yet.
        is_step: bool,
    },
}

impl Kind {
    fn keeps(self) -> Keeps {
        if self == Kind::Plain { Keeps::Nothing } else { Keeps::State }
    }

    fn is_step(self) -> bool {
        matches!(self, Kind::State { is_step: true, .. })
    }
}

/// Generates the constants, `Job`, the functions of `Model` and the slices.
pub(super) fn items(
    slicing: &Slicing,
    steps: &[StepCode],
    inputs: &[PortCode],
    outputs: &[PortCode],
    kind: Kind,
) -> TokenStream {
    let count = usize_literal(slicing.slices.len());
    let longest = Literal::u64_unsuffixed(slicing.longest);
    let job = job(inputs, outputs, kind);
    let begin = begin(inputs, kind);
    let (loops, slices) = (loops(slicing, steps), slices(slicing, steps));
    quote! {
        /// Slices of an inference: so often `Job::step` has something to do.
        pub const SLICES: usize = #count;
        /// Cycles of the longest slice, as they are predicted for the slowest core family that this code is for.
        pub const LONGEST_SLICE_CYCLES: u64 = #longest;

        #job
        #begin
        #(#loops)*
        #slices
    }
}

/// `Job` with its parameters, and those with their bounds.
fn generics(keeps: Keeps) -> [TokenStream; 2] {
    match keeps {
        Keeps::Nothing | Keeps::Row => [quote!(A), quote!(A: rt::Storage<ARENA_BYTES>)],
        Keeps::State => {
            [quote!(A, S), quote!(A: rt::Storage<ARENA_BYTES>, S: core::borrow::BorrowMut<State>)]
        }
    }
}

fn job(inputs: &[PortCode], outputs: &[PortCode], kind: Kind) -> TokenStream {
    let keeps = kind.keeps();
    let [names, bounds] = generics(keeps);
    let defaults = match keeps {
        Keeps::Nothing | Keeps::Row => quote!(A = rt::Arena<ARENA_BYTES>),
        Keeps::State => quote!(A = rt::Arena<ARENA_BYTES>, S = State),
    };
    let (output, (_, result)) = (output_type(outputs), results(outputs));
    let (output, result) = match kind.is_step() {
        true => (quote!(Option<#output>), quote!(if state.is_full() { Some(#result) } else { None })),
        false => (output, result),
    };
    let given_up = match keeps {
        Keeps::State => " Dropped before that, it leaves what the model remembers as it was.",
        _ => " It may be dropped before that.",
    };
    let (flip_in, flip_out) = (flips(inputs), flips(outputs));
    let in_place = quote!(&mut rt::WithState { arena, state: &mut state.memory });
    // Where nothing was given up, the last slice leaves nothing to undo.
    let mark = matches!(kind, Kind::State { in_place: true, .. })
        .then(|| quote!(state.slices = if self.next < SLICES { self.next as u32 } else { 0 };));
    let count_step = kind.is_step().then(|| quote!(state.step();));
    let (state, copy, memory, commit) = match kind {
        Kind::Plain => (None, None, quote!(arena), None),
        Kind::State { in_place: true, .. } => (
            Some(quote!(let state = self.model.state.borrow_mut();)),
            Some(quote!(state.begin();)),
            in_place,
            None,
        ),
        Kind::State { in_place: false, .. } => (
            Some(quote!(let state = self.model.state.borrow_mut();)),
            Some(quote! {
                state.begin();
                *state.next.get_mut::<u8, 0, STATE_BYTES>() = *state.memory.get::<u8, 0, STATE_BYTES>();
            }),
            quote!(&mut rt::WithState { arena, state: &mut state.next }),
            Some(quote! {
                *state.memory.get_mut::<u8, 0, STATE_BYTES>() = *state.next.get::<u8, 0, STATE_BYTES>();
            }),
        ),
    };
    let before = (!flip_in.is_empty() || copy.is_some()).then(|| {
        quote! {
            if number == 0 {
                #copy
                #(#flip_in)*
            }
        }
    });
    let after = (!flip_out.is_empty() || commit.is_some() || count_step.is_some()).then(|| {
        quote! {
            if self.next == SLICES {
                #(#flip_out)*
                #commit
                #count_step
            }
        }
    });
    // Not every result is read from both.
    let [in_arena, in_state] = lent_from(outputs);
    let result_arena = in_arena.then(|| quote!(let arena = self.model.arena.arena();));
    let result_state =
        (in_state || kind.is_step()).then(|| quote!(let state = self.model.state.borrow_mut();));
    quote! {
        /// An inference in slices, which goes on with each [`step`](Job::step), until [`finish`](Job::finish) gives the result.
        ///
        #[doc = #given_up]
        /// The next one begins anew.
        pub struct Job<'o, #defaults> {
            model: &'o mut Model<#names>,
            next: usize,
        }

        impl<'o, #bounds> Job<'o, #names> {
            /// Carries out the next slice. Whether there are more; behind the last one there is nothing to do.
            pub fn step(&mut self) -> bool {
                let number = self.next;
                if number < SLICES {
                    let arena = self.model.arena.arena();
                    #state
                    #before
                    slice(#memory, number);
                    self.next = number + 1;
                    #mark
                    #after
                }
                self.next < SLICES
            }

            /// Carries out the slices that are left. The result.
            pub fn finish(mut self) -> #output {
                while self.step() {}
                #result_arena
                #result_state
                #result
            }
        }

        impl<'o, #bounds> rt::Slices for Job<'o, #names> {
            type Output = #output;

            fn step(&mut self) -> bool {
                self.step()
            }

            fn finish(self) -> Self::Output {
                self.finish()
            }
        }
    }
}

/// The functions of `Model` that begin a job.
fn begin(inputs: &[PortCode], kind: Kind) -> TokenStream {
    let keeps = kind.keeps();
    let implementation = keeps.implementation(None);
    let [names, _] = generics(keeps);
    let (parameter, fill) = take(inputs);
    let argument = match inputs {
        [_] => quote!(input),
        [] => quote!(Inputs {}),
        _ => quote!(inputs),
    };
    let (begin, run_async, a, what) = match kind.is_step() {
        true => ("begin_push", "push_async", "a", "step"),
        false => ("begin", "run_async", "an", "inference"),
    };
    let [begin_doc, run_doc] = [
        format!(" Begins {a} {what} in slices: copies the input, and carries nothing out yet."),
        format!(" One {what} that awaits `pause()` between its slices. The input is copied at once."),
    ];
    let [infer_doc, async_doc] = [
        format!(
            " As [`{begin}`](Self::{begin}), on what lies in the input's place. A job that was dropped may have overwritten it."
        ),
        format!(" As [`{run_async}`](Self::{run_async}), on what lies in the input's place."),
    ];
    let (begin, run_async) = (format_ident!("{begin}"), format_ident!("{run_async}"));
    quote! {
        // `Future` is not in the prelude of every edition.
        #[allow(unused_qualifications)]
        #implementation {
            #[doc = #begin_doc]
            pub fn #begin(&mut self, #parameter) -> Job<'_, #names> {
                #fill
                self.begin_infer()
            }

            #[doc = #infer_doc]
            pub fn begin_infer(&mut self) -> Job<'_, #names> {
                Job { model: self, next: 0 }
            }

            #[doc = #run_doc]
            ///
            /// Once it has given the result, the future stays pending.
            pub fn #run_async<P, F>(&mut self, #parameter, pause: P) -> rt::InSlices<Job<'_, #names>, P, F>
            where
                P: FnMut() -> F,
                F: core::future::Future<Output = ()>,
            {
                rt::InSlices::new(self.#begin(#argument), pause)
            }

            #[doc = #async_doc]
            pub fn infer_async<P, F>(&mut self, pause: P) -> rt::InSlices<Job<'_, #names>, P, F>
            where
                P: FnMut() -> F,
                F: core::future::Future<Output = ()>,
            {
                rt::InSlices::new(self.begin_infer(), pause)
            }
        }
    }
}

/// A function for the turns of each loop that is cut.
fn loops<'a>(slicing: &'a Slicing, steps: &'a [StepCode]) -> impl Iterator<Item = TokenStream> + 'a {
    let is_cut = |step: usize| {
        let pieces = slicing.slices.iter().flat_map(|slice| &slice.pieces);
        pieces.filter(|piece| matches!(piece, Piece::Turns { .. }) && piece.step() == step).count() > 1
    };
    steps.iter().enumerate().filter(move |(step, _)| is_cut(*step)).filter_map(|(step, code)| {
        let StepCode::Loop { turn, .. } = code else { return None };
        let name = turns_of(step);
        Some(quote! {
            /// Turns of a chain.
            fn #name<M: rt::Memory>(memory: &mut M, turns: core::ops::Range<usize>) {
                for turn in turns { #(#turn)* }
            }
        })
    })
}

fn turns_of(step: usize) -> Ident {
    format_ident!("turns_{step}")
}

/// The function `slice`.
fn slices(slicing: &Slicing, steps: &[StepCode]) -> TokenStream {
    let count = slicing.slices.len();
    let code = Writer { slicing, steps };
    let mut arms = Vec::new();
    let mut number = 0;
    while number < count {
        let run = code.run(number);
        let body = match run.len() {
            1 => code.slice(&slicing.slices[number]),
            _ => code.alike(run.clone()),
        };
        arms.push((run.clone(), body));
        number = run.end;
    }
    // Where all slices are alike, or there is one, there is nothing to tell apart: no other number is asked for.
    let body = match arms.as_slice() {
        [(_, body)] => body.clone(),
        _ => {
            let arms = arms.iter().map(|(run, body)| {
                let (first, last) = (usize_literal(run.start), usize_literal(run.end - 1));
                match run.len() {
                    1 => quote!(#first => { #body }),
                    _ => quote!(#first..=#last => { #body }),
                }
            });
            quote!(match number { #(#arms)* _ => {} })
        }
    };
    let is_empty = slicing.slices.iter().all(|slice| slice.pieces.is_empty());
    let memory = ident(if is_empty { "_memory" } else { "memory" });
    let number = ident(if count == 1 { "_number" } else { "number" });
    quote! {
        /// The slice of a number.
        fn slice<M: rt::Memory>(#memory: &mut M, #number: usize) {
            #body
        }
    }
}

struct Writer<'a> {
    slicing: &'a Slicing,
    steps: &'a [StepCode],
}

impl Writer<'_> {
    /// The slices from one on that differ in their number alone: parts of a call, or turns of a loop, as many in each.
    fn run(&self, first: usize) -> Range<usize> {
        let slices = &self.slicing.slices;
        let mut end = first + 1;
        while end < slices.len() && self.follows(&slices[end - 1], &slices[end]) {
            end += 1;
        }
        first..end
    }

    /// Whether a slice goes on where the one before it ended, and is alike.
    fn follows(&self, before: &Slice, own: &Slice) -> bool {
        let (range, next) = match (before.pieces.as_slice(), own.pieces.as_slice()) {
            (
                [Piece::Part { step, call, steps }],
                [Piece::Part { step: next_step, call: next_call, steps: next }],
            ) if step == next_step && call == next_call => (steps, next),
            ([Piece::Turns { step, turns }], [Piece::Turns { step: next_step, turns: next }])
                if step == next_step && self.is_turns_alone(before) && self.is_turns_alone(own) =>
            {
                (turns, next)
            }
            _ => return false,
        };
        range.end == next.start && range.len() == next.len()
    }

    /// Whether a slice of turns has nothing beside them of what precedes or follows the loop.
    fn is_turns_alone(&self, slice: &Slice) -> bool {
        slice.pieces.iter().all(|piece| match piece {
            Piece::Turns { step, turns } => match &self.steps[*step] {
                StepCode::Loop { turns: all, before, after, .. } => {
                    (turns.start > 0 || before.is_empty()) && (turns.end < *all || after.is_empty())
                }
                StepCode::Calls(_) => true,
            },
            _ => true,
        })
    }

    /// The body of a slice.
    fn slice(&self, slice: &Slice) -> TokenStream {
        slice.pieces.iter().map(|piece| self.piece(piece)).collect()
    }

    fn piece(&self, piece: &Piece) -> TokenStream {
        match (piece, &self.steps[piece.step()]) {
            (Piece::Calls { calls, .. }, StepCode::Calls(all)) => {
                let calls = all[calls.clone()].iter();
                calls.map(|[kernel, layer]| quote!(rt::#kernel::run::<#layer, _>(memory);)).collect()
            }
            (Piece::Part { call, steps, .. }, StepCode::Calls(all)) => {
                let [kernel, layer] = &all[*call];
                let (from, to) = (usize_literal(steps.start), usize_literal(steps.end));
                quote!(rt::#kernel::part::<#layer, _>(memory, #from, #to);)
            }
            (Piece::Turns { step, turns }, StepCode::Loop { turns: all, before, turn, after }) => {
                let (from, to) = (usize_literal(turns.start), usize_literal(turns.end));
                let before = (turns.start == 0).then(|| quote!(#(#before)*));
                let after = (turns.end == *all).then(|| quote!(#(#after)*));
                let body = if turns.len() == *all {
                    quote!(for turn in 0..#to { #(#turn)* })
                } else {
                    let name = turns_of(*step);
                    quote!(#name(memory, #from..#to);)
                };
                quote!(#before #body #after)
            }
            // Slices are made of the same choices.
            _ => TokenStream::new(),
        }
    }

    /// The body of slices that differ in their number alone.
    fn alike(&self, run: Range<usize>) -> TokenStream {
        let Some([piece]) = self.slicing.slices.get(run.start).map(|slice| slice.pieces.as_slice()) else {
            return TokenStream::new();
        };
        let (name, first) = match piece {
            Piece::Part { step, call, steps } => {
                let StepCode::Calls(all) = &self.steps[*step] else { return TokenStream::new() };
                let [kernel, layer] = &all[*call];
                (quote!(rt::#kernel::part::<#layer, _>), steps)
            }
            Piece::Turns { step, turns } => {
                let name = turns_of(*step);
                (quote!(#name), turns)
            }
            Piece::Calls { .. } => return TokenStream::new(),
        };
        let length = first.len();
        let start = usize_literal(run.start);
        let scale = usize_literal(length);
        let scaled = match (run.start, length) {
            (0, 1) => quote!(number),
            (0, _) => quote!(number * #scale),
            (_, 1) => quote!(number - #start),
            _ => quote!((number - #start) * #scale),
        };
        let from = match first.start {
            0 => scaled,
            start => {
                let start = usize_literal(start);
                quote!(#scaled + #start)
            }
        };
        let length = usize_literal(length);
        match piece {
            Piece::Part { .. } => quote! {
                let from = #from;
                #name(memory, from, from + #length);
            },
            _ => quote! {
                let from = #from;
                #name(memory, from..from + #length);
            },
        }
    }
}
