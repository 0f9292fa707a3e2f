//! What generated models have in common, so that firmware can be generic over them.
//!
//! Every `Model` that the compiler generates implements these traits beside its functions of the same names.

/// A model that takes a whole input and gives a result.
///
/// ```ignore
/// fn best<'m, M>(model: &'m mut M, input: M::Input<'_>) -> usize
/// where
///     M: tinyml::Infer<Output<'m> = &'m [i8; 12]>,
/// {
///     let scores = model.run(input);
///     (0..12).max_by_key(|&class| scores[class]).unwrap_or(0)
/// }
/// ```
pub trait Infer {
    /// The input: a reference to an array, or the model's `Inputs` where it has several.
    type Input<'i>;
    /// The result: a reference to an array in the model's memory, the model's `Class`, or its `Outputs`.
    type Output<'o>
    where
        Self: 'o;
    /// Names of the classes, if the model file has them.
    const LABELS: &'static [&'static str];

    /// One inference.
    fn run<'o>(&'o mut self, input: Self::Input<'_>) -> Self::Output<'o>;
}

/// A model that takes its input in pieces, as it comes.
pub trait Push {
    /// A piece: a reference to a row.
    type Piece<'i>;
    /// The result: a reference to an array in the model's memory, or its `Outputs`.
    type Output<'o>
    where
        Self: 'o;

    /// Takes the next piece; the result, if there is one after it.
    fn push<'o>(&'o mut self, piece: Self::Piece<'_>) -> Option<Self::Output<'o>>;
}

/// A model that can forget what it was given: its state, and pieces of an input that is not yet complete. One that remembers nothing has
/// nothing to forget, and implements it, too.
pub trait Reset {
    /// Begins anew.
    fn reset(&mut self);
}
