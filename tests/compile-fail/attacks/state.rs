//! Places between an arena of 64 bytes and the end of a state of 24, which begins at 64; and runs that lie over themselves.
#![forbid(unsafe_code)]

#[macro_use]
mod support;

use tinyml::__private::{Arena, WithState, copy_strided_f32, copy_strided_s8, lookup_strided_s8, table_s8};

macro_rules! table {
    ($name:ident: $count:literal, $from:literal, $to:literal) => {
        layer!($name of table_s8: {
            const ELEMENTS: usize = $count;
        } {
            const INPUT: usize = $from;
            const OUTPUT: usize = $to;
            const PARAMS: table_s8::Params = table_s8::Params { table: &[0; 256] };
        });
    };
}
table!(IntoState: 16, 0, 56);
table!(BehindArena: 8, 64, 0);
table!(BehindState: 25, 64, 0);
table!(BeforeState: 1, 20, 0);
table!(FarBehind: 1, 0, 89);

macro_rules! run {
    ($name:ident of $kernel:ident: $extents:expr, $steps:expr, $from:literal, $to:literal, $params:expr) => {
        layer!($name of $kernel: {
            const EXTENTS: [usize; 5] = $extents;
            const FROM: [isize; 5] = $steps;
            const TO: [usize; 5] = [1, 1, 1, 1, 1];
        } {
            const INPUT: usize = $from;
            const OUTPUT: usize = $to;
            const PARAMS: $kernel::Params = $params;
        });
    };
}
run!(Turned of copy_strided_s8: [1, 1, 1, 1, 8], [1, 1, 1, 1, 2], 4, 0, copy_strided_s8::Params {});
run!(Repeated of copy_strided_s8: [1, 1, 1, 2, 4], [1, 1, 1, 4, 1], 4, 0, copy_strided_s8::Params {});
run!(Behind of copy_strided_f32: [1, 1, 1, 1, 5], [1; 5], 8, 48, copy_strided_f32::Params {});
run!(Mapped of lookup_strided_s8: [1, 1, 1, 1, 8], [1; 5], 4, 0, lookup_strided_s8::Params { table: &[0; 256] });

fn main() {
    let (arena, state) = (&mut Arena::<64>::new(), &mut Arena::<24>::new());
    let small = &mut Arena::<17>::new();
    table_s8::run::<BehindArena, _>(arena); //~ a buffer ends outside the arena
    copy_strided_s8::run::<Turned, _>(arena); //~ the kernel's buffers overlap
    copy_strided_s8::run::<Repeated, _>(arena); //~ the kernel's buffers overlap
    copy_strided_f32::run::<Behind, _>(arena); //~ a buffer ends outside the arena
    lookup_strided_s8::run::<Mapped, _>(arena); //~ the kernel's buffers overlap
    let memory = &mut WithState { arena, state: &mut *state };
    table_s8::run::<IntoState, _>(memory); //~ a buffer ends outside the arena
    table_s8::run::<BehindState, _>(memory); //~ a buffer ends outside the arena
    table_s8::run::<FarBehind, _>(memory); //~ a buffer begins outside the arena
    let memory = &mut WithState { arena: small, state };
    table_s8::run::<BeforeState, _>(memory); //~ a buffer begins outside the arena
}
