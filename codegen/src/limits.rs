//! What a file from outside may ask for: all bounds in one place.
//!
//! A file of a few hundred bytes can name tensors of any size, or unpack to any size, and a pipe or device may have no end. Each bound is
//! far above what a microcontroller's model needs, and low enough that a hostile file costs the compiler little.

use crate::diagnostic::Diagnostic;
use crate::ir::Fault;

/// Bytes of a model file, and of the files with its external data together.
pub const MOST_MODEL_BYTES: u64 = 256 << 20;

/// Bytes of all arrays in a file with example data, unpacked.
pub const MOST_EXAMPLE_BYTES: u64 = 512 << 20;

/// Arrays in a file with example data.
pub const MOST_ARRAYS: usize = 1 << 16;

/// Bytes of a board's profile.
pub const MOST_PROFILE_BYTES: u64 = 1 << 20;

/// Axes of a tensor.
pub const MOST_AXES: usize = 16;

/// Elements of a tensor.
pub const MOST_ELEMENTS: usize = 1 << 24;

/// Operators of a model.
pub const MOST_NODES: usize = 1 << 16;

/// Nodes and leaves of the trees of one forest. The largest that firmware could hold has some ten thousand.
pub const MOST_TREE_NODES: usize = 1 << 18;

/// Bytes of all tensors of a model. Tensors that share their data count once.
pub const MOST_BYTES: usize = 1 << 30;

/// Bytes of all that an importer computes from constants.
pub const MOST_COMPUTED_BYTES: usize = 1 << 26;

/// Bytes of memory for the decoded messages of a file.
pub const MOST_DECODED_BYTES: usize = 1 << 29;

/// The way out where a model is too large.
pub const TOO_LARGE: &str = "no microcontroller holds such a model: is this the file that was meant?";

/// The message for a model that is beyond a limit.
pub fn too_large(fault: Fault) -> Diagnostic {
    Diagnostic::error(fault).help(TOO_LARGE)
}

/// A fault for tensors of more axes than [`MOST_AXES`].
pub fn few_axes(rank: usize) -> Result<(), Fault> {
    if rank <= MOST_AXES {
        Ok(())
    } else {
        Err(format!("tensors of {rank} axes are not supported, {MOST_AXES} are"))
    }
}

/// Product of extents; a fault if it is more than [`MOST_ELEMENTS`]. Beside an extent of 0 the others are bounded, too: loops run over each.
pub fn elements(dims: &[usize]) -> Result<usize, Fault> {
    let product = dims.iter().try_fold(1usize, |product, &dim| product.checked_mul(dim.max(1)));
    let is_empty = dims.contains(&0);
    product
        .filter(|&count| count <= MOST_ELEMENTS)
        .map(|count| if is_empty { 0 } else { count })
        .ok_or_else(|| format!("the shape {dims:?} is too large: {MOST_ELEMENTS} elements are supported"))
}

/// A fault for models of more operators than [`MOST_NODES`].
pub fn few_nodes(count: usize) -> Result<(), Fault> {
    if count <= MOST_NODES {
        Ok(())
    } else {
        Err(format!("models of {count} operators are not supported, {MOST_NODES} are"))
    }
}

/// How many bytes the tensors of a model may still take.
#[derive(Debug)]
pub struct Budget {
    most: usize,
    left: usize,
    /// Whether more was asked for than there was.
    exceeded: bool,
}

impl Default for Budget {
    fn default() -> Self {
        Budget::of(MOST_BYTES)
    }
}

impl Budget {
    /// So many bytes.
    pub fn of(most: usize) -> Budget {
        Budget { most, left: most, exceeded: false }
    }

    /// Whether more was asked for than there was. That is told once.
    pub fn is_exceeded(&self) -> bool {
        self.exceeded
    }

    /// Whether so many bytes are left.
    pub fn has(&self, bytes: usize) -> bool {
        bytes <= self.left
    }

    /// Takes `bytes`; a fault if tensors come to more than there were in all.
    pub fn take(&mut self, bytes: usize) -> Result<(), Fault> {
        match self.left.checked_sub(bytes) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                (self.left, self.exceeded) = (0, true);
                Err(format!("the tensors of the model take more than {} MiB together", self.most >> 20))
            }
        }
    }
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn products_that_overflow_are_too_large() {
        assert_eq!(elements(&[2, 3]), Ok(6));
        assert_eq!(elements(&[]), Ok(1));
        assert_eq!(elements(&[1 << 12, 1 << 12]), Ok(MOST_ELEMENTS));
        assert!(elements(&[(1 << 24) + 1]).is_err());
        assert!(elements(&[usize::MAX, usize::MAX]).is_err());
        assert_eq!(elements(&[4, 0]), Ok(0));
        assert!(elements(&[0, 1 << 62]).is_err());
    }

    #[test]
    fn the_budget_is_for_all_tensors_together() {
        let mut budget = Budget::default();
        assert_eq!(budget.take(MOST_BYTES), Ok(()));
        // All of it is not too much.
        assert!(!budget.is_exceeded());
        assert!(budget.take(1).unwrap_err().contains("1024 MiB"));
        assert!(budget.is_exceeded());
    }
}
