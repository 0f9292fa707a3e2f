//! What the options `size`, `balanced` and `speed` trade: cycles for code.

use crate::config::Optimise;
use crate::ir::Graph;
use crate::kernel::Cost;
use crate::selection;
use crate::target::Core;

/// What each option would give a model on a core.
pub struct Trade {
    /// The option.
    pub optimise: Optimise,
    /// Cycles of one inference and bytes of kernels' code, as the cost models predict them; kernels without one are not in it.
    pub cost: Cost,
}

/// The options from the least code to the fewest cycles.
pub fn trade(graph: &Graph, core: Core) -> Vec<Trade> {
    let predicted = |optimise| {
        let choices = selection::kernels(graph, core, optimise).ok()?;
        Some(Trade { optimise, cost: selection::cost(choices.iter().flatten()) })
    };
    [Optimise::Size, Optimise::Balanced, Optimise::Speed].into_iter().filter_map(predicted).collect()
}
