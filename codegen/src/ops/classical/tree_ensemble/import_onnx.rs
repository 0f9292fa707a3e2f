//! How ONNX writes ensembles of trees: TreeEnsembleClassifier and TreeEnsembleRegressor, whose lists have a line for each node, leaf or not,
//! and since version 5 TreeEnsemble, whose leaves have lists of their own.

use std::collections::{BTreeMap, HashMap};

use super::forest::{Child, Test};
use super::grow::{Branch, Grove, too_many};
use super::{Combine, Forest, TreeEnsemble};
use crate::import::onnx::{Handle, Item, Layout, NodeImport, Onnx, known};
use crate::ir::{DType, Fault, TensorId, Value};
use crate::limits::MOST_TREE_NODES;
use crate::ops::classical::classifier::{Complement, Covered, Raw, Transform, classify};

/// The operators that import as ensembles.
pub(super) const OPERATORS: &[Onnx] = &[
    Onnx::ml(
        "TreeEnsembleClassifier",
        1,
        known![
            base_values: Floats, base_values_as_tensor: Tensor since 3, class_ids: Ints, class_nodeids: Ints,
            class_treeids: Ints, class_weights: Floats, class_weights_as_tensor: Tensor since 3,
            classlabels_int64s: Ints, classlabels_strings: Texts, nodes_falsenodeids: Ints, nodes_featureids: Ints,
            nodes_hitrates: Floats, nodes_hitrates_as_tensor: Tensor since 3, nodes_missing_value_tracks_true: Ints,
            nodes_modes: Texts, nodes_nodeids: Ints, nodes_treeids: Ints, nodes_truenodeids: Ints,
            nodes_values: Floats, nodes_values_as_tensor: Tensor since 3, post_transform: Text,
        ],
        classifier,
    )
    .with_all_results(),
    Onnx::ml(
        "TreeEnsembleRegressor",
        1,
        known![
            aggregate_function: Text, base_values: Floats, base_values_as_tensor: Tensor since 3, n_targets: Int,
            nodes_falsenodeids: Ints, nodes_featureids: Ints, nodes_hitrates: Floats,
            nodes_hitrates_as_tensor: Tensor since 3, nodes_missing_value_tracks_true: Ints, nodes_modes: Texts,
            nodes_nodeids: Ints, nodes_treeids: Ints, nodes_truenodeids: Ints, nodes_values: Floats,
            nodes_values_as_tensor: Tensor since 3, post_transform: Text, target_ids: Ints, target_nodeids: Ints,
            target_treeids: Ints, target_weights: Floats, target_weights_as_tensor: Tensor since 3,
        ],
        regressor,
    ),
    Onnx::ml(
        "TreeEnsemble",
        1,
        known![
            aggregate_function: Int, leaf_targetids: Ints, leaf_weights: Tensor, membership_values: Tensor,
            n_targets: Int, nodes_falseleafs: Ints, nodes_falsenodeids: Ints, nodes_featureids: Ints,
            nodes_hitrates: Tensor, nodes_missing_value_tracks_true: Ints, nodes_modes: Tensor, nodes_splits: Tensor,
            nodes_trueleafs: Ints, nodes_truenodeids: Ints, post_transform: Int, tree_roots: Ints,
        ],
        ensemble,
    )
    .since(5),
];

fn classifier(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let labels = crate::ops::classical::classifier::labels(node, "classlabels_int64s")?;
    let transform = Transform::named(node)?;
    let classes = labels.len();
    let (grove, used) = listed(node, "class", classes)?;
    let base: Vec<f32> = node.attribute_or("base_values", Vec::new())?;
    if !(base.is_empty() || base.len() == classes || (classes == 2 && base.len() == 1)) {
        return Err(format!("has {} base values for {classes} classes", base.len()));
    }
    // Two classes may have one score, of the only class that leaves name.
    let single = classes == 2 && used.len() == 1;
    let ids: Vec<usize> = used.keys().copied().collect();
    let positive = !grove.leaves.iter().flatten().any(|&(_, weight)| weight < 0.0);
    let (targets, grove, base) = match (single, ids.as_slice()) {
        (true, [0]) if base.len() < 2 => (1, grove, base),
        (true, _) => {
            return Err(node.advised(
                "has two classes of which one has scores, in a form that is not supported",
                "let the leaves have weights for class 0 alone, or for both, and no base value or one",
            ));
        }
        // One base value of two is that of the first.
        _ if classes == 2 && base.len() == 1 => (2, grove, vec![base[0], 0.0]),
        _ if classes == 2 && base.len() == 2 => {
            return Err("two classes with two base values are not supported".to_owned());
        }
        _ => (classes, grove, base),
    };
    let op = TreeEnsemble { targets, combine: Combine::Sum };
    let inputs = operands(node, &grove, &op, &base)?;
    let covered = if !base.is_empty() { Covered::All } else { covered(node, &inputs, targets)? };
    let result = if transform.is_none() && targets == classes { Some(1) } else { None };
    let tensor = match result {
        Some(index) => node.result(index, op, inputs)?,
        None => node.step("scores", op, inputs)?,
    };
    let (threshold, complement) = match positive {
        true => (0.5, Complement::Rest),
        false => (0.0, Complement::Negative),
    };
    classify(node, Raw { tensor, classes: targets, threshold, complement, covered, transform }, labels)
}

/// The operands of an ensemble, whose trees are sound.
fn operands(
    node: &mut NodeImport<'_>,
    grove: &Grove,
    op: &TreeEnsemble,
    base: &[f32],
) -> Result<Vec<Option<TensorId>>, Fault> {
    let x = rows(node)?;
    let features = node.tensor(x).ty.shape.channels();
    if let Some(branch) = grove.branches.iter().find(|branch| branch.feature >= features) {
        return Err(format!("{} asks for feature {}, but there are {features}", branch.name, branch.feature));
    }
    let mut inputs = vec![Some(x)];
    inputs.extend(grove.operands(node, base)?);
    forest(node, &inputs)?.check(op, features)?;
    Ok(inputs)
}

/// The trees in an ensemble's operands.
fn forest<'a>(node: &'a NodeImport<'_>, inputs: &[Option<TensorId>]) -> Result<Forest<'a>, Fault> {
    let values: Vec<Option<&Value>> =
        inputs.iter().map(|id| id.and_then(|id| node.tensor(id).data.as_deref())).collect();
    Forest::of(&values)
}

/// Which classes have a score in every row.
fn covered(node: &NodeImport<'_>, inputs: &[Option<TensorId>], targets: usize) -> Result<Covered, Fault> {
    let forest = forest(node, inputs)?;
    Ok(match forest.covered(targets).contains(&false) {
        false => Covered::All,
        // A class without a score has 0, which loses against any other.
        true if forest.weights().iter().all(|&weight| weight > 0.0) => Covered::Positive,
        true => Covered::Some,
    })
}

fn regressor(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let targets = node.attribute_or("n_targets", 1i64)?;
    let targets = usize::try_from(targets).ok().filter(|&targets| targets > 0).ok_or("`n_targets` must be at least 1")?;
    let combine = match node.attribute_or("aggregate_function", "SUM".to_owned())?.as_str() {
        "SUM" => Combine::Sum,
        "AVERAGE" => Combine::Average,
        "MIN" => Combine::Min,
        "MAX" => Combine::Max,
        other => return Err(format!("`aggregate_function={other}` is not known")),
    };
    let transform = Transform::named(node)?;
    let (grove, _) = listed(node, "target", targets)?;
    let base: Vec<f32> = node.attribute_or("base_values", Vec::new())?;
    emit(node, &grove, TreeEnsemble { targets, combine }, &base, transform)
}

/// TreeEnsemble: nodes and leaves have lists of their own, enumerations are numbers.
fn ensemble(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let targets = node.attribute_or("n_targets", 1i64)?;
    let targets = usize::try_from(targets).ok().filter(|&targets| targets > 0).ok_or("`n_targets` must be at least 1")?;
    let combine = match node.attribute_or("aggregate_function", 1i64)? {
        0 => Combine::Average,
        1 => Combine::Sum,
        2 => Combine::Min,
        3 => Combine::Max,
        other => return Err(format!("`aggregate_function={other}` is not known")),
    };
    let transform = Transform::numbered(node)?;
    let grove = separate(node, targets)?;
    emit(node, &grove, TreeEnsemble { targets, combine }, &[], transform)
}

/// Adds an ensemble whose results are the operator's.
fn emit(
    node: &mut NodeImport<'_>,
    grove: &Grove,
    op: TreeEnsemble,
    base: &[f32],
    transform: Transform,
) -> Result<(), Fault> {
    if !(base.is_empty() || base.len() == op.targets) {
        return Err(format!("has {} base values for {} targets", base.len(), op.targets));
    }
    // What onnxruntime does to one target differs from what it does to several.
    if !transform.is_none() && op.targets == 1 {
        return Err("a transformation of one score is not supported".to_owned());
    }
    let inputs = operands(node, grove, &op, base)?;
    if transform.is_none() {
        return node.emit(op, inputs, Layout::plain(2));
    }
    let scores = node.step("scores", op, inputs)?;
    let tensor = transform.apply(node, scores, 0)?;
    node.bind(Item::Computed(Handle { tensor, layout: Layout::plain(2) }));
    Ok(())
}

/// The operand as rows of features `[N, F]`.
fn rows(node: &mut NodeImport<'_>) -> Result<TensorId, Fault> {
    crate::ops::classical::classifier::rows(node)
}

/// A list of the node's attributes, as long as there are nodes.
fn list<T>(node: &NodeImport<'_>, name: &str, count: Option<usize>) -> Result<Vec<T>, Fault>
where
    Vec<T>: crate::import::onnx::FromAttribute,
{
    let list: Vec<T> = node.attribute(name)?.ok_or_else(|| format!("the attribute `{name}` is missing"))?;
    match count {
        Some(count) if list.len() != count => {
            Err(format!("`{name}` has {} elements, but there are {count} nodes", list.len()))
        }
        _ => Ok(list),
    }
}

/// Which nodes' missing values take the way of a test that holds.
fn missing(node: &NodeImport<'_>, count: usize) -> Result<Vec<i64>, Fault> {
    let missing: Vec<i64> = node.attribute_or("nodes_missing_value_tracks_true", Vec::new())?;
    match missing.len() {
        0 => Ok(vec![0; count]),
        own if own == count => Ok(missing),
        own => Err(format!("`nodes_missing_value_tracks_true` has {own} elements, but there are {count} nodes")),
    }
}

/// Refuses lists of f64.
fn only_floats(node: &NodeImport<'_>, names: &[&str]) -> Result<(), Fault> {
    for name in names {
        if node.attribute::<std::sync::Arc<Value>>(name)?.is_some() {
            return Err(node.advised(
                format!("`{name}` is not supported: its numbers may have more digits than f32"),
                "export the model for inputs of float32",
            ));
        }
    }
    Ok(())
}

/// The trees of lists with a line for each node, leaf or not, and how often leaves name each target.
fn listed(
    node: &NodeImport<'_>,
    role: &str,
    targets: usize,
) -> Result<(Grove, BTreeMap<usize, usize>), Fault> {
    let weights_as_tensor = format!("{role}_weights_as_tensor");
    only_floats(node, &["nodes_values_as_tensor", "base_values_as_tensor", &weights_as_tensor])?;
    let trees: Vec<i64> = list(node, "nodes_treeids", None)?;
    let count = trees.len();
    if count > MOST_TREE_NODES {
        return Err(too_many(count));
    }
    let ids: Vec<i64> = list(node, "nodes_nodeids", Some(count))?;
    let features: Vec<i64> = list(node, "nodes_featureids", Some(count))?;
    let modes: Vec<String> = list(node, "nodes_modes", Some(count))?;
    let values: Vec<f32> = list(node, "nodes_values", Some(count))?;
    let holds: Vec<i64> = list(node, "nodes_truenodeids", Some(count))?;
    let fails: Vec<i64> = list(node, "nodes_falsenodeids", Some(count))?;
    let missing = missing(node, count)?;

    let name = |line: usize| format!("node {} of tree {}", ids[line], trees[line]);
    let mut lines: HashMap<(i64, i64), usize> = HashMap::with_capacity(count);
    for line in 0..count {
        if lines.insert((trees[line], ids[line]), line).is_some() {
            return Err(format!("{} is listed twice", name(line)));
        }
    }
    let mut grove = Grove::default();
    let mut children = Vec::with_capacity(count);
    for mode in &modes {
        children.push(if mode == "LEAF" {
            grove.leaves.push(Vec::new());
            Child::Leaf(grove.leaves.len() - 1)
        } else {
            // The branch of that number follows below, in the same order.
            Child::Node(children.len() - grove.leaves.len())
        });
    }
    let mut is_child = vec![false; count];
    for line in (0..count).filter(|&line| modes[line] != "LEAF") {
        let test = test(&modes[line]).ok_or_else(|| format!("{} has the unknown mode `{}`", name(line), modes[line]))?;
        let mut child = |id: i64| {
            let place = *lines
                .get(&(trees[line], id))
                .ok_or_else(|| format!("{} has the child {id}, which its tree does not have", name(line)))?;
            is_child[place] = true;
            Ok::<Child, Fault>(children[place])
        };
        let both = [child(holds[line])?, child(fails[line])?];
        let leaf = both.iter().any(|child| matches!(child, Child::Leaf(_)));
        if both[0] == both[1] && !leaf {
            return Err(format!("both children of {} are the same node", name(line)));
        }
        grove.branches.push(branch(name(line), features[line], test, values[line], missing[line], both)?);
    }
    grove.roots = roots(&trees, &is_child, &children)?;
    let used = weigh(node, role, targets, &lines, &children, &mut grove)?;
    Ok((grove, used))
}

fn branch(
    name: String,
    feature: i64,
    test: Test,
    threshold: f32,
    missing: i64,
    children: [Child; 2],
) -> Result<Branch, Fault> {
    if threshold.is_nan() {
        return Err(format!("the threshold of {name} is not a number"));
    }
    if missing != 0 && test == Test::Equal {
        return Err(format!("missing values that take the way of equality, as at {name}, are not supported"));
    }
    let feature = usize::try_from(feature).map_err(|_| format!("{name} asks for feature {feature}"))?;
    Ok(Branch { name, feature, test, missing: missing != 0, threshold, children })
}

/// The root of each tree: what is no child. Trees count in the order in which they are first named.
fn roots(trees: &[i64], is_child: &[bool], children: &[Child]) -> Result<Vec<Child>, Fault> {
    let mut order = Vec::new();
    let mut roots: HashMap<i64, Vec<Child>> = HashMap::new();
    for (line, &tree) in trees.iter().enumerate() {
        let own = roots.entry(tree).or_insert_with(|| {
            order.push(tree);
            Vec::new()
        });
        if !is_child[line] {
            own.push(children[line]);
        }
    }
    let root = |tree: &i64| match roots[tree].as_slice() {
        [root] => Ok(*root),
        [] => Err(format!("tree {tree} has no root: each of its nodes is below another")),
        several => Err(format!("tree {tree} has {} roots: nodes that are no children", several.len())),
    };
    order.iter().map(root).collect()
}

/// Gives the leaves their weights; how often each target is named.
fn weigh(
    node: &NodeImport<'_>,
    role: &str,
    targets: usize,
    lines: &HashMap<(i64, i64), usize>,
    children: &[Child],
    grove: &mut Grove,
) -> Result<BTreeMap<usize, usize>, Fault> {
    let trees: Vec<i64> = list(node, &format!("{role}_treeids"), None)?;
    let count = trees.len();
    let other = |name: &str| -> Result<Vec<i64>, Fault> {
        let name = format!("{role}_{name}");
        let list: Vec<i64> = list(node, &name, None)?;
        if list.len() == count { Ok(list) } else { Err(format!("`{name}` has {} elements, but there are {count} weights", list.len())) }
    };
    let (ids, names) = (other("nodeids")?, other("ids")?);
    let weights: Vec<f32> = list(node, &format!("{role}_weights"), None)?;
    if weights.len() != count {
        return Err(format!("`{role}_weights` has {} elements, but there are {count}", weights.len()));
    }
    let mut used = BTreeMap::new();
    for index in 0..count {
        let place = format!("node {} of tree {}", ids[index], trees[index]);
        let leaf = match lines.get(&(trees[index], ids[index])).map(|&line| children[line]) {
            Some(Child::Leaf(leaf)) => leaf,
            Some(Child::Node(_)) => return Err(format!("{place} has a weight, but is no leaf")),
            None => return Err(format!("a weight is that of {place}, which there is not")),
        };
        let target = usize::try_from(names[index]).ok().filter(|&target| target < targets);
        let target = target.ok_or_else(|| {
            format!("a weight of {place} is for {role} {}, but there are {targets}", names[index])
        })?;
        if !weights[index].is_finite() {
            return Err(format!("a weight of {place} is not finite"));
        }
        grove.leaves[leaf].push((target, weights[index]));
        *used.entry(target).or_insert(0) += 1;
    }
    Ok(used)
}

fn test(mode: &str) -> Option<Test> {
    Some(match mode {
        "BRANCH_LEQ" => Test::LessOrEqual,
        "BRANCH_LT" => Test::Less,
        "BRANCH_GTE" => Test::GreaterOrEqual,
        "BRANCH_GT" => Test::Greater,
        "BRANCH_EQ" => Test::Equal,
        "BRANCH_NEQ" => Test::NotEqual,
        _ => return None,
    })
}

/// The trees of lists that have leaves apart.
fn separate(node: &NodeImport<'_>, targets: usize) -> Result<Grove, Fault> {
    let tensor = |name: &str| -> Result<std::sync::Arc<Value>, Fault> {
        node.attribute(name)?.ok_or_else(|| format!("the attribute `{name}` is missing"))
    };
    let reals = |name: &str| -> Result<Vec<f32>, Fault> {
        let value = tensor(name)?;
        value.as_f32().map(<[f32]>::to_vec).ok_or_else(|| format!("`{name}` is not a list of numbers"))
    };
    let features: Vec<i64> = list(node, "nodes_featureids", None)?;
    let count = features.len();
    if count > MOST_TREE_NODES {
        return Err(too_many(count));
    }
    let as_many = |name: &str, own: usize| match own == count {
        true => Ok(()),
        false => Err(format!("`{name}` has {own} elements, but there are {count} nodes")),
    };
    let modes = tensor("nodes_modes")?;
    let modes = modes.integers().filter(|_| modes.dtype() == DType::U8).ok_or("`nodes_modes` is not a list of uint8")?;
    let splits = reals("nodes_splits")?;
    as_many("nodes_modes", modes.len())?;
    as_many("nodes_splits", splits.len())?;
    let holds: Vec<i64> = list(node, "nodes_truenodeids", Some(count))?;
    let fails: Vec<i64> = list(node, "nodes_falsenodeids", Some(count))?;
    let (hold_leaves, fail_leaves): (Vec<i64>, Vec<i64>) =
        (list(node, "nodes_trueleafs", Some(count))?, list(node, "nodes_falseleafs", Some(count))?);
    let missing = missing(node, count)?;
    let names: Vec<i64> = list(node, "leaf_targetids", None)?;
    let weights = reals("leaf_weights")?;
    if names.len() != weights.len() || names.len() > MOST_TREE_NODES {
        return Err(format!("has {} weights for {} leaves", weights.len(), names.len()));
    }
    let mut grove = Grove::default();
    for (index, (&target, &weight)) in names.iter().zip(&weights).enumerate() {
        let target = usize::try_from(target).ok().filter(|&target| target < targets);
        let target = target.ok_or_else(|| format!("leaf {index} is for target {}, but there are {targets}", names[index]))?;
        if !weight.is_finite() {
            return Err(format!("the weight of leaf {index} is not finite"));
        }
        grove.leaves.push(vec![(target, weight)]);
    }
    let child = |line: usize, id: i64, is_leaf: i64| {
        let (what, most) = if is_leaf != 0 { ("leaf", names.len()) } else { ("node", count) };
        let place = usize::try_from(id).ok().filter(|&place| place < most);
        let place = place.ok_or_else(|| format!("node {line} has the child {id}, but there is no such {what}"))?;
        Ok::<Child, Fault>(if is_leaf != 0 { Child::Leaf(place) } else { Child::Node(place) })
    };
    for line in 0..count {
        let test = match modes[line] {
            0 => Test::LessOrEqual,
            1 => Test::Less,
            2 => Test::GreaterOrEqual,
            3 => Test::Greater,
            4 => Test::Equal,
            5 => Test::NotEqual,
            6 => return Err(format!("node {line} asks whether a feature is in a set (BRANCH_MEMBER), which is not supported")),
            other => return Err(format!("node {line} has the unknown mode {other}")),
        };
        let children = [child(line, holds[line], hold_leaves[line])?, child(line, fails[line], fail_leaves[line])?];
        let name = format!("node {line}");
        // A tree of one leaf is a node whose children are that leaf.
        grove.branches.push(branch(name, features[line], test, splits[line], missing[line], children)?);
    }
    let roots: Vec<i64> = list(node, "tree_roots", None)?;
    for root in roots {
        let place = usize::try_from(root).ok().filter(|&place| place < count);
        grove.roots.push(Child::Node(place.ok_or_else(|| format!("the root {root} is no node"))?));
    }
    Ok(grove)
}
