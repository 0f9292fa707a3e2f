//! The trees of an ensemble as its constant operands hold them, judged once.

use super::{Combine, TreeEnsemble};
use crate::ir::{Fault, Value};

/// A comparison of a feature with a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Test {
    LessOrEqual,
    Less,
    GreaterOrEqual,
    Greater,
    Equal,
    NotEqual,
}

/// Nodes times targets that are looked through for targets without a weight; a hostile file could have more.
const MOST_COVERED: usize = 1 << 26;

/// In a test's code: NaN holds.
const MISSING: i32 = 8;

impl Test {
    const ALL: [Test; 6] =
        [Test::LessOrEqual, Test::Less, Test::GreaterOrEqual, Test::Greater, Test::Equal, Test::NotEqual];

    /// The number in the nodes: 0 to 5 for `<=`, `<`, `>=`, `>`, `==`, `!=`; 8 more where a missing value (NaN) takes the way of a test that
    /// holds.
    #[cfg(feature = "onnx")]
    pub(super) fn code(self, missing: bool) -> i32 {
        let place = Test::ALL.iter().position(|&test| test == self).unwrap_or(0);
        place as i32 + if missing { MISSING } else { 0 }
    }

    fn of_code(code: i32) -> Option<(Test, bool)> {
        let test = usize::try_from(code & !MISSING).ok().and_then(|place| Test::ALL.get(place))?;
        Some((*test, code & MISSING != 0))
    }

    /// Whether it holds, as in IEEE 754: of NaN, only `!=` does.
    fn holds(self, x: f32, threshold: f32) -> bool {
        match self {
            Test::LessOrEqual => x <= threshold,
            Test::Less => x < threshold,
            Test::GreaterOrEqual => x >= threshold,
            Test::Greater => x > threshold,
            Test::Equal => x == threshold,
            Test::NotEqual => x != threshold,
        }
    }
}

/// What lies below a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Child {
    Node(usize),
    Leaf(usize),
}

impl Child {
    fn of(number: i32) -> Child {
        match usize::try_from(number) {
            Ok(node) => Child::Node(node),
            Err(_) => Child::Leaf(number.unsigned_abs() as usize - 1),
        }
    }

    /// The number in the nodes.
    #[cfg(feature = "onnx")]
    pub(super) fn number(self) -> Option<i32> {
        match self {
            Child::Node(node) => i32::try_from(node).ok(),
            Child::Leaf(leaf) => i32::try_from(leaf).ok().map(|leaf| -1 - leaf),
        }
    }
}

/// A node that asks something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) feature: usize,
    pub(super) test: Test,
    /// Whether NaN takes the way of a test that holds, whatever the test says.
    pub(super) missing: bool,
    pub(super) threshold: f32,
    /// Where the test holds, and where it does not.
    pub(super) children: [Child; 2],
}

/// The trees of an ensemble.
pub(super) struct Forest<'a> {
    nodes: &'a [[i32; 4]],
    thresholds: &'a [f32],
    roots: &'a [i32],
    leaves: &'a [i32],
    targets: &'a [i32],
    weights: &'a [f32],
    base: Option<&'a [f32]>,
}

impl<'a> Forest<'a> {
    /// The trees in an ensemble's operands, of which the first is not looked at.
    pub(super) fn of(operands: &[Option<&'a Value>]) -> Result<Forest<'a>, Fault> {
        let constant = |index: usize, what: &str| {
            let value = operands.get(index).copied().flatten();
            value.ok_or_else(|| format!("operand {index}, {what}, is not a constant"))
        };
        let integers = |index: usize, what: &str| {
            let value = constant(index, what)?.as_i32();
            value.ok_or_else(|| format!("operand {index}, {what}, is not i32"))
        };
        let reals = |index: usize, what: &str| {
            let value = constant(index, what)?.as_f32();
            value.ok_or_else(|| format!("operand {index}, {what}, is not f32"))
        };
        let (nodes, rest) = integers(1, "the nodes")?.as_chunks();
        if !rest.is_empty() {
            return Err("the nodes do not consist of four numbers each".to_owned());
        }
        Ok(Forest {
            nodes,
            thresholds: reals(2, "the thresholds")?,
            roots: integers(3, "the roots")?,
            leaves: integers(4, "the leaves")?,
            targets: integers(5, "the targets of the weights")?,
            weights: reals(6, "the weights")?,
            base: match operands.get(7).copied().flatten() {
                Some(_) => Some(reals(7, "the base")?),
                None => None,
            },
        })
    }

    /// A fault unless every path ends at a leaf, and all features and targets exist.
    pub(super) fn check(&self, op: &TreeEnsemble, features: usize) -> Result<(), Fault> {
        if self.thresholds.len() != self.nodes.len() {
            return Err(format!("{} nodes have {} thresholds", self.nodes.len(), self.thresholds.len()));
        }
        if self.targets.len() != self.weights.len() {
            return Err(format!("{} weights have {} targets", self.weights.len(), self.targets.len()));
        }
        if let Some(base) = self.base.filter(|base| base.len() != op.targets) {
            return Err(format!("the base has {} numbers for {} targets", base.len(), op.targets));
        }
        let ends_with_weights = self.leaves.last().is_some_and(|&end| usize::try_from(end) == Ok(self.weights.len()));
        if !self.leaves.is_sorted() || self.leaves.first() != Some(&0) || !ends_with_weights {
            return Err("the leaves do not share out the weights".to_owned());
        }
        let fits = |child: Child, least: usize| match child {
            Child::Node(node) => (least..self.nodes.len()).contains(&node),
            Child::Leaf(leaf) => leaf + 1 < self.leaves.len(),
        };
        for index in 0..self.nodes.len() {
            let node = self.node(index).ok_or_else(|| format!("node {index} has a test of an unknown number"))?;
            if node.feature >= features {
                return Err(format!("node {index} asks for feature {}, but there are {features}", node.feature));
            }
            if node.threshold.is_nan() {
                return Err(format!("the threshold of node {index} is not a number"));
            }
            // Children behind their parents: no path comes back.
            if node.children.iter().any(|&child| !fits(child, index + 1)) {
                return Err(format!("a child of node {index} is no leaf and no node behind it"));
            }
        }
        if self.roots.iter().any(|&root| !fits(Child::of(root), 0)) {
            return Err("a root is no leaf and no node".to_owned());
        }
        if self.targets.iter().any(|&target| !usize::try_from(target).is_ok_and(|target| target < op.targets)) {
            return Err(format!("a weight has a target beyond the {}", op.targets));
        }
        self.check_range(op)
    }

    /// A fault unless all numbers are finite, and so are all sums.
    fn check_range(&self, op: &TreeEnsemble) -> Result<(), Fault> {
        let base = self.base.unwrap_or_default();
        if self.weights.iter().chain(base).any(|weight| !weight.is_finite()) {
            return Err("a weight or the base is not finite".to_owned());
        }
        let largest = |numbers: &[f32]| numbers.iter().fold(0f64, |most, &number| most.max(f64::from(number).abs()));
        let trees = if matches!(op.combine, Combine::Sum | Combine::Average) { self.roots.len() } else { 1 };
        // A leaf may have several weights for a target; roundings make up for less than the last factor.
        let most_weights = self.leaves.windows(2).map(|ends| ends[1].abs_diff(ends[0])).max().unwrap_or(0);
        let most = (largest(self.weights) * trees as f64 * f64::from(most_weights) + largest(base)) * 2.0;
        if most > f64::from(f32::MAX) {
            return Err("the sums of the weights may be beyond the range of f32".to_owned());
        }
        if matches!(op.combine, Combine::Min | Combine::Max) && self.covered(op.targets).contains(&false) {
            return Err("a target has no weight in some rows, so that it has no extreme".to_owned());
        }
        Ok(())
    }

    /// Whether each target is known to get a weight in every row: some tree has one for it in all its leaves.
    pub(super) fn covered(&self, targets: usize) -> Vec<bool> {
        if self.nodes.len().saturating_mul(targets) > MOST_COVERED {
            return vec![false; targets];
        }
        // From the leaves up, for all trees that share nodes: whether a leaf below lacks the target.
        let lacks = |target: usize| {
            let leaf = |leaf: usize| !self.leaf(leaf).any(|(own, _)| own == target);
            let mut nodes = vec![false; self.nodes.len()];
            let below = |nodes: &[bool], child: Child| match child {
                Child::Node(node) => nodes.get(node).copied().unwrap_or(true),
                Child::Leaf(number) => leaf(number),
            };
            for index in (0..self.nodes.len()).rev() {
                let children = self.node(index).map_or([Child::Leaf(0); 2], |node| node.children);
                nodes[index] = children.into_iter().any(|child| below(&nodes, child));
            }
            self.roots.iter().all(|&root| below(&nodes, Child::of(root)))
        };
        (0..targets).map(|target| !lacks(target)).collect()
    }

    /// A node, if its numbers make sense.
    pub(super) fn node(&self, index: usize) -> Option<Node> {
        let &[feature, code, first, second] = self.nodes.get(index)?;
        let (test, missing) = Test::of_code(code)?;
        let children = [Child::of(first), Child::of(second)];
        let (feature, threshold) = (usize::try_from(feature).ok()?, *self.thresholds.get(index)?);
        Some(Node { feature, test, missing, threshold, children })
    }

    /// Number of nodes.
    pub(super) fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// Number of leaves.
    pub(super) fn leaf_count(&self) -> usize {
        self.leaves.len().saturating_sub(1)
    }

    /// Where the trees begin.
    pub(super) fn roots(&self) -> impl ExactSizeIterator<Item = Child> + '_ {
        self.roots.iter().map(|&root| Child::of(root))
    }

    /// What is added in the end.
    pub(super) fn base(&self) -> &'a [f32] {
        self.base.unwrap_or_default()
    }

    /// The weights of a leaf with their targets.
    pub(super) fn leaf(&self, leaf: usize) -> impl Iterator<Item = (usize, f32)> + '_ {
        let end = |index: usize| self.leaves.get(index).map_or(0, |&end| end.max(0) as usize);
        let range = end(leaf)..end(leaf + 1);
        let targets = self.targets.get(range.clone()).unwrap_or_default().iter().map(|&target| target.max(0) as usize);
        targets.zip(self.weights.get(range).unwrap_or_default().iter().copied())
    }

    /// All weights.
    #[cfg(feature = "onnx")]
    pub(super) fn weights(&self) -> &'a [f32] {
        self.weights
    }

    /// The results for a row. The forest must be [checked](Self::check).
    pub(super) fn row(&self, op: &TreeEnsemble, row: &[f32]) -> Vec<f32> {
        let first = match op.combine {
            Combine::Sum | Combine::Average => 0.0,
            Combine::Min => f32::INFINITY,
            Combine::Max => f32::NEG_INFINITY,
        };
        let mut results = vec![first; op.targets];
        for root in self.roots() {
            for (target, weight) in self.leaf(self.reached(root, row)) {
                let known = &mut results[target];
                match op.combine {
                    Combine::Sum | Combine::Average => *known += weight,
                    Combine::Min if weight < *known => *known = weight,
                    Combine::Max if weight > *known => *known = weight,
                    _ => {}
                }
            }
        }
        for (target, result) in results.iter_mut().enumerate() {
            if op.combine == Combine::Average {
                *result /= self.roots.len() as f32;
            }
            if let Some(base) = self.base().get(target) {
                *result += base;
            }
        }
        results
    }

    /// The leaf that a row reaches from a root.
    fn reached(&self, root: Child, row: &[f32]) -> usize {
        let mut place = root;
        loop {
            let index = match place {
                Child::Leaf(leaf) => return leaf,
                Child::Node(node) => node,
            };
            let Some(node) = self.node(index) else { return 0 };
            let x = row.get(node.feature).copied().unwrap_or(f32::NAN);
            let holds = node.test.holds(x, node.threshold) || (node.missing && x.is_nan());
            place = node.children[usize::from(!holds)];
        }
    }
}
