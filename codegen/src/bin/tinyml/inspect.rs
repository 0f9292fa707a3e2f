//! `tinyml inspect`: the layers with their kernels, sizes and places, and the totals.

use std::ops::Range;

use serde_json::{Value, json};
use tinyml_codegen::compiled::{Compiled, WindowRows};
use tinyml_codegen::cost::Work;
use tinyml_codegen::diagnostic::{Diagnostic, Diagnostics, Place};
use tinyml_codegen::emit::macs_of_file;
use tinyml_codegen::escape::line;
use tinyml_codegen::fit;
use tinyml_codegen::ir::{Graph, Node, Port};
use tinyml_codegen::kernel::{BlobKind, KernelChoice};
use tinyml_codegen::memory::Placed;
use tinyml_codegen::module::{self, Module};
use tinyml_codegen::report::chains::{remark, saving};
use tinyml_codegen::report::memory as plan_report;
use tinyml_codegen::report::slices;
use tinyml_codegen::report::trade::trade;
use tinyml_codegen::report::window as window_report;
use tinyml_codegen::slices::Slice;
use tinyml_codegen::stream::chains::{Chain, chains};
use tinyml_codegen::stream::choose;
use tinyml_codegen::wording::{grouped, short_name};

use crate::arguments::{Form, InspectArgs};
use crate::compile;
use crate::output::{self, table};

pub(crate) fn run(arguments: &InspectArgs) -> Result<(), Diagnostics> {
    let module = compile::compile(&arguments.model, &module::default_runtime())?;
    if let Some(form) = arguments.window {
        let form = if arguments.json { Form::Json } else { form };
        return output::print(&window(&module, form)?);
    }
    if let Some(form) = arguments.memory {
        let form = if arguments.json { Form::Json } else { form };
        return output::print(&memory_plan(&module, form));
    }
    if arguments.json {
        return output::print_json(&json(&module));
    }
    output::print(&describe(&module, arguments.model.options.has_slice()))?;
    output::notes(&module.optimised.notes);
    Ok(())
}

/// What a step of a sliding window does with its rows, on the first core family that was compiled for.
fn window(module: &Module, form: Form) -> Result<String, Diagnostics> {
    let sliding = module.compiled.first().and_then(|compiled| Some((compiled, compiled.sliding.as_ref()?)));
    let Some((Compiled { core, graph, .. }, sliding)) = sliding else {
        let fault = Diagnostic::error("the model has no window that slides").at(Place::option("window"));
        return Err(fault.help("add `--input stream`").into());
    };
    let gain = sliding.gain(graph.macs());
    Ok(match form {
        Form::Text => {
            format!("{} on {}\n\n{}\n{gain}\n", line(&graph.name), core.name(), window_report::text(sliding))
        }
        Form::Svg => window_report::svg(&graph.name, sliding, &gain),
        Form::Json => {
            let ends = |range: &Range<usize>| json!([range.start, range.end]);
            let rows = |rows: &WindowRows| {
                json!({
                    "tensor": rows.tensor,
                    "rows": rows.rows,
                    "kept": ends(&rows.kept),
                    "computed": rows.computed.iter().map(ends).collect::<Vec<_>>(),
                })
            };
            output::document(&json!({
                "name": graph.name,
                "core": core.name(),
                "window": sliding.window,
                "step": sliding.step,
                "steps_to_fill": sliding.steps_to_fill(),
                "macs": graph.macs(),
                "whole_macs": sliding.whole_macs,
                "rows": sliding.rows.iter().map(rows).collect::<Vec<_>>(),
            }))
        }
    })
}

/// The memory plan of the first core family that was compiled for.
fn memory_plan(module: &Module, form: Form) -> String {
    let Some(compiled) = module.compiled.first() else { return String::new() };
    let Compiled { core, graph, plan, .. } = compiled;
    let saving = saving(compiled);
    let remark = remark(compiled, saving.as_ref());
    match form {
        Form::Text => {
            format!("{} on {}\n\n{}", graph.name, core.name(), plan_report::text(graph, plan, &remark))
        }
        Form::Svg => plan_report::svg(graph, plan, &remark),
        Form::Json => {
            let place = |placed: &Placed| {
                json!({
                    "name": plan_report::buffer_name(graph, placed),
                    "offset": placed.offset,
                    "bytes": placed.buffer.bytes,
                    "first": placed.buffer.first,
                    "last": placed.buffer.last,
                })
            };
            let steps = plan_report::steps(graph, plan).map(|(step, _, node, backward)| {
                let live = plan.live_at(step).map(place);
                json!({
                    "step": step,
                    "node": node.name,
                    "operator": node.op.name(),
                    "backward": backward,
                    "live_bytes": plan.bytes_at(step),
                    "buffers": live.collect::<Vec<_>>(),
                })
            });
            let plan = json!({
                "name": graph.name,
                "core": core.name(),
                "arena_bytes": plan.arena_bytes,
                "arena_lower_bound": plan.lower_bound,
                "state_bytes": plan.state_bytes,
                "states": plan.states.iter().map(place).collect::<Vec<_>>(),
                "chains": chains(graph).map(|chain| chain_json(&chain)).collect::<Vec<_>>(),
                "with_ram": saving.map(|saving| json!({
                    "arena_bytes": saving.arena_bytes,
                    "predicted_cycles_percent": saving.cycles_percent,
                    "chains": saving.chains,
                })),
                "steps": steps.collect::<Vec<_>>(),
            });
            output::document(&plan)
        }
    }
}

fn chain_json(chain: &Chain<'_>) -> Value {
    let band =
        |&(name, rows, bytes): &(&str, usize, usize)| json!({"tensor": name, "rows": rows, "bytes": bytes});
    json!({
        "node": chain.node.name,
        "layers": chain.layers,
        "rows": chain.rows,
        "turns": chain.turns,
        "bands": chain.bands.iter().map(band).collect::<Vec<_>>(),
    })
}

/// The model for readers; `with_slices` with what each slice carries out.
fn describe(module: &Module, with_slices: bool) -> String {
    let whole = &module.optimised.graph;
    // A sliding window has a graph of its own: that of a step.
    let step =
        module.compiled.first().filter(|compiled| compiled.sliding.is_some()).map(|compiled| &compiled.graph);
    let graph = step.unwrap_or(whole);
    let mut text = format!("{} ({} arithmetic)\n\n", graph.name, graph.reference.name());
    for (what, ports) in [("input", &graph.inputs), ("output", &graph.outputs)] {
        for port in ports {
            text.push_str(&format!("{what:<7} {}\n", describe_port(graph, port)));
        }
    }
    let Some(compiled) = module.compiled.first() else { return text };
    text.push('\n');
    let rows: Vec<_> = layers(compiled).map(|layer| layer.row()).collect();
    text.push_str(&table(
        &["layer", "operator", "kernel", "result", "MACs", "cycles", "constants", "live bytes"],
        &rows,
    ));
    let needs = fit::needs(compiled);
    let state = match compiled.plan.state_bytes {
        0 => String::new(),
        bytes => {
            let twice = match compiled.next_state_bytes() {
                0 => "",
                _ => ", and as much again for inferences in slices",
            };
            format!(
                "state      {} bytes, kept from one inference to the next{twice}\n",
                grouped(bytes as u64)
            )
        }
    };
    let summary = match slices::summary(compiled) {
        summary if summary.is_empty() => summary,
        summary => format!("slices     {summary}\n"),
    };
    text.push_str(&format!(
        "\nMACs       {}{}\ncycles     {} predicted for {}; `tinyml estimate` says what that is on a board\narena      {} bytes (no plan for this order can need less than {})\n{state}{summary}weights    {} bytes\nparameters {} bytes\n\
         estimate   {} bytes of RAM with stack, {} bytes of flash with code\n",
        grouped(graph.macs()),
        compiled.sliding.as_ref().map_or_else(
            || macs_of_file(graph, &module.optimised.imported),
            |sliding| format!(": {}", sliding.gain(graph.macs()))
        ),
        grouped(compiled.choices.iter().flatten().filter_map(|choice| choice.cost).map(|cost| cost.cycles).sum()),
        compiled.core.name(),
        grouped(compiled.plan.arena_bytes as u64),
        grouped(compiled.plan.lower_bound as u64),
        grouped(compiled.weight_bytes() as u64),
        grouped(compiled.constant_bytes(BlobKind::Parameters) as u64),
        grouped(needs.ram as u64),
        grouped(needs.flash as u64),
    ));
    if let (true, Some(slicing)) = (with_slices, &compiled.slicing) {
        let row = |(number, slice): (usize, &Slice)| {
            vec![number.to_string(), slices::words(compiled, slice), grouped(slice.cycles)]
        };
        let rows: Vec<_> = slicing.slices.iter().enumerate().map(row).collect();
        text.push('\n');
        text.push_str(&table(&["slice", "carries out", "cycles"], &rows));
    }
    let rows: Vec<_> = trade(graph, compiled.core)
        .iter()
        .map(|trade| {
            vec![
                trade.optimise.name().to_owned(),
                grouped(trade.cost.cycles),
                grouped(trade.cost.code_bytes as u64),
            ]
        })
        .collect();
    text.push_str(&format!("\npredicted for {}, kernels with a cost model\n", compiled.core.name()));
    text.push_str(&table(&["optimise", "cycles", "bytes of code"], &rows));
    let remark = remark(compiled, saving(compiled).as_ref());
    if !remark.is_empty() {
        text.push_str(&format!("\n{remark}\n"));
    }
    if let Some(report) = &module.optimised.quantisation {
        let rows: Vec<_> = report
            .layers
            .iter()
            .map(|layer| vec![layer.tensor.clone(), layer.operator.clone(), format!("{:.1}", layer.snr_db)])
            .collect();
        text.push_str("\nquantisation error (signal-to-noise ratio against the float model)\n");
        text.push_str(&table(&["tensor", "operator", "dB"], &rows));
    }
    text
}

fn describe_port(graph: &Graph, port: &Port) -> String {
    let tensor = graph.tensor(port.tensor);
    let mut text = format!("`{}` {}", line(&tensor.name), tensor.ty);
    if let Some(axes) = &port.boundary.source_axes {
        text.push_str(&format!(" (channels last; the file's axes in the order {axes:?})"));
    }
    if port.boundary.unsigned {
        text.push_str(" (u8 for the caller)");
    }
    text
}

/// One line of the table.
struct Layer<'a> {
    graph: &'a Graph,
    node: &'a Node,
    choice: &'a Option<KernelChoice>,
    live: usize,
}

fn layers(compiled: &Compiled) -> impl Iterator<Item = Layer<'_>> {
    let graph = &compiled.graph;
    graph.nodes().zip(&compiled.choices).enumerate().map(|(step, ((_, node), choice))| Layer {
        graph,
        node,
        choice,
        live: compiled.plan.bytes_at(step),
    })
}

impl Layer<'_> {
    fn kernel(&self) -> &'static str {
        let first = self.choice.as_ref().and_then(|choice| choice.calls.first());
        first.map_or("(view)", |call| call.kernel)
    }

    fn result(&self) -> String {
        let types = self.node.outputs.iter().map(|&id| {
            let ty = self.graph.ty(id);
            format!("{}{}", ty.dtype, ty.shape)
        });
        types.collect::<Vec<_>>().join(", ")
    }

    fn constants(&self) -> usize {
        self.choice.as_ref().map_or(0, KernelChoice::all_constant_bytes)
    }

    /// Predicted cycles; none for a view.
    fn cycles(&self) -> Option<u64> {
        self.choice.as_ref().and_then(|choice| choice.cost).map(|cost| cost.cycles)
    }

    /// What each call does, as the cost models count it.
    fn work(&self) -> Vec<Value> {
        let work = self.choice.iter().flat_map(|choice| &choice.work);
        let object = |work: &Work| {
            let counts = work.counts.iter().map(|&(term, count)| (term.to_owned(), json!(count)));
            json!({"model": work.model, "counts": counts.collect::<serde_json::Map<_, _>>()})
        };
        work.map(object).collect()
    }

    fn row(&self) -> Vec<String> {
        vec![
            short_name(&self.node.name),
            self.node.op.name().to_owned(),
            self.kernel().to_owned(),
            self.result(),
            grouped(self.node.macs(self.graph)),
            self.cycles().map_or_else(String::new, grouped),
            grouped(self.constants() as u64),
            grouped(self.live as u64),
        ]
    }

    fn json(&self) -> Value {
        json!({
            "name": self.node.name,
            "operator": self.node.op.name(),
            "kernel": self.kernel(),
            "result": self.result(),
            "macs": self.node.macs(self.graph),
            "predicted_cycles": self.cycles(),
            "work": self.work(),
            "constant_bytes": self.constants(),
            "live_bytes": self.live,
        })
    }
}

/// The model for machines.
pub(crate) fn json(module: &Module) -> Value {
    let graph = &module.optimised.graph;
    let port = |port: &Port| {
        let tensor = graph.tensor(port.tensor);
        let (scale, zero_point) = tensor.ty.per_tensor().unzip();
        json!({
            "name": tensor.name,
            "dtype": tensor.ty.dtype.name(),
            "shape": tensor.ty.shape.dims(),
            "scale": scale,
            "zero_point": zero_point,
            "source_axes": port.boundary.source_axes,
            "unsigned": port.boundary.unsigned,
        })
    };
    let cores = module.compiled.iter().map(|compiled| {
        let needs = fit::needs(compiled);
        let trade = trade(graph, compiled.core);
        let trade = trade.iter().map(|trade| {
            json!({
                "optimise": trade.optimise.name(),
                "predicted_cycles": trade.cost.cycles,
                "predicted_code_bytes": trade.cost.code_bytes,
            })
        });
        json!({
            "core": compiled.core.name(),
            "arena_bytes": compiled.plan.arena_bytes,
            "arena_lower_bound": compiled.plan.lower_bound,
            "state_bytes": compiled.plan.state_bytes,
            "sliding": compiled.sliding.as_ref().map(|sliding| json!({
                "window": sliding.window,
                "step": sliding.step,
                "macs": compiled.graph.macs(),
                "whole_macs": sliding.whole_macs,
            })),
            "weight_bytes": compiled.weight_bytes(),
            "parameter_bytes": compiled.constant_bytes(BlobKind::Parameters),
            "ram_estimate": needs.ram,
            "flash_estimate": needs.flash,
            "trade": trade.collect::<Vec<_>>(),
            "predicted_cycles": choose::cycles(compiled),
            "next_state_bytes": compiled.next_state_bytes(),
            "longest_slice_cycles": compiled.slicing.as_ref().map(|slicing| slicing.longest),
            "slices": compiled.slicing.as_ref().map(|slicing| {
                let slice = |slice: &Slice| json!({"carries_out": slices::words(compiled, slice), "predicted_cycles": slice.cycles});
                slicing.slices.iter().map(slice).collect::<Vec<_>>()
            }),
            "chains": chains(&compiled.graph).map(|chain| chain_json(&chain)).collect::<Vec<_>>(),
            "layers": layers(compiled).map(|layer| layer.json()).collect::<Vec<_>>(),
        })
    });
    json!({
        "name": graph.name,
        "arithmetic": graph.reference.name(),
        "inputs": graph.inputs.iter().map(port).collect::<Vec<_>>(),
        "outputs": graph.outputs.iter().map(port).collect::<Vec<_>>(),
        "labels": graph.labels,
        "macs": graph.macs(),
        "macs_of_file": module.optimised.imported.macs(),
        "cores": cores.collect::<Vec<_>>(),
        "quantisation": module.optimised.quantisation.as_ref().map(|report| {
            report.layers.iter().map(|layer| json!({"tensor": layer.tensor, "operator": layer.operator, "snr_db": layer.snr_db})).collect::<Vec<_>>()
        }),
        "notes": module.optimised.notes.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
