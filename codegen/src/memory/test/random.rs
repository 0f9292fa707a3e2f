//! Plans of random buffers and of random graphs.

use proptest::prelude::*;
use proptest::sample::Index;

use super::{Planned, call};
use crate::ir::{NodeId, State, TensorId};
use crate::kernel::{KernelChoice, Overlap, Scratch};
use crate::memory::layout::Layout;
use crate::memory::liveness::buffers;
use crate::memory::search::{Outcome, search};
use crate::memory::solve::{Solution, solve};
use crate::memory::{Buffer, BufferKind, Plan, places};
use tinyml_arith::overlap::{Gaps, Place};

fn arbitrary_buffer() -> impl Strategy<Value = Buffer> {
    (0usize..3000, 0u32..7, 0usize..12, 0usize..6).prop_map(|(bytes, align, first, length)| Buffer {
        kind: BufferKind::Scratch(NodeId::new(0)),
        bytes,
        align: 1 << align,
        first,
        last: first + length,
    })
}

#[derive(Clone, Debug)]
enum Step {
    View(Index),
    Kernel {
        operands: Vec<Index>,
        results: Vec<usize>,
        overlap: Vec<(usize, Overlap)>,
        scratch: Option<Scratch>,
    },
}

fn sliding(forward: Option<isize>, backward: Option<isize>) -> Overlap {
    Overlap::Sliding(Gaps { forward, backward })
}

/// Few sizes, so that results often have the size of an operand.
fn arbitrary_size() -> impl Strategy<Value = usize> {
    prop::sample::select(vec![1usize, 6, 16, 16, 40])
}

fn arbitrary_step() -> impl Strategy<Value = Step> {
    let overlap = prop_oneof![
        3 => Just(Overlap::InPlace),
        1 => Just(Overlap::None),
        3 => (-8isize..40).prop_map(|gap| sliding(Some(gap), None)),
        1 => (-8isize..40).prop_map(|gap| sliding(None, Some(gap))),
        3 => (-8isize..40, -8isize..40).prop_map(|(forward, backward)| sliding(Some(forward), Some(backward))),
    ];
    let scratch = (1usize..40, 0u32..5).prop_map(|(bytes, align)| Scratch { bytes, align: 1 << align });
    let kernel = (
        prop::collection::vec(any::<Index>(), 1..4),
        prop::collection::vec(arbitrary_size(), 1..3),
        prop::collection::vec(overlap, 0..4),
        prop::option::of(scratch),
    );
    let kernel = kernel.prop_map(|(operands, results, overlap, scratch)| {
        let overlap = overlap.into_iter().enumerate().collect();
        Step::Kernel { operands, results, overlap, scratch }
    });
    prop_oneof![1 => any::<Index>().prop_map(Step::View), 4 => kernel]
}

prop_compose! {
    fn arbitrary_graph()(
        inputs in prop::collection::vec(arbitrary_size(), 1..4),
        states in prop::collection::vec((arbitrary_size(), any::<Index>()), 0..3),
        steps in prop::collection::vec(arbitrary_step(), 1..12),
        outputs in prop::collection::vec(any::<Index>(), 1..4),
    ) -> Planned {
        let mut graph = Planned::default();
        let mut known: Vec<TensorId> = inputs.iter().map(|&bytes| graph.input(bytes)).collect();
        let reads: Vec<TensorId> = states.iter().map(|&(bytes, _)| graph.tensor(bytes)).collect();
        known.extend(&reads);
        for step in steps {
            match step {
                Step::View(operand) => {
                    let view = graph.view(*operand.get(&known));
                    known.push(view);
                }
                Step::Kernel { operands, results, overlap, scratch } => {
                    let operands: Vec<TensorId> = operands.iter().map(|operand| *operand.get(&known)).collect();
                    let choice = KernelChoice { scratch, ..call(&overlap).into() };
                    known.extend(graph.node(&operands, &results, Some(choice)));
                }
            }
        }
        outputs.iter().for_each(|output| graph.output(*output.get(&known)));
        // What a state is next may also be always the same.
        let constants: Vec<TensorId> = states.iter().map(|&(bytes, _)| graph.constant(bytes)).collect();
        known.extend(constants);
        let next = |(&read, (bytes, write)): (&TensorId, &(usize, Index))| {
            let fits = |id: &&TensorId| graph.graph.ty(**id).bytes() == *bytes;
            let fitting: Vec<TensorId> = known.iter().filter(fits).copied().collect();
            State { read, write: *write.get(&fitting), initial: None }
        };
        graph.graph.states = reads.iter().zip(&states).map(next).collect();
        graph
    }
}

/// Who wrote a byte last.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Writer {
    Nobody,
    Tensor(TensorId),
    Scratch(NodeId),
}

/// An arena that remembers who wrote each byte.
struct Memory<'p> {
    plan: &'p Plan,
    bytes: Vec<Writer>,
}

impl Memory<'_> {
    fn write(&mut self, offset: Option<usize>, len: usize, writer: Writer) -> Result<(), TestCaseError> {
        let start = offset.ok_or_else(|| TestCaseError::fail(format!("{writer:?} has no place")))?;
        let range = self.bytes.get_mut(start..start + len);
        range.ok_or_else(|| TestCaseError::fail(format!("{writer:?} is not inside the arena")))?.fill(writer);
        Ok(())
    }

    fn check(
        &self,
        offset: Option<usize>,
        len: usize,
        writer: Writer,
        when: &str,
    ) -> Result<(), TestCaseError> {
        let start = offset.unwrap_or(usize::MAX - len);
        let range = self.bytes.get(start..start + len).unwrap_or_default();
        let intact = range.len() == len && range.iter().all(|&own| own == writer);
        prop_assert!(intact, "{when}: {writer:?} is overwritten: {range:?}");
        Ok(())
    }
}

/// Carries out a plan: every operand, output and next state must still be what was written.
fn carry_out(planned: &Planned, plan: &Plan) -> Result<(), TestCaseError> {
    let graph = &planned.graph;
    let bytes = |id: TensorId| graph.ty(id).bytes();
    // The tensor whose bytes a view shows.
    let mut shown: Vec<TensorId> = graph.tensor_ids().collect();
    let mut memory = Memory { plan, bytes: vec![Writer::Nobody; plan.ram_bytes()] };
    let fed: Vec<TensorId> = graph
        .inputs
        .iter()
        .map(|port| port.tensor)
        .chain(graph.states.iter().map(|state| state.read))
        .collect();
    for &id in &fed {
        memory.write(plan.offset(id), bytes(id), Writer::Tensor(id))?;
    }
    for (step, ((id, node), choice)) in graph.nodes().zip(&planned.choices).enumerate() {
        let when = format!("step {step}");
        let scratch = choice.as_ref().and_then(|choice| choice.scratch);
        if let Some(scratch) = scratch {
            prop_assert_eq!(plan.scratch(id).map(|offset| offset % scratch.align), Some(0));
            memory.write(plan.scratch(id), scratch.bytes, Writer::Scratch(id))?;
        }
        let is_written = |id: &TensorId| !graph.tensor(*id).is_constant();
        for operand in node.operands().filter(is_written) {
            let writer = Writer::Tensor(shown[operand.index()]);
            memory.check(plan.offset(operand), bytes(operand), writer, &when)?;
        }
        let Some(choice) = choice else {
            let (operand, view) = (node.inputs[0].unwrap_or(node.outputs[0]), node.outputs[0]);
            prop_assert_eq!(plan.offset(operand), plan.offset(view));
            shown[view.index()] = shown[operand.index()];
            continue;
        };
        for &result in &node.outputs {
            memory.write(plan.offset(result), bytes(result), Writer::Tensor(result))?;
        }
        // The kernel may have read its operands after it wrote its results, unless it promises otherwise.
        let place = |id: TensorId| Place { offset: plan.offset(id).unwrap_or_default(), bytes: bytes(id) };
        for (index, operand) in node.operands().enumerate().filter(|(_, id)| is_written(id)) {
            let promised = match choice.overlap(index) {
                Overlap::None => false,
                Overlap::InPlace => plan.offset(operand) == plan.offset(node.outputs[0]),
                Overlap::Sliding(gaps) => {
                    gaps.permits(place(operand), place(node.outputs[0]), plan.is_backward(id))
                }
            };
            let others = &node.outputs[1..];
            if !promised || others.iter().any(|&other| !place(operand).is_apart(place(other))) {
                let writer = Writer::Tensor(shown[operand.index()]);
                memory.check(plan.offset(operand), bytes(operand), writer, &when)?;
            }
        }
        for &result in &node.outputs {
            memory.check(plan.offset(result), bytes(result), Writer::Tensor(result), &when)?;
        }
        if let Some(scratch) = scratch {
            memory.check(plan.scratch(id), scratch.bytes, Writer::Scratch(id), &when)?;
        }
    }
    let leaving = graph.outputs.iter().map(|port| port.tensor);
    let next = graph.states.iter().map(|state| state.write);
    for id in leaving.chain(next) {
        memory.check(plan.offset(id), bytes(id), Writer::Tensor(shown[id.index()]), "at the end")?;
    }
    prop_assert_eq!(memory.plan.ram_bytes(), memory.bytes.len());
    for placed in &plan.states {
        prop_assert!(placed.offset >= plan.arena_bytes, "a state lies in the arena");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn random_buffers_do_not_overlap(buffers in prop::collection::vec(arbitrary_buffer(), 0..24)) {
        let mut buffers = buffers;
        buffers.sort_by_key(|buffer| buffer.first);
        for most_conflicts in [usize::MAX, 0] {
            let Solution { offsets, bound, .. } = places(&buffers, &[], 20_000, most_conflicts);
            prop_assert_eq!(offsets.len(), buffers.len());
            let ends = buffers.iter().zip(&offsets).map(|(buffer, start)| start + buffer.bytes as i64);
            prop_assert!(bound <= ends.max().unwrap_or(0) + 3);
            for (i, (a, &start)) in buffers.iter().zip(&offsets).enumerate() {
                prop_assert_eq!(start % a.align as i64, 0);
                for (b, &other) in buffers.iter().zip(&offsets).skip(i + 1) {
                    let together = a.first <= b.last && b.first <= a.last;
                    let apart = start + a.bytes as i64 <= other || other + b.bytes as i64 <= start;
                    prop_assert!(!together || apart, "{a:?} at {start} and {b:?} at {other}");
                }
            }
        }
    }

    /// What is said to be needed at least, is: with all effort there is no plan below it.
    #[test]
    fn nothing_ends_below_the_bound_of_its_steps(graph in arbitrary_graph()) {
        let buffers = buffers(&graph.graph, &graph.choices);
        let (buffers, permissions) = buffers.arena();
        let Some(layout) = Layout::new(buffers, &permissions, usize::MAX) else { return Ok(()) };
        let bound = solve(&layout, buffers, 20_000).bound;
        let found = search(&layout, bound - 4, &mut 20_000);
        prop_assert!(bound == 0 || !matches!(found, Outcome::Found(_)), "found below {bound}: {buffers:?} {permissions:?}");
    }

    #[test]
    fn plans_of_random_graphs_can_be_carried_out(graph in arbitrary_graph().prop_map(|mut graph| { graph.store(); graph })) {
        for state in &graph.graph.states {
            let plan = graph.plan();
            prop_assert_eq!(plan.offset(state.read), plan.offset(state.write), "a next value is not where the state is");
        }
        for plan in [graph.plan(), graph.swept()] {
            carry_out(&graph, &plan)?;
            for id in graph.graph.tensor_ids().filter(|&id| !graph.graph.tensor(id).is_constant()) {
                prop_assert_eq!(plan.offset(id).map(|offset| offset % 4), Some(0));
            }
            prop_assert!(plan.lower_bound <= plan.arena_bytes);
            prop_assert_eq!(plan.arena_bytes % 4, 0);
            let steps = graph.choices.len();
            let used: Vec<usize> = (0..steps).map(|step| plan.bytes_at(step)).collect();
            prop_assert_eq!(plan.bytes_of_steps(steps), used);
        }
        prop_assert!(graph.swept().lower_bound <= graph.plan().arena_bytes);
        prop_assert_eq!(graph.clone().plan(), graph.plan(), "the same graph, another plan");
    }
}
