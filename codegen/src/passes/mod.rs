//! The passes, in the order in which they run. Every pass ends in `verify`.

mod absorb_pads;
pub mod absorb_qdq;
mod absorb_slices;
mod absorb_transposes;
mod crop_kernels;
mod drop_channels;
mod flatten_layers;
mod fold_affine;
mod fold_constants;
mod fuse_clamp;
mod hoist_strides;
mod keep_windows;
mod remove_dead_nodes;
mod remove_identities;
pub mod signed;
mod strip_boundary;
mod tabulate;
mod unit_windows;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::ir::{Graph, verify};

/// A pass over the graph.
pub struct Pass {
    /// Its name: the folder's.
    pub name: &'static str,
    /// What it does to the graph.
    pub run: fn(&mut Graph) -> Result<(), Diagnostics>,
}

/// From what the file says to the compiler's form.
pub const CANONICALISE: &[Pass] = &[
    remove_identities::PASS,
    fold_affine::PASS,
    fuse_clamp::PASS,
    absorb_qdq::PASS,
    signed::PASS,
    strip_boundary::PASS,
    absorb_transposes::PASS,
    remove_dead_nodes::PASS,
];

/// Exact rewrites of the finished arithmetic.
pub const OPTIMISE: &[Pass] = &[
    fold_constants::PASS,
    absorb_pads::PASS,
    keep_windows::PASS,
    absorb_slices::PASS,
    hoist_strides::PASS,
    crop_kernels::PASS,
    flatten_layers::PASS,
    unit_windows::PASS,
    remove_identities::PASS,
    tabulate::PASS,
    remove_dead_nodes::PASS,
    drop_channels::PASS,
];

/// Runs passes in order and verifies the graph after each.
pub fn run(
    passes: &[Pass],
    graph: &mut Graph,
    observe: &mut dyn FnMut(&str, &Graph),
) -> Result<(), Diagnostics> {
    for pass in passes {
        (pass.run)(graph)?;
        verify(graph).map_err(|faults| {
            let broken = Diagnostic::error(format!(
                "the pass `{}` broke the graph; this is a bug of the compiler",
                pass.name
            ))
            .help("please report it with the model");
            let mut all = Diagnostics::from(broken);
            all.extend(faults);
            all
        })?;
        observe(pass.name, graph);
    }
    Ok(())
}
