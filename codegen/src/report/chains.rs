//! What chains by rows cost a model, or would save it where there are none.

use crate::compiled::Compiled;
use crate::config::Optimise;
use crate::pipeline;
use crate::stream::chains::{Saving, chains, in_words};
use crate::wording::grouped;

/// What `optimise = "ram"` would save by chains; none if the model has chains, or if that would give none.
pub fn saving(compiled: &Compiled) -> Option<Saving> {
    if chains(&compiled.graph).next().is_some() {
        return None;
    }
    let by_rows = pipeline::lower(&compiled.graph, compiled.core, Optimise::Ram).ok()?;
    chains(&by_rows.graph).next()?;
    (by_rows.plan.arena_bytes < compiled.plan.arena_bytes).then(|| Saving::new(compiled, &by_rows))
}

/// One line: the chains that there are, or what chains would save ([`saving`]); empty if there is nothing to say.
pub fn remark(compiled: &Compiled, saving: Option<&Saving>) -> String {
    if chains(&compiled.graph).next().is_some() {
        let turns: Vec<String> = chains(&compiled.graph).map(|chain| chain.turns.to_string()).collect();
        return format!("by rows: {} ({} turns)", in_words(&compiled.graph), turns.join(", "));
    }
    match saving {
        None => String::new(),
        Some(Saving { arena_bytes, cycles_percent, chains }) => {
            let arena = grouped(*arena_bytes as u64);
            format!(
                "`optimise = \"ram\"` would need {arena} bytes at {cycles_percent:.1} % of the predicted cycles: {chains}"
            )
        }
    }
}
