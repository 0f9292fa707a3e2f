//! Two-dimensional pooling by the average.

#[cfg(feature = "onnx")]
mod import_onnx;
mod integer;
#[cfg(test)]
mod test;

use crate::ops::common::channels::{channelwise, mapped};
use crate::ops::pooling::pool::PoolGeometry;
use crate::ops::common::quantised::{clamp_range, describe_clamp, narrow};
use crate::ops::common::window::Window;
use crate::ir::attributes::attributes;
use crate::ir::{
    Along, Attributes, Border, ByRows, ChannelFlow, DType, Data, Descriptor, Evaluation, Fault, IntegerForm, Interval, Known, Op, Operands, Operator, Reference, Tensor, TensorType,
    Value,
};
use crate::kernel::{KernelCall, KernelChoice, Lowering, Operand, no_kernel_for};
use integer::IntegerAverage;
use tinyml_arith::average_pool::sums_fit;

attributes! {
    /// `y[oy, ox, c] = clamp(mean x[oy·s + ky − p, ox·s + kx − p, c])`.
    ///
    /// Operand: image `[1, H, W, C]`.
    pub struct AveragePool2d {
        /// Extent of the window (rows, columns).
        pub kernel: [usize; 2],
        /// Steps between output positions (rows, columns).
        pub stride: [usize; 2],
        /// Top, bottom, left, right.
        pub padding: [usize; 4],
        /// Whether positions in the padding count as zeros, and not as nothing.
        pub count_padding: bool,
        /// Range of the result in real numbers (fused activation).
        pub clamp: [f32; 2],
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "average_pool2d",
    parse: AveragePool2d::parse,
    #[cfg(feature = "tflite")]
    tflite: &[("AVERAGE_POOL_2D", tflite_average_pool)],
    #[cfg(feature = "onnx")]
    onnx: import_onnx::OPERATORS,
};

#[cfg(feature = "tflite")]
fn tflite_average_pool(node: &mut crate::import::tflite::NodeImport<'_>) -> Result<(), Fault> {
    let crate::ops::pooling::pool::TflitePool { window, clamp } = crate::ops::pooling::pool::TflitePool::read(node)?;
    let Window { kernel, stride, padding, .. } = window;
    let inputs = vec![Some(node.input(0)?)];
    node.emit(AveragePool2d { kernel, stride, padding, count_padding: false, clamp }, inputs)
}

impl AveragePool2d {
    fn geometry(&self, image: &TensorType) -> Result<PoolGeometry, Fault> {
        let Self { kernel, stride, padding, .. } = *self;
        PoolGeometry::new(image, Window { kernel, stride, dilation: [1, 1], padding })
    }

    /// The number of elements that a mean divides by, where all windows have the same.
    fn common_count(&self, geometry: &PoolGeometry) -> Option<usize> {
        (self.count_padding || !geometry.has_border()).then(|| geometry.taps())
    }
}

impl Operator for AveragePool2d {
    fn name(&self) -> &'static str {
        DESCRIPTOR.name
    }

    fn attributes(&self) -> Attributes {
        self.printed()
    }

    fn infer(&self, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
        let &[Some(image)] = inputs else { return Err("expects an image".to_owned()) };
        let [h, w, c] = self.geometry(&image.ty)?.output;
        Ok(vec![TensorType::new(image.ty.dtype, [1, h, w, c])])
    }

    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        let (ty, image) = call.input(0)?;
        let output = call.output()?;
        let geometry = self.geometry(ty)?;
        let average = || IntegerAverage::new(self, ty, output, &geometry, call.reference);
        let data = match image.data() {
            Data::F32(data) => {
                let [min, max] = self.clamp;
                let common = self.common_count(&geometry);
                let mean = |sum: f32, taps: usize| sum / common.unwrap_or(taps) as f32;
                Data::F32(geometry.walk(
                    data,
                    0.0,
                    |a, x| a + x,
                    |sum, taps| mean(sum, taps).max(min).min(max),
                ))
            }
            Data::I8(data) => {
                let average = average()?;
                let add = |sum: i32, x: i8| sum.wrapping_add(x.into());
                Data::I8(geometry.walk(data, 0, add, |sum, taps| average.result(sum, taps) as i8))
            }
            Data::U8(data) => {
                let average = average()?;
                let add = |sum: i32, x: u8| sum.wrapping_add(x.into());
                Data::U8(geometry.walk(data, 0, add, |sum, taps| average.result(sum, taps) as u8))
            }
            _ => return Err(format!("has no meaning for {ty}")),
        };
        Ok(vec![Value::new(output.shape.clone(), data).ok_or("the result does not have the declared shape")?])
    }

    fn integer_form(&self) -> IntegerForm {
        IntegerForm::Free { weights: None, bias: None }
    }

    fn channel_flow(&self, inputs: &Operands<'_>, outputs: &[&Tensor]) -> ChannelFlow {
        channelwise(inputs, outputs)
    }

    fn intervals(&self, known: &Known<'_>) -> Option<Vec<Interval>> {
        let ty = known.input(0)?.0;
        let geometry = self.geometry(ty).ok()?;
        let average = IntegerAverage::new(self, ty, known.output, &geometry, known.reference).ok()?;
        let clamp = clamp_range(self.clamp, known.output).ok()?;
        let counts = geometry.counts();
        mapped(known, |x| match x.single() {
            Some(x) => counts
                .iter()
                .map(|&taps| Interval::constant(average.result(x.wrapping_mul(taps as i32), taps)))
                .reduce(Interval::hull)
                .unwrap_or(Interval { min: clamp.min, max: clamp.max }),
            None => Interval { min: clamp.min, max: clamp.max },
        })
    }

    /// Padding that counts stands for 0.0. So may the operand's border where no window lies over any other padding; but TFLM's mean of
    /// raw values has no form in which padding counts.
    fn with_border(
        &self,
        inputs: &Operands<'_>,
        output: &TensorType,
        border: &Border,
        reference: Reference,
    ) -> Option<Op> {
        let &[Some(image)] = inputs else { return None };
        let geometry = self.geometry(&image.ty).ok()?;
        let (zero, is_raw) = match image.ty.dtype {
            DType::I8 => {
                let average = IntegerAverage::new(self, &image.ty, output, &geometry, reference).ok()?;
                (f64::from(image.ty.per_tensor()?.1), matches!(average, IntegerAverage::Raw(_)))
            }
            DType::F32 => (0.0, false),
            _ => return None,
        };
        let counts = self.common_count(&geometry).is_some() && !is_raw;
        let padding = Window::widened(self.padding, border.sizes);
        (counts && border.element == zero)
            .then(|| Op::new(AveragePool2d { padding, count_padding: true, ..self.clone() }))
    }

    /// Padding that does not count makes means at the border of fewer elements, which rows of zeros do not.
    fn with_crop(&self, inputs: &Operands<'_>, lines: [usize; 4]) -> Option<Op> {
        let &[Some(image)] = inputs else { return None };
        let PoolGeometry { image: [h, w, _], window, .. } = self.geometry(&image.ty).ok()?;
        let padding = window.cropped([h, w], lines)?;
        Some(Op::new(AveragePool2d { padding, ..self.clone() }))
    }

    fn by_rows(&self, inputs: &Operands<'_>, _output: &TensorType) -> Option<ByRows> {
        let &[Some(image)] = inputs else { return None };
        let window = self.geometry(&image.ty).ok()?.window;
        let outside = match (self.count_padding, image.ty.dtype) {
            (true, DType::I8) => i8::try_from(image.ty.per_tensor()?.1).ok(),
            (true, DType::F32) => Some(0),
            _ => None,
        };
        let op = Some(Op::new(AveragePool2d { padding: window.without_rows_outside(), ..self.clone() }));
        Some(ByRows { reach: window.reach(0), stride: self.stride[0], above: self.padding[0], outside, op })
    }

    fn along(&self, inputs: &Operands<'_>, _output: &TensorType, axes: &[Option<usize>]) -> Option<Along> {
        let (&[Some(image)], &[Some(axis)]) = (inputs, axes) else { return None };
        self.geometry(&image.ty).ok()?.along(axis)
    }

    fn part(&self, axis: usize, padding: [usize; 2], _places: usize) -> Option<Op> {
        let padding = Window::padded(self.padding, axis, padding)?;
        Some(Op::new(AveragePool2d { padding, ..self.clone() }))
    }

    fn with_clamp(&self, min: f32, max: f32) -> Option<Op> {
        Some(Op::new(AveragePool2d { clamp: narrow(self.clamp, min, max), ..self.clone() }))
    }

    /// The average of a whole image.
    fn sums_rows(&self, inputs: &Operands<'_>, _output: &TensorType) -> bool {
        let &[Some(image)] = inputs else { return false };
        let Ok(geometry) = self.geometry(&image.ty) else { return false };
        let [height, width, _] = geometry.image;
        image.ty.dtype == DType::I8
            && self.kernel == [height, width]
            && self.padding == [0; 4]
            && sums_fit(geometry.taps())
    }

    fn lower_sums(&self, lowering: &Lowering<'_>) -> Result<KernelCall, Fault> {
        let image = &lowering.input(0)?.ty;
        let geometry = self.geometry(image)?;
        let average =
            IntegerAverage::new(self, image, lowering.output()?, &geometry, lowering.reference())?;
        let (channels, count) = (geometry.image[2], geometry.taps());
        let mut shape = vec![("CHANNELS", channels.into()), ("COUNT", count.into())];
        if matches!(average, IntegerAverage::Rescaled { .. }) {
            shape.push(("RESCALE", true.into()));
        }
        let [height, width] = self.kernel;
        Ok(KernelCall {
            kernel: "rows_average_s8",
            label: "AveragePool",
            shape_name: format!("AverageOf{channels}SumsOf{count}"),
            note: format!("average_pool2d {height}×{width}{}", describe_clamp(self.clamp)),
            shape,
            operands: vec![("SUMS", Operand::Scratch { offset: 0 }), ("OUTPUT", Operand::output(0))],
            params: average.params_of_sums(count),
            overlap: Vec::new(),
        })
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let image = &lowering.input(0)?.ty;
        let geometry = self.geometry(image)?;
        let counted = if self.count_padding { ", padding counts" } else { "" };
        let note = format!("{counted}{}", describe_clamp(self.clamp));
        let call = |kernel, bytes| geometry.call(kernel, "AveragePool", &note, bytes);
        let (mut call, work) = match image.dtype {
            DType::I8 => {
                let mut work = geometry.work("average_pool2d_s8", lowering.core.has_dsp());
                let mut call = call("average_pool2d_s8", 1);
                let average =
                    IntegerAverage::new(self, image, lowering.output()?, &geometry, lowering.reference())?;
                call.params = average.params(geometry.taps());
                if matches!(average, IntegerAverage::Rescaled { .. }) {
                    work = work.with("rescaled", geometry.output.iter().product());
                    call.shape.push(("RESCALE", true.into()));
                }
                (call, work)
            }
            DType::F32 => {
                let mut call = call("average_pool2d_f32", 4);
                call.params = vec![("min", self.clamp[0].into()), ("max", self.clamp[1].into())];
                (call, geometry.work("average_pool2d_f32", false))
            }
            other => return Err(no_kernel_for(other)),
        };
        if self.count_padding {
            call.shape.push(("COUNT_PADDING", true.into()));
        }
        Ok(KernelChoice::new(lowering.core, [(call, work)]))
    }
}
