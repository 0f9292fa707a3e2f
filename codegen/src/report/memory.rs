//! The memory plan for readers: per step the live buffers with their places, the peak, what no plan can undercut; as text and as
//! a picture of the arena over time.

use std::fmt::Write;

use crate::escape::{line, xml};
use crate::ir::{Graph, Node, NodeId};
use crate::memory::{BufferKind, Placed, Plan};
use crate::stream::chains::chains;
use crate::wording::grouped;

/// What a buffer holds, for readers: the tensors' names, or whose working memory it is.
pub fn buffer_name(graph: &Graph, placed: &Placed) -> String {
    match &placed.buffer.kind {
        BufferKind::Tensors(tensors) | BufferKind::State(tensors) => {
            let names: Vec<_> = tensors.iter().map(|&tensor| graph.tensor(tensor).name.as_str()).collect();
            names.join(" = ")
        }
        BufferKind::Scratch(node) => format!("scratch of {}", graph.node(*node).name),
    }
}

/// The steps in which something is computed: number, node, and whether its kernel runs backwards. Views take no time.
pub fn steps<'a>(graph: &'a Graph, plan: &'a Plan) -> impl Iterator<Item = (usize, NodeId, &'a Node, bool)> {
    graph
        .nodes()
        .enumerate()
        .filter(|(_, (_, node))| !node.op.is_view())
        .map(|(step, (id, node))| (step, id, node, plan.is_backward(id)))
}

/// The plan in lines; `remark` goes under it.
pub fn text(graph: &Graph, plan: &Plan, remark: &str) -> String {
    let mut text = String::new();
    let mut chains = chains(graph).peekable();
    for (step, _, node, backward) in steps(graph, plan) {
        let order = if backward { ", from the last position to the first" } else { "" };
        let live = grouped(plan.bytes_at(step) as u64);
        let _ = writeln!(text, "{step:>3} {} `{}`{order}: {live} bytes", node.op.name(), line(&node.name));
        let mut places: Vec<_> = plan.live_at(step).collect();
        places.sort_by_key(|placed| (placed.offset, placed.buffer.first));
        for placed in places {
            let place = placed.place();
            let (from, to) = (grouped(place.offset as u64), grouped(place.end() as u64));
            let _ = writeln!(text, "    {from:>9} .. {to:>9}  {}", line(&buffer_name(graph, placed)));
        }
        let Some(chain) = chains.next_if(|chain| chain.node.name == node.name) else { continue };
        let _ = writeln!(text, "    by rows, in {} turns; of", chain.turns);
        for (name, rows, bytes) in chain.bands {
            let _ = writeln!(text, "    {:>22}  {rows} rows of `{}`", grouped(bytes as u64), line(name));
        }
    }
    if !plan.states.is_empty() {
        let bytes = grouped(plan.state_bytes as u64);
        let _ = writeln!(
            text,
            "\nstate, kept from one inference to the next: {bytes} bytes, apart from the arena"
        );
        for placed in &plan.states {
            let name = buffer_name(graph, placed);
            let _ = writeln!(text, "    {:>22}  {}", grouped(placed.buffer.bytes as u64), line(&name));
        }
    }
    let _ = writeln!(text, "\n{}", summary(plan));
    if !remark.is_empty() {
        let _ = writeln!(text, "{remark}");
    }
    text
}

/// The size of the arena, and what it is compared with.
pub fn summary(plan: &Plan) -> String {
    let (arena, bound) = (grouped(plan.arena_bytes as u64), grouped(plan.lower_bound as u64));
    match plan.arena_bytes <= plan.lower_bound {
        true => format!("arena {arena} bytes: proven to be the least for these kernels in this order"),
        false => {
            format!("arena {arena} bytes; no plan for these kernels in this order needs less than {bound}")
        }
    }
}

/// Width of a step and height of the arena in the picture, and the room for titles.
const STEP: usize = 44;
const HEIGHT: usize = 480;
const LEFT: usize = 70;
const TOP: usize = 44;
const BOTTOM: usize = 130;

/// The arena over time: steps from left to right, addresses from bottom to top, a box for each buffer; the states above it.
///
/// `remark` goes under the title.
pub fn svg(graph: &Graph, plan: &Plan, remark: &str) -> String {
    let steps = graph.order().len().max(1);
    let (width, height) = (LEFT + steps * STEP + 10, TOP + HEIGHT + BOTTOM);
    let arena = plan.ram_bytes().max(1);
    let y = |offset: usize| TOP + HEIGHT - offset * HEIGHT / arena;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"10\">\n\
         <title>Memory of {}</title>\n",
        xml(&graph.name)
    );
    let _ = writeln!(svg, "<text x=\"{LEFT}\" y=\"16\" font-size=\"12\">{}</text>", xml(&summary(plan)));
    let _ = writeln!(svg, "<text x=\"{LEFT}\" y=\"32\">{}</text>", xml(remark));
    for quarter in 0..=4 {
        let offset = arena * quarter / 4;
        let _ = writeln!(
            svg,
            "<line x1=\"{LEFT}\" x2=\"{}\" y1=\"{line}\" y2=\"{line}\" stroke=\"#ccc\"/>\
             <text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            width - 10,
            LEFT - 6,
            y(offset) + 3,
            grouped(offset as u64),
            line = y(offset)
        );
    }
    for placed in plan.buffers.iter().chain(&plan.states) {
        let (buffer, place) = (&placed.buffer, placed.place());
        let (first, last) = (buffer.first.min(steps - 1), buffer.last.min(steps - 1));
        let fill = match buffer.kind {
            BufferKind::Tensors(_) => "#6b9bd1",
            BufferKind::Scratch(_) => "#e0a458",
            BufferKind::State(_) => "#7bb661",
        };
        let name = buffer_name(graph, placed);
        let _ = writeln!(
            svg,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{fill}\" fill-opacity=\"0.6\" stroke=\"#333\">\
             <title>{}: {} bytes at {}, steps {first} to {last}</title></rect>",
            LEFT + first * STEP,
            y(place.end()),
            (last - first + 1) * STEP,
            (y(place.offset) - y(place.end())).max(1),
            xml(&name),
            grouped(place.bytes as u64),
            grouped(place.offset as u64),
        );
    }
    for (step, (id, node)) in graph.nodes().enumerate() {
        let (x, arrow) = (LEFT + step * STEP + STEP / 2, if plan.is_backward(id) { " ←" } else { "" });
        let _ = writeln!(
            svg,
            "<text transform=\"translate({x} {}) rotate(45)\">{} {}{arrow}</text>",
            TOP + HEIGHT + 14,
            step,
            xml(node.op.name())
        );
    }
    svg + "</svg>\n"
}

#[cfg(test)]
mod test {
    use super::*;
    use crate::ir::text::parse;
    use crate::pipeline;
    use crate::target::Core;

    const SOURCE: &str = "graph \"g\" reference=tflm {
  input %0 \"x<y\": f32[1,4]
  %1 \"s\": f32[1,4] = logistic(%0)
  %2 \"t\": f32[1,4] = logistic(%1)
  output %2
}
";

    fn planned() -> (Graph, Plan) {
        let graph = parse(SOURCE).unwrap_or_else(|fault| panic!("{fault}"));
        let compiled = pipeline::lower(&graph, Core::Portable, Default::default()).unwrap();
        (graph, compiled.plan)
    }

    #[test]
    fn every_buffer_is_in_the_picture_and_in_the_lines() {
        let (graph, plan) = planned();
        let (text, svg) = (text(&graph, &plan, "a & b"), svg(&graph, &plan, "a & b"));
        assert_eq!(svg.matches("<rect").count(), plan.buffers.len());
        for placed in &plan.buffers {
            let name = buffer_name(&graph, placed);
            assert!(text.contains(&name) && svg.contains(&xml(&name)), "{name}");
        }
        assert!(text.contains(&summary(&plan)));
        assert!(text.ends_with("a & b\n") && svg.contains(">a &amp; b<"));
    }
}
