//! What to say of a model that does not fit: what makes it so large, and which options make it fit.

use super::{Budget, Needs, needs};
use crate::compiled::Compiled;
use crate::config::{Input, Optimise, Options, Precision};
use crate::ir::{Graph, Node, NodeId};
use crate::kernel::KernelChoice;
use crate::memory::{Buffer, BufferKind};
use crate::pipeline;
use crate::target::Core;
use crate::wording::{grouped, short_name};

/// How many buffers or layers are named.
const NAMED: usize = 3;

/// Lines of help: the causes first.
pub(super) fn help(compiled: &Compiled, budget: Budget, options: &Options) -> Vec<String> {
    let graph = &compiled.graph;
    let needs = needs(compiled);
    let mut lines = Vec::new();
    if !budget.holds_ram(needs) {
        lines.push(format!("the RAM peak is at {}", peak(graph, compiled)));
    }
    if !budget.holds_flash(needs) {
        lines.push(format!("the largest constants are those of {}", largest_constants(graph, compiled)));
    }
    let tried = tried(graph, compiled.core, options);
    let ways = ways_out(&tried, needs, budget, options);
    if !ways.is_empty() {
        lines.push(format!("it fits with {}", ways.join(", or with ")));
    }
    let least = tried.iter().min_by_key(|(_, other)| other.ram);
    if !budget.holds_ram(needs)
        && let Some((option, least)) =
            least.filter(|(_, other)| other.ram < needs.ram && !budget.holds(*other))
    {
        lines.push(format!("with {option} it needs {} bytes of RAM", grouped(least.ram as u64)));
    }
    if ways.is_empty() {
        lines.push(match budget.holds_ram(needs) {
            true => "fewer channels in these layers make the model smaller".to_owned(),
            false => "a smaller input, fewer channels or an earlier stride lowers the peak".to_owned(),
        });
    }
    lines.push("`tinyml boards --model MODEL` lists the boards that it fits".to_owned());
    lines
}

/// What the model needs with other options of the compiler.
fn tried(graph: &Graph, core: Core, options: &Options) -> Vec<(&'static str, Needs)> {
    let with = |change: &dyn Fn(&mut Options)| {
        let mut other = options.clone();
        change(&mut other);
        let differs = other.optimise != options.optimise || other.input != options.input;
        let compiled = differs.then(|| pipeline::lower_for(graph, core, &other).ok());
        compiled.flatten().map(|compiled| needs(&compiled))
    };
    let tried = [
        ("`optimise = \"ram\"`", with(&|other| other.optimise = Optimise::Ram)),
        ("`optimise = \"size\"`", with(&|other| other.optimise = Optimise::Size)),
        ("`input = \"rows\"`, for `push_row`,", with(&|other| other.input = Input::Rows)),
    ];
    tried.into_iter().filter_map(|(option, needs)| Some((option, needs?))).collect()
}

/// The options that make it fit.
fn ways_out(tried: &[(&'static str, Needs)], needs: Needs, budget: Budget, options: &Options) -> Vec<String> {
    let fits = tried.iter().filter(|(_, needs)| budget.holds(*needs));
    let mut ways: Vec<String> = fits.map(|(option, _)| option.trim_end_matches(',').to_owned()).collect();
    if needs.ram <= budget.ram && needs.flash <= budget.flash {
        let mut reserves = Vec::new();
        for (option, held, room) in [
            ("reserve_ram", budget.holds_ram(needs), budget.ram - needs.ram),
            ("reserve_flash", budget.holds_flash(needs), budget.flash - needs.flash),
        ] {
            if !held {
                reserves.push(format!("`{option}` of at most {}", grouped(room as u64)));
            }
        }
        ways.push(reserves.join(" and "));
    }
    // Every value of a float model takes four bytes; how well it does with one, calibration data must show.
    let quarter = Needs { ram: needs.ram.div_ceil(4), flash: needs.flash.div_ceil(4) };
    if options.precision == Precision::F32 && budget.holds(quarter) {
        ways.push("`precision = \"int8\"` and calibration data, which takes about a quarter".to_owned());
    }
    ways
}

/// The step with the most live bytes: its layer, and where its buffers come from.
fn peak(graph: &Graph, compiled: &Compiled) -> String {
    let plan = &compiled.plan;
    let steps = graph.nodes().enumerate();
    let largest = steps.max_by_key(|(step, _)| (plan.bytes_at(*step), usize::MAX - step));
    let Some((step, (id, node))) = largest else { return "the inputs".to_owned() };
    let mut live: Vec<_> = plan.live_at(step).map(|placed| &placed.buffer).collect();
    live.sort_by_key(|buffer| std::cmp::Reverse(buffer.bytes));
    let mut parts: Vec<_> = live
        .iter()
        .take(NAMED)
        .map(|buffer| {
            format!("{} bytes of {}", grouped(buffer.bytes as u64), content(graph, (id, node), buffer))
        })
        .collect();
    let rest: usize = live.iter().skip(NAMED).map(|buffer| buffer.bytes).sum();
    if rest > 0 {
        parts.push(format!("{} bytes of others", grouped(rest as u64)));
    }
    let (used, sum) = (plan.bytes_at(step), live.iter().map(|buffer| buffer.bytes).sum::<usize>());
    let overlap = if used < sum { ", which lie over each other in part" } else { "" };
    format!(
        "layer `{}` ({}), {} bytes: {}{overlap}",
        short_name(&node.name),
        node.op.name(),
        grouped(used as u64),
        parts.join(", ")
    )
}

/// What a buffer holds, in words, while `node` is computed.
fn content(graph: &Graph, (id, node): (NodeId, &Node), buffer: &Buffer) -> String {
    let BufferKind::Tensors(tensors) = &buffer.kind else { return "working memory".to_owned() };
    if tensors.iter().any(|tensor| node.outputs.contains(tensor)) {
        return "its result".to_owned();
    }
    // Views share the buffer of what they show; the first tensor is the one that was computed.
    let Some(&first) = tensors.first() else { return "nothing".to_owned() };
    match graph.producer(first) {
        Some(producer) if producer != id => format!("`{}`", short_name(&graph.node(producer).name)),
        _ if graph.states.iter().any(|state| state.read == first) => {
            format!("the state `{}`", graph.tensor(first).name)
        }
        _ => format!("the input `{}`", graph.tensor(first).name),
    }
}

fn largest_constants(graph: &Graph, compiled: &Compiled) -> String {
    let mut sizes: Vec<(usize, &str)> = graph
        .nodes()
        .zip(&compiled.choices)
        .map(|((_, node), choice)| {
            let bytes = choice.as_ref().map_or(0, KernelChoice::all_constant_bytes);
            (bytes, node.name.as_str())
        })
        .collect();
    sizes.sort_by_key(|&(bytes, _)| std::cmp::Reverse(bytes));
    let named: Vec<_> = sizes
        .iter()
        .take(NAMED)
        .map(|(bytes, name)| format!("`{}` ({} bytes)", short_name(name), grouped(*bytes as u64)))
        .collect();
    named.join(", ")
}
