"""Makes the family `classical-linear`: linear models, and what scales, selects and completes their features; and the case
`classical-quantised`, one of them in int8.

Every form of the operators, and what skl2onnx writes of trained models and pipelines. Goldens are
ONNX Runtime's on one thread, one row at a time; labels that are strings become their numbers. Of
the trained ones, scikit-learn's own labels must be those, and its scores nearly those.
"""

import os
import zlib

import numpy as np
from onnx import TensorProto, helper, numpy_helper

import golden_files
from classical import ML, add, model, run
from family import Family

SCRIPT = "classical_linear.py"
TOOLS = ("onnx", "onnxruntime", "numpy", "scikit-learn", "skl2onnx")
ROWS = 8
# Rows of the trained models' data; more are for looking at all samples once.
SAMPLES = int(os.environ.get("CLASSICAL_SAMPLES", "8"))


def rng(name):
    return np.random.default_rng(zlib.crc32(name.encode()))


def single(family, operator, name, features, rows, outputs=None, constants=(), operands=("x",), **attributes):
    """A model of one operator."""
    outputs = outputs or [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)]
    node = helper.make_node(operator, list(operands), [output.name for output in outputs], domain=ML, **attributes)
    made = model([node], features, outputs, 1)
    made.graph.initializer.extend(constants)
    add(family, name, made, rows)


def forms(family):
    """Every form of the operators."""
    for targets, labels, kind in ((1, [4, 9], "one"), (2, [4, 9], "pair"), (3, [7, -2, 5], "three"), (2, ["no", "yes"], "names")):
        for transform in ("NONE", "LOGISTIC", "SOFTMAX"):
            name = f"classifier-{kind}-{transform.lower()}"
            own = rng(name)
            text = isinstance(labels[0], str)
            outputs = [helper.make_tensor_value_info("label", TensorProto.STRING if text else TensorProto.INT64, ["N"]),
                       helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["N", len(labels)])]
            rows = own.normal(0, 1, (ROWS, 5)).astype(np.float32)
            rows[0] = 0
            coefficients, intercepts = own.normal(0, 1, (targets, 5)), own.normal(0, 1, targets) * (kind != "three")
            if kind == "names":
                coefficients[0], intercepts = -coefficients[1], np.zeros(2)
            single(family, "LinearClassifier", name, 5, rows, outputs, coefficients=coefficients.ravel().tolist(),
                   intercepts=intercepts.tolist(), post_transform=transform, multi_class=int(transform == "SOFTMAX"),
                   **{"classlabels_strings" if text else "classlabels_ints": labels})
    for targets, transform in ((1, "NONE"), (3, "NONE"), (3, "LOGISTIC"), (3, "SOFTMAX")):
        name = f"regressor-{targets}-{transform.lower()}"
        own = rng(name)
        intercepts = {} if transform == "LOGISTIC" else {"intercepts": own.normal(0, 1, targets).tolist()}
        single(family, "LinearRegressor", name, 4, own.normal(0, 1, (ROWS, 4)).astype(np.float32), targets=targets,
               coefficients=own.normal(0, 1, targets * 4).tolist(), post_transform=transform, **intercepts)
    rows = rng("rows").normal(0, 3, (ROWS, 4)).astype(np.float32)
    zeros = np.array([[0, -0.0, 0, 0], [1e-20, 0, 0, 0], [-1, -2, -3, -4]], np.float32)
    for norm in ("L1", "L2", "MAX"):
        single(family, "Normalizer", f"normalizer-{norm.lower()}", 4, np.concatenate([rows, zeros]), norm=norm)
    single(family, "Scaler", "scaler", 4, rows, offset=[1.0, -2.0, 0.0, 30.0], scale=[0.5, 3.0, 1e-3, 1e3])
    single(family, "Scaler", "scaler-one", 4, rows, offset=[0.25], scale=[4.0])
    single(family, "Scaler", "scaler-factor", 4, rows, offset=[0.0] * 4, scale=[0.5, 3.0, 1e-3, 1e3])
    missing = np.where(rng("missing").random((ROWS, 4)) < 0.4, np.float32("nan"), rows)
    single(family, "Imputer", "imputer", 4, missing, imputed_value_floats=[1.0, 2.0, 3.0, 4.0], replaced_value_float=float("nan"))
    zeros = np.where(np.isnan(missing), np.float32(-0.0), missing)
    single(family, "Imputer", "imputer-zero", 4, zeros, imputed_value_floats=[7.5])
    single(family, "Binarizer", "binarizer", 4, np.where(rows > 1, np.float32(0.75), rows), threshold=0.75)
    places = numpy_helper.from_array(np.array([3, 0, 0], np.int64), "places")
    single(family, "ArrayFeatureExtractor", "extractor", 4, rows, constants=[places], operands=("x", "places"))
    single(family, "FeatureVectorizer", "vectorizer", 4, rows, inputdimensions=[4])
    single(family, "FeatureVectorizer", "vectorizer-two", 4, rows, operands=("x", "x"), inputdimensions=[4, 4])


def trained(family):
    """What skl2onnx writes."""
    from sklearn import (calibration, compose, datasets, decomposition, discriminant_analysis, feature_selection, impute,
                         linear_model as linear, multiclass, neural_network, pipeline, preprocessing as scaling, svm)
    from skl2onnx import to_onnx

    def data(load):
        x, y = load(return_X_y=True)
        return x.astype(np.float32), y

    wine, cancer, diabetes, digits = map(data, (
        datasets.load_wine, datasets.load_breast_cancer, datasets.load_diabetes, datasets.load_digits))
    holes = (np.where(rng("holes").random(wine[0].shape) < 0.1, np.float32("nan"), wine[0]), wine[1])
    many, alive = {"max_iter": 2000}, []

    def case(name, estimator, data, labels=None, zipmap=True, tolerance=1e-4):
        x, y = data
        y = y if labels is None else np.array(labels)[y]
        fitted = estimator.fit(x, y)
        # skl2onnx keeps options by the object's address, which must not be another's.
        alive.append(fitted)
        options = None if zipmap or not hasattr(fitted, "predict_proba") else {id(fitted): {"zipmap": False}}
        made = to_onnx(fitted, x[:1], options=options)
        rows = x[:: max(len(x) // SAMPLES, 1)][:SAMPLES]
        add(family, name, made, rows)
        # The library computes in f64: with f64 rows, where it can.
        results = [family.arrays[f"{name}.out0_{index}"].ravel() for index in range(len(rows))]
        predicted = fitted.predict(rows)
        if hasattr(fitted, "classes_"):
            classes = list(fitted.classes_)
            own = [classes.index(label) if isinstance(label, str) else int(label) for label in predicted.tolist()]
            assert [int(label[0]) for label in results] == own, name
            if hasattr(fitted, "predict_proba"):
                scores = np.array([family.arrays[f"{name}.out1_{index}"].ravel() for index in range(len(rows))])
                assert np.abs(scores - fitted.predict_proba(rows)).max() < tolerance, name
        else:
            assert np.abs(np.array(results).reshape(predicted.shape) - predicted).max() < tolerance * 10, name

    logistic = lambda: linear.LogisticRegression(**many)
    piped = lambda *steps: pipeline.make_pipeline(*steps, logistic())
    case("logistic-digits", logistic(), digits, zipmap=False)
    case("logistic-wine", linear.LogisticRegression(max_iter=200), wine)
    case("logistic-names", piped(scaling.StandardScaler()), wine, ["barolo", "grignolino", "barbera"])
    case("logistic-binary", piped(scaling.StandardScaler()), cancer)
    case("logistic-binary-names", piped(scaling.StandardScaler()), cancer, ["malignant", "benign"])
    case("logistic-one-to-rest", multiclass.OneVsRestClassifier(piped(scaling.StandardScaler())), wine)
    # skl2onnx does not take these behind a scaler.
    scaled = lambda data: (scaling.StandardScaler().fit_transform(data[0]).astype(np.float32), data[1])
    case("svc", svm.LinearSVC(), scaled(wine), zipmap=False)
    case("svc-binary", svm.LinearSVC(), scaled(cancer), zipmap=False)
    case("ridge-classifier", linear.RidgeClassifier(), wine, zipmap=False)
    case("perceptron", pipeline.make_pipeline(scaling.StandardScaler(), linear.Perceptron()), wine)
    case("descent", pipeline.make_pipeline(scaling.StandardScaler(), linear.SGDClassifier(loss="log_loss", random_state=1)), wine)
    case("descent-hinge", pipeline.make_pipeline(scaling.StandardScaler(), linear.SGDClassifier(random_state=1)), cancer)
    case("discriminant", discriminant_analysis.LinearDiscriminantAnalysis(), wine, tolerance=1e-3)
    case("calibrated", calibration.CalibratedClassifierCV(svm.LinearSVC(), cv=2), scaled(wine))
    case("calibrated-binary", calibration.CalibratedClassifierCV(svm.LinearSVC(), cv=2), scaled(cancer))
    case("ridge", linear.Ridge(), diabetes)
    case("linear", linear.LinearRegression(), diabetes)
    case("lasso-robust", pipeline.make_pipeline(scaling.RobustScaler(), linear.Lasso()), diabetes)
    case("ridge-several", linear.Ridge(), (diabetes[0], np.stack([diabetes[1], diabetes[1] / 7 - 3], 1)))
    case("poisson", linear.PoissonRegressor(), diabetes)
    case("min-max", piped(scaling.MinMaxScaler()), wine)
    case("min-max-clip", piped(scaling.MinMaxScaler(clip=True)), wine, zipmap=False)
    case("max-abs", piped(scaling.MaxAbsScaler()), wine, zipmap=False)
    case("imputer", piped(impute.SimpleImputer(), scaling.StandardScaler()), holes)
    for norm in ("l1", "l2", "max"):
        case(f"rows-{norm}", piped(scaling.Normalizer(norm)), wine, zipmap=False)
    case("binarizer", piped(scaling.Binarizer(threshold=5)), digits, zipmap=False)
    case("best-features", piped(feature_selection.SelectKBest(k=5), scaling.StandardScaler()), wine, zipmap=False)
    case("columns", piped(compose.ColumnTransformer([
        ("standard", scaling.StandardScaler(), [0, 2, 3]), ("range", scaling.MinMaxScaler(), [1, 5]),
        ("as-is", "passthrough", [7])])), wine, zipmap=False)
    case("principal-components", piped(scaling.StandardScaler(), decomposition.PCA(4)), wine, zipmap=False)
    perceptron = neural_network.MLPClassifier((6,), random_state=1, max_iter=300)
    case("network-names", pipeline.make_pipeline(scaling.StandardScaler(), perceptron), wine, ["c", "b", "a"])


def quantised():
    """A pipeline in int8: features of units far apart, some missing, also in the calibration data."""
    from sklearn import datasets, impute, linear_model as linear, pipeline, preprocessing as scaling
    from skl2onnx import to_onnx

    x, y = datasets.load_wine(return_X_y=True)
    x = (x * np.logspace(-3, 3, 13)).astype(np.float32)
    x = np.where(rng("missing features").random(x.shape) < 0.05, np.float32("nan"), x)
    fitted = pipeline.make_pipeline(impute.SimpleImputer(), scaling.StandardScaler(), linear.LogisticRegression()).fit(
        x, np.array(["barolo", "grignolino", "barbera"])[y])
    made = to_onnx(fitted, x[:1], options={id(fitted): {"zipmap": False}})
    rows = [row.reshape(1, -1) for row in x[::9]]
    folder = golden_files.CASES / "classical-quantised"
    folder.mkdir(exist_ok=True)
    (folder / "model.onnx").write_bytes(made.SerializeToString(deterministic=True))
    np.savez_compressed(folder / "calibration.npz", X=x[1::3])
    golden_files.write(
        folder, "a pipeline of imputer, scaler and logistic regression, quantised: its features stay real numbers until they are scaled",
        f"tests/cases/make/{SCRIPT}, {golden_files.versions(TOOLS)}", [[row] for row in rows], run(made, rows),
        options={"calibration": "calibration.npz"}, compare={"max_abs": 0.05})


def main():
    """Makes the family and the case."""
    quantised()
    family = Family("classical-linear", "Linear models, scalers and pipelines of them", SCRIPT, TOOLS,
                    options={"precision": "f32"}, compare={"max_abs": 1e-4})
    forms(family)
    trained(family)
    family.write()


if __name__ == "__main__":
    main()
