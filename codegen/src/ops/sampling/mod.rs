//! Operators that compute images of another size.

super::operators! {
    resize_linear: "rows and columns of one image; the size is a constant; no antialiasing",
}
