//! The core family that the crate is built for (`tinyml_core`, set by the build script), and what follows it: the check
//! of generated code and the choice between its variants.

/// The family's name.
const FAMILY: &str = {
    #[cfg(tinyml_core = "portable")]
    const NAME: &str = "portable";
    #[cfg(tinyml_core = "armv6m")]
    const NAME: &str = "armv6m";
    #[cfg(tinyml_core = "armv7m")]
    const NAME: &str = "armv7m";
    #[cfg(tinyml_core = "armv7em")]
    const NAME: &str = "armv7em";
    #[cfg(tinyml_core = "armv8m")]
    const NAME: &str = "armv8m";
    #[cfg(tinyml_core = "armv81m")]
    const NAME: &str = "armv81m";
    #[cfg(tinyml_core = "riscv32")]
    const NAME: &str = "riscv32";
    NAME
};

/// Refuses to compile code that was generated for other core families than the one this crate is built for.
pub const fn require_core(families: &[&str]) {
    let mut i = 0;
    while i < families.len() {
        if equal(families[i].as_bytes(), FAMILY.as_bytes()) {
            return;
        }
        i += 1;
    }
    panic!(
        "this model was generated for another core family; change `board`, `core` or TINYML_CORE, or generate it again"
    );
}

const fn equal(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// Expands to the body behind the first list that names the core family: `__select_core! { [armv6m riscv32] { … } [portable] { … } }`.
macro_rules! define_select_core {
    ($family:ident, $d:tt) => {
        #[doc(hidden)]
        #[macro_export]
        macro_rules! __select_core {
            ([$family $d($d rest:ident)*] { $d($d body:tt)* } $d($d others:tt)*) => { $d($d body)* };
            ([$d other:ident $d($d rest:ident)*] { $d($d body:tt)* } $d($d others:tt)*) => {
                $crate::__select_core! { [$d($d rest)*] { $d($d body)* } $d($d others)* }
            };
            ([] { $d($d body:tt)* } $d($d others:tt)*) => { $crate::__select_core! { $d($d others)* } };
            () => { compile_error!("the model has no code for this core family"); };
        }
    };
}

#[cfg(tinyml_core = "portable")]
define_select_core!(portable, $);
#[cfg(tinyml_core = "armv6m")]
define_select_core!(armv6m, $);
#[cfg(tinyml_core = "armv7m")]
define_select_core!(armv7m, $);
#[cfg(tinyml_core = "armv7em")]
define_select_core!(armv7em, $);
#[cfg(tinyml_core = "armv8m")]
define_select_core!(armv8m, $);
#[cfg(tinyml_core = "armv81m")]
define_select_core!(armv81m, $);
#[cfg(tinyml_core = "riscv32")]
define_select_core!(riscv32, $);
