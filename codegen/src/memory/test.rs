//! The memory plan: by hand, and by carrying out plans of random graphs in a memory that remembers who wrote each byte.

mod random;

use std::time::{Duration, Instant};

use super::{BufferKind, Plan, plan_with};
use crate::ir::{
    Attributes, DType, Evaluation, Fault, Graph, Node, NodeId, Op, Operands, Operator, State, Tensor,
    TensorId, TensorType, Value,
};
use crate::kernel::{Gaps, KernelCall, KernelChoice, Lowering, Operand, Overlap, Scratch};

/// An operator without meaning: the planner asks a graph for its tensors only.
#[derive(Debug)]
struct Opaque;

impl Operator for Opaque {
    fn name(&self) -> &'static str {
        "opaque"
    }

    fn attributes(&self) -> Attributes {
        Attributes::default()
    }

    fn infer(&self, _inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
        Err("means nothing".to_owned())
    }

    fn evaluate(&self, _call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        Err("means nothing".to_owned())
    }

    fn lower(&self, _lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        Err("means nothing".to_owned())
    }
}

/// A graph with the kernels of its nodes.
#[derive(Clone, Debug, Default)]
struct Planned {
    graph: Graph,
    choices: Vec<Option<KernelChoice>>,
}

impl Planned {
    fn tensor(&mut self, bytes: usize) -> TensorId {
        let name = format!("t{}", self.graph.tensor_count());
        self.graph.add_tensor(Tensor::new(name, TensorType::new(DType::I8, [bytes])))
    }

    fn input(&mut self, bytes: usize) -> TensorId {
        let id = self.tensor(bytes);
        self.graph.inputs.push(id.into());
        id
    }

    fn constant(&mut self, bytes: usize) -> TensorId {
        self.graph.add_tensor(Tensor::constant("c", Value::zeros(DType::I8, [bytes]), None))
    }

    fn node(
        &mut self,
        inputs: &[TensorId],
        results: &[usize],
        choice: Option<KernelChoice>,
    ) -> Vec<TensorId> {
        let outputs: Vec<TensorId> = results.iter().map(|&bytes| self.tensor(bytes)).collect();
        let name = format!("n{}", self.choices.len());
        let inputs = inputs.iter().copied().map(Some).collect();
        self.graph.add_node(Node { name, op: Op::new(Opaque), inputs, outputs: outputs.clone() });
        self.choices.push(choice);
        outputs
    }

    /// A kernel with one result.
    fn kernel(&mut self, inputs: &[TensorId], bytes: usize, choice: KernelChoice) -> TensorId {
        self.node(inputs, &[bytes], Some(choice))[0]
    }

    fn view(&mut self, input: TensorId) -> TensorId {
        let bytes = self.graph.ty(input).bytes();
        self.node(&[input], &[bytes], None)[0]
    }

    /// Copies every next value of a state that no kernel can compute in its place.
    fn store(&mut self) {
        let mut rounds = 0;
        while super::store(&mut self.graph, &self.choices) {
            self.choices.resize(self.graph.order().len(), Some(in_place()));
            rounds += 1;
            assert!(rounds <= 3, "no end of copies: {:?}", self.graph.states);
        }
    }

    fn output(&mut self, id: TensorId) {
        self.graph.outputs.push(id.into());
    }

    fn plan(&self) -> Plan {
        plan_with(&self.graph, &self.choices, 20_000, super::most_conflicts)
    }

    /// The plan as for more buffers than can be searched.
    fn swept(&self) -> Plan {
        plan_with(&self.graph, &self.choices, 20_000, |_| 0)
    }

    fn last_node(&self) -> NodeId {
        self.graph.order()[self.choices.len() - 1]
    }
}

fn call(overlap: &[(usize, Overlap)]) -> KernelCall {
    KernelCall {
        kernel: "opaque",
        label: "Opaque",
        shape_name: "Opaque".to_owned(),
        note: String::new(),
        shape: Vec::new(),
        operands: Vec::new(),
        params: Vec::new(),
        overlap: overlap.to_vec(),
    }
}

fn separate() -> KernelChoice {
    call(&[]).into()
}

fn in_place() -> KernelChoice {
    call(&[(0, Overlap::InPlace)]).into()
}

/// Where two tensors lie, relative to each other.
fn same_place(plan: &Plan, a: TensorId, b: TensorId) -> bool {
    let (a, b) = (plan.offset(a), plan.offset(b));
    assert!(a.is_some() && b.is_some(), "both tensors are planned");
    a == b
}

#[test]
fn a_chain_needs_its_largest_neighbours() {
    let mut chain = Planned::default();
    let mut last = chain.input(100);
    for bytes in [400, 60, 300, 200, 8] {
        last = chain.kernel(&[last], bytes, separate());
    }
    chain.output(last);
    let plan = chain.plan();
    assert_eq!((plan.lower_bound, plan.arena_bytes), (500, 500));
    assert_eq!((0..5).map(|step| plan.bytes_at(step)).collect::<Vec<_>>(), [500, 460, 360, 500, 208]);
    assert_eq!(plan.live_at(1).count(), 2);
}

#[test]
fn a_skip_connection_keeps_its_buffer() {
    let mut residual = Planned::default();
    let input = residual.input(64);
    let left = residual.kernel(&[input], 64, separate());
    let right = residual.kernel(&[left], 128, separate());
    let sum = residual.kernel(&[input, right], 64, separate());
    residual.output(sum);
    let plan = residual.plan();
    assert_eq!(plan.lower_bound, 256);
    assert_eq!(plan.arena_bytes, 256);
    assert!(!same_place(&plan, input, left) && !same_place(&plan, input, right));
}

#[test]
fn views_share_their_operands_buffer() {
    let mut views = Planned::default();
    let input = views.input(64);
    let first = views.view(input);
    let second = views.view(first);
    let other = views.kernel(&[second], 32, separate());
    // Keeps the buffer beyond the views' own last use.
    let sum = views.kernel(&[other, input], 16, separate());
    views.output(sum);
    let plan = views.plan();
    assert!(same_place(&plan, input, first) && same_place(&plan, input, second));
    assert_eq!(plan.buffers[0].buffer.kind, BufferKind::Tensors(vec![input, first, second]));
    assert_eq!((plan.buffers[0].buffer.first, plan.buffers[0].buffer.last), (0, 3));
    assert_eq!(plan.arena_bytes, 64 + 32 + 16);
}

/// A graph of one kernel whose result has 64 bytes; whether it lies over the operand.
fn is_in_place(choice: KernelChoice, operand_bytes: usize, used_later: bool) -> bool {
    let mut graph = Planned::default();
    let input = graph.input(8);
    let operand = graph.kernel(&[input], operand_bytes, separate());
    let result = graph.kernel(&[operand], 64, choice);
    graph.output(result);
    if used_later {
        let again = graph.kernel(&[operand], 4, separate());
        graph.output(again);
    }
    same_place(&graph.plan(), operand, result)
}

#[test]
fn results_lie_over_operands_that_die_where_the_kernel_allows_it() {
    assert!(is_in_place(in_place(), 64, false));
    assert!(!is_in_place(in_place(), 64, true), "the operand is read later");
    assert!(is_in_place(in_place(), 68, false) && is_in_place(in_place(), 60, false), "sizes may differ");
    assert!(!is_in_place(separate(), 64, false), "the kernel does not allow it");
    assert!(
        !is_in_place(call(&[(1, Overlap::InPlace)]).into(), 64, false),
        "the kernel allows it for another operand"
    );
    let allowed = call(&[(0, Overlap::InPlace)]);
    let calls = |index: usize| {
        let second = KernelCall { operands: vec![("INPUT", Operand::input(index))], ..allowed.clone() };
        KernelChoice { calls: vec![allowed.clone(), second], ..allowed.clone().into() }
    };
    assert!(!is_in_place(calls(0), 64, false), "the second call reads what the first has overwritten");
    assert!(is_in_place(calls(1), 64, false), "the second call reads something else");
}

#[test]
fn what_shares_the_operands_buffer_keeps_it_too() {
    let mut graph = Planned::default();
    let input = graph.input(64);
    let copy = graph.kernel(&[input], 64, separate());
    let view = graph.view(copy);
    let result = graph.kernel(&[view], 64, in_place());
    let later = graph.kernel(&[copy, result], 64, separate());
    graph.output(later);
    assert!(!same_place(&graph.plan(), view, result), "the view dies, but what it shows is read later");
}

#[test]
fn an_operand_that_is_read_twice_is_not_overwritten() {
    let mut graph = Planned::default();
    let input = graph.input(64);
    let copy = graph.kernel(&[input], 64, separate());
    let view = graph.view(copy);
    let result = graph.kernel(&[copy, view], 64, in_place());
    graph.output(result);
    assert!(!same_place(&graph.plan(), copy, result), "the other operand is not read at the same place");
}

#[test]
fn outputs_are_not_overwritten() {
    let mut graph = Planned::default();
    let input = graph.input(64);
    let output = graph.kernel(&[input], 64, separate());
    let result = graph.kernel(&[output], 64, in_place());
    graph.output(output);
    graph.output(result);
    assert!(!same_place(&graph.plan(), output, result));
}

#[test]
fn the_next_value_of_a_state_is_computed_where_it_is_read() {
    let mut graph = Planned::default();
    let input = graph.input(64);
    let state = graph.tensor(60);
    let sum = graph.kernel(&[state, input], 60, in_place());
    let rest = graph.kernel(&[sum], 64, separate());
    let end = graph.kernel(&[rest], 64, separate());
    graph.graph.states.push(State { read: state, write: sum, initial: None });
    graph.output(end);
    let plan = graph.plan();
    assert!(same_place(&plan, state, sum));
    assert_eq!((plan.state_bytes, plan.arena_bytes), (60, 128));
    assert_eq!(plan.offset_in_state(sum), Some(0));
    // The state begins at a multiple of 16 behind the arena.
    assert_eq!((plan.offset(state), plan.ram_bytes()), (Some(128), 188));
    for other in [input, rest, end] {
        assert_eq!(plan.offset_in_state(other), None);
    }
}

#[test]
fn the_next_value_of_a_state_stays_away_while_the_old_one_is_needed() {
    let read_later = |graph: &mut Planned, state: TensorId, input: TensorId| {
        let next = graph.kernel(&[input], 64, separate());
        let end = graph.kernel(&[next, state], 64, separate());
        (next, end)
    };
    let not_in_place = |graph: &mut Planned, state: TensorId, input: TensorId| {
        let next = graph.kernel(&[state, input], 64, separate());
        (next, next)
    };
    let leaves = |graph: &mut Planned, state: TensorId, input: TensorId| {
        let next = graph.kernel(&[input], 64, separate());
        (next, state)
    };
    let is_fed = |_: &mut Planned, state: TensorId, input: TensorId| (input, state);
    type Build<'a> = &'a dyn Fn(&mut Planned, TensorId, TensorId) -> (TensorId, TensorId);
    let builds: [Build<'_>; 4] = [&read_later, &not_in_place, &leaves, &is_fed];
    for (number, build) in builds.into_iter().enumerate() {
        let mut graph = Planned::default();
        let (input, state) = (graph.input(64), graph.tensor(64));
        let (next, end) = build(&mut graph, state, input);
        graph.graph.states.push(State { read: state, write: next, initial: None });
        graph.output(end);
        let plan = graph.plan();
        assert!(!same_place(&plan, state, next), "{number}");
        assert!(!super::liveness::obstacles(&graph.graph, &graph.choices).is_empty(), "{number}");
    }
}

#[test]
fn what_is_not_computed_in_place_is_stored_at_the_end() {
    // Each state becomes the other: one of them has to be kept until both are stored.
    let mut graph = Planned::default();
    let (input, a, b) = (graph.input(8), graph.tensor(8), graph.tensor(8));
    let end = graph.kernel(&[input, a], 8, separate());
    graph.graph.states.push(State { read: a, write: b, initial: None });
    graph.graph.states.push(State { read: b, write: a, initial: None });
    graph.output(end);
    let before = graph.choices.len();
    graph.store();
    assert!(
        (3..=4).contains(&(graph.choices.len() - before)),
        "one of the values is kept until both are stored"
    );
    assert!(super::liveness::obstacles(&graph.graph, &graph.choices).is_empty());
    let plan = graph.plan();
    assert_eq!(plan.state_bytes, 16);
    for state in &graph.graph.states {
        assert!(same_place(&plan, state.read, state.write));
    }
}

#[test]
fn an_output_that_is_the_old_value_is_a_copy() {
    let mut graph = Planned::default();
    let (input, state) = (graph.input(8), graph.tensor(8));
    let next = graph.kernel(&[input], 8, separate());
    graph.graph.states.push(State { read: state, write: next, initial: None });
    graph.output(state);
    graph.store();
    let plan = graph.plan();
    assert_eq!(plan.offset_in_state(graph.graph.outputs[0].tensor), None);
    assert!(same_place(&plan, state, graph.graph.states[0].write));
}

#[test]
fn scratch_lives_during_its_node_and_is_aligned() {
    let mut graph = Planned::default();
    let input = graph.input(3);
    let scratch = Some(Scratch { bytes: 100, align: 16 });
    let result = graph.kernel(&[input], 5, KernelChoice { scratch, ..separate() });
    let node = graph.last_node();
    let end = graph.kernel(&[result], 120, separate());
    graph.output(end);
    let plan = graph.plan();
    assert!(plan.scratch(node).is_some_and(|offset| offset % 16 == 0));
    assert_eq!(plan.bytes_at(0), 108);
    assert_eq!(plan.bytes_at(1), 125);
    assert_eq!(plan.scratch(graph.last_node()), None);
}

#[test]
fn constants_are_not_in_the_arena() {
    let mut graph = Planned::default();
    let input = graph.input(16);
    let constant = graph.constant(4096);
    let result = graph.kernel(&[input, constant], 16, separate());
    graph.output(result);
    let plan = graph.plan();
    assert_eq!(plan.offset(constant), None);
    assert_eq!(plan.arena_bytes, 32);
}

#[test]
fn an_empty_graph_has_an_empty_arena() {
    let plan = Planned::default().plan();
    assert_eq!((plan.arena_bytes, plan.lower_bound), (0, 0));
}

fn sliding(forward: Option<isize>, backward: Option<isize>) -> KernelChoice {
    call(&[(0, Overlap::Sliding(Gaps { forward, backward }))]).into()
}

/// A graph of one kernel between two others; its operand and result.
fn slid(operand_bytes: usize, result_bytes: usize, choice: KernelChoice) -> (Plan, NodeId, [TensorId; 2]) {
    let mut graph = Planned::default();
    let input = graph.input(4);
    let operand = graph.kernel(&[input], operand_bytes, separate());
    let result = graph.kernel(&[operand], result_bytes, choice);
    let node = graph.last_node();
    let end = graph.kernel(&[result], 4, separate());
    graph.output(end);
    (graph.plan(), node, [operand, result])
}

#[test]
fn results_slide_over_operands_in_the_direction_that_allows_it() {
    // 16 positions of 8 bytes to 16 bytes: in place from the last to the first, or from the first if the operand lies behind.
    let (plan, node, [operand, result]) = slid(128, 256, sliding(None, Some(120)));
    assert_eq!((plan.arena_bytes, plan.lower_bound), (260, 260));
    assert!(plan.is_backward(node));
    let end = |id, bytes| plan.offset(id).map(|offset| offset + bytes);
    assert!(end(result, 256) >= end(operand, 128).map(|end| end + 120));

    let (plan, node, [operand, result]) = slid(128, 256, sliding(Some(120), None));
    assert_eq!((plan.arena_bytes, plan.lower_bound), (260, 260));
    assert!(!plan.is_backward(node));
    assert!(plan.offset(operand) >= plan.offset(result).map(|offset| offset + 120));

    // A window that needs a row more: the arena grows by it, and not by more.
    let (plan, ..) = slid(256, 256, sliding(Some(40), Some(40)));
    assert_eq!((plan.arena_bytes, plan.lower_bound), (296, 296));
    let (plan, ..) = slid(256, 256, sliding(Some(400), Some(400)));
    assert_eq!((plan.arena_bytes, plan.lower_bound), (512, 512));
}

#[test]
fn a_kernel_that_slides_over_two_operands_runs_in_one_direction() {
    let mut graph = Planned::default();
    let input = graph.input(4);
    let left = graph.kernel(&[input], 64, separate());
    let right = graph.kernel(&[input], 64, separate());
    let either = Overlap::Sliding(Gaps { forward: Some(0), backward: Some(0) });
    let sum = graph.kernel(&[left, right], 64, call(&[(0, either), (1, either)]).into());
    let node = graph.last_node();
    graph.output(sum);
    let plan = graph.plan();
    assert_eq!(plan.arena_bytes, 132);
    assert!(!plan.is_backward(node));
}

#[test]
fn an_operand_that_is_there_twice_is_slid_over_in_one_direction() {
    let mut graph = Planned::default();
    let input = graph.input(4);
    let operand = graph.kernel(&[input], 4, separate());
    let either = Overlap::Sliding(Gaps { forward: Some(9), backward: Some(0) });
    let forwards = Overlap::Sliding(Gaps { forward: Some(0), backward: None });
    let sum = graph.kernel(&[operand, operand], 16, call(&[(0, either), (1, forwards)]).into());
    graph.output(sum);
    let plan = graph.plan();
    // Backwards they could lie at the same place, for the one operand; forwards the other one must be 9 bytes behind.
    assert_eq!(plan.offset(operand), plan.offset(sum).map(|offset| offset + 12));
    assert!(!plan.is_backward(graph.last_node()));
}

/// Additions of tensors that were all made before, the last one first.
fn far_operands(additions: usize) -> Planned {
    let mut graph = Planned::default();
    let add = || {
        let gaps = Gaps { forward: Some(0), backward: None };
        call(&[(0, Overlap::Sliding(gaps)), (1, Overlap::Sliding(gaps))]).into()
    };
    let input = graph.input(16);
    let mut made = vec![input];
    for _ in 0..additions / 2 {
        let last = made[made.len() - 1];
        made.push(graph.kernel(&[last, input], 16, add()));
    }
    let last = made[made.len() - 1];
    let far = made[..additions / 2].iter().rev();
    let sum = far.fold(last, |sum, &far| graph.kernel(&[sum, far], 16, add()));
    graph.output(sum);
    graph
}

#[test]
fn what_a_plan_takes_grows_with_the_buffers_and_not_with_their_pairs() {
    let spent = |additions: usize| {
        let Planned { graph, choices } = far_operands(additions);
        let all = super::liveness::buffers(&graph, &choices);
        let (buffers, permissions) = all.arena();
        let most = super::most_conflicts(buffers.len());
        let solution = super::places(buffers, &permissions, super::solve::EFFORT, most);
        let end = buffers.iter().zip(&solution.offsets).map(|(buffer, offset)| offset + buffer.bytes as i64);
        assert_eq!(end.max(), Some(solution.bound), "{additions} additions");
        solution.spent
    };
    // A search, however hard, has its limit; a sweep looks at some gaps for each buffer.
    for additions in [8, 60, 250, 500] {
        assert!(spent(additions) < 6 * super::solve::EFFORT, "{additions}: {}", spent(additions));
    }
    for additions in [1_000, 4_000, 16_000] {
        assert!(spent(additions) < 8 * additions, "{additions}: {}", spent(additions));
    }
}

#[test]
fn bytes_in_use_are_the_same_step_by_step_and_all_at_once() {
    for graph in [far_operands(40), far_operands(7)] {
        for plan in [graph.plan(), graph.swept()] {
            let steps = graph.choices.len();
            let one_by_one: Vec<usize> = (0..steps).map(|step| plan.bytes_at(step)).collect();
            assert_eq!(plan.bytes_of_steps(steps), one_by_one);
        }
    }
}

/// The plan is near the bound, and soon there: in 5 seconds with `cargo test --release -p tinyml-codegen operators`. A count of
/// steps ends the search, so that the limit is met on slow machines, too.
#[test]
fn three_hundred_operators() {
    let mut graph = Planned::default();
    let mut random = 1u32;
    let mut below = |end: usize| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 8) as usize % end
    };
    let mut tensors = vec![graph.input(9000)];
    for _ in 0..300 {
        let recent = |back: usize| tensors[tensors.len() - 1 - back.min(tensors.len() - 1)];
        let (gap, bytes) = (below(600) as isize, 400 + below(16) * 900);
        let choice = sliding(Some(gap), Some(gap));
        let tensor = match below(4) {
            0 => graph.kernel(&[recent(0), recent(1 + below(6))], bytes, choice),
            _ => graph.kernel(&[recent(0)], bytes, choice),
        };
        tensors.push(tensor);
    }
    graph.output(tensors[300]);
    let begin = Instant::now();
    let plan = super::plan(&graph.graph, &graph.choices);
    let (time, limit) = (begin.elapsed(), Duration::from_secs(if cfg!(debug_assertions) { 100 } else { 5 }));
    assert!(time < limit, "planned in {time:?}");
    assert!(plan.arena_bytes <= plan.lower_bound * 11 / 10, "{} {}", plan.arena_bytes, plan.lower_bound);
    assert_eq!(super::plan(&graph.graph, &graph.choices), plan);
}
