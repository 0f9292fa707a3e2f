//! A device without end in place of a model.

tinyml::include_model!("/dev/zero");

fn main() {
    println!("{}", zero::ARENA_BYTES);
}
