//! Which values of the file are images, and which of an image's axes each of their axes is.
//!
//! At the model's border, an image whose axes the file has in the operators' own order, `[N, C, H, W]`, is given with its channels
//! last. Any other tensor has the file's order of axes there, also an image that the file transposes itself.

use std::collections::{BTreeMap, BTreeSet};

use super::descriptor::Axes;
use super::find;
use super::read::{RawAttribute, RawModel, RawNode};
use super::shapes::permutation;

/// For each axis of a value the axis of the image `[N, C, …]` that it is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Roles(Vec<usize>);

impl Roles {
    /// An image as operators take it.
    fn image(rank: usize) -> Roles {
        Roles((0..rank).collect())
    }

    /// Whether the file has the axes in the operators' order.
    pub(super) fn is_image(&self) -> bool {
        self.0.iter().enumerate().all(|(place, &axis)| place == axis)
    }

    /// The roles when the file transposes the value.
    fn transposed(&self, node: &RawNode) -> Option<Roles> {
        perm(node, self.0.len())?
            .iter()
            .map(|&axis| self.0.get(axis).copied())
            .collect::<Option<_>>()
            .map(Roles)
    }
}

fn perm(node: &RawNode, rank: usize) -> Option<Vec<usize>> {
    let perm = match node.attributes.get("perm") {
        Some(RawAttribute::Ints(perm)) => Some(perm.clone()),
        _ => None,
    };
    permutation(perm, rank).ok()
}

/// The roles of a node's result of so many axes, given those of its operands.
pub(super) fn of_result(node: &RawNode, rank: usize, known: &BTreeMap<String, Roles>) -> Option<Roles> {
    let axes = find(&node.domain, &node.op_type)?.axes;
    let mut operands = node.inputs.iter().filter_map(|name| known.get(name));
    match axes {
        Axes::Image => Some(Roles::image(rank)),
        Axes::Kept => operands.find(|roles| roles.0.len() == rank).cloned(),
        Axes::Permuted => operands.next()?.transposed(node),
        Axes::Other => None,
    }
}

/// The nodes that read each value.
pub(super) struct Readers<'a>(BTreeMap<&'a str, Vec<&'a RawNode>>);

impl<'a> Readers<'a> {
    pub(super) fn of(model: &'a RawModel) -> Readers<'a> {
        let mut readers: BTreeMap<&str, Vec<&RawNode>> = BTreeMap::new();
        for node in &model.nodes {
            for name in node.inputs.iter().collect::<BTreeSet<_>>() {
                readers.entry(name).or_default().push(node);
            }
        }
        Readers(readers)
    }

    /// The roles of an input's axes for the first operator on images that it reaches through operators which keep or permute its axes.
    pub(super) fn of_input(&self, input: &'a str, rank: usize) -> Option<Roles> {
        let mut seen = BTreeSet::new();
        // A value, and the input's axis that each of its axes is.
        let mut open = vec![(input, (0..rank).collect::<Vec<_>>())];
        while let Some((name, axes)) = open.pop() {
            if !seen.insert(name) {
                continue;
            }
            for node in self.0.get(name).into_iter().flatten().rev() {
                let first = node.inputs.first().is_some_and(|first| first == name);
                let Some(operator) = find(&node.domain, &node.op_type) else { continue };
                let after = match operator.axes {
                    Axes::Image if first && axes.len() == rank => {
                        let mut roles = vec![0; rank];
                        axes.iter().enumerate().for_each(|(role, &axis)| roles[axis] = role);
                        return Some(Roles(roles));
                    }
                    Axes::Kept => Some(axes.clone()),
                    Axes::Permuted => perm(node, rank)
                        .map(|perm| perm.into_iter().filter_map(|axis| axes.get(axis).copied()).collect()),
                    Axes::Image | Axes::Other => None,
                };
                if let (Some(after), Some(output)) = (after, node.outputs.first()) {
                    open.push((output, after));
                }
            }
        }
        None
    }
}
