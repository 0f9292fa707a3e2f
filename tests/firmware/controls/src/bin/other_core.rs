//! Code that was generated for another core family does not compile.
#![no_std]
#![no_main]

firmware::start!(main);
firmware::forbid_panics!();

#[cfg(other_core)]
tinyml::__require_core! { [xtensa sparc] }

fn main() {}
