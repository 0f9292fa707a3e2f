//! The report: what is listed, and when it warns.

use std::path::Path;

use super::*;
use crate::diagnostic::Severity;
use crate::ops::elementwise::clamp::Clamp;
use crate::ops::movement::reshape::Reshape;
use crate::ops::pooling::max_pool2d::MaxPool2d;
use crate::quantise::{self, Report, WithoutData};

fn model() -> Graph {
    let mut net = Net::new(51);
    let x = net.input([1, 4, 4, 2]);
    let x = net.conv(x, 6, 3, 1, RELU);
    let x = net.apply(Reshape { shape: vec![1, 96] }, &[x]);
    let x = net.dense(x, 4, LINEAR);
    net.finish(&[x])
}

#[test]
fn lists_what_is_computed_but_no_views() {
    let report = quantised(&model(), &Options::default()).result.report;
    let listed: Vec<_> = report.layers.iter().map(|l| (l.tensor.as_str(), l.operator.as_str())).collect();
    assert_eq!(listed, [("conv2d0", "conv2d"), ("fully_connected2", "fully_connected")]);
    assert_eq!(report.outputs, report.layers[1..]);
    assert!(report.layers.iter().all(|layer| layer.snr_db > 30.0 && layer.snr_db < 70.0), "{report:?}");
}

#[test]
fn a_good_model_gets_a_note() {
    let note = quantised(&model(), &Options::default()).result.report.note(50, Path::new("some/data.npz"));
    assert_eq!(note.severity, Severity::Note);
    let text = note.to_string();
    assert!(
        text.starts_with("note: quantised to int8 with 50 examples of data.npz; signal-to-noise ratio "),
        "{text}"
    );
    assert!(text.contains(" dB at the output, lowest ") && text.contains(" dB at `"), "{text}");
}

#[test]
fn a_poor_model_gets_a_warning_with_ways_out() {
    // The outputs are what 8 bits lose of a sum with something large.
    let mut net = Net::new(52);
    let x = net.input([1, 8]);
    let large = net.constant("large", [1], vec![1000.0]);
    let sum = net.apply(crate::ops::elementwise::add::Add { clamp: LINEAR }, &[x, large]);
    let y = net.apply(crate::ops::elementwise::sub::Sub { clamp: LINEAR }, &[sum, large]);
    let report = quantised(&net.finish(&[y]), &Options::default()).result.report;
    let warning = report.note(50, Path::new("data.npz"));
    assert_eq!(warning.severity, Severity::Warning, "{warning}");
    assert_eq!(warning.place.option.as_deref(), Some("calibration"));
    let help = warning.help.expect("the way out");
    for way in ["examples", "calibrator", "equalise = true", "precision = \"f32\""] {
        assert!(help.contains(way), "{help}");
    }
}

#[test]
fn several_outputs_are_named() {
    let mut net = Net::new(53);
    let x = net.input([1, 8]);
    let a = net.dense(x, 3, LINEAR);
    let b = net.dense(x, 2, RELU);
    let report = quantised(&net.finish(&[a, b]), &Options::default()).result.report;
    let text = report.note(50, Path::new("data.npz")).message;
    assert!(text.contains("dB at `fully_connected0`") && text.contains("dB at `fully_connected1`"), "{text}");
}

#[test]
fn exact_tensors_have_the_highest_ratio() {
    // Zero from any operand: signal and noise are both nothing.
    let mut net = Net::new(54);
    let x = net.input([1, 4, 4, 2]);
    let x = net.conv(x, 2, 3, 1, LINEAR);
    let x = net.apply(Clamp { min: 0.0, max: 0.0 }, &[x]);
    let x = net.apply(
        MaxPool2d { kernel: [2, 2], stride: [2, 2], padding: [0; 4], dilation: [1, 1], clamp: LINEAR },
        &[x],
    );
    let report = quantised(&net.finish(&[x]), &Options::default()).result.report;
    assert_eq!(report.outputs[0].snr_db, 99.0);
}

#[test]
fn figures_need_no_data() {
    let float = model();
    let lowered = |graph: &Graph| {
        let mut graph = graph.clone();
        passes::run(passes::OPTIMISE, &mut graph, &mut |_, _| ()).unwrap();
        pipeline::lower(&graph, Core::Armv6m, crate::config::Optimise::default()).unwrap()
    };
    let with_data = lowered(&quantised(&float, &Options::default()).graph);
    let (mut graph, mut notes) = (float.clone(), Diagnostics::default());
    let report = run_pass(&mut graph, WithoutData::StandIn, &mut notes).unwrap();
    assert!(report.is_none(), "a report of made-up data would mislead");
    assert!(notes.to_string().contains("there are no calibration data"), "{notes}");
    let without = lowered(&graph);
    assert_eq!(without.plan.arena_bytes, with_data.plan.arena_bytes);
    let kernels = |compiled: &crate::compiled::Compiled| -> Vec<&'static str> {
        compiled.choices.iter().flatten().flat_map(|choice| &choice.calls).map(|call| call.kernel).collect()
    };
    assert_eq!(kernels(&without), kernels(&with_data));

    let faults = run_pass(&mut float.clone(), WithoutData::Refuse, &mut notes).unwrap_err();
    assert!(faults.to_string().contains("needs example inputs"), "{faults}");
}

fn run_pass(
    graph: &mut Graph,
    without_data: WithoutData,
    notes: &mut Diagnostics,
) -> Result<Option<Report>, Diagnostics> {
    quantise::run(graph, &Options::default(), without_data, notes, &mut Vec::new(), &mut |_, _| ())
}
