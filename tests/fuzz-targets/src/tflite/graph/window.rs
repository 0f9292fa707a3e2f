//! Windows of convolutions and pools.

use arbitrary::{Result, Unstructured};

/// How a kernel moves over an image; height first.
#[derive(Debug)]
pub(super) struct Window {
    pub(super) kernel: [i32; 2],
    pub(super) strides: [i32; 2],
    pub(super) dilation: [i32; 2],
    /// 0 is SAME, 1 VALID.
    pub(super) padding: i8,
}

impl Window {
    pub(super) fn choose(choices: &mut Unstructured<'_>) -> Result<Window> {
        let mut pair =
            |values: &[i32]| -> Result<[i32; 2]> { Ok([*choices.choose(values)?, *choices.choose(values)?]) };
        Ok(Window {
            kernel: pair(&[1, 3, 2, 3, 5, 10, 0])?,
            strides: pair(&[1, 1, 1, 2, 3, 0, -1])?,
            dilation: pair(&[1, 1, 1, 1, 2, 40000])?,
            padding: *choices.choose(&[0, 1])?,
        })
    }

    pub(super) fn results(&self, image: &[i32], channels: i32) -> Vec<i32> {
        let extent = |axis: usize| {
            let stride = i64::from(self.strides[axis].max(1));
            let span = i64::from(self.kernel[axis] - 1) * i64::from(self.dilation[axis]) + 1;
            let own = i64::from(image[1 + axis]);
            let covered = if self.padding == 0 { own } else { own - span + 1 };
            ((covered + stride - 1) / stride) as i32
        };
        vec![image[0], extent(0), extent(1), channels]
    }
}
