//! Operators that reduce axes to one number.

super::operators! {
    mean: "axes are constants",
}
