//! A model for one core family: its kernels and its memory plan.

use std::collections::HashSet;
use std::ops::Range;

use crate::config::Optimise;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::ir::Graph;
use crate::kernel::{Blob, BlobKind, KernelChoice};
use crate::memory::{self, Plan};
use crate::selection::kernels;
use crate::slices::{self, Limit, Slicing, Window};
use crate::target::Core;
use crate::wording::grouped;

/// What a model that is fed by a sliding window is of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sliding {
    /// Rows of the window.
    pub window: usize,
    /// Rows by which it moves on with each step.
    pub step: usize,
    /// Elements of a row.
    pub row: usize,
    /// The least step with which all strides along time move whole rows.
    pub strides: usize,
    /// Multiply-accumulates of the whole window.
    pub whole_macs: u64,
    /// What a step does with the rows of the tensors that go along time, in the order in which they are made.
    pub rows: Vec<WindowRows>,
    /// Where the state counts the steps: an offset in the state.
    pub counter: usize,
}

impl Sliding {
    /// Steps until the first window is full.
    pub fn steps_to_fill(&self) -> usize {
        self.window.div_ceil(self.step)
    }

    /// What a step costs beside the whole window, in words, where one takes `macs` multiply-accumulates.
    pub fn gain(&self, macs: u64) -> String {
        let rows = if self.step == 1 { "row" } else { "rows" };
        format!(
            "a step of {} {rows} of {} takes {} multiply-accumulates, the whole window {}",
            self.step,
            self.window,
            grouped(macs),
            grouped(self.whole_macs)
        )
    }
}

/// The rows of a tensor of a window, counted from the oldest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowRows {
    /// The tensor's name.
    pub tensor: String,
    /// How many rows it has.
    pub rows: usize,
    /// Those that are kept from the step before.
    pub kept: Range<usize>,
    /// Those that are computed: in front of the kept ones, and behind them.
    pub computed: Vec<Range<usize>>,
}

/// A model for one core family.
#[derive(Debug)]
pub struct Compiled {
    /// The core family.
    pub core: Core,
    /// The graph that is carried out: the finished one, with chains of layers that run by rows.
    pub graph: Graph,
    /// A kernel for each node in execution order; none for views.
    pub choices: Vec<Option<KernelChoice>>,
    /// The memory plan.
    pub plan: Plan,
    /// The window that the graph is one step of; none for a graph of whole inputs.
    pub sliding: Option<Sliding>,
    /// How an inference is carried out in slices; none where it cannot be.
    pub slicing: Option<Slicing>,
}

impl Compiled {
    /// With slices of at most so many cycles, or of a layer each. A model that remembers something has slices with a limit only: what it remembers
    /// must then be as it was where an inference is given up, which takes memory or time ([`windows`](Self::windows)).
    ///
    /// # Errors
    /// Something that cannot be cut takes longer on a core family for which code was asked; on a host nothing is too long.
    pub fn sliced(self, cycles: Option<u64>) -> Result<Compiled, Diagnostic> {
        let Compiled { core, graph, choices, .. } = &self;
        let is_fed = |choice: &KernelChoice| choice.row_loop.as_ref().is_some_and(|own| own.fed.is_some());
        let slicing = match cycles {
            _ if choices.iter().flatten().any(is_fed) => None,
            None if !graph.states.is_empty() => None,
            None => Some(Slicing::by_layers(graph, choices, *core)),
            Some(cycles) => {
                let limit = Limit { cycles, is_strict: *core != Core::Portable };
                let slicing = Slicing::within(graph, choices, *core, limit);
                Some(slicing.map_err(|fault| fault.diagnostic(graph, *core, cycles))?)
            }
        };
        Ok(Compiled { slicing, ..self })
    }

    /// The windows that slices move on in place, and that are moved back where an inference is given up; none if the model has no slices or no state, or
    /// if some of its state is no window. Slices then write into a second room.
    pub fn windows(&self) -> Option<Vec<Window>> {
        let slicing = self.slicing.as_ref().filter(|_| !self.graph.states.is_empty())?;
        slices::windows(&self.graph, &self.plan, slicing)
    }

    /// Bytes of the second room for the state, into which slices write; 0 if there is none.
    pub fn next_state_bytes(&self) -> usize {
        if self.slicing.is_some() && self.windows().is_none() { self.plan.state_bytes } else { 0 }
    }

    /// Bytes of constants of one kind that the kernels read. What several read is there once.
    pub fn constant_bytes(&self, kind: BlobKind) -> usize {
        let blobs = self.choices.iter().flatten().flat_map(|choice| choice.blobs(kind));
        blobs
            .map(|blob| (blob.element, &blob.bytes))
            .collect::<HashSet<_>>()
            .iter()
            .map(|(_, bytes)| bytes.len())
            .sum()
    }

    /// Bytes of weights, biases, constant outputs and what states begin with.
    pub fn weight_bytes(&self) -> usize {
        let graph = &self.graph;
        let mut outputs: Vec<_> = graph.outputs.iter().map(|port| port.tensor).collect();
        outputs.sort_unstable();
        outputs.dedup();
        let constant = outputs.into_iter().filter(|&id| graph.tensor(id).is_constant());
        let outputs = constant.map(|id| graph.ty(id).bytes()).sum::<usize>();
        let initial = graph.states.iter().filter_map(|state| Blob::initial_constant(state.initial.as_ref()));
        let initial: usize = initial.map(|blob| blob.bytes.len()).sum();
        self.constant_bytes(BlobKind::Weights) + outputs + initial
    }

    /// Whether both give the same code.
    pub fn same_code(&self, other: &Compiled) -> bool {
        let same = |(a, b): (&Option<KernelChoice>, &Option<KernelChoice>)| match (a, b) {
            (Some(a), Some(b)) => a.same_code(b),
            (None, None) => true,
            _ => false,
        };
        let same_slices = match (&self.slicing, &other.slicing) {
            (Some(own), Some(other)) => own.same_code(other),
            (None, None) => true,
            _ => false,
        };
        self.plan == other.plan
            && self.sliding == other.sliding
            && same_slices
            && self.choices.len() == other.choices.len()
            && self.choices.iter().zip(&other.choices).all(same)
    }
}

/// The families that get the same code, each group with its first member; in the order of the families.
pub(crate) fn groups(compiled: &[Compiled]) -> Vec<(Vec<Core>, &Compiled)> {
    let mut groups: Vec<(Vec<Core>, &Compiled)> = Vec::new();
    for one in compiled {
        match groups.iter_mut().find(|(_, other)| other.same_code(one)) {
            Some((cores, _)) => cores.push(one.core),
            None => groups.push((vec![one.core], one)),
        }
    }
    groups
}

/// Gives the families that share their code the same longest slice: the longest on any of them.
pub(crate) fn share_longest(compiled: &mut [Compiled]) {
    let shared: Vec<Option<u64>> = compiled
        .iter()
        .map(|own| {
            let same = compiled.iter().filter(|other| other.same_code(own));
            same.filter_map(|other| other.slicing.as_ref()).map(|slicing| slicing.longest).max()
        })
        .collect();
    for (own, longest) in compiled.iter_mut().zip(shared) {
        if let (Some(slicing), Some(longest)) = (&mut own.slicing, longest) {
            slicing.longest = longest;
        }
    }
}

/// Selects kernels and plans memory for one core family, for a graph in which it is settled what runs by rows.
pub fn lower_graph(mut graph: Graph, core: Core, optimise: Optimise) -> Result<Compiled, Diagnostics> {
    let mut choices = kernels(&graph, core, optimise)?;
    while memory::store(&mut graph, &choices) {
        choices = kernels(&graph, core, optimise)?;
    }
    let plan = memory::plan(&graph, &choices);
    let compiled = Compiled { core, graph, choices, plan, sliding: None, slicing: None };
    Ok(compiled.sliced(None)?)
}
