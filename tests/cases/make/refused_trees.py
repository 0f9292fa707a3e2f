"""ONNX files with ensembles of trees that must be refused: what is said of each stands beside it (`codegen/tests/refused/NAME.txt`).

All wrong ensembles of a kind are nodes of one file, since all faults are told at once.
"""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from refused_onnx import port, write

ML = "ai.onnx.ml"
NODES = {
    "nodes_treeids": [0] * 5, "nodes_nodeids": [0, 1, 2, 3, 4], "nodes_featureids": [0, 1, 0, 0, 0],
    "nodes_modes": ["BRANCH_LEQ", "BRANCH_LEQ", "LEAF", "LEAF", "LEAF"], "nodes_values": [0.5, 1.5, 0.0, 0.0, 0.0],
    "nodes_truenodeids": [1, 3, 0, 0, 0], "nodes_falsenodeids": [2, 4, 0, 0, 0],
}
LEAVES = {"treeids": [0, 0, 0], "nodeids": [2, 3, 4], "ids": [0, 0, 0], "weights": [1.0, 2.0, 3.0]}


def regressor(name, **changes):
    """A sound TreeEnsembleRegressor but for the changes."""
    attributes = NODES | {f"target_{key}": value for key, value in LEAVES.items()} | {"n_targets": 1} | changes
    attributes = {key: value for key, value in attributes.items() if value is not None}
    return helper.make_node("TreeEnsembleRegressor", ["x"], [name], name, domain=ML, **attributes)


def classifier(name, **changes):
    """A sound TreeEnsembleClassifier of three classes but for the changes."""
    leaves = {f"class_{key}": value * 3 if key != "ids" else [0, 0, 0, 1, 1, 1, 2, 2, 2] for key, value in LEAVES.items()}
    attributes = NODES | leaves | {"classlabels_int64s": [0, 1, 2]} | changes
    attributes = {key: value for key, value in attributes.items() if value is not None}
    return helper.make_node("TreeEnsembleClassifier", ["x"], [f"{name}_label", name], name, domain=ML, **attributes)


def ensemble(name, **changes):
    """A sound TreeEnsemble of one node but for the changes."""
    attributes = {
        "tree_roots": [0], "nodes_modes": array([0], np.uint8), "nodes_featureids": [0], "nodes_splits": array([0.5]),
        "nodes_truenodeids": [0], "nodes_trueleafs": [1], "nodes_falsenodeids": [1], "nodes_falseleafs": [1],
        "leaf_targetids": [0, 0], "leaf_weights": array([1, 2]), "n_targets": 1,
    } | changes
    return helper.make_node("TreeEnsemble", ["x"], [name], name, domain=ML, **attributes)


def array(values, dtype=np.float32):
    return numpy_helper.from_array(np.array(values, dtype))


def trees():
    """What is wrong with the trees themselves."""
    nan, inf = float("nan"), float("inf")
    nodes = [
        regressor("circle", nodes_truenodeids=[1, 0, 0, 0, 0]),
        regressor("own_child", nodes_truenodeids=[1, 1, 0, 0, 0], nodes_falsenodeids=[2, 4, 0, 0, 0]),
        regressor("two_parents", nodes_falsenodeids=[1, 4, 0, 0, 0], nodes_truenodeids=[1, 3, 0, 0, 0]),
        regressor("missing_child", nodes_falsenodeids=[2, 9, 0, 0, 0]),
        regressor("two_roots", nodes_falsenodeids=[3, 4, 0, 0, 0]),
        regressor("listed_twice", nodes_nodeids=[0, 1, 2, 3, 3]),
        regressor("unknown_mode", nodes_modes=["BRANCH_LEQ", "BRANCH_NEAR", "LEAF", "LEAF", "LEAF"]),
        regressor("missing_modes", nodes_modes=None),
        regressor("few_modes", nodes_modes=["LEAF"]),
        regressor("few_values", nodes_values=[0.5]),
        regressor("threshold_nan", nodes_values=[0.5, nan, 0.0, 0.0, 0.0]),
        regressor("negative_feature", nodes_featureids=[0, -1, 0, 0, 0]),
        regressor("feature_beyond", nodes_featureids=[0, 7, 0, 0, 0]),
        regressor("weight_infinite", target_weights=[1.0, inf, 3.0]),
        regressor("weight_of_branch", target_nodeids=[1, 3, 4]),
        regressor("weight_of_nothing", target_treeids=[0, 5, 0]),
        regressor("target_beyond", target_ids=[0, 1, 0]),
        regressor("few_ids", target_ids=[0]),
        regressor("no_targets", n_targets=0),
        regressor("missing_equal", nodes_modes=["BRANCH_EQ", "BRANCH_LEQ", "LEAF", "LEAF", "LEAF"],
                  nodes_missing_value_tracks_true=[1, 0, 0, 0, 0]),
        regressor("sum_beyond", target_weights=[3e38, 3e38, -3e38], nodes_treeids=[0] * 5),
        regressor("transform", post_transform="PROBIT"),
        regressor("aggregate", aggregate_function="MEDIAN"),
        regressor("bases", base_values=[1.0, 2.0]),
        regressor("no_extreme", n_targets=2, aggregate_function="MAX"),
        regressor("doubles", nodes_values=None, nodes_values_as_tensor=array([0.5] * 5, np.float64)),
    ]
    write("trees", nodes, [port("x", ["N", 4])], [node.name for node in nodes], opsets=((ML, 3),))


def classes():
    """What is wrong with classes and labels."""
    nodes = [
        classifier("class_beyond", classlabels_int64s=[0, 1]),
        classifier("no_labels", classlabels_int64s=None),
        classifier("two_kinds", classlabels_strings=["a", "b", "c"]),
        classifier("one_class", classlabels_int64s=[5], class_ids=[0] * 9),
        classifier("negative_class", class_ids=[0, 0, 0, 1, 1, 1, -2, 2, 2]),
        classifier("uncovered", class_ids=[0, 0, 0, 0, 0, 0, 2, 2, 2], class_weights=[-1.0] * 9),
        classifier("softmax_zero", post_transform="SOFTMAX_ZERO"),
        classifier("binary_second", classlabels_int64s=[0, 1], class_ids=[1] * 9),
        classifier("binary_bases", classlabels_int64s=[0, 1], class_ids=[0] * 9, base_values=[0.5, 0.5]),
        classifier("binary_pair", classlabels_int64s=[3, 4], class_ids=[0, 0, 0, 1, 1, 1, 1, 1, 1]),
        helper.make_node("SVMClassifier", ["x"], ["svm_label", "svm"], "svm", domain=ML),
    ]
    write("trees-classes", nodes, [port("x", ["N", 4])], [result for node in nodes for result in node.output],
          opsets=((ML, 1),))


def ensembles():
    """What is wrong with TreeEnsemble."""
    nodes = [
        ensemble("no_such_root", tree_roots=[3]),
        ensemble("no_such_leaf", nodes_truenodeids=[2]),
        ensemble("no_such_node", nodes_trueleafs=[0], nodes_truenodeids=[-1]),
        ensemble("below_itself", nodes_trueleafs=[0]),
        ensemble("member", nodes_modes=array([6], np.uint8), membership_values=array([1, 2, float("nan")])),
        ensemble("unknown_mode", nodes_modes=array([9], np.uint8)),
        ensemble("modes_as_floats", nodes_modes=array([0])),
        ensemble("target_beyond", leaf_targetids=[0, 1]),
        ensemble("two_roots_of_one", tree_roots=[0, 0]),
        ensemble("few_weights", leaf_weights=array([1])),
        ensemble("unknown_aggregate", aggregate_function=7),
        ensemble("no_such_feature", nodes_featureids=[4]),
    ]
    write("trees-version-5", nodes, [port("x", ["N", 4])], [node.name for node in nodes], opsets=((ML, 5),))
    write("trees-version-9", [ensemble("y")], [port("x", ["N", 4])], ["y"], opsets=((ML, 9),))
    write("trees-of-integers", [regressor("y")], [port("x", ["N", 4], TensorProto.INT64)], ["y"], opsets=((ML, 1),))
    write("trees-of-images", [regressor("y")], [port("x", [1, 2, 2, 4])], ["y"], opsets=((ML, 1),))


trees()
classes()
ensembles()
