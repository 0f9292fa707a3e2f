//! The graph's outputs.

use super::importer::Importer;
use super::inputs::boundary;
use super::item::Item;
use super::layout::Layout;
use super::read::RawModel;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::ir::Port;
use crate::ops::movement::reshape::Reshape;

/// Adds the outputs to the graph.
pub(super) fn add(importer: &mut Importer, model: &RawModel, faults: &mut Diagnostics) {
    for name in &model.outputs {
        importer.current = name.clone();
        let fault = match importer.values.get(name).cloned() {
            Some(Some(item)) => match one(importer, name, &item) {
                Ok(()) => continue,
                Err(fault) => fault,
            },
            // The fault that it follows from is reported.
            Some(None) => continue,
            None => "the output is never computed".to_owned(),
        };
        faults.push(Diagnostic::error(fault).at(Place::tensor(name)));
    }
    if model.outputs.is_empty() {
        faults.push(Diagnostic::error("the model has no output"));
    }
}

fn one(importer: &mut Importer, name: &str, item: &Item) -> Result<(), String> {
    // The file's rank, in whatever order the axes have.
    let layout = match item {
        Item::Computed(handle) => handle.layout.without_extra(),
        Item::Constant(constant) => Layout::plain(constant.value.shape().rank()),
    };
    let mut tensor = importer.lay(item, &layout)?;
    let file = layout.file_dims(importer.graph.ty(tensor).shape.dims());
    let mut boundary = boundary(&layout, &file);
    if boundary.source_axes.is_none() {
        tensor = importer.view(tensor, file)?;
    } else if importer.graph.tensor(tensor).is_constant() {
        boundary.source_axes = None;
    }
    let graph = &importer.graph;
    if graph.inputs.iter().chain(&graph.outputs).any(|port| port.tensor == tensor)
        || graph.tensor(tensor).is_constant()
    {
        // Each output has a tensor of its own, for its name.
        let shape = graph.ty(tensor).shape.0.clone();
        tensor = importer.step("again", Reshape { shape }, vec![Some(tensor)], None)?;
    }
    importer.graph.tensor_mut(tensor).name = name.to_owned();
    importer.graph.outputs.push(Port { tensor, boundary });
    Ok(())
}
