//! See [`firmware_link`].

fn main() {
    firmware_link::main();
}
