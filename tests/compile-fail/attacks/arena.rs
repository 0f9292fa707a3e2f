//! Elements of the arena by place and number.
#![forbid(unsafe_code)]

use tinyml::__private::Arena;

fn main() {
    // Numbers as rustc prints them.
    let mut arena = Arena::<64>::new();
    let _ = arena.get::<i8, 65, 1>(); //~ a buffer begins outside the arena
    let _ = arena.get::<i32, 0, 4611686018427387905>(); //~ a buffer ends outside the arena
    let _ = arena.get::<i32, 61, 1>(); //~ a buffer ends outside the arena
    let _ = arena.get::<f32, 2, 1>(); //~ a buffer is not aligned for its elements
    let _ = arena.row_mut::<i8, 0, 2, 9223372036854775808>(1 << 40); //~ a size does not fit into memory
    let _ = arena.prefix::<80>(); //~ the shared arena is smaller than the model's ARENA_BYTES
}
