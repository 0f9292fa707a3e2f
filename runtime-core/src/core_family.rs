//! What follows the core family that the crate is built for (`tinyml_core`, set by the build script): the check of generated code and
//! the choice between its variants.

/// Defines, for the family that the crate is built for:
///
/// - `__select_core! { [armv6m riscv32] { … } [portable] { … } else { … } }`, which expands to the body behind the first list that names it, else
///   to the last one;
/// - `__require_core! { [armv6m riscv32] }`, which refuses to compile where no name is the family's. A host passes: what is generated for a device
///   is tested there.
macro_rules! define_for_family {
    ($family:ident, $d:tt) => {
        #[doc(hidden)]
        #[macro_export]
        macro_rules! __select_core {
            ([$family $d($d rest:ident)*] { $d($d body:tt)* } $d($d others:tt)*) => { $d($d body)* };
            ([$d other:ident $d($d rest:ident)*] { $d($d body:tt)* } $d($d others:tt)*) => {
                $crate::__select_core! { [$d($d rest)*] { $d($d body)* } $d($d others)* }
            };
            ([] { $d($d body:tt)* } $d($d others:tt)*) => { $crate::__select_core! { $d($d others)* } };
            (else { $d($d body:tt)* }) => { $d($d body)* };
        }

        #[cfg(target_os = "none")]
        #[doc(hidden)]
        #[macro_export]
        macro_rules! __require_core {
            ([$d($d names:ident)*]) => { $crate::__require_core! { [$d($d names)*] $d($d names)* } };
            ([$family $d($d rest:ident)*] $d($d names:ident)*) => {};
            ([$d other:ident $d($d rest:ident)*] $d($d names:ident)*) => {
                $crate::__require_core! { [$d($d rest)*] $d($d names)* }
            };
            ([] $d($d names:ident)*) => {
                compile_error!(concat!(
                    "this model was generated for the core family", $d(" ", stringify!($d names),)*
                    ", and this crate is built for ", stringify!($family),
                    ": build it for that family, or change `board`, `core` or TINYML_CORE"
                ));
            };
        }
    };
}

#[cfg(not(target_os = "none"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __require_core {
    ($($names:tt)*) => {};
}

#[cfg(tinyml_core = "portable")]
define_for_family!(portable, $);
#[cfg(tinyml_core = "armv6m")]
define_for_family!(armv6m, $);
#[cfg(tinyml_core = "armv7m")]
define_for_family!(armv7m, $);
#[cfg(tinyml_core = "armv7em")]
define_for_family!(armv7em, $);
#[cfg(tinyml_core = "armv8m")]
define_for_family!(armv8m, $);
#[cfg(tinyml_core = "armv81m")]
define_for_family!(armv81m, $);
#[cfg(tinyml_core = "riscv32")]
define_for_family!(riscv32, $);
