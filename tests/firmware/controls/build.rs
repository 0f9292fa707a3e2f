//! See [`firmware_link`]; and `other_core` shows what it is for when `TINYML_OTHER_CORE` is set, so that it can be checked when it is not.

fn main() {
    firmware_link::main();
    println!("cargo::rerun-if-env-changed=TINYML_OTHER_CORE");
    println!("cargo::rustc-check-cfg=cfg(other_core)");
    if std::env::var_os("TINYML_OTHER_CORE").is_some() {
        println!("cargo::rustc-cfg=other_core");
    }
}
