//! A classifier with names: the label is a class, which a `match` takes apart without a case for what cannot be.
#![deny(warnings)]
#![forbid(unsafe_code)]

use classes::{CLASSES_ARE_THREE, Class};

tinyml::include_model!(mod model = "$TINYML_TEST_MODELS/classes.onnx", precision = "f32");

mod classes {
    pub use super::model::Class;

    pub const CLASSES_ARE_THREE: [Class; 3] = Class::ALL;
}

fn spoken(class: Class) -> &'static str {
    match class {
        Class::NoFault => "fine",
        Class::NoFault_2 => "fine, too",
        Class::Class3Mm => "a hole",
    }
}

/// What is generic over models.
fn first_label<M: tinyml::Infer>() -> &'static str {
    M::LABELS[0]
}

fn main() {
    let mut model = model::Model::new();
    for (features, class) in [([1.0, 0.0], Class::NoFault), ([0.0, 1.0], Class::NoFault_2), ([-1.0, -2.0], Class::Class3Mm)] {
        let model::Outputs { label, scores } = model.run(&features);
        assert_eq!(label, class);
        assert!(scores.iter().all(|&score| score <= scores[label.index()]));
        assert_eq!(label.label(), model::LABELS[label.index()]);
        assert!(!spoken(label).is_empty());
    }
    assert_eq!(CLASSES_ARE_THREE.map(Class::label), ["no fault", "no-fault", "3 mm"]);
    assert_eq!(first_label::<model::Model>(), "no fault");
}
