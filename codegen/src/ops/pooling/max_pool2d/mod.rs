//! Two-dimensional pooling by the maximum.

#[cfg(feature = "onnx")]
mod import_onnx;
#[cfg(test)]
mod test;

use crate::ops::common::channels::{channelwise, mapped};
use crate::ops::pooling::pool::{PoolGeometry, quantised_alike};
use crate::ops::common::quantised::{clamp_const, clamp_range, describe_clamp, narrow};
use crate::ops::common::window::Window;
use crate::ir::attributes::attributes;
use crate::ir::{
    Along, Attributes, Border, ByRows, ChannelFlow, DType, Data, Descriptor, Evaluation, Fault, IntegerForm, Interval, Known, Op, Operands, Operator, Reference, Tensor,
    TensorType, Value,
};
use crate::kernel::{KernelChoice, Lowering, no_kernel_for};

attributes! {
    /// `y[oy, ox, c] = clamp(max x[oy·s + ky·d − p, ox·s + kx·d − p, c])` over the taps in the image.
    ///
    /// Operand: image `[1, H, W, C]`. The result has the operand's quantisation.
    pub struct MaxPool2d {
        /// Extent of the window (rows, columns).
        pub kernel: [usize; 2],
        /// Steps between output positions (rows, columns).
        pub stride: [usize; 2],
        /// Top, bottom, left, right.
        pub padding: [usize; 4],
        /// Steps between taps (rows, columns).
        pub dilation: [usize; 2],
        /// Range of the result in real numbers (fused activation).
        pub clamp: [f32; 2],
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "max_pool2d",
    parse: MaxPool2d::parse,
    #[cfg(feature = "tflite")]
    tflite: &[("MAX_POOL_2D", tflite_max_pool)],
    #[cfg(feature = "onnx")]
    onnx: import_onnx::OPERATORS,
};

#[cfg(feature = "tflite")]
fn tflite_max_pool(node: &mut crate::import::tflite::NodeImport<'_>) -> Result<(), Fault> {
    let crate::ops::pooling::pool::TflitePool { window, clamp } = crate::ops::pooling::pool::TflitePool::read(node)?;
    let Window { kernel, stride, dilation, padding } = window;
    let inputs = vec![Some(node.input(0)?)];
    node.emit(MaxPool2d { kernel, stride, padding, dilation, clamp }, inputs)
}

impl MaxPool2d {
    fn geometry(&self, image: &TensorType) -> Result<PoolGeometry, Fault> {
        let Self { kernel, stride, dilation, padding, .. } = *self;
        PoolGeometry::new(image, Window { kernel, stride, dilation, padding })
    }
}

impl Operator for MaxPool2d {
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

    fn check(&self, inputs: &Operands<'_>, outputs: &[&Tensor], faults: &mut Vec<Fault>) {
        if let ([Some(image)], [output]) = (inputs, outputs)
            && !quantised_alike(&image.ty, &output.ty)
        {
            faults.push(format!("selects values of {}, so the result cannot be {}", image.ty, output.ty));
        }
    }

    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        let (ty, image) = call.input(0)?;
        let output = call.output()?;
        let geometry = self.geometry(ty)?;
        let integer_clamp = || clamp_range(self.clamp, output);
        let data = match image.data() {
            Data::F32(data) => {
                let [min, max] = self.clamp;
                let larger = |a: f32, b: f32| if b > a { b } else { a };
                Data::F32(geometry.walk(data, f32::NEG_INFINITY, larger, |v, _| v.max(min).min(max)))
            }
            Data::I8(data) => {
                let clamp = integer_clamp()?;
                Data::I8(geometry.walk(data, i8::MIN, i8::max, |v, _| clamp.apply(v.into()) as i8))
            }
            Data::U8(data) => {
                let clamp = integer_clamp()?;
                Data::U8(geometry.walk(data, u8::MIN, u8::max, |v, _| clamp.apply(v.into()) as u8))
            }
            _ => return Err(format!("has no meaning for {ty}")),
        };
        Ok(vec![Value::new(output.shape.clone(), data).ok_or("the result does not have the declared shape")?])
    }

    fn integer_form(&self) -> IntegerForm {
        IntegerForm::SameAsInput
    }

    fn channel_flow(&self, inputs: &Operands<'_>, outputs: &[&Tensor]) -> ChannelFlow {
        channelwise(inputs, outputs)
    }

    fn intervals(&self, known: &Known<'_>) -> Option<Vec<Interval>> {
        let clamp = clamp_range(self.clamp, known.output).ok()?;
        mapped(known, |x| Interval { min: clamp.apply(x.min), max: clamp.apply(x.max) })
    }

    /// What lies in the padding is never the maximum.
    fn with_border(
        &self,
        inputs: &Operands<'_>,
        _output: &TensorType,
        border: &Border,
        _reference: Reference,
    ) -> Option<Op> {
        let &[Some(image)] = inputs else { return None };
        let is_least = match image.ty.dtype {
            DType::I8 => border.element == f64::from(i8::MIN),
            DType::F32 => border.element == f64::NEG_INFINITY,
            _ => false,
        };
        let padding = Window::widened(self.padding, border.sizes);
        is_least.then(|| Op::new(MaxPool2d { padding, ..self.clone() }))
    }

    fn with_crop(&self, inputs: &Operands<'_>, lines: [usize; 4]) -> Option<Op> {
        let &[Some(image)] = inputs else { return None };
        let PoolGeometry { image: [h, w, _], window, .. } = self.geometry(&image.ty).ok()?;
        let padding = window.cropped([h, w], lines)?;
        Some(Op::new(MaxPool2d { padding, ..self.clone() }))
    }

    fn by_rows(&self, inputs: &Operands<'_>, _output: &TensorType) -> Option<ByRows> {
        let &[Some(image)] = inputs else { return None };
        let window = self.geometry(&image.ty).ok()?.window;
        let outside = (image.ty.dtype == DType::I8).then_some(i8::MIN);
        let op = Some(Op::new(MaxPool2d { padding: window.without_rows_outside(), ..self.clone() }));
        Some(ByRows { reach: window.reach(0), stride: self.stride[0], above: self.padding[0], outside, op })
    }

    fn along(&self, inputs: &Operands<'_>, _output: &TensorType, axes: &[Option<usize>]) -> Option<Along> {
        let (&[Some(image)], &[Some(axis)]) = (inputs, axes) else { return None };
        self.geometry(&image.ty).ok()?.along(axis)
    }

    fn part(&self, axis: usize, padding: [usize; 2], _places: usize) -> Option<Op> {
        let padding = Window::padded(self.padding, axis, padding)?;
        Some(Op::new(MaxPool2d { padding, ..self.clone() }))
    }

    fn with_clamp(&self, min: f32, max: f32) -> Option<Op> {
        Some(Op::new(MaxPool2d { clamp: narrow(self.clamp, min, max), ..self.clone() }))
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let image = &lowering.input(0)?.ty;
        let geometry = self.geometry(image)?;
        let note = describe_clamp(self.clamp);
        let call = |kernel, bytes| geometry.call(kernel, "MaxPool", &note, bytes);
        let (mut call, params, work) = match image.dtype {
            DType::I8 => {
                let clamp = clamp_range(self.clamp, lowering.output()?)?;
                let work = geometry.work("max_pool2d_s8", lowering.core.has_dsp());
                (call("max_pool2d_s8", 1), vec![("clamp", clamp_const(clamp).into())], work)
            }
            DType::F32 => {
                let range = vec![("min", self.clamp[0].into()), ("max", self.clamp[1].into())];
                (call("max_pool2d_f32", 4), range, geometry.work("max_pool2d_f32", false))
            }
            other => return Err(no_kernel_for(other)),
        };
        call.params = params;
        Ok(KernelChoice::new(lowering.core, [(call, work)]))
    }
}
