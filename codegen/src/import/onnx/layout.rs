//! Where the axes of the file's tensors are in the graph's: images are NCHW in ONNX and NHWC in the graph.

/// Which axis of the file's tensor each axis of the graph's tensor is. `None` is an axis of extent 1 that the file's tensor does
/// not have: a sequence `[N, C, L]` is held as the image `[N, 1, L, C]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Layout(Vec<Option<usize>>);

/// How to get from one layout to another.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Conversion {
    /// Only axes of extent 1 move: another shape for the same bytes.
    View,
    /// Axes move; the axis `i` of the result is axis `perm[i]` of the operand.
    Transpose(Vec<usize>),
    /// As `Transpose`, but the operand must first be given another shape.
    ViewAndTranspose(Vec<usize>, Vec<usize>),
}

impl Layout {
    /// The file's own order.
    pub fn plain(rank: usize) -> Layout {
        Layout((0..rank).map(Some).collect())
    }

    /// The layout of an image `[N, C, H, W]` or sequence `[N, C, L]` for convolutions and pooling: four axes, channels innermost.
    pub fn image(rank: usize) -> Option<Layout> {
        match rank {
            4 => Some(Layout(vec![Some(0), Some(2), Some(3), Some(1)])),
            3 => Some(Layout(vec![Some(0), None, Some(2), Some(1)])),
            _ => None,
        }
    }

    /// The file's axes in this order.
    pub fn ordered(axes: impl IntoIterator<Item = usize>) -> Layout {
        Layout(axes.into_iter().map(Some).collect())
    }

    /// A layout with the file's axis (or none) for each axis of the graph.
    pub fn new(axes: Vec<Option<usize>>) -> Layout {
        Layout(axes)
    }

    /// The file's axis for each of the graph's.
    pub fn axes(&self) -> &[Option<usize>] {
        &self.0
    }

    /// Number of axes of the file's tensor.
    pub fn rank(&self) -> usize {
        self.file_axes().count()
    }

    /// The file's axes in the order in which the graph has them.
    pub fn file_axes(&self) -> impl DoubleEndedIterator<Item = usize> + '_ {
        self.0.iter().copied().flatten()
    }

    /// The graph's axis that is the file's `axis`.
    pub fn position(&self, axis: usize) -> Option<usize> {
        self.0.iter().position(|&own| own == Some(axis))
    }

    /// The shape in the file of a tensor with this shape in the graph.
    pub fn file_dims(&self, dims: &[usize]) -> Vec<usize> {
        let mut file = vec![1; self.rank()];
        for (axis, &dim) in self.0.iter().zip(dims) {
            if let Some(place) = axis.and_then(|axis| file.get_mut(axis)) {
                *place = dim;
            }
        }
        file
    }

    /// The shape in the graph of a tensor with this shape in the file.
    pub fn graph_dims(&self, file: &[usize]) -> Vec<usize> {
        self.0.iter().map(|axis| axis.and_then(|axis| file.get(axis).copied()).unwrap_or(1)).collect()
    }

    /// Whether the graph's axes are the file's.
    pub fn is_plain(&self) -> bool {
        self.0.iter().enumerate().all(|(i, &axis)| axis == Some(i))
    }

    /// The layout of the result when the file transposes its tensor (its axis `i` is axis `perm[i]` of the operand) and the
    /// graph leaves the data where they are.
    pub(super) fn relabelled(&self, perm: &[usize]) -> Option<Layout> {
        let new = |axis: Option<usize>| match axis {
            None => Some(None),
            Some(axis) => perm.iter().position(|&from| from == axis).map(Some),
        };
        (perm.len() == self.rank())
            .then(|| self.0.iter().map(|&axis| new(axis)).collect::<Option<_>>().map(Layout))?
    }

    /// The layout without the axes that the file does not have.
    pub(super) fn without_extra(&self) -> Layout {
        Layout::ordered(self.file_axes())
    }

    /// The layout without some of the file's axes; the others are counted anew.
    pub fn without(&self, axes: &[usize]) -> Layout {
        let rest = self.0.iter().filter(|axis| axis.is_none_or(|axis| !axes.contains(&axis)));
        let before = |axis: usize| axes.iter().filter(|&&gone| gone < axis).count();
        Layout(rest.map(|axis| axis.map(|axis| axis - before(axis))).collect())
    }

    /// The layout with one of the file's axes innermost, and the others as they are.
    pub fn with_innermost(&self, axis: usize) -> Layout {
        let others = self.0.iter().copied().filter(|&own| own != Some(axis));
        Layout(others.chain(std::iter::once(Some(axis))).collect())
    }

    /// How data of this layout come to another, for a tensor of the shape `file` in the file.
    pub(super) fn conversion(&self, to: &Layout, file: &[usize]) -> Conversion {
        let order = |layout: &Layout| -> Vec<usize> {
            layout.file_axes().filter(|&axis| file.get(axis).is_some_and(|&dim| dim != 1)).collect()
        };
        if order(self) == order(to) {
            return Conversion::View;
        }
        let permutation = |from: &Layout, to: &Layout| -> Vec<usize> {
            let mut extra = (0..from.0.len()).filter(|&i| from.0[i].is_none());
            let place = |axis: &Option<usize>| axis.map_or_else(|| extra.next(), |axis| from.position(axis));
            to.0.iter().filter_map(place).collect()
        };
        if self.0.len() == to.0.len() {
            return Conversion::Transpose(permutation(self, to));
        }
        let (from, to) = (self.without_extra(), to.without_extra());
        Conversion::ViewAndTranspose(from.graph_dims(file), permutation(&from, &to))
    }

    /// The layout of the result when the file gives a tensor of shape `from` the shape `to` and the graph leaves the data where
    /// they are. None if that cannot be: an axis that is merged with another is elsewhere in the graph.
    ///
    /// Both shapes are cut into the smallest runs of axes with equal products; the axes of each run must lie side by side and in
    /// order. Axes of extent 1 are free.
    pub fn reshaped(&self, from: &[usize], to: &[usize]) -> Option<Layout> {
        let runs = runs(from, to)?;
        let own: Vec<usize> =
            self.file_axes().filter(|&axis| from.get(axis).is_some_and(|&dim| dim != 1)).collect();
        let mut result = Vec::new();
        let mut rest = own.as_slice();
        while let Some(first) = rest.first() {
            let (of, new) = runs.iter().find(|(of, _)| of.first() == Some(first))?;
            rest = rest.strip_prefix(of.as_slice())?;
            result.extend(new.iter().copied());
        }
        // Axes of extent 1 follow the axis that they follow in the file.
        for axis in (0..to.len()).filter(|&axis| to[axis] == 1) {
            let before = axis.checked_sub(1).and_then(|before| result.iter().position(|&own| own == before));
            result.insert(before.map_or(0, |before| before + 1), axis);
        }
        (result.len() == to.len()).then(|| Layout::ordered(result))
    }
}

/// A run of axes before, and the run of axes after a reshape that it becomes.
type Run = (Vec<usize>, Vec<usize>);

/// The smallest runs of axes other than 1 with equal products. None if the shapes do not have equally many elements.
fn runs(from: &[usize], to: &[usize]) -> Option<Vec<Run>> {
    let significant =
        |dims: &[usize]| -> Vec<usize> { (0..dims.len()).filter(|&axis| dims[axis] != 1).collect() };
    let (from_axes, to_axes) = (significant(from), significant(to));
    let (mut i, mut j) = (0, 0);
    let mut runs = Vec::new();
    while i < from_axes.len() && j < to_axes.len() {
        let (start_i, start_j) = (i, j);
        let (mut left, mut right) = (from[from_axes[i]], to[to_axes[j]]);
        (i, j) = (i + 1, j + 1);
        while left != right {
            if left < right {
                left = left.checked_mul(from[*from_axes.get(i)?])?;
                i += 1;
            } else {
                right = right.checked_mul(to[*to_axes.get(j)?])?;
                j += 1;
            }
        }
        runs.push((from_axes[start_i..i].to_vec(), to_axes[start_j..j].to_vec()));
    }
    (i == from_axes.len() && j == to_axes.len()).then_some(runs)
}
