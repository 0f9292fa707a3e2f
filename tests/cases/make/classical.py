"""Makes the families `classical-trees` and `classical-scores`: ensembles of decision trees.

`classical-trees` has random ensembles in all forms of the operators, with raw scores, which are
equal to ONNX Runtime's in every bit; and what skl2onnx, onnxmltools and LightGBM write of trained
ones. `classical-scores` has those whose scores are transformed. Goldens are ONNX Runtime's on one
thread, one row at a time; labels that are strings become their numbers.
"""

import zlib

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from family import Family

SCRIPT = "classical.py"
TOOLS = ("onnx", "onnxruntime", "numpy", "scikit-learn", "skl2onnx", "onnxmltools", "lightgbm", "xgboost")
ROWS = 10
ML = "ai.onnx.ml"
MODES = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"]
# NaN of both signs and with payloads, zeros, infinities, ends of the subnormal and normal numbers.
SPECIAL = np.array([0x7fc00000, 0xffc00001, 0x7fa00000, 0x00000000, 0x80000000, 0x7f800000, 0xff800000, 0x00000001,
                    0x80000001, 0x007fffff, 0x00800000, 0x7f7fffff, 0xff7fffff], np.uint32).view(np.float32)


class Trees:
    """Random trees, node by node, in the lists of ONNX."""

    def __init__(self, name, features, modes=MODES, missing=True, grid=None):
        self.rng = np.random.default_rng(zlib.crc32(name.encode()))
        self.features, self.modes, self.missing = features, modes, missing
        self.grid = [-2.5, -1.0, -0.0, 0.0, 1e-40, 0.25, 1.0, 3.5, np.inf, -np.inf] if grid is None else grid
        self.nodes, self.leaves = [], []

    def tree(self, tree, depth, leaf):
        """Adds a tree; `leaf` gives the weights `[(target, weight)]` of each leaf."""
        numbers = iter(range(1 << 16))

        def grow(depth):
            own = next(numbers)
            if depth == 0 or (own > 0 and self.rng.random() < 0.2):
                self.nodes.append((tree, own, "LEAF", 0, 0.0, 0, 0, 0))
                self.leaves += [(tree, own, target, weight) for target, weight in leaf(self.rng)]
                return own
            place = len(self.nodes)
            self.nodes.append(None)
            mode = self.modes[self.rng.integers(len(self.modes))]
            # A missing value does not take the way of equality: that is refused.
            missing = int(self.missing and mode != "BRANCH_EQ" and self.rng.random() < 0.4)
            feature, threshold = self.rng.integers(self.features), self.grid[self.rng.integers(len(self.grid))]
            children = [grow(depth - 1), grow(depth - 1)]
            self.nodes[place] = (tree, own, mode, int(feature), float(threshold), *children, missing)
            return own

        grow(depth)

    def attributes(self, role):
        """The attributes of the operator whose leaves are of the role `class` or `target`."""
        tree, node, mode, feature, value, true, false, missing = map(list, zip(*self.nodes))
        trees, nodes, ids, weights = map(list, zip(*self.leaves))
        return {"nodes_treeids": tree, "nodes_nodeids": node, "nodes_modes": mode, "nodes_featureids": feature,
                "nodes_values": value, "nodes_truenodeids": true, "nodes_falsenodeids": false,
                "nodes_missing_value_tracks_true": missing, f"{role}_treeids": trees, f"{role}_nodeids": nodes,
                f"{role}_ids": [int(i) for i in ids], f"{role}_weights": [float(w) for w in weights]}

    def rows(self, count=ROWS):
        """Rows of thresholds, of their neighbours, of anything, and of what floats have beside numbers."""
        near = np.array([value for value in self.grid if np.isfinite(value)], np.float32)
        near = np.concatenate([near, np.nextafter(near, np.float32(9)), np.nextafter(near, np.float32(-9))])
        values = np.concatenate([near, SPECIAL])
        rows = self.rng.choice(values, (count, self.features)).astype(np.float32)
        rows[::2] = np.where(self.rng.random(rows[::2].shape) < 0.7, self.rng.normal(0, 2, rows[::2].shape), rows[::2])
        return rows


def dense(targets, low=-1.0):
    return lambda rng: [(t, rng.uniform(low, 1.0)) for t in range(targets)]


def sparse(target, low=-1.0):
    return lambda rng: [(target, rng.uniform(low, 1.0))]


def classifier(trees, labels, version=3, **attributes):
    """A model of one TreeEnsembleClassifier."""
    key = "classlabels_strings" if isinstance(labels[0], str) else "classlabels_int64s"
    node = helper.make_node("TreeEnsembleClassifier", ["x"], ["label", "scores"], domain=ML,
                            **trees.attributes("class"), **{key: labels}, **attributes)
    kind = TensorProto.STRING if isinstance(labels[0], str) else TensorProto.INT64
    outputs = [helper.make_tensor_value_info("label", kind, ["N"]),
               helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["N", len(labels)])]
    return model([node], trees.features, outputs, version)


def regressor(trees, targets, version=3, **attributes):
    """A model of one TreeEnsembleRegressor."""
    node = helper.make_node("TreeEnsembleRegressor", ["x"], ["y"], domain=ML, n_targets=targets,
                            **trees.attributes("target"), **attributes)
    return model([node], trees.features, [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", targets])], version)


def model(nodes, features, outputs, version):
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", features])], outputs)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid(ML, version)], ir_version=8)


def ensemble(name, targets, aggregate):
    """A model of one TreeEnsemble (version 5), whose nodes and leaves have lists of their own."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    grid = np.array([-1.5, -0.25, 0.0, 0.5, 2.0], np.float32)
    nodes, leaves, roots = [], [], []

    def grow(depth):
        if depth == 0 or (depth < 3 and rng.random() < 0.2):
            leaves.append((int(rng.integers(targets)), rng.uniform(-1, 1)))
            return len(leaves) - 1, 1
        place = len(nodes)
        nodes.append(None)
        test = (int(rng.integers(6)), int(rng.integers(5)), rng.choice(grid))
        (true, true_leaf), (false, false_leaf) = grow(depth - 1), grow(depth - 1)
        nodes[place] = (*test, true, true_leaf, false, false_leaf, int(test[0] != 4 and rng.random() < 0.3))
        return place, 0

    for _ in range(4):
        roots.append(len(nodes))
        grow(4)
    mode, feature, split, true, true_leaf, false, false_leaf, missing = map(list, zip(*nodes))
    node = helper.make_node(
        "TreeEnsemble", ["x"], ["y"], domain=ML, n_targets=targets, aggregate_function=aggregate, post_transform=0,
        tree_roots=roots, nodes_modes=numpy_helper.from_array(np.array(mode, np.uint8)), nodes_featureids=feature,
        nodes_splits=numpy_helper.from_array(np.array(split, np.float32)), nodes_truenodeids=true,
        nodes_trueleafs=true_leaf, nodes_falsenodeids=false, nodes_falseleafs=false_leaf,
        nodes_missing_value_tracks_true=missing, leaf_targetids=[t for t, _ in leaves],
        leaf_weights=numpy_helper.from_array(np.array([w for _, w in leaves], np.float32)))
    output = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", targets])
    values = np.concatenate([grid, np.nextafter(grid, np.float32(9)), SPECIAL[:7]])
    return model([node], 5, [output], 5), rng.choice(values, (ROWS, 5)).astype(np.float32)


def run(model, rows):
    """What ONNX Runtime gives for each row alone; labels as numbers, maps as arrays."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    name = session.get_inputs()[0].name
    names = [s.decode() for node in model.graph.node for a in node.attribute if a.name == "classlabels_strings" for s in a.strings]

    def plain(value):
        if isinstance(value, list):
            keys = sorted(value[0])
            return np.array([[row[key] for key in keys] for row in value], np.float32)
        if value.dtype == object or value.dtype.kind == "U":
            return np.array([names.index(label) for label in value], np.int64)
        return value

    return [[plain(value) for value in session.run(None, {name: row})] for row in rows]


def add(family, name, model, rows):
    rows = [row.reshape(1, -1) for row in rows]
    family.add(f"{name}.onnx", model.SerializeToString(deterministic=True), [[row] for row in rows], run(model, rows))


def random_trees(family):
    """Every form with raw scores."""
    for mode in MODES:
        trees = Trees(mode, 5, [mode])
        for tree in range(3):
            trees.tree(tree, 4, dense(1))
        add(family, "mode-" + mode.split("_")[1].lower(), regressor(trees, 1), trees.rows())
    for name, aggregate in (("sum", "SUM"), ("average", "AVERAGE"), ("min", "MIN"), ("max", "MAX")):
        trees = Trees("aggregate" + name, 6, missing=False)
        for tree in range(5):
            trees.tree(tree, 4, dense(3))
        add(family, f"aggregate-{name}", regressor(trees, 3, aggregate_function=aggregate, base_values=[0.5, -0.25, 3e-9]), trees.rows())
        add(family, f"ensemble-{name}", *ensemble(name, 1, ["AVERAGE", "SUM", "MIN", "MAX"].index(aggregate)))
    add(family, "ensemble-targets", *ensemble("targets", 3, 1))
    trees = Trees("classes", 7)
    for tree in range(6):
        trees.tree(tree, 5, dense(4, 0.0))
    add(family, "classes", classifier(trees, [3, -7, 1 << 40, 0], 1), trees.rows())
    trees = Trees("inline", 7, ["BRANCH_LT"], grid=[0.1 * k for k in range(-40, 40)])
    for tree in range(12):
        trees.tree(tree, 5, sparse(tree % 3))
    add(family, "boosted", classifier(trees, ["low", "mid dle", "high"], base_values=[0.125, -0.5, 1e-3]), trees.rows())
    trees = Trees("single", 4, ["BRANCH_LEQ", "BRANCH_GT"], missing=False)
    trees.tree(7, 5, lambda rng: [(t, float(t == rng.integers(3))) for t in range(3)])
    add(family, "single", classifier(trees, [0, 1, 2], 1), trees.rows())
    for name, low, base in (("positive", 0.0, None), ("mixed", -1.0, None), ("mixed-base", -1.0, [0.125])):
        trees = Trees("binary" + name, 4, ["BRANCH_LEQ"])
        for tree in range(3):
            trees.tree(tree, 3, sparse(0, low))
        base = {"base_values": base} if base else {}
        add(family, f"binary-{name}", classifier(trees, [4, 9], 1, **base), trees.rows())
    trees = Trees("pair", 4, ["BRANCH_LEQ"])
    for tree in range(3):
        trees.tree(tree, 3, dense(2))
    add(family, "binary-pair", classifier(trees, [0, 1], 1), trees.rows())
    trees = Trees("stumps", 3)
    trees.tree(0, 0, dense(2))
    trees.tree(1, 1, dense(2))
    trees.tree(2, 0, dense(2))
    add(family, "leaf-trees", regressor(trees, 2), trees.rows())
    # Numbers of leaves that fields of few bits do not hold, and as many features as take them.
    trees = Trees("wide", 1500, ["BRANCH_LEQ", "BRANCH_GT"], grid=list(np.random.default_rng(5).normal(0, 1, 400)))
    for tree in range(4):
        trees.tree(tree, 7, dense(2))
    add(family, "escapes", regressor(trees, 2), trees.rows(4))
    trees = Trees("shared", 6, ["BRANCH_LEQ", "BRANCH_EQ"], missing=False, grid=[0.5, 1.5, -0.0])
    for tree in range(4):
        trees.tree(tree, 6, dense(2))
    add(family, "shared", regressor(trees, 2), trees.rows())


def trained(raw, transformed):
    """What exporters write of trained ensembles."""
    from lightgbm import LGBMClassifier, LGBMRegressor
    from onnxmltools import convert_lightgbm, convert_xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType
    from sklearn import datasets, ensemble as forests, tree
    from skl2onnx import to_onnx
    from xgboost import XGBClassifier, XGBRegressor

    def data(load):
        x, y = load(return_X_y=True)
        return x.astype(np.float32), y

    wine, cancer, diabetes = data(datasets.load_wine), data(datasets.load_breast_cancer), data(datasets.load_diabetes)
    names = np.array(["barolo", "grignolino", "barbera"])
    fixed = {"random_state": 1}

    def by_skl2onnx(name, family, estimator, data, zipmap=True):
        x, y = data
        fitted = estimator.fit(x, y)
        options = {} if zipmap or not hasattr(estimator, "predict_proba") else {id(fitted): {"zipmap": False}}
        add(family, name, to_onnx(fitted, x[:1], options=options), x[:: len(x) // ROWS][:ROWS])

    def by_onnxmltools(name, convert, estimator, data, **options):
        x, y = data
        fitted = estimator.fit(x, y)
        types = [("x", FloatTensorType([None, x.shape[1]]))]
        add(transformed, name, convert(fitted, initial_types=types, **options), x[:: len(x) // ROWS][:ROWS])

    by_skl2onnx("sklearn-tree", raw, tree.DecisionTreeClassifier(max_depth=4, **fixed), wine)
    by_skl2onnx("sklearn-tree-names", raw, tree.DecisionTreeClassifier(max_depth=4, **fixed), (wine[0], names[wine[1]]))
    by_skl2onnx("sklearn-forest", raw, forests.RandomForestClassifier(10, max_depth=5, **fixed), wine, False)
    by_skl2onnx("sklearn-forest-binary", raw, forests.RandomForestClassifier(5, max_depth=4, **fixed), cancer)
    by_skl2onnx("sklearn-extra-trees", raw, forests.ExtraTreesRegressor(5, max_depth=4, **fixed), diabetes)
    by_skl2onnx("sklearn-boosted-regressor", raw, forests.GradientBoostingRegressor(n_estimators=8, max_depth=3, **fixed), diabetes)
    by_skl2onnx("sklearn-boosted", transformed, forests.GradientBoostingClassifier(n_estimators=5, max_depth=3, **fixed), wine)
    by_skl2onnx("sklearn-boosted-binary", transformed, forests.GradientBoostingClassifier(n_estimators=8, max_depth=3, **fixed), cancer)
    few = {"n_estimators": 5, "random_state": 1}
    light = {**few, "num_leaves": 7, "verbose": -1, "deterministic": True, "num_threads": 1}
    by_onnxmltools("lightgbm", convert_lightgbm, LGBMClassifier(**light), wine)
    by_onnxmltools("lightgbm-binary", convert_lightgbm, LGBMClassifier(**light), cancer, zipmap=False)
    by_onnxmltools("lightgbm-regressor", convert_lightgbm, LGBMRegressor(**light), diabetes)
    by_onnxmltools("xgboost", convert_xgboost, XGBClassifier(max_depth=3, **few), wine)
    by_onnxmltools("xgboost-binary", convert_xgboost, XGBClassifier(max_depth=3, **few), cancer)
    by_onnxmltools("xgboost-regressor", convert_xgboost, XGBRegressor(max_depth=3, **few), diabetes)


def main():
    """Makes both families."""
    raw = Family("classical-trees", "Ensembles of decision trees with raw scores", SCRIPT, TOOLS)
    transformed = Family("classical-scores", "Ensembles of decision trees with transformed scores", SCRIPT, TOOLS,
                         compare={"max_abs": 1e-6})
    random_trees(raw)
    for name in ("LOGISTIC", "SOFTMAX"):
        trees = Trees("transform" + name, 5)
        for tree in range(4):
            trees.tree(tree, 3, dense(3))
        add(transformed, f"classes-{name.lower()}", classifier(trees, [0, 1, 2], post_transform=name), trees.rows())
        trees = Trees("binary" + name, 5)
        for tree in range(4):
            trees.tree(tree, 3, sparse(0))
        add(transformed, f"binary-{name.lower()}", classifier(trees, [0, 1], post_transform=name), trees.rows())
    trained(raw, transformed)
    raw.write()
    transformed.write()


if __name__ == "__main__":
    main()
