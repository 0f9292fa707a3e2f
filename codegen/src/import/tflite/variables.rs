//! Resource variables: what VAR_HANDLE, READ_VARIABLE, ASSIGN_VARIABLE and CALL_ONCE come to.
//!
//! A variable that is read before the inference assigns it is a state of the graph; what a read behind an assignment gives is the
//! assigned tensor itself. One that no operator of the inference assigns is a constant. Handles are nothing but names: those with the
//! same container and name lead to one variable.

use std::collections::{BTreeMap, HashMap};

use super::options::{CallOnceOptions, VarHandleOptions};
use super::schema::{BuiltinOperator as B, Model, Operator, Subgraph};
use super::{convert, unreadable};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::ir::{Fault, Graph, State, TensorId, TensorType, Value};
use crate::limits::{Budget, MOST_COMPUTED_BYTES};

/// The way out where a file uses variables as no converter writes them.
pub(super) const CONVERT_AGAIN: &str = "convert the model again; or give it the variable as an input and an output, and tie the two with \
     the option `state`";

/// The operators of variables.
pub(super) const OPERATORS: &[B] = &[B::VAR_HANDLE, B::READ_VARIABLE, B::ASSIGN_VARIABLE, B::CALL_ONCE];

/// A variable on the way into the graph.
struct Variable {
    name: String,
    /// What CALL_ONCE assigns.
    initial: Option<Value>,
    /// Whether an operator of the inference assigns it.
    assigned: bool,
    /// Its type, and the tensor that says so: the first that an operator reads into or assigns.
    ty: Option<(TensorType, String)>,
    /// What the inference begins with, if it is read before it is assigned.
    first: Option<TensorId>,
    /// What a read gives at this point.
    value: Option<TensorId>,
}

/// What a read of a variable gives.
pub(super) enum Read {
    /// What the inference begins with: the result is a state.
    State,
    /// What was read or assigned before.
    Known(TensorId),
    /// What the variable always is.
    Constant(Value),
}

/// The variables of a file.
#[derive(Default)]
pub(super) struct Variables {
    /// For each handle's tensor the variable, and the operator that makes the handle.
    handles: HashMap<usize, (usize, usize)>,
    list: Vec<Variable>,
}

impl Variables {
    /// The variables that the operators of `subgraph` name, with their initial values; and what is wrong with those.
    pub(super) fn read<'a>(model: &mut Model<'a>, subgraph: &Subgraph<'a>) -> (Variables, Diagnostics) {
        let mut variables = Variables::default();
        let mut faults = Diagnostics::default();
        let mut names = BTreeMap::new();
        let handles = variables.handles(subgraph, &mut names, &mut faults);
        variables.handles = handles;
        let (mut once, mut begun) = (Vec::new(), false);
        for operator in &subgraph.operators {
            match operator.builtin {
                B::ASSIGN_VARIABLE => {
                    begun = true;
                    if let Ok(number) = variables.of(operator) {
                        variables.list[number].assigned = true;
                    }
                }
                B::READ_VARIABLE => begun = true,
                B::CALL_ONCE if begun => faults.push(
                    at(operator, "gives variables their initial values after some were read or assigned")
                        .help(CONVERT_AGAIN),
                ),
                B::CALL_ONCE => match CallOnceOptions::read(operator) {
                    // What is called twice has run already.
                    Ok(options) if !once.contains(&options.subgraph) => once.push(options.subgraph),
                    Ok(_) => {}
                    Err(fault) => faults.push(unreadable(fault)),
                },
                _ => {}
            }
        }
        let mut budget = Budget::of(MOST_COMPUTED_BYTES);
        for number in once {
            let found = match usize::try_from(number) {
                Ok(0) => {
                    Err(Diagnostic::error("CALL_ONCE calls the subgraph that calls it").help(CONVERT_AGAIN))
                }
                number => model.subgraph(number.unwrap_or(usize::MAX)).map_err(unreadable),
            };
            match found {
                Ok(called) => variables.initialise(&called, &mut names, &mut budget, &mut faults),
                Err(fault) => faults.push(fault),
            }
        }
        (variables, faults)
    }

    /// The handles that a subgraph makes; variables that are new are added.
    fn handles(
        &mut self,
        subgraph: &Subgraph<'_>,
        names: &mut BTreeMap<VarHandleOptions, usize>,
        faults: &mut Diagnostics,
    ) -> HashMap<usize, (usize, usize)> {
        let mut handles = HashMap::new();
        for operator in subgraph.operators.iter().filter(|operator| operator.builtin == B::VAR_HANDLE) {
            let options = match VarHandleOptions::read(operator) {
                Ok(options) => options,
                Err(fault) => {
                    faults.push(unreadable(fault));
                    continue;
                }
            };
            let name = options.to_string();
            let number = *names.entry(options).or_insert(self.list.len());
            if number == self.list.len() {
                let (assigned, ty) = (false, None);
                self.list.push(Variable { name, initial: None, assigned, ty, first: None, value: None });
            }
            for &handle in &operator.outputs {
                handles.entry(handle).or_insert((number, operator.index));
            }
        }
        handles
    }

    /// Takes the initial values from a subgraph that CALL_ONCE calls.
    fn initialise(
        &mut self,
        called: &Subgraph<'_>,
        names: &mut BTreeMap<VarHandleOptions, usize>,
        budget: &mut Budget,
        faults: &mut Diagnostics,
    ) {
        let handles = self.handles(called, names, faults);
        for operator in &called.operators {
            let found = match operator.builtin {
                B::VAR_HANDLE => continue,
                B::ASSIGN_VARIABLE => initial(called, operator, &handles, budget),
                _ => Err(at(
                    operator,
                    "CALL_ONCE is supported where it assigns constants to variables, and does no more",
                )
                .help("let the variables begin with constants")),
            };
            match found {
                Ok((number, value)) => self.list[number].initial = Some(value),
                Err(fault) => {
                    faults.push(fault);
                    // Whatever follows may follow from it.
                    return;
                }
            }
        }
    }

    /// The variable that an operator reads or assigns, by its number.
    pub(super) fn of(&self, operator: &Operator<'_>) -> Result<usize, Fault> {
        let handle = operator.inputs.first().copied().flatten().ok_or("the variable is missing")?;
        match self.handles.get(&handle) {
            Some(&(number, made)) if made < operator.index => Ok(number),
            Some(_) => Err("the variable's handle is made after it is used".to_owned()),
            None => Err("the variable has no handle that VAR_HANDLE makes".to_owned()),
        }
    }

    /// The type of the variable: that of the tensor `name`, which is read or assigned.
    fn agree(&mut self, number: usize, ty: &TensorType, name: &str) -> Result<(), Fault> {
        let Variable { name: variable, ty: known, initial, .. } = &mut self.list[number];
        if let Some(initial) = initial
            && (initial.dtype() != ty.dtype || initial.shape() != &ty.shape)
        {
            return Err(format!(
                "the variable `{variable}` is {ty} in `{name}`, but begins as {}{}",
                initial.dtype(),
                initial.shape()
            ));
        }
        match known {
            Some((known, first)) if known != ty => Err(format!(
                "the variable `{variable}` is {ty} in `{name}`, but {known} in `{first}`: element type, shape and \
                 quantisation of all that is read and assigned must be equal"
            )),
            Some(_) => Ok(()),
            None => {
                *known = Some((ty.clone(), name.to_owned()));
                Ok(())
            }
        }
    }

    /// What READ_VARIABLE gives, whose result is the tensor `id`.
    pub(super) fn is_read(&mut self, number: usize, id: TensorId, graph: &Graph) -> Result<Read, Fault> {
        let tensor = graph.tensor(id);
        self.agree(number, &tensor.ty, &tensor.name)?;
        let variable = &mut self.list[number];
        if let Some(value) = variable.value {
            return Ok(Read::Known(value));
        }
        if variable.assigned {
            (variable.first, variable.value) = (Some(id), Some(id));
            return Ok(Read::State);
        }
        match &variable.initial {
            Some(value) => Ok(Read::Constant(value.clone())),
            None => Err(format!("reads the variable `{}`, which nothing assigns", variable.name)),
        }
    }

    /// ASSIGN_VARIABLE, of the tensor `id`.
    pub(super) fn is_assigned(&mut self, number: usize, id: TensorId, graph: &Graph) -> Result<(), Fault> {
        let tensor = graph.tensor(id);
        self.agree(number, &tensor.ty, &tensor.name)?;
        self.list[number].value = Some(id);
        Ok(())
    }

    /// Adds the states to the graph.
    pub(super) fn finish(self, graph: &mut Graph) {
        for variable in self.list {
            let (Some(read), Some(write)) = (variable.first, variable.value) else { continue };
            // As TFLite Micro has it: bytes begin with the number zero, anything else with zero bits.
            let zero = || graph.ty(read).zero().filter(|zero| zero.dtype().size() == 1);
            let initial = variable.initial.or_else(zero);
            if read == write {
                // What is only given back to itself never changes.
                let ty = graph.ty(read);
                let value = initial.unwrap_or_else(|| Value::zeros(ty.dtype, ty.shape.clone()));
                graph.tensor_mut(read).data = Some(value.into());
            } else {
                graph.states.push(State { read, write, initial });
            }
        }
    }
}

/// The initial value that an operator assigns, and to which variable.
fn initial(
    called: &Subgraph<'_>,
    operator: &Operator<'_>,
    handles: &HashMap<usize, (usize, usize)>,
    budget: &mut Budget,
) -> Result<(usize, Value), Diagnostic> {
    let number = |operand: usize| operator.inputs.get(operand).copied().flatten();
    let variable = number(0).and_then(|handle| handles.get(&handle)).map(|&(variable, _)| variable);
    let variable = variable.ok_or_else(|| {
        at(operator, "the variable has no handle that VAR_HANDLE makes").help(CONVERT_AGAIN)
    })?;
    let tensor = match number(1).and_then(|tensor| called.tensors.get(tensor)) {
        Some(Ok(tensor)) => tensor,
        Some(Err(fault)) => return Err(unreadable(fault.clone())),
        None => return Err(at(operator, "the value is missing").help(CONVERT_AGAIN)),
    };
    let place = || Place { tensor: Some(tensor.name.clone()), ..place(operator) };
    if !tensor.is_constant() {
        return Err(Diagnostic::error("the initial value of a variable is computed, but must be a constant")
            .at(place())
            .help("let the variables begin with constants"));
    }
    let dtype = convert::dtype(tensor).ok_or_else(|| {
        let ty = tensor.dtype;
        Diagnostic::error(format!("variables of the element type {ty} are not supported"))
            .at(place())
            .help("convert with 8-bit activations, or as a float model")
    })?;
    let ty = convert::tensor_type(tensor, dtype).map_err(|fault| fault.at(place()))?.ty;
    budget
        .take(ty.shape.elements().saturating_mul(dtype.size()))
        .map_err(|fault| crate::limits::too_large(fault).at(place()))?;
    let value = convert::value(tensor, dtype, &ty.shape).map_err(|fault| fault.at(place()))?;
    Ok((variable, value))
}

fn place(operator: &Operator<'_>) -> Place {
    Place::node(&operator.path(), &operator.name())
}

fn at(operator: &Operator<'_>, message: &str) -> Diagnostic {
    Diagnostic::error(message).at(place(operator))
}
