//! Options of the operators around variables.

use std::fmt;

use super::super::flatbuffer::{Field, Result};
use super::super::schema::Operator;
use super::table::Options;

/// VAR_HANDLE: which variable a handle leads to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct VarHandleOptions {
    /// Sets variables of one name apart; mostly empty.
    pub container: String,
    /// The variable's name.
    pub shared_name: String,
}

impl VarHandleOptions {
    /// Reads the options of `operator`.
    pub fn read(operator: &Operator<'_>) -> Result<Self> {
        let options = Options::open(operator, 111, "VarHandleOptions")?;
        Ok(VarHandleOptions {
            container: options.text(0, "container")?,
            shared_name: options.text(1, "shared_name")?,
        })
    }
}

impl fmt::Display for VarHandleOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.container.as_str() {
            "" => f.write_str(&self.shared_name),
            container => write!(f, "{container}/{}", self.shared_name),
        }
    }
}

/// CALL_ONCE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallOnceOptions {
    /// The subgraph that is carried out at the first inference.
    pub subgraph: i32,
}

impl CallOnceOptions {
    /// Reads the options of `operator`.
    pub fn read(operator: &Operator<'_>) -> Result<Self> {
        let options = Options::open(operator, 103, "CallOnceOptions")?;
        Ok(CallOnceOptions { subgraph: options.scalar(Field::new(0, "init_subgraph_index"), 0)? })
    }
}
