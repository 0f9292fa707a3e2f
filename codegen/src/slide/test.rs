//! What becomes of windows, and what is none.

use super::*;
use crate::compiled::lower_graph;
use crate::config::Optimise;
use crate::ir::text::parse;
use crate::target::Core;

fn graph(lines: &str) -> Graph {
    parse(&format!("graph \"g\" {{\n{lines}\n}}")).unwrap_or_else(|fault| panic!("{fault}"))
}

fn slid(lines: &str, step: Option<usize>) -> Result<Compiled, String> {
    let lower = |graph: &Graph| lower_graph(graph.clone(), Core::Portable, Optimise::Balanced);
    compile(&graph(lines), step, &lower).map_err(|faults| faults.to_string())
}

const POOLS: &str = "input %0 \"x\": f32[1,20,1,3]
  %1 \"a\": f32[1,9,1,3] = max_pool2d(%0) {kernel=[3, 1], stride=[2, 1], padding=[0, 0, 0, 0], dilation=[1, 1], clamp=[-inf, inf]}
  %2 \"b\": f32[1,7,1,3] = max_pool2d(%1) {kernel=[3, 1], stride=[1, 1], padding=[0, 0, 0, 0], dilation=[1, 1], clamp=[-inf, inf]}
  %3 \"c\": f32[1,21] = reshape(%2) {shape=[1, 21]}
  output %3";

#[test]
fn rows_are_kept_where_windows_overlap() {
    let compiled = slid(POOLS, None).unwrap();
    let sliding = compiled.sliding.unwrap();
    assert_eq!([sliding.window, sliding.step, sliding.row, sliding.steps_to_fill()], [20, 2, 3, 10]);
    let kept: Vec<_> = sliding.rows.iter().map(|rows| (rows.tensor.as_str(), rows.kept.len())).collect();
    // Of the input two rows, for nobody reads its last one; two rows of `a`, and all of `b` that the next window has, too.
    assert_eq!(kept, [("x", 2), ("a", 2), ("b", 6)]);
    assert_eq!(compiled.plan.state_bytes, sliding.counter + 4);
}

#[test]
fn a_step_that_no_stride_divides_computes_the_whole_window() {
    let sliding = slid(POOLS, Some(1)).unwrap().sliding.unwrap();
    let kept: Vec<_> = sliding.rows.iter().map(|rows| rows.kept.len()).collect();
    assert_eq!(kept, [19]);
}

#[test]
fn padding_is_computed_again() {
    let same = "input %0 \"x\": f32[1,10,1,2]
  %1 \"a\": f32[1,10,1,2] = max_pool2d(%0) {kernel=[3, 1], stride=[1, 1], padding=[1, 1, 0, 0], dilation=[1, 1], clamp=[-inf, inf]}
  output %1";
    let step = everything(&graph(same), 1).unwrap();
    let rows: Vec<_> = step
        .nodes()
        .filter(|(_, node)| node.op.name() == "max_pool2d")
        .map(|(_, node)| step.ty(node.outputs[0]).shape.dims()[1])
        .collect();
    // The first row, and the new one behind the one that was the last of the window before.
    assert_eq!(rows, [1, 2]);
}

#[test]
fn a_flat_input_has_the_rows_that_the_model_gives_it() {
    let flat = "input %0 \"x\": f32[1,40]
  %1 \"r\": f32[1,8,5,1] = reshape(%0) {shape=[1, 8, 5, 1]}
  %2 \"a\": f32[1,6,5,1] = max_pool2d(%1) {kernel=[3, 1], stride=[1, 1], padding=[0, 0, 0, 0], dilation=[1, 1], clamp=[-inf, inf]}
  output %2";
    let sliding = slid(flat, None).unwrap().sliding.unwrap();
    assert_eq!([sliding.window, sliding.row], [8, 5]);
}

#[test]
fn what_is_no_window_is_refused() {
    let refused = |lines: &str, step| slid(lines, step).unwrap_err();
    assert_eq!(
        refused(POOLS, Some(20)),
        "error: a step of 20 rows leaves nothing of a window of 20 rows\n  at: option `step`\n  \
         help: from 1 row to 19; with `input = \"whole\"` nothing is kept"
    );
    let whole = "\n  at: option `input`\n  help: `input = \"whole\"`, the default, takes every model, and a whole window with each inference";
    assert_eq!(
        refused("input %0 \"x\": f32[1,8]\n%1 \"y\": f32[1,8] = logistic(%0)\noutput %1", None),
        format!(
            "error: the input [1,8] has no axis of time: a batch of 1, then the rows of the window, then what each row has{whole}"
        )
    );
    assert_eq!(
        refused(
            "input %0 \"x\": f32[1,8,2]\ninput %1 \"y\": f32[1,8,2]\n%2 \"z\": f32[1,8,2] = logistic(%0)\noutput %2\noutput %1",
            None
        ),
        format!("error: a window slides over one input, but the model has 2{whole}")
    );
    assert_eq!(
        refused("input %0 \"x\": f32[1,8,2]\nstate %1 \"a\": f32[1,8,2] next=%0\noutput %1", None),
        format!(
            "error: a model that remembers something from one inference to the next has no window of its own{whole}"
        )
    );
}
