//! Depthwise windows: eight channels of one output position at a time.
//!
//! Bytes are widened to halfwords by the loads. The products of two taps are added as halfwords before they are widened again: results
//! of even and of odd channels then lie in different vectors. Two products of int8 fit unless both weights are -128, which the
//! compiler refuses.

use super::Form;
#[cfg(not(all(target_arch = "arm", tinyml_core = "armv81m")))]
pub(crate) use super::emulated::octet;
#[cfg(all(target_arch = "arm", tinyml_core = "armv81m"))]
pub(crate) use super::native::octet;

/// A layer's windows.
pub(crate) trait Windows {
    /// Rows and columns of the window.
    const TAPS: [usize; 2];
    /// The requantisation; channels have multipliers of their own.
    const FORM: Form;
}
