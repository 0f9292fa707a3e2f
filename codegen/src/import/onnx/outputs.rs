//! The graph's outputs.

use super::importer::{Exceeded, Importer};
use super::inputs::{boundary, layout_note};
use super::item::{Item, Named};
use super::layout::Layout;
use super::read::RawModel;
use super::roles::Roles;
use crate::config::{Options, PortLayout};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::ir::{Fault, Port};
use crate::limits::too_large;
use crate::ops::movement::reshape::Reshape;

/// Adds the outputs to the graph.
pub(super) fn add(importer: &mut Importer, model: &RawModel, options: &Options, faults: &mut Diagnostics) {
    for name in &model.outputs {
        importer.current = name.clone();
        let fault = match importer.values.get(name).cloned() {
            Some(Named::Known(item)) => match one(importer, name, &item, options) {
                Ok(()) => continue,
                Err(fault) => {
                    let fault = format!("the output `{name}` {fault}");
                    match importer.exceeded.take() {
                        Some(Exceeded::Told) => continue,
                        Some(Exceeded::Untold) => too_large(fault),
                        None => Diagnostic::error(fault),
                    }
                }
            },
            Some(Named::Texts(_)) => Diagnostic::error(format!("the output `{name}` is a constant text"))
                .help("a model computes numbers: remove the output"),
            // The fault that it follows from is reported.
            Some(Named::Unknown { .. }) => continue,
            None => Diagnostic::error(format!("nothing in the file computes the output `{name}`"))
                .help("the file is not complete: export the model again"),
        };
        faults.push(fault.at(Place::tensor(name)));
    }
    if model.outputs.is_empty() {
        let fault = Diagnostic::error("the model has no output");
        faults.push(fault.help("declare what it is to compute: graph.output in the file"));
    }
}

fn one(importer: &mut Importer, name: &str, item: &Item, options: &Options) -> Result<(), Fault> {
    let layout = layout(importer, name, item, options);
    let mut tensor = importer.lay(item, &layout)?;
    let file = layout.file_dims(importer.graph.ty(tensor).shape.dims());
    let boundary = boundary(&layout, &file);
    if boundary.source_axes.is_none() {
        tensor = importer.view(tensor, file)?;
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

/// Channels last for images that the graph has so; else the file's order, to which the data are copied if they have another.
fn layout(importer: &mut Importer, name: &str, item: &Item, options: &Options) -> Layout {
    let rank = importer.file_dims(item).len();
    let (Item::Computed(handle), Some(image)) = (item, Layout::image(rank)) else {
        return Layout::plain(rank);
    };
    let (own, image) = (handle.layout.without_extra(), image.without_extra());
    if own != image || !importer.roles.get(name).is_some_and(Roles::is_image) {
        return Layout::plain(rank);
    }
    match options.layout {
        PortLayout::ChannelsLast => image,
        PortLayout::File => {
            let dims = importer.file_dims(item);
            if boundary(&image, &dims).source_axes.is_some() {
                layout_note(importer, "output", name, &dims);
            }
            Layout::plain(rank)
        }
    }
}
