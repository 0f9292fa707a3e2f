//! Stable `cfg` does not tell Armv6-M from Armv7-M.

fn main() {
    println!("cargo::rustc-check-cfg=cfg(armv6m)");
    if std::env::var("TARGET").is_ok_and(|target| target.starts_with("thumbv6m")) {
        println!("cargo::rustc-cfg=armv6m");
    }
    println!("cargo::rerun-if-changed=build.rs");
}
