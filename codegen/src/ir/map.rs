//! Where each element of a result comes from: what all movements of one operand say of themselves.
//!
//! A movement takes the axes one by one: how far into the operand a place along one axis of the result reaches does not depend on the
//! places along the others. So a [`Map`] is one list of distances for each axis, and element `(i, j, …)` of the result is the operand's
//! element `axes[0][i] + axes[1][j] + …`, in row-major order. Slices, repetitions, reversals, gathers by constants, borders that mirror,
//! transpositions and blocks of space and depth are all of this kind, and so are most that are carried out one behind the other.

use super::op::Fault;
use super::tensor::Shape;

/// Elements of a result, by the operand's elements that they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map {
    axes: Vec<Vec<usize>>,
}

impl Map {
    /// The operand itself.
    pub fn identity(shape: &Shape) -> Map {
        let steps = shape.strides();
        let axes =
            shape.dims().iter().zip(steps).map(|(&extent, step)| (0..extent).map(|i| i * step).collect());
        Map { axes: axes.collect() }
    }

    /// The distances along each axis of the result.
    pub fn axes(&self) -> &[Vec<usize>] {
        &self.axes
    }

    /// The shape of the result.
    pub fn shape(&self) -> Shape {
        Shape(self.axes.iter().map(Vec::len).collect())
    }

    /// The operand's element for each of the result's, in order.
    pub fn elements(&self) -> Vec<usize> {
        let mut all = vec![0];
        for axis in &self.axes {
            all = all.iter().flat_map(|&base| axis.iter().map(move |&distance| base + distance)).collect();
        }
        all
    }

    /// Along `axis` the places with these numbers, in this order, as often as they are named.
    pub fn select(mut self, axis: usize, places: impl IntoIterator<Item = usize>) -> Result<Map, Fault> {
        let rank = self.axes.len();
        let own = self.axes.get_mut(axis).ok_or_else(|| format!("there is no axis {axis} of {rank}"))?;
        let chosen: Option<Vec<usize>> = places.into_iter().map(|place| own.get(place).copied()).collect();
        *own = chosen.ok_or_else(|| format!("reaches beyond the {} places of axis {axis}", own.len()))?;
        Ok(self)
    }

    /// Axis `i` of the result is axis `perm[i]`.
    pub fn permute(self, perm: &[usize]) -> Result<Map, Fault> {
        let mut sorted = perm.to_vec();
        sorted.sort_unstable();
        if !sorted.iter().copied().eq(0..self.axes.len()) {
            return Err(format!("{perm:?} is not a permutation of {} axes", self.axes.len()));
        }
        Ok(Map { axes: perm.iter().map(|&axis| self.axes[axis].clone()).collect() })
    }

    /// The axis as `outer` times `inner` places. It must be one of the operand's own axes, or a like one.
    pub fn split(mut self, axis: usize, outer: usize, inner: usize) -> Result<Map, Fault> {
        let Some(own) = self.axes.get(axis).filter(|own| outer.checked_mul(inner) == Some(own.len())) else {
            return Err(format!("axis {axis} is not {outer} times {inner} places"));
        };
        let (rows, columns): (Vec<usize>, Vec<usize>) =
            (own.iter().step_by(inner.max(1)).copied().collect(), own.iter().take(inner).copied().collect());
        let first = columns.first().copied().unwrap_or_default();
        // Distances within a row count from the row's first place, so that the two add up.
        let inner: Option<Vec<usize>> = columns.iter().map(|&distance| distance.checked_sub(first)).collect();
        let inner = inner.ok_or("an axis that runs backwards cannot be split")?;
        self.axes.splice(axis..=axis, [rows, inner]);
        Ok(self)
    }

    /// An axis and the next one as one.
    pub fn merge(mut self, axis: usize) -> Result<Map, Fault> {
        let [outer, inner] =
            self.axes.get(axis..).and_then(<[_]>::first_chunk).ok_or("there are no two axes to merge")?;
        let merged =
            outer.iter().flat_map(|&base| inner.iter().map(move |&distance| base + distance)).collect();
        self.axes.splice(axis..axis + 2, [merged]);
        Ok(self)
    }

    /// With an axis of extent 1 in front of `axis`.
    pub fn insert(mut self, axis: usize) -> Result<Map, Fault> {
        if axis > self.axes.len() {
            return Err(format!("there is no place for an axis {axis}"));
        }
        self.axes.insert(axis, vec![0]);
        Ok(self)
    }

    /// Whether the result is the operand's bytes, all of them and in order, for an operand with so many elements.
    pub fn is_view(&self, elements: usize) -> bool {
        self.shape().elements() == elements && self.is_contiguous()
    }

    /// Whether the elements lie one behind the other in the operand, too.
    fn is_contiguous(&self) -> bool {
        let steps = self.shape().strides();
        let mut axes = self.axes.iter().zip(steps);
        axes.all(|(axis, step)| axis.iter().enumerate().all(|(i, &distance)| distance == axis[0] + i * step))
    }

    /// Whether every element keeps its place along `axis`, which has `extent` places `step` elements apart in the operand: what lies
    /// at a place of the result comes from the same place of the operand.
    pub fn keeps(&self, axis: usize, step: usize, extent: usize) -> bool {
        let period = step * extent;
        let all = self.axes.iter().enumerate();
        period != 0
            && self.axes.get(axis).is_some_and(|own| own.len() == extent)
            && all.into_iter().all(|(index, distances)| match index == axis {
                true => distances.iter().enumerate().all(|(i, &distance)| distance == i * step),
                // The others lead to other elements of the place, or to the same place of another round.
                false => {
                    let within = distances.iter().all(|&distance| distance < step);
                    within || distances.iter().all(|&distance| distance.is_multiple_of(period))
                }
            })
    }

    /// The map of this movement behind another: its operand is the other's result. None if what both do together does not take the
    /// axes one by one.
    pub fn after(&self, first: &Map) -> Option<Map> {
        let first = first.refined();
        let between = first.shape();
        if between.elements() == 0 || self.axes.is_empty() {
            return None;
        }
        let steps = between.strides();
        let mut axes: Vec<Vec<i64>> = self.axes.iter().map(|axis| vec![0; axis.len()]).collect();
        for (inner, distances) in first.axes.iter().enumerate() {
            let extent = distances.len();
            let digit = |distance: usize| distance / steps[inner] % extent;
            // Which axes of this movement go along that axis of the first one.
            let goes = |axis: &[usize]| axis.iter().any(|&distance| digit(distance) != 0);
            let moving: Vec<usize> = (0..self.axes.len()).filter(|&axis| goes(&self.axes[axis])).collect();
            if let &[only] = moving.as_slice() {
                for (&distance, total) in self.axes[only].iter().zip(&mut axes[only]) {
                    *total += distances[digit(distance)] as i64;
                }
                continue;
            }
            // Several together only where the distances grow evenly, and no place is beyond the last.
            let highest =
                |&axis: &usize| self.axes[axis].iter().map(|&distance| digit(distance)).max().unwrap_or(0);
            let last: usize = moving.iter().map(highest).sum();
            if !moving.is_empty() && (even(distances) < extent || last >= extent) {
                return None;
            }
            axes[0].iter_mut().for_each(|total| *total += distances[0] as i64);
            for axis in moving {
                for (&distance, total) in self.axes[axis].iter().zip(&mut axes[axis]) {
                    *total += step(distances) as i64 * digit(distance) as i64;
                }
            }
        }
        let axes =
            axes.into_iter().map(|axis| axis.into_iter().map(|total| usize::try_from(total).ok()).collect());
        Some(Map { axes: axes.collect::<Option<_>>()? })
    }

    /// The same elements with more axes: those that several loops with even steps walk are one axis for each loop.
    fn refined(&self) -> Map {
        let split = |axis: &Vec<usize>| -> Vec<Vec<usize>> {
            let (Some(loops), Some(&base)) = (loops(axis), axis.first()) else { return vec![axis.clone()] };
            if loops.len() < 2 || loops.iter().any(|&(_, step)| step < 0) {
                return vec![axis.clone()];
            }
            let along = |(number, &(extent, step)): (usize, &(usize, isize))| {
                let base = if number == 0 { base } else { 0 };
                (0..extent).map(|i| base + i * step.unsigned_abs()).collect()
            };
            loops.iter().enumerate().map(along).collect()
        };
        Map { axes: self.axes.iter().flat_map(split).collect() }
    }
}

/// The loops, outermost first, that reach these distances in order, counted from the first one: extents and steps. None if an axis is not
/// walked so.
pub fn loops(distances: &[usize]) -> Option<Vec<(usize, isize)>> {
    let inner = even(distances);
    if inner == distances.len() {
        return Some(if inner > 1 { vec![(inner, step(distances))] } else { Vec::new() });
    }
    if inner < 2 || !distances.len().is_multiple_of(inner) {
        return None;
    }
    let alike = |chunk: &[usize]| even(chunk) == inner && step(chunk) == step(distances);
    let starts: Vec<usize> =
        distances.chunks(inner).filter(|chunk| alike(chunk)).map(|chunk| chunk[0]).collect();
    if starts.len() * inner != distances.len() {
        return None;
    }
    let mut all = loops(&starts)?;
    all.push((inner, step(distances)));
    Some(all)
}

/// How many of the first distances have even steps.
pub fn even(distances: &[usize]) -> usize {
    let grows = |pair: &&[usize]| pair[1] as isize - pair[0] as isize == step(distances);
    distances.len().min(1) + distances.windows(2).take_while(grows).count()
}

/// The step between the first two distances.
pub fn step(distances: &[usize]) -> isize {
    match distances {
        [first, second, ..] => *second as isize - *first as isize,
        _ => 0,
    }
}

#[cfg(test)]
mod test {
    use super::*;

    fn map(dims: &[usize]) -> Map {
        Map::identity(&Shape(dims.to_vec()))
    }

    #[test]
    fn places_are_selected_along_an_axis() {
        let slice = map(&[2, 3]).select(1, [2, 0]).unwrap();
        assert_eq!(slice.elements(), [2, 0, 5, 3]);
        assert_eq!(slice.shape().dims(), [2, 2]);
        let fault = map(&[2, 3]).select(1, [3]).unwrap_err();
        assert_eq!(fault, "reaches beyond the 3 places of axis 1");
        assert!(map(&[2]).select(1, [0]).is_err());
    }

    #[test]
    fn blocks_of_depth_become_space() {
        // [1, 1, 1, 4] to [1, 2, 2, 1]: channels become rows and columns.
        let blocks = map(&[1, 1, 1, 4]).split(3, 2, 2).unwrap();
        let blocks = blocks.permute(&[0, 1, 3, 2, 4]).unwrap().insert(5).unwrap();
        let blocks = blocks.merge(1).unwrap().merge(2).unwrap();
        assert_eq!(blocks.shape().dims(), [1, 2, 2, 1]);
        assert_eq!(blocks.elements(), [0, 1, 2, 3]);
        assert!(blocks.is_view(4));
    }

    #[test]
    fn a_view_has_all_elements_in_order() {
        assert!(map(&[2, 3]).is_view(6));
        assert!(!map(&[2, 3]).select(0, [0]).unwrap().is_view(6));
        assert!(!map(&[2, 3]).select(0, [1, 0]).unwrap().is_view(6));
        assert!(map(&[2, 3]).split(1, 3, 1).unwrap().is_view(6));
    }

    #[test]
    fn one_behind_the_other_is_one() {
        let first = map(&[2, 3, 4]).select(1, [2, 1]).unwrap();
        let second = Map::identity(&first.shape()).permute(&[2, 0, 1]).unwrap();
        let both = second.after(&first).unwrap();
        let expected: Vec<usize> = second.elements().iter().map(|&at| first.elements()[at]).collect();
        assert_eq!(both.elements(), expected);
    }

    fn composed(second: &Map, first: &Map) -> Vec<usize> {
        second.elements().iter().map(|&at| first.elements()[at]).collect()
    }

    #[test]
    fn a_reshape_between_is_followed_where_it_can_be() {
        // [2, 6], of which the last axis is reversed, as [2, 3, 2].
        let first = map(&[2, 6]).select(1, [5, 4, 3, 2, 1, 0]).unwrap();
        let second = map(&[2, 3, 2]).select(2, [1, 0]).unwrap();
        let both = second.after(&first);
        assert!(both.is_none_or(|both| both.elements() == composed(&second, &first)));
        let plain = map(&[2, 6]);
        assert_eq!(second.after(&plain).unwrap().elements(), second.elements());
    }

    #[test]
    fn what_is_undone_is_a_view() {
        let image = || map(&[1, 4, 6, 8]);
        let depth = image().split(3, 2, 4).unwrap().split(4, 2, 2).unwrap();
        let space = depth.permute(&[0, 1, 3, 2, 4, 5]).unwrap().merge(1).unwrap().merge(2).unwrap();
        let back = Map::identity(&space.shape()).split(1, 4, 2).unwrap().split(3, 6, 2).unwrap();
        let back = back.permute(&[0, 1, 3, 2, 4, 5]).unwrap().merge(4).unwrap().merge(3).unwrap();
        let both = back.after(&space).unwrap();
        assert_eq!(both.elements(), composed(&back, &space));
        assert!(both.is_view(192));
        let turned = image().select(1, [3, 2, 1, 0]).unwrap();
        assert!(turned.after(&turned).unwrap().is_view(192));
    }

    #[test]
    fn channels_are_kept_by_what_moves_pixels() {
        let mirrored = map(&[1, 2, 3, 4]).select(2, [2, 1, 0]).unwrap();
        assert!(mirrored.keeps(3, 1, 4) && !mirrored.keeps(2, 4, 3) && mirrored.keeps(1, 12, 2));
        assert!(!map(&[1, 2, 3, 4]).select(3, [1, 0, 2, 3]).unwrap().keeps(3, 1, 4));
    }
}
