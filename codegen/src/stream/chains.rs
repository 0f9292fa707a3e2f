//! Chains that run by rows, for readers: which there are and what they save.

use super::{Stream, choose};
use crate::compiled::Compiled;
use crate::ir::{Graph, Node};
use crate::wording::short_name;

/// A chain.
#[derive(Debug)]
pub struct Chain<'a> {
    /// Its node.
    pub node: &'a Node,
    /// The layers' names, in order.
    pub layers: Vec<&'a str>,
    /// Rows of the last layer in each turn.
    pub rows: usize,
    /// How many turns there are.
    pub turns: usize,
    /// For each tensor that never exists whole: its name, the rows that there are of it, and their bytes.
    pub bands: Vec<(&'a str, usize, usize)>,
}

/// The chains of a model, in order.
pub fn chains(graph: &Graph) -> impl Iterator<Item = Chain<'_>> {
    graph.nodes().filter_map(|(_, node)| {
        let stream: &Stream = node.op.downcast()?;
        let schedule = &stream.schedule;
        let layers = stream.body.nodes().map(|(_, node)| node).chain(&stream.sum);
        let bands = schedule.bands.iter().map(|band| {
            let rows = band.kept + band.rows;
            (band.name.as_str(), rows, rows * band.row_bytes())
        });
        Some(Chain {
            node,
            layers: layers.map(|node| node.name.as_str()).collect(),
            rows: schedule.last().rows,
            turns: schedule.turns,
            bands: bands.collect(),
        })
    })
}

/// The chains in a few words: `3 layers from `a` to `b` by 1 row`.
pub fn in_words(graph: &Graph) -> String {
    let words = |chain: Chain<'_>| {
        let name = |layer: Option<&&str>| short_name(layer.unwrap_or(&""));
        let (first, last) = (name(chain.layers.first()), name(chain.layers.last()));
        let rows = if chain.rows == 1 { "row" } else { "rows" };
        match chain.layers.len() {
            1 => format!("`{first}` by {} {rows}", chain.rows),
            layers => format!("{layers} layers from `{first}` to `{last}` by {} {rows}", chain.rows),
        }
    };
    chains(graph).map(words).collect::<Vec<_>>().join(", ")
}

/// A model that runs by rows, compared with the same model that does not.
#[derive(Debug)]
pub struct Saving {
    /// The arena of the model that runs by rows.
    pub arena_bytes: usize,
    /// Its predicted cycles in percent of those of the other.
    pub cycles_percent: f64,
    /// Its chains in a few words.
    pub chains: String,
}

impl Saving {
    /// What the chains of `by_rows` save of `plain`.
    pub fn new(plain: &Compiled, by_rows: &Compiled) -> Saving {
        let (before, after) = (choose::cycles(plain), choose::cycles(by_rows));
        Saving {
            arena_bytes: by_rows.plan.arena_bytes,
            cycles_percent: after as f64 * 100.0 / before.max(1) as f64,
            chains: in_words(&by_rows.graph),
        }
    }
}
