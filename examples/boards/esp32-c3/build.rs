//! Says how to link for the board; the HAL says where its memory is.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    for argument in ["-Tlinkall.x"] {
        println!("cargo::rustc-link-arg-bins={argument}");
    }
}
