//! Cost models: how many cycles a kernel call takes.
//!
//! A kernel's lowering counts what a call does — rows, elements, products — from its shape ([`Work`]); a table says how many cycles
//! each of these takes on a core family; the sum of the products is the prediction. The counts stand beside the kernels, in
//! `ops/`; the table is [`fitted`], which `cargo xtask fit-costs` writes from measurements
//! (`docs/benchmarks/layers.json`). "Cycles" are those that `cargo xtask mcu-bench` estimates (docs/benchmarks.md says what they
//! are), on Cortex-M55 instructions.

mod fitted;
#[cfg(test)]
mod test;

use crate::target::Core;

/// What a kernel call does, counted in the terms of its cost model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// The cost model: usually the kernel's name. Kernels that share their loops share one.
    pub model: &'static str,
    /// How often each term occurs. The term `call` is there once.
    pub counts: Vec<(&'static str, u64)>,
    /// Flash of the kernel's code, roughly, as if no other layer shared it.
    pub code_bytes: usize,
}

impl Work {
    /// A call without anything in it yet, by a kernel whose code takes about so much flash.
    pub fn new(model: &'static str, code_bytes: usize) -> Work {
        Work { model, counts: vec![("call", 1)], code_bytes }
    }

    /// With so many of `term`.
    pub fn with(mut self, term: &'static str, count: usize) -> Work {
        match self.counts.iter_mut().find(|(known, _)| *known == term) {
            Some((_, all)) => *all = all.saturating_add(count as u64),
            None => self.counts.push((term, count as u64)),
        }
        self
    }

    /// Cycles on a core family. None if the model was not measured there, nor on a family that runs the same kernels.
    pub fn cycles(&self, core: Core) -> Option<u64> {
        let fitted = fitted(self.model, core)?;
        let term = |&(term, count): &(&'static str, u64)| {
            let known = fitted.thousandths.iter().find(|(known, _)| *known == term);
            // A term that no measured layer has is not known to cost anything.
            known.map_or(0, |(_, thousandths)| u128::from(*thousandths) * u128::from(count))
        };
        let thousandths = self.counts.iter().map(term).sum::<u128>();
        Some(u64::try_from((thousandths + 500) / 1000).unwrap_or(u64::MAX))
    }
}

/// A kernel's cost model on a core family.
#[derive(Clone, Copy, Debug)]
pub struct Fitted {
    /// The model.
    pub model: &'static str,
    /// The core family whose measurements it was fitted to.
    pub core: Core,
    /// How many layers that were.
    pub layers: usize,
    /// Mean deviation of the prediction from them, in parts of a hundred.
    pub mean_error: f64,
    /// The largest one.
    pub largest_error: f64,
    /// Thousandths of the cycles of each term.
    pub thousandths: &'static [(&'static str, u64)],
}

/// All fitted models, in the order of their names.
pub fn all() -> &'static [Fitted] {
    fitted::FITTED
}

/// The cost model for kernels on a core family: the one measured there, else that of the family nearest to it.
pub fn fitted(model: &str, core: Core) -> Option<&'static Fitted> {
    let own = |core: Core| all().iter().find(|fitted| fitted.model == model && fitted.core == core);
    measured(core).iter().find_map(|&core| own(core))
}

/// The families whose measurements stand for a family's, the best first.
///
/// Cortex-M33 runs Cortex-M4's kernels and is given its cycle table, so that measurements of the two are the same (docs/benchmarks.md);
/// code for any core is like that for RV32 but for the instruction set.
fn measured(core: Core) -> &'static [Core] {
    match core {
        Core::Portable => &[Core::Riscv32],
        Core::Armv6m => &[Core::Armv6m],
        Core::Armv7m => &[Core::Armv7m],
        // The Cortex-M3 runs the scalar kernels that the Cortex-M4 seldom needs.
        Core::Armv7em | Core::Armv8m => &[Core::Armv7em, Core::Armv7m],
        // The kernels for DSP instructions, where a layer has none for Helium.
        Core::Armv81m => &[Core::Armv81m, Core::Armv7em, Core::Armv7m],
        Core::Riscv32 => &[Core::Riscv32],
    }
}
