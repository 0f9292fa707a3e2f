//! Attacks on the `tinyml` command: what stands where it reads and writes, and what files say. Each must be harmless.
#![cfg(unix)]

mod command;
mod disk;
mod inputs;
mod interrupts;
mod names;
mod outputs;
mod streams;
mod verify;
