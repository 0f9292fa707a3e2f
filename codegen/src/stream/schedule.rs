//! Which rows of which tensor a chain handles in which turn.
//!
//! In each turn every layer of the chain makes as many rows of its result as the turns of the next layer take from it, and lags
//! behind the chain's operand by a constant number of rows. So all turns are the same sequence of calls on the same places, and
//! nothing is computed twice. A layer's operand is a *band*: the rows that are new in the turn, behind as many of the turns before
//! as the layer's window still reaches.
//!
//! With a window over `reach` rows in steps of `stride` that begins `above` rows over the image, row `y` of the result needs the
//! operand's rows up to `y * stride - above + reach - 1`. In turn `i` the operand has its rows below `(i + 1) * rows - delay`, and the
//! result those below `(i + 1) * rows' - delay'`, with `rows = stride * rows'`. Hence `delay <= stride * delay' + above + stride - reach`,
//! and the rows to be kept follow from the first row that the window reads.

use std::collections::HashMap;
use std::ops::Range;

use crate::ir::{ByRows, Graph, Node, NodeId, Shape, Tensor, TensorId, TensorType};

/// A tensor of a chain.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// The tensor's name.
    pub name: String,
    /// The whole tensor, `[1, H, W, C]`.
    pub ty: TensorType,
    /// New rows in each turn.
    pub rows: usize,
    /// The first new row of turn `i` is row `i * rows - delay`.
    pub delay: usize,
    /// Rows before the new ones that are kept from the turns before.
    pub kept: usize,
    /// What rows outside the image consist of, if a layer reads them.
    pub outside: Option<i8>,
}

impl Band {
    /// Rows of the tensor.
    pub fn height(&self) -> usize {
        self.ty.shape.dims().get(1).copied().unwrap_or(1)
    }

    /// Bytes of a row.
    pub fn row_bytes(&self) -> usize {
        self.ty.bytes() / self.height().max(1)
    }

    /// The first new row of a turn; negative above the image.
    pub fn first_row(&self, turn: usize) -> isize {
        (turn * self.rows) as isize - self.delay as isize
    }

    /// The turns, of so many, in which at least one new row is in the image.
    pub fn turns_inside(&self, turns: usize) -> Range<usize> {
        let end = (self.height() + self.delay).div_ceil(self.rows).min(turns);
        (self.delay / self.rows).min(end)..end
    }

    /// The turns, of so many, in which all new rows are in the image.
    pub fn turns_within(&self, turns: usize) -> Range<usize> {
        let end = ((self.height() + self.delay) / self.rows).min(turns);
        self.delay.div_ceil(self.rows).min(end)..end
    }

    /// The type of some of its rows.
    pub fn type_of(&self, rows: usize) -> TensorType {
        let mut dims = self.ty.shape.dims().to_vec();
        if let Some(height) = dims.get_mut(1) {
            *height = rows;
        }
        TensorType { shape: Shape(dims), ..self.ty.clone() }
    }
}

/// What a layer reads of a band.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// Index of the band.
    pub band: usize,
    /// The first row, from the band's first kept one on.
    pub first: usize,
    /// How many rows.
    pub rows: usize,
}

/// A layer of a chain.
#[derive(Clone, Debug)]
pub struct Layer {
    /// The node in the original graph.
    pub original: NodeId,
    /// The operator on bands.
    pub rule: ByRows,
    /// For each operand of the node: what it reads; none for constants and what is left out.
    pub operands: Vec<Option<View>>,
    /// The band that it makes.
    pub result: usize,
}

/// The schedule of a chain.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// The tensors; the chain's operand first, its result's band last.
    pub bands: Vec<Band>,
    /// The layers in order.
    pub layers: Vec<Layer>,
    /// A layer behind them that sums up all rows (a global mean).
    pub sum: Option<NodeId>,
    /// Number of turns.
    pub turns: usize,
    /// The tensor that the chain reads.
    pub entry: TensorId,
    /// The tensor that the chain makes.
    pub exit: TensorId,
}

/// Rows per turn and, as a function of those of the last tensor, the delay: `scale * delay of the last - lead`.
#[derive(Clone, Copy)]
struct Pace {
    rows: usize,
    lead: isize,
}

impl Schedule {
    /// The schedule that makes `rows` rows of the last tensor in each turn, for nodes that follow each other in the order of
    /// execution; none if they are no chain: with one tensor that is read and one that is made, by operators that work by rows.
    pub fn new(graph: &Graph, nodes: &[NodeId], rows: usize) -> Option<Schedule> {
        let whole = ends(graph, nodes)?;
        let (nodes, sum) = split_sum(graph, nodes);
        let (entry, exit) = if sum.is_some() { ends(graph, nodes)? } else { whole };
        let rules: Vec<ByRows> =
            nodes.iter().map(|&id| rule(graph, graph.node(id))).collect::<Option<_>>()?;
        let height = height(graph.ty(exit))?;
        if rows == 0 || rows > height {
            return None;
        }
        let paces = paces(graph, nodes, &rules, exit, rows)?;
        let pace = |id: TensorId| paces.get(&id).copied();

        // The least delay of the last tensor, in whole turns, with which no tensor is ahead of its first row.
        let mut turns_behind = 0;
        for &Pace { rows: own, lead } in paces.values() {
            turns_behind = turns_behind.max(lead.max(0).unsigned_abs().div_ceil(own));
        }
        let delay = |pace: Pace| (turns_behind * pace.rows) as isize - pace.lead;

        let mut bands = Vec::new();
        let mut index = HashMap::new();
        for id in std::iter::once(entry).chain(nodes.iter().map(|&id| graph.node(id).outputs[0])) {
            let (tensor, pace) = (graph.tensor(id), pace(id)?);
            index.insert(id, bands.len());
            bands.push(Band {
                name: tensor.name.clone(),
                ty: tensor.ty.clone(),
                rows: pace.rows,
                delay: usize::try_from(delay(pace)).ok()?,
                kept: 0,
                outside: None,
            });
        }
        let mut layers = Vec::new();
        for (&original, rule) in nodes.iter().zip(rules) {
            let node = graph.node(original);
            let result = *index.get(&node.outputs[0])?;
            let mut operands = Vec::new();
            for id in &node.inputs {
                let band = id.and_then(|id| index.get(&id).copied());
                operands.push(match band {
                    Some(band) => Some((band, read(&rule, &mut bands, band, result)?)),
                    None => None,
                });
            }
            layers.push((original, rule, operands, result));
        }
        let view = |(band, history): (usize, isize), rule: &ByRows, result: usize| View {
            band,
            first: (bands[band].kept as isize - history).unsigned_abs(),
            rows: (bands[result].rows - 1) * rule.stride + rule.reach,
        };
        let layers = layers
            .into_iter()
            .map(|(original, rule, operands, result)| {
                let operands =
                    operands.into_iter().map(|operand| operand.map(|at| view(at, &rule, result))).collect();
                Layer { original, rule, operands, result }
            })
            .collect();
        let exit = sum.map_or(Some(exit), |sum| graph.node(sum).outputs.first().copied())?;
        Some(Schedule { bands, layers, sum, turns: height.div_ceil(rows) + turns_behind, entry, exit })
    }

    /// The band of the chain's operand.
    pub fn first(&self) -> &Band {
        &self.bands[0]
    }

    /// The band of the last layer's result.
    pub fn last(&self) -> &Band {
        &self.bands[self.bands.len() - 1]
    }
}

/// A layer's demands on a band that it reads: what lies outside the image, and how many rows before the new ones it reads, which
/// is returned (negative if it does not read the first of the new ones). None if the layer reads rows outside that no byte
/// stands for.
fn read(rule: &ByRows, bands: &mut [Band], operand: usize, result: usize) -> Option<isize> {
    let (delay, height) = (bands[result].delay, bands[result].height());
    let band = &mut bands[operand];
    let history = (rule.stride * delay + rule.above) as isize - band.delay as isize;
    band.kept = band.kept.max(history.max(0).unsigned_abs());
    let below = (height - 1) * rule.stride + rule.reach > rule.above + band.height();
    if rule.above > 0 || below {
        let outside = rule.outside?;
        if band.outside.is_some_and(|other| other != outside) {
            return None;
        }
        band.outside = Some(outside);
    }
    Some(history)
}

/// The rows per turn of all tensors, from the last one backwards.
fn paces(
    graph: &Graph,
    nodes: &[NodeId],
    rules: &[ByRows],
    exit: TensorId,
    rows: usize,
) -> Option<HashMap<TensorId, Pace>> {
    let mut paces = HashMap::from([(exit, Pace { rows, lead: 0 })]);
    for (&id, rule) in nodes.iter().zip(rules).rev() {
        let node = graph.node(id);
        // A result that nobody reads has no pace.
        let &Pace { rows, lead } = paces.get(&node.outputs[0])?;
        let own = Pace {
            rows: rows * rule.stride,
            lead: lead * rule.stride as isize + rule.reach as isize
                - rule.stride as isize
                - rule.above as isize,
        };
        for operand in node.operands().filter(|&id| !graph.tensor(id).is_constant()) {
            let pace = paces.entry(operand).or_insert(own);
            if pace.rows != own.rows {
                return None;
            }
            // Who reads it farthest ahead decides.
            pace.lead = pace.lead.max(own.lead);
        }
    }
    Some(paces)
}

/// The nodes without a last one that sums up all rows.
fn split_sum<'n>(graph: &Graph, nodes: &'n [NodeId]) -> (&'n [NodeId], Option<NodeId>) {
    match nodes {
        [rest @ .., last] if sums_rows(graph, *last) => (rest, Some(*last)),
        _ => (nodes, None),
    }
}

/// Whether a node can sum up rows one after the other.
fn sums_rows(graph: &Graph, id: NodeId) -> bool {
    let node = graph.node(id);
    let inputs: Vec<Option<&Tensor>> = node.inputs.iter().map(|id| id.map(|id| graph.tensor(id))).collect();
    match node.outputs.as_slice() {
        &[output] => node.op.sums_rows(&inputs, graph.ty(output)),
        _ => false,
    }
}

/// The one tensor that the nodes read from outside, and the last one's result, which alone may be read outside.
fn ends(graph: &Graph, nodes: &[NodeId]) -> Option<(TensorId, TensorId)> {
    let (&last, rest) = nodes.split_last()?;
    let &[exit] = graph.node(last).outputs.as_slice() else { return None };
    let mut made = Vec::new();
    for &id in rest {
        let &[result] = graph.node(id).outputs.as_slice() else { return None };
        let inside = |consumer: &NodeId| nodes.contains(consumer);
        if graph.leaves(result) || !graph.consumers(result).iter().all(inside) {
            return None;
        }
        made.push(result);
    }
    made.push(exit);
    let mut entry = None;
    for &id in nodes {
        for operand in graph.node(id).operands() {
            if graph.tensor(operand).is_constant() || made.contains(&operand) {
                continue;
            }
            if entry.is_some_and(|entry| entry != operand) {
                return None;
            }
            entry = Some(operand);
        }
    }
    let entry = entry?;
    height(graph.ty(entry))?;
    Some((entry, exit))
}

/// Whether a node works by rows, somewhere within a chain.
pub(super) fn is_by_rows(graph: &Graph, id: NodeId) -> bool {
    let node = graph.node(id);
    node.outputs.len() == 1 && rule(graph, node).is_some()
}

/// Whether a node works by rows, in a chain or at its end.
pub(super) fn works_in_chain(graph: &Graph, id: NodeId) -> bool {
    is_by_rows(graph, id) || sums_rows(graph, id)
}

/// How a node works by rows; none if it does not, or if not all its tensors are images.
fn rule(graph: &Graph, node: &Node) -> Option<ByRows> {
    if node.op.is_view() {
        return None;
    }
    let inputs: Vec<Option<&Tensor>> = node.inputs.iter().map(|id| id.map(|id| graph.tensor(id))).collect();
    let output = graph.ty(node.outputs[0]);
    height(output)?;
    let images = inputs.iter().flatten().filter(|tensor| !tensor.is_constant());
    images.map(|tensor| height(&tensor.ty)).collect::<Option<Vec<_>>>()?;
    node.op.by_rows(&inputs, output).filter(|rule| rule.reach > 0 && rule.stride > 0)
}

/// The height of an image.
fn height(ty: &TensorType) -> Option<usize> {
    match *ty.shape.dims() {
        [1, height, width, channels] if height * width * channels > 0 => Some(height),
        _ => None,
    }
}
