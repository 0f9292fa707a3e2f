//! Operators, each with a result of the shape that it should have.

use arbitrary::{Result, Unstructured};

use super::super::flatbuffer::{Value, float32, int8, int32, int32s, uint8};
use super::window::Window;
use super::{FLOAT32, INT8, INT16, Model, Tensor, UINT8, elements, extent};

/// Operators of one value, with the type of their options.
const SIMPLE: [(i32, u8); 24] = [
    (14, 0),
    (28, 0),
    (19, 0),
    (21, 0),
    (20, 0),
    (117, 0),
    (25, 9),
    (50, 0),
    (98, 75),
    (114, 0),
    (6, 0),
    (101, 0),
    (104, 0),
    (111, 0),
    (47, 0),
    (8, 0),
    (150, 0),
    (73, 0),
    (59, 0),
    (116, 0),
    (76, 0),
    (75, 0),
    (92, 0),
    (158, 0),
];

impl Model {
    /// Adds an operator that mostly fits what is there.
    pub(super) fn operator(&mut self, choices: &mut Unstructured<'_>) -> Result<()> {
        let x = self.operand(choices)?;
        let activation = int8(*choices.choose(&[0, 0, 1, 3, 2, 4])?);
        let last = x.dims.last().copied().unwrap_or(1);
        match choices.int_in_range(0..=9)? {
            0 | 1 if x.dims.len() == 4 => self.convolution(choices, &x, activation),
            2 if x.dims.len() == 4 => {
                let window = Window::choose(choices)?;
                let dims = window.results(&x.dims, last);
                let code = *choices.choose(&[1, 17])?;
                let options = vec![
                    (0, int8(window.padding)),
                    (1, int32(window.strides[1])),
                    (2, int32(window.strides[0])),
                    (3, int32(window.kernel[1])),
                    (4, int32(window.kernel[0])),
                    (5, activation),
                ];
                self.push(choices, code, 5, options, vec![x.index], x.code, dims)
            }
            3 => {
                let units = extent(choices)?;
                let keep = choices.ratio(1, 2)?;
                let (weights, scales) = self.weights(choices, x.code, vec![units, last], 0)?;
                let bias = self.bias(choices, x.code, units, scales)?;
                let batch = elements(&x.dims) as i32 / last.max(1);
                let mut dims = if keep { x.dims.clone() } else { vec![batch, units] };
                if let Some(last) = dims.last_mut() {
                    *last = units;
                }
                let options = vec![(0, activation), (2, uint8(keep.into()))];
                self.push(choices, 9, 8, options, vec![x.index, weights.index, bias], x.code, dims)
            }
            4 => {
                let other = self.operand(choices)?;
                let (code, tag) =
                    *choices.choose(&[(0, 11), (18, 21), (41, 28), (42, 29), (55, 0), (57, 0)])?;
                let options = vec![(0, activation)];
                self.push(choices, code, tag, options, vec![x.index, other.index], x.code, x.dims)
            }
            5 => {
                let other = self.operand(choices)?;
                let axis = choices.int_in_range(-5..=5)?;
                let mut dims = x.dims.clone();
                let place = usize::try_from(if axis < 0 { axis + dims.len() as i32 } else { axis });
                if let Some((own, more)) =
                    place.ok().and_then(|at| Some((dims.get_mut(at)?, other.dims.get(at)?)))
                {
                    *own = own.saturating_add(*more);
                }
                let options = vec![(0, int32(axis)), (1, activation)];
                self.push(choices, 2, 10, options, vec![x.index, other.index], x.code, dims)
            }
            6 => self.movement(choices, &x),
            7 => {
                let axes: Vec<i32> = match choices.int_in_range(0..=3)? {
                    0 => vec![1, 2],
                    1 => vec![-1],
                    2 => vec![choices.int_in_range(-4..=4)?],
                    _ => vec![1, 2, 3],
                };
                let keep = choices.ratio(1, 2)?;
                let rank = x.dims.len() as i32;
                let reduced =
                    |axis: usize| axes.iter().any(|&own| own.rem_euclid(rank.max(1)) == axis as i32);
                let dims = x.dims.iter().enumerate().filter(|&(axis, _)| keep || !reduced(axis));
                let dims = dims.map(|(axis, &extent)| if reduced(axis) { 1 } else { extent }).collect();
                let list = self.list(vec![axes.len() as i32], &axes);
                let code = *choices.choose(&[40, 40, 40, 74, 82])?;
                let options = vec![(0, uint8(keep.into()))];
                self.push(choices, code, 27, options, vec![x.index, list.index], x.code, dims)
            }
            8 => {
                let (code, tag) = *choices.choose(&SIMPLE)?;
                let options = vec![(0, float32(*choices.choose(&[1.0, 0.1, 0.0, -1.0, f32::NAN, 1e30])?))];
                let to = match code {
                    6 => FLOAT32,
                    114 => *choices.choose(&[INT8, UINT8, INT16])?,
                    _ => x.code,
                };
                self.push(choices, code, tag, options, vec![x.index], to, x.dims)
            }
            // Any operator at all.
            _ => {
                let (code, tag) = (choices.int_in_range(0..=210)?, choices.int_in_range(0..=126)?);
                let more = self.operand(choices)?;
                self.push(
                    choices,
                    code,
                    tag,
                    vec![(0, activation)],
                    vec![x.index, more.index],
                    x.code,
                    x.dims,
                )
            }
        }
    }

    fn convolution(&mut self, choices: &mut Unstructured<'_>, x: &Tensor, activation: Value) -> Result<()> {
        let window = Window::choose(choices)?;
        let channels = x.dims[3];
        let [height, width] = window.kernel;
        let shared = |first: u16| {
            vec![
                (0, int8(window.padding)),
                (1, int32(window.strides[1])),
                (2, int32(window.strides[0])),
                (first, activation.clone()),
                (first + 1, int32(window.dilation[1])),
                (first + 2, int32(window.dilation[0])),
            ]
        };
        let (code, tag, options, count, weights) = if choices.ratio(1, 2)? {
            let multiplier = *choices.choose(&[1, 1, 2, 3])?;
            let count = channels.saturating_mul(multiplier);
            let mut options = shared(4);
            options.push((3, int32(multiplier)));
            (4, 2, options, count, self.weights(choices, x.code, vec![1, height, width, count], 3)?)
        } else {
            let count = extent(choices)?;
            (3, 1, shared(3), count, self.weights(choices, x.code, vec![count, height, width, channels], 0)?)
        };
        let (weights, scales) = weights;
        let bias = self.bias(choices, x.code, count, scales)?;
        let dims = window.results(&x.dims, count);
        self.push(choices, code, tag, options, vec![x.index, weights.index, bias], x.code, dims)
    }

    /// What moves elements and computes nothing.
    fn movement(&mut self, choices: &mut Unstructured<'_>, x: &Tensor) -> Result<()> {
        let rank = x.dims.len() as i32;
        match choices.int_in_range(0..=4)? {
            0 => {
                let mut dims = vec![1, elements(&x.dims) as i32];
                if choices.ratio(1, 3)? {
                    dims = vec![1, 1, 1, dims[1]];
                }
                let list = self.list(vec![dims.len() as i32], &dims);
                let options = vec![(0, int32s(&dims))];
                self.push(choices, 22, 17, options, vec![x.index, list.index], x.code, dims)
            }
            1 => {
                let mut pads = Vec::new();
                for axis in 0..2 * rank {
                    pads.push(if axis < 2 { 0 } else { *choices.choose(&[0, 0, 1, 2, 3, -1])? });
                }
                let dims = x
                    .dims
                    .iter()
                    .zip(pads.chunks(2))
                    .map(|(own, pads)| own.saturating_add(pads[0] + pads[1]))
                    .collect();
                let list = self.list(vec![rank, 2], &pads);
                self.push(choices, 34, 22, Vec::new(), vec![x.index, list.index], x.code, dims)
            }
            2 => {
                let mut order: Vec<i32> = (0..rank).collect();
                for at in (1..order.len()).rev() {
                    let other = choices.int_in_range(0..=at)?;
                    order.swap(at, other);
                }
                let dims = order.iter().map(|&axis| x.dims[axis as usize]).collect();
                let list = self.list(vec![rank], &order);
                self.push(choices, 39, 26, Vec::new(), vec![x.index, list.index], x.code, dims)
            }
            3 => {
                let dims = x.dims.iter().enumerate().filter(|&(axis, &extent)| axis == 0 || extent != 1);
                let dims: Vec<i32> = dims.map(|(_, &extent)| extent).collect();
                let axes: Vec<i32> = (1..rank).filter(|&axis| x.dims[axis as usize] == 1).collect();
                self.push(choices, 43, 30, vec![(0, int32s(&axes))], vec![x.index], x.code, dims)
            }
            _ => {
                let axis = choices.int_in_range(0..=rank)?;
                let mut dims = x.dims.clone();
                dims.insert(axis as usize, 1);
                let list = self.list(Vec::new(), &[axis]);
                self.push(choices, 70, 52, Vec::new(), vec![x.index, list.index], x.code, dims)
            }
        }
    }
}
