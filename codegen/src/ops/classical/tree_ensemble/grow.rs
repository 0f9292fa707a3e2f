//! Trees as files list them, to an ensemble's operands: nodes in an order in which children stand behind their parents.

use super::forest::{Child, Test};
use crate::import::onnx::NodeImport;
use crate::ir::{Fault, TensorId, Value};
use crate::limits::MOST_TREE_NODES;

/// A node of a file's tree that asks something.
#[derive(Clone, Debug)]
pub(super) struct Branch {
    /// What messages call it.
    pub(super) name: String,
    pub(super) feature: usize,
    pub(super) test: Test,
    /// Whether NaN takes the way of a test that holds.
    pub(super) missing: bool,
    pub(super) threshold: f32,
    /// Where the test holds, and where it does not: branches or leaves of the lists.
    pub(super) children: [Child; 2],
}

/// The trees of a file.
#[derive(Debug, Default)]
pub(super) struct Grove {
    pub(super) branches: Vec<Branch>,
    /// Weights of each leaf, by target.
    pub(super) leaves: Vec<Vec<(usize, f32)>>,
    /// The trees, in the order in which they are added up.
    pub(super) roots: Vec<Child>,
}

impl Grove {
    /// The operands of an ensemble behind its rows.
    ///
    /// # Errors
    /// The branches are no trees, or too many.
    pub(super) fn operands(&self, node: &mut NodeImport<'_>, base: &[f32]) -> Result<Vec<Option<TensorId>>, Fault> {
        if self.branches.len().saturating_add(self.leaves.len()) > MOST_TREE_NODES {
            return Err(too_many(self.branches.len() + self.leaves.len()));
        }
        let order = self.order()?;
        let mut places = vec![0; self.branches.len()];
        for (place, &branch) in order.iter().enumerate() {
            places[branch] = place;
        }
        let number = |child: Child| {
            let placed = match child {
                Child::Node(branch) => Child::Node(places[branch]),
                leaf @ Child::Leaf(_) => leaf,
            };
            placed.number().ok_or_else(|| too_many(usize::MAX))
        };
        let mut nodes = Vec::new();
        for &branch in &order {
            let branch = &self.branches[branch];
            let feature = i32::try_from(branch.feature).map_err(|_| format!("{}: no such feature", branch.name))?;
            nodes.extend([feature, branch.test.code(branch.missing)]);
            for child in branch.children {
                nodes.push(number(child)?);
            }
        }
        let thresholds = order.iter().map(|&branch| self.branches[branch].threshold).collect();
        let roots = self.roots.iter().map(|&root| number(root)).collect::<Result<Vec<_>, Fault>>()?;
        let weights: Vec<(usize, f32)> = self.leaves.iter().flatten().copied().collect();
        let mut end = 0;
        let ends = self.leaves.iter().map(|leaf| {
            end += leaf.len() as i32;
            end
        });
        let leaves: Vec<i32> = std::iter::once(0).chain(ends).collect();
        let targets: Vec<i32> = weights.iter().map(|&(target, _)| target as i32).collect();
        let constants = [
            ("nodes", Value::i32([order.len(), 4], nodes)),
            ("thresholds", Value::f32([order.len()], thresholds)),
            ("roots", Value::i32([roots.len()], roots)),
            ("leaves", Value::i32([leaves.len()], leaves)),
            ("targets", Value::i32([targets.len()], targets)),
            ("weights", Value::f32([weights.len()], weights.iter().map(|&(_, weight)| weight).collect())),
        ];
        let mut operands = Vec::new();
        for (name, value) in constants {
            let value = value.ok_or("the trees do not have the numbers that they list")?;
            operands.push(Some(node.add_constant(name, value, None)));
        }
        if !base.is_empty() {
            let value = Value::f32([base.len()], base.to_vec()).ok_or("the base has no numbers")?;
            operands.push(Some(node.add_constant("base", value, None)));
        }
        Ok(operands)
    }

    /// The branches, parents before their children.
    fn order(&self) -> Result<Vec<usize>, Fault> {
        let mut seen = vec![false; self.branches.len()];
        let mut order = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        let branch = |child: &Child| match *child {
            Child::Node(branch) => Some(branch),
            Child::Leaf(_) => None,
        };
        for root in &self.roots {
            open.extend(branch(root));
            while let Some(index) = open.pop() {
                if std::mem::replace(&mut seen[index], true) {
                    return Err(format!("{} has two parents, or is below itself", self.branches[index].name));
                }
                order.push(index);
                open.extend(self.branches[index].children.iter().rev().filter_map(branch));
            }
        }
        match seen.iter().position(|&seen| !seen) {
            Some(index) => Err(format!("{} is below no root: its parents are a circle", self.branches[index].name)),
            None => Ok(order),
        }
    }
}

/// The fault of more nodes than a forest may have.
pub(super) fn too_many(count: usize) -> Fault {
    format!("forests of {count} nodes are not supported, {MOST_TREE_NODES} are")
}
