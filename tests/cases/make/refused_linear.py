"""ONNX files with linear models and scalers that must be refused: what is said of each stands beside it (`codegen/tests/refused/NAME.txt`)."""

import numpy as np
from onnx import TensorProto, helper

from refused_onnx import constant, port, write

ML = "ai.onnx.ml"


def ml(kind, name, operands=("x",), results=None, **attributes):
    return helper.make_node(kind, list(operands), results or [name], name, domain=ML, **attributes)


def classifier(name, **changes):
    """A sound LinearClassifier of three classes but for the changes."""
    attributes = {"coefficients": [0.5] * 12, "intercepts": [0.0] * 3, "classlabels_ints": [0, 1, 2]} | changes
    attributes = {key: value for key, value in attributes.items() if value is not None}
    return ml("LinearClassifier", name, results=[f"{name}_label", name], **attributes)


def linear():
    """All in one file, since all faults are told at once."""
    nodes = [
        classifier("no_intercepts", intercepts=None),
        classifier("few_coefficients", coefficients=[0.5] * 11),
        classifier("few_labels", classlabels_ints=[0, 1]),
        classifier("no_labels", classlabels_ints=None),
        classifier("not_finite", intercepts=[0.0, float("nan"), 0.0]),
        classifier("probit", post_transform="PROBIT"),
        classifier("softmax_zero", post_transform="SOFTMAX_ZERO"),
        ml("LinearRegressor", "one_transformed", coefficients=[1.0] * 4, post_transform="LOGISTIC"),
        ml("LinearRegressor", "no_targets", coefficients=[1.0] * 4, targets=0),
        ml("LinearRegressor", "many_intercepts", coefficients=[1.0] * 4, intercepts=[1.0, 2.0]),
        ml("Scaler", "few_scales", offset=[1.0] * 4, scale=[1.0]),
        ml("Scaler", "other_features", offset=[1.0] * 3, scale=[1.0] * 3),
        ml("Normalizer", "other_norm", norm="L3"),
        ml("Imputer", "integers", imputed_value_int64s=[1]),
        ml("Imputer", "other_imputed", imputed_value_floats=[1.0, 2.0]),
        ml("ArrayFeatureExtractor", "beyond", ("x", "seven")),
        ml("ArrayFeatureExtractor", "of_names", ("names", "places")),
        ml("FeatureVectorizer", "part", inputdimensions=[3]),
        ml("FeatureVectorizer", "no_dimensions"),
        helper.make_node("Add", ["x", "names"], ["text_added"], "text_added"),
    ]
    names = helper.make_tensor("names", TensorProto.STRING, [3], [b"a", b"b", b"c"])
    write("linear", nodes, [port("x", ["N", 4]), port("places", [1], TensorProto.INT64)],
          [result for node in nodes for result in node.output], [constant("seven", np.array([7])), names],
          opsets=(("", 17), (ML, 1)))


linear()
