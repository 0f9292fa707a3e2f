//! The graph's inputs: extents that the file leaves open, and the layout in which an input is best held.

use super::importer::Importer;
use super::item::{Handle, Item, Named};
use super::layout::Layout;
use super::read::{Dim, RawModel, RawPort};
use super::roles::{Readers, Roles};
use super::shapes::few_axes;
use super::tensor;
use crate::config::{Options, PortLayout};
use crate::diagnostic::{Diagnostic, Place};
use crate::ir::{Boundary, Port, Tensor, TensorType};
use crate::limits::too_large;

/// Adds the inputs to the graph.
pub(super) fn add(
    importer: &mut Importer,
    model: &RawModel,
    options: &Options,
    faults: &mut crate::diagnostic::Diagnostics,
) {
    for (name, _) in options.input_shapes.iter().filter(|(name, _)| !name.is_empty()) {
        if !model.inputs.iter().any(|input| input.name == *name) {
            let names: Vec<_> = model.inputs.iter().map(|input| input.name.as_str()).collect();
            let fault = Diagnostic::error(format!("the model has no input `{name}`"))
                .at(Place::option("input_shape"));
            faults.push(fault.help(format!("its inputs are: {}", names.join(", "))));
        }
    }
    if let Some(first) = model.defaults.first() {
        let count = model.defaults.len();
        let more = if count == 1 { String::new() } else { format!(" and {} more", count - 1) };
        importer.notes.push(Diagnostic::note(format!(
            "the input `{first}`{more} has a value in the file, which is taken for a constant"
        )));
    }
    let readers = Readers::of(model);
    for input in &model.inputs {
        let named = match one(importer, &readers, input, options) {
            Ok(item) => Named::Known(item),
            Err(fault) => {
                faults.push(fault.at(Place::tensor(&input.name)));
                Named::Unknown { computed: true }
            }
        };
        importer.values.insert(input.name.clone(), named);
    }
}

/// Tells that a port in the file's order of axes costs a copy.
pub(super) fn layout_note(importer: &mut Importer, what: &str, name: &str, file: &[usize]) {
    let elements: usize = file.iter().product();
    let note = format!(
        "the {what} `{name}` has the file's order of axes, {file:?}: that costs a copy of its {elements} elements, since the model computes with channels last"
    );
    importer.notes.push(Diagnostic::note(note).at(Place::tensor(name)));
}

fn one<'a>(
    importer: &mut Importer,
    readers: &Readers<'a>,
    input: &'a RawPort,
    options: &Options,
) -> Result<Item, Diagnostic> {
    let dtype = tensor::fed(input.data_type).map_err(|fault| {
        Diagnostic::error(fault).help("let the model take one of these types, and cast before it")
    })?;
    if let Some(other) = tensor::other_float(input.data_type) {
        let message = format!("the input `{}` is {other} in the file, and f32 here", input.name);
        importer.notes.push(Diagnostic::note(message).at(Place::tensor(&input.name)));
    }
    let file = extents(importer, input, options)?;
    let room = few_axes(file.len()).and_then(|()| importer.make_room(dtype, &file));
    importer.exceeded = None;
    room.map_err(too_large)?;
    // Where only axes of extent 1 would move, the caller's tensor has the file's shape; the rest is a view.
    let roles = readers.of_input(&input.name, file.len());
    let image = Layout::image(file.len()).map(|image| image.without_extra());
    let image = image.filter(|layout| {
        roles.as_ref().is_some_and(Roles::is_image) && boundary(layout, &file).source_axes.is_some()
    });
    importer.roles.extend(roles.map(|roles| (input.name.clone(), roles)));
    let layout = match (image, options.layout) {
        (Some(image), PortLayout::ChannelsLast) => image,
        (Some(_), PortLayout::File) => {
            layout_note(importer, "input", &input.name, &file);
            Layout::plain(file.len())
        }
        (None, _) => Layout::plain(file.len()),
    };
    let dims = layout.graph_dims(&file);
    let tensor = importer.graph.add_tensor(Tensor::new(&input.name, TensorType::new(dtype, dims)));
    importer.graph.inputs.push(Port { tensor, boundary: boundary(&layout, &file) });
    Ok(Item::Computed(Handle { tensor, layout }))
}

/// How a port in this layout differs from the file's. Where only axes of extent 1 move, the bytes are the same.
pub(super) fn boundary(layout: &Layout, file: &[usize]) -> Boundary {
    let moved: Vec<usize> =
        layout.file_axes().filter(|&axis| file.get(axis).is_some_and(|&dim| dim != 1)).collect();
    let source_axes = (!moved.is_sorted()).then(|| layout.file_axes().collect());
    Boundary { source_axes, unsigned: false }
}

/// The extents in the file, with open ones from the options. An open batch is 1.
fn extents(importer: &mut Importer, input: &RawPort, options: &Options) -> Result<Vec<usize>, Diagnostic> {
    let chosen = options.input_shapes.iter().rev().find(|(name, _)| *name == input.name);
    let chosen = chosen.or_else(|| options.input_shapes.iter().rev().find(|(name, _)| name.is_empty()));
    let chosen = chosen.map(|(_, extents)| extents);
    let Some(declared) = &input.dims else {
        return match chosen {
            Some(chosen) if !chosen.contains(&0) => Ok(chosen.clone()),
            Some(chosen) => {
                let message = format!("the extents {} must be at least 1", join(chosen));
                Err(Diagnostic::error(message).at(Place::option("input_shape")))
            }
            None => Err(Diagnostic::error("the file does not say what shape the input has")
                .help(advice(&input.name, &[]))),
        };
    };
    if let Some(chosen) = chosen {
        let fits = |(axis, (&own, declared)): (usize, (&usize, &Dim))| match declared {
            // A fixed batch may be overridden too.
            Dim::Known(extent) => own == *extent || (axis == 0 && own == 1),
            Dim::Open(_) => own > 0,
        };
        if chosen.len() == declared.len() && chosen.iter().zip(declared).enumerate().all(fits) {
            return Ok(chosen.clone());
        }
        let message = format!("the extents {} do not fit the declared {}", join(chosen), describe(declared));
        return Err(Diagnostic::error(message).at(Place::option("input_shape")));
    }
    let mut extents = Vec::new();
    for (axis, dim) in declared.iter().enumerate() {
        extents.push(match dim {
            Dim::Known(extent) => *extent,
            Dim::Open(name) if axis == 0 => {
                let what = if name.is_empty() {
                    "which the file leaves open".to_owned()
                } else {
                    format!("`{name}` in the file")
                };
                let note = Diagnostic::note(format!("the batch of the input `{}`, {what}, is 1", input.name));
                importer.notes.push(note.at(Place::tensor(&input.name)));
                1
            }
            Dim::Open(name) => {
                let what = if name.is_empty() { String::new() } else { format!(" (`{name}`)") };
                let message = format!(
                    "axis {axis}{what} of the input `{}` is not fixed: {}",
                    input.name,
                    describe(declared)
                );
                return Err(Diagnostic::error(message).help(advice(&input.name, declared)));
            }
        });
    }
    Ok(extents)
}

fn advice(name: &str, declared: &[Dim]) -> String {
    let example: Vec<usize> = match declared {
        [] => vec![1, 3, 96, 96],
        _ => declared
            .iter()
            .enumerate()
            .map(|(axis, dim)| match dim {
                Dim::Known(extent) => *extent,
                Dim::Open(_) if axis == 0 => 1,
                Dim::Open(_) => 96,
            })
            .collect(),
    };
    format!("give the extents, for example input_shape = \"{name}={}\"", join(&example))
}

fn join(extents: &[usize]) -> String {
    extents.iter().map(usize::to_string).collect::<Vec<_>>().join("x")
}

fn describe(declared: &[Dim]) -> String {
    let words: Vec<String> = declared
        .iter()
        .map(|dim| match dim {
            Dim::Known(extent) => extent.to_string(),
            Dim::Open(name) if name.is_empty() => "?".to_owned(),
            Dim::Open(name) => name.clone(),
        })
        .collect();
    format!("[{}]", words.join(", "))
}

#[cfg(test)]
mod test;
