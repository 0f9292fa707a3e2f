//! The kernels of a chain: those of its layers on bands, and the calls that move rows, in one loop.

use super::Stream;
use super::schedule::{Band, Layer, Schedule, View};
use crate::config::Optimise;
use crate::escape::code_span;
use crate::ir::{Fault, Graph};
use crate::kernel::{
    CodePart, Const, Cost, Fed, Gaps, KernelCall, KernelChoice, Lowering, Operand, Overlap, RowLoop, Scratch,
    Timing, When,
};
use crate::memory::parts::{Arrangement, Item, Part, Slide, arrange};
use crate::selection::{self, node_cycles};
use crate::target::Core;

/// Conflicts that may be looked at for the places of the bands.
const EFFORT: usize = 100_000;

/// Lowers a chain: each layer as usual, then the places of all bands.
pub(super) fn lower(stream: &Stream, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
    let choices = layers(stream, lowering.core, stream.kernels)?;
    let finish = match &stream.sum {
        None => None,
        Some(sum) => {
            let (graph, node) = stream.sum_alone(sum);
            Some(sum.op.lower_sums(&Lowering { graph: &graph, node: graph.node(node), ..*lowering })?)
        }
    };
    Ok(assemble(stream, &choices, finish))
}

/// The kernels of a chain's layers, selected together: what a layer costs, it costs in each of its turns.
fn layers(stream: &Stream, core: Core, optimise: Optimise) -> Result<Vec<KernelChoice>, Fault> {
    let schedule = &stream.schedule;
    let times = |layer: &Layer| schedule.bands[layer.result].turns_inside(schedule.turns).len().max(1) as u64;
    let scaled = |mut choice: KernelChoice, scale: &dyn Fn(u64) -> u64| {
        choice.cost = choice.cost.map(|cost| Cost { cycles: scale(cost.cycles), ..cost });
        choice
    };
    let mut candidates = Vec::new();
    for (layer, (_, node)) in schedule.layers.iter().zip(stream.body.nodes()) {
        let own = node.op.candidates(&Lowering { graph: &stream.body, node, core, optimise })?;
        let own = own.into_iter().map(|choice| scaled(choice, &|cycles| cycles * times(layer)));
        candidates.push(own.collect());
    }
    let selected = selection::select(candidates, optimise).into_iter().zip(&schedule.layers);
    Ok(selected.map(|(choice, layer)| scaled(choice, &|cycles| cycles / times(layer))).collect())
}

/// The step in which the chain's operand is taken; layer `l` is step `l + 1`.
const TAKE: usize = 0;

/// Whether all that kernels read and write of the bands lies on words, as cores with kernels of their own want it.
pub(super) fn is_aligned(stream: &Stream, core: Core) -> bool {
    let put = stream.schedule.layers.len() + 1;
    core == Core::Portable
        || Use::all(stream, put).iter().zip(&stream.schedule.bands).all(|(own, band)| own.is_aligned(band))
}

/// Bytes that no arrangement of a chain's memory can do without: bands with kept rows have places of their own, and each layer
/// needs its new rows and its scratch memory beside all that is kept.
pub(super) fn least_bytes(stream: &Stream, choices: &[&KernelChoice]) -> usize {
    let schedule = &stream.schedule;
    let put = schedule.layers.len() + 1;
    let sums = stream.sum.as_ref().map_or(0, |_| schedule.last().ty.shape.channels() * 4);
    let (mut own, mut kept) = (0, 0);
    let mut steps = vec![0; put + 1];
    for (band, Use { first, last, .. }) in schedule.bands.iter().zip(Use::all(stream, put)) {
        let (new, before) = (band.rows * band.row_bytes(), band.kept * band.row_bytes());
        if before > 0 {
            own += new + before;
            kept += before;
        }
        steps[first..=last].iter_mut().for_each(|bytes| *bytes += new);
    }
    for (step, choice) in steps[1..].iter_mut().zip(choices) {
        *step += choice.scratch.map_or(0, |scratch| scratch.bytes);
    }
    sums + own.max(kept + steps.into_iter().max().unwrap_or(0))
}

/// A chain's kernels with the bands in their places.
fn assemble(stream: &Stream, choices: &[KernelChoice], finish: Option<KernelCall>) -> KernelChoice {
    let schedule = &stream.schedule;
    let put = schedule.layers.len() + 1;
    let uses = Use::all(stream, put);
    let mut items: Vec<Item> =
        uses.iter().zip(&schedule.bands).map(|(own, band)| own.item(band, put)).collect();
    let mut scratch = vec![None; choices.len()];
    for (layer, choice) in choices.iter().enumerate() {
        if let Some(Scratch { bytes, align }) = choice.scratch {
            scratch[layer] = Some(items.len());
            items.push(Item::whole(bytes, align, layer + 1, layer + 1));
        }
    }
    let sums = stream.sum.as_ref().map(|_| {
        items.push(Item::whole(schedule.last().ty.shape.channels() * 4, 4, TAKE, put));
        items.len() - 1
    });
    let arrangement = arrange(&items, &slides(stream, choices, &uses), EFFORT);
    let mut writer =
        Writer { stream, arrangement, calls: Vec::new(), timing: Vec::new(), cycles: Vec::new() };
    writer.begin(sums);
    let fed = stream.fed.then(|| writer.fed());
    match stream.fed {
        true => writer.outside(0, 0),
        false => writer.take(),
    }
    for (index, (layer, choice)) in schedule.layers.iter().zip(choices).enumerate() {
        writer.layer(index, layer, choice, scratch[index]);
        for (band, own) in uses.iter().enumerate() {
            if own.last == index + 1 {
                writer.keep(band, index);
            }
        }
    }
    match sums {
        Some(sums) => writer.sum(finish, sums),
        None => writer.put(),
    }
    let cost = Some(cost(stream, &choices.iter().collect::<Vec<_>>()));
    let overlap = Overlap::Sliding(Gaps { forward: Some(gap(schedule)), backward: None });
    KernelChoice {
        calls: writer.calls,
        scratch: Some(Scratch { bytes: writer.arrangement.bytes, align: 16 }),
        cost,
        shared_code: shared_code(choices),
        work: Vec::new(),
        in_place: Vec::new(),
        cuts: Vec::new(),
        loop_cycles: writer.cycles,
        row_loop: Some(RowLoop { turns: schedule.turns, timing: writer.timing, overlap, fed }),
    }
}

/// When a band's new rows are in use.
struct Use {
    first: usize,
    last: usize,
    views: Vec<View>,
}

impl Use {
    /// The use of each band.
    fn all(stream: &Stream, put: usize) -> Vec<Use> {
        let unused = || Use { first: TAKE, last: TAKE, views: Vec::new() };
        let mut all: Vec<Use> = stream.schedule.bands.iter().map(|_| unused()).collect();
        for (step, layer) in (1..).zip(&stream.schedule.layers) {
            for view in layer.operands.iter().flatten() {
                all[view.band].last = step;
                all[view.band].views.push(*view);
            }
            let result = &mut all[layer.result];
            (result.first, result.last) = (step, step);
        }
        all.iter_mut().last().into_iter().for_each(|result| result.last = put);
        all
    }

    /// Whether what kernels read and write of the band lies on words. What is copied need not.
    fn is_aligned(&self, band: &Band) -> bool {
        let lies_on_words = |rows: usize| (rows * band.row_bytes()).is_multiple_of(4);
        self.views.iter().all(|view| lies_on_words(view.first))
            && (self.first == TAKE || lies_on_words(band.kept))
    }

    fn item(&self, band: &Band, put: usize) -> Item {
        let (kept, new) = (band.kept * band.row_bytes(), band.rows * band.row_bytes());
        let mut parts = vec![Part { offset: kept, bytes: new, first: self.first, last: self.last }];
        if kept > 0 {
            parts.push(Part { offset: 0, bytes: kept, first: TAKE, last: put });
        }
        Item { parts, align: 4 }
    }
}

/// What the kernels allow for bands that no later layer reads.
fn slides(stream: &Stream, choices: &[KernelChoice], uses: &[Use]) -> Vec<Slide> {
    let mut slides = Vec::new();
    let bands = &stream.schedule.bands;
    for (index, (layer, choice)) in stream.schedule.layers.iter().zip(choices).enumerate() {
        let step = index + 1;
        let mut seen = Vec::new();
        for (operand, view) in layer.operands.iter().enumerate() {
            let Some(view) = view else { continue };
            let band = &bands[view.band];
            let whole = band.kept == 0 && view.first == 0 && view.rows == band.rows;
            // One that is read twice would have to allow both.
            let again = seen.contains(&view.band);
            seen.push(view.band);
            let twice = layer.operands.iter().flatten().filter(|other| other.band == view.band).count() > 1;
            if uses[view.band].last != step || !whole || again || twice {
                continue;
            }
            let overlap = choice.overlap(operand);
            if overlap != Overlap::None {
                slides.push(Slide { step, operand: view.band, result: (layer.result, 0), overlap });
            }
        }
    }
    slides
}

/// The distance that the beginning of the chain's operand must be behind that of the result: rows are written in a turn after those
/// of the operand were taken.
fn gap(schedule: &Schedule) -> isize {
    let (first, last) = (schedule.first(), schedule.last());
    let nothing = -(first.ty.bytes() as isize);
    if schedule.sum.is_some() {
        return nothing;
    }
    let taken = |turn: usize| first.first_row(turn + 1).max(0).unsigned_abs();
    let written = |turn: usize| last.first_row(turn + 1).max(0).unsigned_abs();
    // Both grow evenly, what is taken from a later turn on: the most is at one of the ends, or where that begins.
    let begin = last.delay / last.rows;
    let end = ((first.height() + first.delay).div_ceil(first.rows) - 1).min(schedule.turns);
    let bend = first.delay / first.rows;
    [begin, bend.saturating_sub(1), bend, end.saturating_sub(1)]
        .into_iter()
        .filter(|turn| (begin..end).contains(turn) && taken(*turn) < first.height() && written(*turn) > 0)
        .map(|turn| (written(turn) * last.row_bytes()) as isize - (taken(turn) * first.row_bytes()) as isize)
        .fold(nothing, isize::max)
}

/// Bytes that the chain's operand and result take when they lie over each other as far as possible.
pub(super) fn union_bytes(graph: &Graph, schedule: &Schedule) -> usize {
    let (operand, result) = (graph.ty(schedule.entry).bytes(), graph.ty(schedule.exit).bytes());
    result.max(operand + gap(schedule).max(0).unsigned_abs()).min(operand + result)
}

/// Cycles of all turns.
pub(super) fn cost(stream: &Stream, choices: &[&KernelChoice]) -> Cost {
    let turns = stream.schedule.turns;
    let mut cost = Cost { cycles: moving_cycles(stream), code_bytes: 0 };
    for ((layer, (_, node)), choice) in stream.schedule.layers.iter().zip(stream.body.nodes()).zip(choices) {
        let times = stream.schedule.bands[layer.result].turns_inside(turns).len();
        cost.cycles += node_cycles(&stream.body, node, choice) * times as u64;
        cost.code_bytes += choice.cost.map_or(0, |cost| cost.code_bytes);
    }
    cost
}

/// The code that the layers share with each other and with those of other nodes.
fn shared_code(choices: &[KernelChoice]) -> Vec<CodePart> {
    let mut parts: Vec<CodePart> = Vec::new();
    for part in choices.iter().flat_map(|choice| &choice.shared_code) {
        if !parts.contains(part) {
            parts.push(part.clone());
        }
    }
    parts
}

/// Cycles for copying rows: three for a word, as measured on Cortex-M4, and some per call.
fn moving_cycles(stream: &Stream) -> u64 {
    let turns = stream.schedule.turns;
    let bytes = |rows: usize, band: &Band| rows * band.row_bytes() * 3 / 4;
    let kept: usize = stream.schedule.bands.iter().map(|band| 30 + bytes(band.kept, band)).sum();
    let (first, last) = (stream.schedule.first(), stream.schedule.last());
    (turns * (kept + bytes(first.rows, first) + bytes(last.rows, last) + 60)) as u64
}

/// Cycles of one call that moves rows or adds them up.
fn moving_cycles_of(call: &KernelCall) -> u64 {
    let of = |name: &str| match call.shape.iter().find(|(known, _)| *known == name) {
        Some((_, Const::Usize(value))) => *value,
        _ => 0,
    };
    let bytes = of("BYTES") + of("ROW_BYTES") * of("NEW");
    let quarters = if call.kernel == "rows_sum_s8" { 12 } else { 3 };
    (30 + bytes * quarters / 4) as u64
}

/// Writes the calls down.
struct Writer<'a> {
    stream: &'a Stream,
    arrangement: Arrangement,
    calls: Vec<KernelCall>,
    timing: Vec<Timing>,
    cycles: Vec<u64>,
}

impl Writer<'_> {
    fn bands(&self) -> &[Band] {
        &self.stream.schedule.bands
    }

    fn turns(&self) -> usize {
        self.stream.schedule.turns
    }

    /// A place in the chain's own memory.
    fn place(&self, item: usize, offset: usize) -> Operand {
        Operand::Scratch { offset: self.arrangement.offsets[item] + offset }
    }

    /// Where a band's row lies, counted from the first kept one.
    fn row(&self, band: usize, row: usize) -> Operand {
        self.place(band, row * self.bands()[band].row_bytes())
    }

    fn push(&mut self, call: KernelCall, when: When, layer: usize, doc: String) {
        self.timing.push(Timing { when, backward: false, layer, doc });
        self.cycles.push(moving_cycles_of(&call));
        self.calls.push(call);
    }

    /// Before the loop: the rows above the images; sums of nothing.
    fn begin(&mut self, sums: Option<usize>) {
        for band in 0..self.bands().len() {
            let own = &self.bands()[band];
            if let (Some(outside), true) = (own.outside, own.kept > 0) {
                let bytes = own.kept * own.row_bytes();
                let doc = format!("{} rows above {}", own.kept, code_span(&own.name));
                let call = fill(self.row(band, 0), bytes, outside);
                self.push(call, When::Before, self.layer_of(band), doc);
            }
        }
        if let Some(sums) = sums {
            let bytes = self.stream.schedule.last().ty.shape.channels() * 4;
            let call = fill(self.place(sums, 0), bytes, 0);
            self.push(call, When::Before, self.stream.schedule.layers.len(), "sums of nothing".to_owned());
        }
    }

    /// The layer that makes a band; the first for the chain's operand.
    fn layer_of(&self, band: usize) -> usize {
        self.stream.schedule.layers.iter().position(|layer| layer.result == band).unwrap_or(0)
    }

    /// The new rows of the chain's operand.
    fn take(&mut self) {
        let band = self.stream.schedule.first();
        let (outside, mut shape) = (band.outside, rows_shape(band));
        shape.extend(outside.map(|outside| ("OUTSIDE", outside.into())));
        let call = KernelCall {
            kernel: "rows_take",
            label: "Take",
            shape_name: format!("Take{}RowsOf{}", band.rows, band.row_bytes()),
            note: String::new(),
            shape,
            operands: vec![("INPUT", Operand::input(0)), ("ROWS", self.row(0, band.kept))],
            params: Vec::new(),
            overlap: Vec::new(),
        };
        let doc = format!("the turn's {} new rows of {}", band.rows, code_span(&band.name));
        self.push(call, When::Numbered(0..self.turns()), 0, doc);
    }

    /// Where the caller puts the new rows of the chain's operand.
    fn fed(&self) -> Fed {
        let band = self.stream.schedule.first();
        Fed {
            place: self.row(0, band.kept),
            elements: band.ty.shape.elements() / band.height(),
            height: band.height(),
            rows: band.rows,
            delay: band.delay,
        }
    }

    fn layer(&mut self, index: usize, layer: &Layer, choice: &KernelChoice, scratch: Option<usize>) {
        let inside = self.bands()[layer.result].turns_inside(self.turns());
        let node = self.stream.body.node(self.stream.body.order()[index]);
        for (number, call) in choice.calls.iter().enumerate() {
            let mut call = call.clone();
            for (_, operand) in &mut call.operands {
                *operand = self.operand(layer, scratch, *operand);
            }
            let backward = self.arrangement.backward.contains(&(index + 1));
            let doc = call.describe(&self.stream.body, node);
            self.timing.push(Timing { when: When::In(inside.clone()), backward, layer: index, doc });
            self.cycles.push(if number == 0 { node_cycles(&self.stream.body, node, choice) } else { 0 });
            self.calls.push(call);
        }
        self.outside(layer.result, index);
    }

    /// Where a layer's kernel finds what it works on.
    fn operand(&self, layer: &Layer, scratch: Option<usize>, operand: Operand) -> Operand {
        match operand {
            Operand::Input { index, offset } => match layer.operands.get(index).copied().flatten() {
                Some(view) => {
                    self.place(view.band, view.first * self.bands()[view.band].row_bytes() + offset)
                }
                None => operand,
            },
            Operand::Output { offset, .. } => {
                let band = &self.bands()[layer.result];
                self.place(layer.result, band.kept * band.row_bytes() + offset)
            }
            Operand::Scratch { offset } => match scratch {
                Some(item) => self.place(item, offset),
                None => operand,
            },
        }
    }

    /// New rows outside the image, where somebody reads them.
    fn outside(&mut self, band: usize, layer: usize) {
        let own = &self.bands()[band];
        let (within, turns) = (own.turns_within(self.turns()), self.turns());
        let Some(outside) = own.outside else { return };
        let mut shape = rows_shape(own);
        shape.push(("OUTSIDE", outside.into()));
        let doc = format!("rows outside {}", code_span(&own.name));
        let call = KernelCall {
            kernel: "rows_outside",
            label: "Outside",
            shape_name: format!("Outside{}RowsOf{}", own.rows, own.row_bytes()),
            note: String::new(),
            shape,
            operands: vec![("ROWS", self.row(band, own.kept))],
            params: Vec::new(),
            overlap: Vec::new(),
        };
        for range in [0..within.start, within.end..turns] {
            if !range.is_empty() {
                self.push(call.clone(), When::Numbered(range), layer, doc.clone());
            }
        }
    }

    /// The rows that later turns read, to the front.
    fn keep(&mut self, band: usize, layer: usize) {
        let own = &self.bands()[band];
        if own.kept == 0 {
            return;
        }
        let shape = vec![
            ("BYTES", (own.kept * own.row_bytes()).into()),
            ("DISTANCE", (own.rows * own.row_bytes()).into()),
        ];
        let call = KernelCall {
            kernel: "rows_keep",
            label: "Keep",
            shape_name: format!("Keep{}RowsOf{}", own.kept, own.row_bytes()),
            note: String::new(),
            shape,
            operands: vec![("ROWS", self.row(band, 0))],
            params: Vec::new(),
            overlap: Vec::new(),
        };
        let doc = format!("the last {} rows of {}, for the next turn", own.kept, code_span(&own.name));
        self.push(call, When::In(0..self.turns()), layer, doc);
    }

    /// The rows of the result that are in the image.
    fn put(&mut self) {
        let (last, band) = (self.bands().len() - 1, self.stream.schedule.last());
        let call = KernelCall {
            kernel: "rows_put",
            label: "Put",
            shape_name: format!("Put{}RowsOf{}", band.rows, band.row_bytes()),
            note: String::new(),
            shape: rows_shape(band),
            operands: vec![("ROWS", self.row(last, band.kept)), ("OUTPUT", Operand::output(0))],
            params: Vec::new(),
            overlap: Vec::new(),
        };
        let doc = format!("the turn's rows of {}", code_span(&band.name));
        let when = When::Numbered(band.turns_inside(self.turns()));
        self.push(call, when, self.stream.schedule.layers.len() - 1, doc);
    }

    /// The rows of the last layer added up, and behind the loop what follows from the sums.
    fn sum(&mut self, finish: Option<KernelCall>, sums: usize) {
        let (last, band) = (self.bands().len() - 1, self.stream.schedule.last());
        let layer = self.stream.schedule.layers.len();
        let channels = band.ty.shape.channels();
        let mut shape = rows_shape(band);
        shape.push(("CHANNELS", channels.into()));
        let call = KernelCall {
            kernel: "rows_sum_s8",
            label: "Sum",
            shape_name: format!("Sum{}RowsOf{}", band.rows, band.row_bytes()),
            note: String::new(),
            shape,
            operands: vec![("ROWS", self.row(last, band.kept)), ("SUMS", self.place(sums, 0))],
            params: Vec::new(),
            overlap: Vec::new(),
        };
        let doc = format!("the turn's rows of {} added up", code_span(&band.name));
        self.push(call, When::Numbered(band.turns_inside(self.turns())), layer, doc);
        let Some(mut finish) = finish else { return };
        for (_, operand) in &mut finish.operands {
            if let Operand::Scratch { offset } = *operand {
                *operand = self.place(sums, offset);
            }
        }
        let name = self.stream.sum.as_ref().map_or("", |sum| sum.name.as_str());
        let doc = format!("{} · {}", finish.note, code_span(name));
        self.push(finish, When::After, layer, doc);
    }
}

/// What the kernels that go by a turn's number know of a band.
fn rows_shape(band: &Band) -> Vec<(&'static str, Const)> {
    vec![
        ("ROW_BYTES", band.row_bytes().into()),
        ("HEIGHT", band.height().into()),
        ("NEW", band.rows.into()),
        ("DELAY", band.delay.into()),
    ]
}

fn fill(place: Operand, bytes: usize, value: i8) -> KernelCall {
    KernelCall {
        kernel: "rows_fill",
        label: "Fill",
        shape_name: format!("Fill{bytes}"),
        note: String::new(),
        shape: vec![("BYTES", bytes.into()), ("VALUE", value.into())],
        operands: vec![("ROWS", place)],
        params: Vec::new(),
        overlap: Vec::new(),
    }
}

#[cfg(test)]
mod test {
    use super::*;
    use crate::ir::{DType, Shape, TensorId, TensorType};
    use proptest::prelude::*;

    fn band(height: usize, row: usize, rows: usize, delay: usize) -> Band {
        let ty = TensorType::new(DType::I8, Shape(vec![1, height, row, 1]));
        Band { name: String::new(), ty, rows, delay, kept: 0, outside: None }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn the_gap_is_the_greatest_of_all_turns(
            first in (1usize..40, 1usize..9, 1usize..9, 0usize..30),
            last in (1usize..40, 1usize..9, 1usize..9, 0usize..30),
            turns in 0usize..60,
        ) {
            let of = |(height, row, rows, delay)| band(height, row, rows, delay);
            let schedule = Schedule {
                bands: vec![of(first), of(last)],
                layers: Vec::new(),
                sum: None,
                turns,
                entry: TensorId::new(0),
                exit: TensorId::new(1),
            };
            let (first, last) = (&schedule.bands[0], &schedule.bands[1]);
            let mut greatest = -(first.ty.bytes() as isize);
            for turn in 1..=turns {
                let (taken, written) = (first.first_row(turn).max(0), last.first_row(turn).max(0));
                if taken < first.height() as isize && written > 0 {
                    let gap = written * last.row_bytes() as isize - taken * first.row_bytes() as isize;
                    greatest = greatest.max(gap);
                }
            }
            prop_assert_eq!(gap(&schedule), greatest);
        }
    }
}
