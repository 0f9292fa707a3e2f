//! What a search for constants has found, kept for the next time: kernels of a layer are looked for with every number of rows that it
//! may have in a chain, and its constants are the same with all of them.

use std::borrow::Borrow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::Hash;

/// When so many results are kept, all are forgotten.
const MOST: usize = 256;

/// The results of a pure function.
pub struct Remembered<K, V>(RefCell<HashMap<K, V>>);

impl<K, V> Default for Remembered<K, V> {
    fn default() -> Self {
        Remembered(RefCell::default())
    }
}

impl<K: Eq + Hash, V: Clone> Remembered<K, V> {
    /// The result for a key, which nothing but the key may decide.
    pub fn get<Q>(&self, key: &Q, search: impl FnOnce() -> V) -> V
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ToOwned<Owned = K> + ?Sized,
    {
        if let Some(known) = self.0.borrow().get(key) {
            return known.clone();
        }
        let found = search();
        let mut all = self.0.borrow_mut();
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(key.to_owned(), found.clone());
        found
    }
}

#[cfg(test)]
mod test {
    use super::{MOST, Remembered};

    #[test]
    fn a_result_is_looked_for_once() {
        let known: Remembered<Vec<u8>, usize> = Remembered::default();
        assert_eq!(known.get([1, 2].as_slice(), || 2), 2);
        assert_eq!(known.get([1, 2].as_slice(), || 3), 2);
        assert_eq!(known.get([1].as_slice(), || 1), 1);
    }

    #[test]
    fn memory_does_not_grow_without_end() {
        let known: Remembered<usize, usize> = Remembered::default();
        for key in 0..3 * MOST {
            assert_eq!(known.get(&key, || key), key);
        }
        assert!(known.0.borrow().len() <= MOST);
    }
}
