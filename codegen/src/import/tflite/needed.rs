//! Which operators of a file an output needs.

use std::collections::HashMap;

use super::schema::{BuiltinOperator as B, Operator, Subgraph};
use super::variables::Variables;

/// For each operator whether it is needed: for an output, for a variable that such an operator reads, or for an effect that is not
/// known.
pub(super) fn needed(subgraph: &Subgraph<'_>, variables: &Variables) -> Vec<bool> {
    let operators = &subgraph.operators;
    let mut makers: HashMap<usize, Makers> = HashMap::new();
    for (index, operator) in operators.iter().enumerate() {
        for &result in &operator.outputs {
            makers.entry(result).or_default().operators.push(index);
        }
    }
    let assignments = assignments(operators, variables);
    let mut kept = vec![false; operators.len()];
    // Operators that are needed, whose operands are not seen to yet.
    let mut open: Vec<usize> = Vec::new();
    let keep = |index: usize, kept: &mut Vec<bool>, open: &mut Vec<usize>| {
        if !std::mem::replace(&mut kept[index], true) {
            open.push(index);
        }
    };
    for (index, operator) in operators.iter().enumerate() {
        if operator.outputs.is_empty() && operator.builtin != B::ASSIGN_VARIABLE {
            keep(index, &mut kept, &mut open);
        }
    }
    for output in &subgraph.outputs {
        for index in makers.get_mut(output).map(|makers| makers.before(usize::MAX)).unwrap_or_default() {
            keep(index, &mut kept, &mut open);
        }
    }
    while let Some(index) = open.pop() {
        for operand in operators[index].inputs.iter().flatten() {
            for index in makers.get_mut(operand).map(|makers| makers.before(index)).unwrap_or_default() {
                keep(index, &mut kept, &mut open);
            }
        }
        if let Some(&Some(assignment)) = assignments.get(&index) {
            keep(assignment, &mut kept, &mut open);
        }
    }
    kept
}

/// The operators that have a tensor among their results, in order.
#[derive(Default)]
struct Makers {
    operators: Vec<usize>,
    /// How many of them were asked for.
    asked: usize,
}

impl Makers {
    /// Those before operator `end` that were not asked for yet. So each is looked at once, however often a tensor is read.
    fn before(&mut self, end: usize) -> Vec<usize> {
        let rest = &self.operators[self.asked..];
        let found: Vec<usize> = rest.iter().copied().take_while(|&index| index < end).collect();
        self.asked += found.len();
        found
    }
}

/// For each READ_VARIABLE the assignment whose value it reads: the one before it, or else the last of all, which was carried out in
/// the inference before.
fn assignments(operators: &[Operator<'_>], variables: &Variables) -> HashMap<usize, Option<usize>> {
    let mut last = HashMap::new();
    let (mut found, mut first) = (HashMap::new(), Vec::new());
    for (index, operator) in operators.iter().enumerate() {
        let is_read = match operator.builtin {
            B::READ_VARIABLE => true,
            B::ASSIGN_VARIABLE => false,
            _ => continue,
        };
        let Ok(variable) = variables.of(operator) else { continue };
        match (is_read, last.get(&variable)) {
            (false, _) => drop(last.insert(variable, index)),
            (true, Some(&assignment)) => drop(found.insert(index, Some(assignment))),
            (true, None) => first.push((index, variable)),
        }
    }
    found.extend(first.into_iter().map(|(index, variable)| (index, last.get(&variable).copied())));
    found
}
