//! Random layers between guard zones, for every kernel that a core has: `layer-KERNEL-SEED`.
//!
//! A layer is a graph of one operator with random shape, strides, padding, quantisation and channels, and random or extreme weights.
//! The compiler makes it as it makes any model, but every kernel that can carry the layer out has its turn, not the best alone, and
//! the buffers of the plan are moved apart ([`zones`]). It runs on random and extreme inputs, each with the arena full of one and
//! of another byte: a kernel that writes beside its buffers changes a zone, and one that reads there has two results.

mod random;
mod zones;

use std::collections::BTreeMap;

use tinyml_codegen::config::Optimise;
use tinyml_codegen::diagnostic::Diagnostics;
use tinyml_codegen::ir::Graph;
use tinyml_codegen::kernel::{Const, KernelChoice, Lowering};
use tinyml_codegen::passes;
use tinyml_codegen::pipeline::Optimised;
use tinyml_codegen::target::Core;

use crate::compiled::Prepared;
use crate::manifest::Build;
use crate::{package, parallel};
pub(crate) use zones::{ZONE, insert as insert_zones};

/// Numbers of layers that are tried.
const SEEDS: u64 = 600;

/// How a layer is compiled.
#[derive(Clone, Debug)]
pub(crate) struct Layer {
    /// The kernel.
    pub(crate) choice: KernelChoice,
    /// Whether overlapping buffers are moved apart, too.
    pub(crate) spread: bool,
    /// Whether spread buffers begin at odd multiples of four.
    pub(crate) odd: bool,
    /// What it does beside its work.
    pub(crate) planted: Option<Planted>,
}

/// A fault that is planted behind a layer: what is looked for must be found in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Planted {
    /// Writes the byte before the first buffer.
    Write,
    /// Puts the byte before the first buffer into the result.
    Read,
}

/// The graphs of all layers, with their numbers.
///
/// # Errors
/// The compiler is at fault.
pub(crate) fn graphs() -> Result<Vec<(u64, Graph)>, String> {
    let seeds: Vec<u64> = (0..SEEDS).collect();
    let graphs = parallel::map(&seeds, |&seed| Ok(layer(seed)?.map(|graph| (seed, graph))));
    graphs.into_iter().filter_map(Result::transpose).collect()
}

/// The layers for a family, and two with planted faults.
///
/// # Errors
/// The compiler is at fault.
pub(crate) fn prepare(build: &Build, graphs: &[(u64, Graph)]) -> Result<Vec<Prepared>, String> {
    let family = package::family(build)?;
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    let mut layers = Vec::new();
    for ((seed, graph), ways) in graphs.iter().zip(parallel::map(graphs, |(_, graph)| ways(graph, family))) {
        for (name, choice) in ways? {
            let count = count.entry(name.clone()).or_default();
            if *count < quota(&name) {
                *count += 1;
                layers.push(prepared(*seed, graph, &name, choice, None)?);
            }
        }
    }
    for planted in [Planted::Write, Planted::Read] {
        let simple = graphs.iter().find(|(_, graph)| graph.inputs.len() == 1);
        let (seed, graph) = simple.ok_or("no layer has one input")?;
        let ways = ways(graph, family)?;
        let (name, choice) = ways.into_iter().next().ok_or("no kernel for the planted faults")?;
        layers.push(prepared(*seed, graph, &name, choice, Some(planted))?);
    }
    let counts: Vec<_> = count.iter().map(|(kernel, count)| format!("{kernel} {count}")).collect();
    println!("{}: random layers between guard zones: {}", build.name, counts.join(", "));
    Ok(layers)
}

/// How many layers a kernel gets: kernels with loops for each part of a shape more than others.
fn quota(kernel: &str) -> usize {
    let large = ["conv2d", "depthwise", "fully_connected"].iter().any(|prefix| kernel.starts_with(prefix));
    if large { 8 } else { 3 }
}

/// The graph with this number after the passes, if one operator is left of it.
fn layer(seed: u64) -> Result<Option<Graph>, String> {
    let Some(mut graph) = random::layer(seed) else { return Ok(None) };
    passes::run(passes::OPTIMISE, &mut graph, &mut |_, _| {})
        .map_err(|faults| format!("layer {seed}: {faults}"))?;
    let works = graph.nodes().filter(|(_, node)| !node.op.is_view()).count();
    // A constant result needs no kernel.
    let follows = graph.outputs.iter().all(|port| graph.constant(port.tensor).is_none());
    Ok((works == 1 && follows).then_some(graph))
}

/// All ways to carry the layer out on the family, by name: the kernel's, and that of the code it is made of.
fn ways(graph: &Graph, family: Core) -> Result<BTreeMap<String, KernelChoice>, String> {
    let mut ways = BTreeMap::new();
    let Some((_, node)) = graph.nodes().find(|(_, node)| !node.op.is_view()) else { return Ok(ways) };
    for optimise in [Optimise::Balanced, Optimise::Size] {
        let lowering = Lowering { graph, node, core: family, optimise };
        for choice in node.op.candidates(&lowering).map_err(|fault| format!("{}: {fault}", node.op.name()))? {
            let Some(call) = choice.calls.first() else { continue };
            let code = call.shape.iter().find_map(|(name, constant)| match constant {
                Const::Variant(variant) if *name == "CODE" => variant.rsplit("::").next(),
                _ => None,
            });
            let name = call.kernel.to_owned() + &code.map(|code| format!("_{code}")).unwrap_or_default();
            ways.insert(name.to_lowercase(), choice);
        }
    }
    Ok(ways)
}

fn prepared(
    seed: u64,
    graph: &Graph,
    kernel: &str,
    choice: KernelChoice,
    planted: Option<Planted>,
) -> Result<Prepared, String> {
    let name = match planted {
        None => format!("layer-{}-{seed:03}", kernel.replace('_', "-")),
        Some(Planted::Write) => "planted-write".to_owned(),
        Some(Planted::Read) => "planted-read".to_owned(),
    };
    let optimised = Optimised {
        graph: graph.clone(),
        imported: graph.clone(),
        notes: Diagnostics::default(),
        files: Vec::new(),
        quantisation: None,
    };
    let spread = planted.is_some() || !seed.is_multiple_of(3);
    let layer = Layer { choice, spread, odd: planted.is_none() && seed % 2 == 1, planted };
    Prepared::layer(name, optimised, layer, &random::inputs(graph, seed))
}

#[cfg(test)]
mod test {
    use std::collections::BTreeSet;
    use std::fs;

    use tinyml_codegen::config::Optimise;
    use tinyml_codegen::pipeline;
    use tinyml_codegen::target::Core;

    use super::{graphs, layer, ways};
    use crate::repository;

    /// The names of the runtime's modules with kernels on int8.
    fn kernels() -> BTreeSet<String> {
        let folder =
            |path: std::path::PathBuf| fs::read_dir(path).into_iter().flatten().map(|entry| entry.unwrap());
        let families = folder(repository().join("runtime-core/src/kernels"));
        families
            .flat_map(|family| folder(family.path()))
            .filter_map(|file| file.file_name().into_string().unwrap().strip_suffix(".rs").map(str::to_owned))
            .filter(|name| name.ends_with("_s8"))
            .collect()
    }

    /// A kernel that is new, or that the random layers do not reach, fails here.
    #[test]
    fn every_kernel_has_layers_on_some_core() {
        let mut missing = kernels();
        assert!(missing.len() > 15, "{missing:?}");
        // The operand of the one is in floats, the result of the other.
        for at_the_border in ["dequantize_s8", "quantize_s8"] {
            missing.remove(at_the_border);
        }
        for graph in graphs().unwrap().into_iter().map(|(_, graph)| graph) {
            for family in Core::ALL {
                for choice in ways(&graph, family).unwrap().values() {
                    choice.calls.iter().for_each(|call| _ = missing.remove(call.kernel));
                }
            }
            if missing.is_empty() {
                break;
            }
        }
        assert!(missing.is_empty(), "no random layer uses {missing:?}");
    }

    #[test]
    fn zones_lie_around_every_buffer_and_kernels_keep_their_distances() {
        for spread in [false, true] {
            for graph in (0..40).filter_map(|seed| layer(seed).unwrap()) {
                let lowered = pipeline::lower(&graph, Core::Armv7em, Optimise::Balanced).unwrap();
                let mut plan = lowered.plan.clone();
                let zones = super::insert_zones(&mut plan, spread, true);
                let mut covered = vec![0; plan.arena_bytes];
                for [from, to] in &zones {
                    assert!(to - from >= super::ZONE);
                    covered[*from..*to].iter_mut().for_each(|byte| *byte += 1);
                }
                for placed in &plan.buffers {
                    assert!(placed.offset.is_multiple_of(placed.buffer.align));
                    let place = placed.offset..placed.offset + placed.buffer.bytes;
                    covered[place].iter_mut().for_each(|byte| *byte = (*byte & 1) + 2);
                }
                // Every byte is in a zone or in buffers, not in both.
                assert!(covered.iter().all(|&byte| byte == 1 || byte == 2), "{plan:?}");
                for (before, after) in lowered.plan.buffers.iter().zip(&plan.buffers) {
                    assert_eq!(before.buffer, after.buffer);
                }
            }
        }
    }
}
