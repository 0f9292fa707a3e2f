//! An image of another size by linear interpolation between its pixels.

#[cfg(feature = "onnx")]
mod import_onnx;
mod lines;
mod lower;
#[cfg(test)]
mod test;

#[cfg(feature = "onnx")]
pub use import_onnx::resize;
use lines::{Axis, Lines, RealLines};

use crate::ir::attributes::attributes;
use crate::ir::{
    Attribute, AttributeValue, Attributes, ChannelFlow, DType, Descriptor, Evaluation, Fault, IntegerForm, Interval, Known, Operands,
    Operator, Reference, Tensor, TensorType, Value,
};
use crate::kernel::{KernelChoice, Lowering};
use crate::limits;
use crate::ops::common::channels::{channelwise, mapped};
use crate::ops::common::window::one_image;
use crate::ops::pooling::pool::quantised_alike;
use tinyml_arith::resize::Ties;

/// Where a line of the result lies among those of the operand. A scale is lines of the result for one of the operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coordinates {
    /// At `i / scale`.
    Asymmetric,
    /// The outermost lines of both images lie on each other.
    AlignCorners,
    /// Lines are where their centres are: `(i + 0.5) / scale - 0.5`.
    HalfPixel,
    /// The same, and one line alone is the operand's first.
    PytorchHalfPixel,
    /// The centres of both images lie on each other, also where the scale is not the ratio of their sizes.
    HalfPixelSymmetric,
}

impl Coordinates {
    const ALL: [(Coordinates, &'static str); 5] = [
        (Coordinates::Asymmetric, "asymmetric"),
        (Coordinates::AlignCorners, "align_corners"),
        (Coordinates::HalfPixel, "half_pixel"),
        (Coordinates::PytorchHalfPixel, "pytorch_half_pixel"),
        (Coordinates::HalfPixelSymmetric, "half_pixel_symmetric"),
    ];

    /// By ONNX's name.
    pub fn from_name(name: &str) -> Option<Coordinates> {
        Coordinates::ALL.iter().find(|(_, own)| *own == name).map(|&(coordinates, _)| coordinates)
    }
}

impl AttributeValue for Coordinates {
    const EXPECTED: &'static str = "one of ONNX's coordinate_transformation_modes";

    fn to_attribute(&self) -> Attribute {
        let name = Coordinates::ALL.iter().find(|(own, _)| own == self).map_or("", |&(_, name)| name);
        Attribute::Word(name.to_owned())
    }

    fn from_attribute(attribute: &Attribute) -> Option<Self> {
        match attribute {
            Attribute::Word(name) => Coordinates::from_name(name),
            _ => None,
        }
    }
}

attributes! {
    /// An image `[1, H, W, C]` with another height and width: each element is interpolated between the four around it.
    pub struct ResizeLinear {
        /// Height and width of the result.
        pub size: [usize; 2],
        /// Lines of the result for one of the operand, as ONNX files say it. TFLite takes the ratio of the sizes.
        pub scale: [f32; 2],
        /// Where the result's lines lie.
        pub coordinates: Coordinates,
        /// Whether they lie where TFLite's kernels find them, with steps of the operand from line to line: in f32, or in integers of 1/1024.
        pub steps: bool,
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "resize_linear",
    parse: ResizeLinear::parse,
    #[cfg(feature = "tflite")]
    tflite: &[("RESIZE_BILINEAR", tflite)],
    #[cfg(feature = "onnx")]
    onnx: &[],
};

/// RESIZE_BILINEAR: the size is operand 1.
#[cfg(feature = "tflite")]
fn tflite(node: &mut crate::import::tflite::NodeImport<'_>) -> Result<(), Fault> {
    use crate::import::tflite::options::ResizeOptions;

    let options = node.options(ResizeOptions::read)?;
    let coordinates = match (options.align_corners, options.half_pixel_centers) {
        (false, false) => Coordinates::Asymmetric,
        (true, false) => Coordinates::AlignCorners,
        (false, true) => Coordinates::HalfPixel,
        (true, true) => {
            return Err("has both `align_corners` and `half_pixel_centers`, which the reference refuses".to_owned());
        }
    };
    let (image, sizes) = (node.input(0)?, node.integers(1)?);
    let size = sizes.iter().map(|&size| usize::try_from(size).ok()).collect::<Option<Vec<usize>>>();
    let dims = node.tensor(image).ty.shape.clone();
    let (&[_, h, w, _], Some(&[height, width])) = (dims.dims(), size.as_deref()) else {
        return Err(format!("expects an image [N,H,W,C] and its new height and width, got {dims} and {sizes:?}"));
    };
    let scale = [height as f32 / h as f32, width as f32 / w as f32];
    node.emit(ResizeLinear { size: [height, width], scale, coordinates, steps: true }, vec![Some(image)])
}

/// Height, width and channels of the operand.
fn extents(image: &Tensor) -> Result<[usize; 3], Fault> {
    one_image(&image.ty.shape)?;
    match *image.ty.shape.dims() {
        [1, h, w, c] if h * w * c > 0 => Ok([h, w, c]),
        _ => Err(format!("expects an image [1,H,W,C], got {}", image.ty.shape)),
    }
}

impl ResizeLinear {
    /// Lines and weights of rows and columns, in floating point.
    fn real_lines(&self, extents: [usize; 3]) -> [RealLines; 2] {
        self.axes(extents).map(|axis| RealLines::new(&axis))
    }

    /// The same in integers.
    fn lines(&self, extents: [usize; 3]) -> [Lines; 2] {
        self.axes(extents).map(|axis| Lines::new(&axis))
    }

    /// Rows and columns.
    fn axes(&self, [h, w, _]: [usize; 3]) -> [Axis; 2] {
        let &ResizeLinear { size, scale, coordinates, steps } = self;
        [(0, h), (1, w)].map(|(axis, from)| Axis { from, to: size[axis], scale: scale[axis], coordinates, steps })
    }

    /// How sums of integers are rounded.
    fn ties(reference: Reference, image: &TensorType) -> Ties {
        match (reference, image.per_tensor()) {
            // Of what is above the zero point.
            (Reference::Onnx, Some((_, zero_point))) if zero_point % 2 != 0 => Ties::Odd,
            (Reference::Onnx, _) => Ties::Even,
            (Reference::Tflm | Reference::Litert, _) => Ties::Away,
        }
    }
}

impl Operator for ResizeLinear {
    fn name(&self) -> &'static str {
        DESCRIPTOR.name
    }

    fn attributes(&self) -> Attributes {
        self.printed()
    }

    fn infer(&self, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
        let &[Some(image)] = inputs else { return Err("expects an image".to_owned()) };
        let [_, _, c] = extents(image)?;
        let [height, width] = self.size;
        if height == 0 || width == 0 {
            return Err(format!("asks for {height} rows and {width} columns"));
        }
        limits::elements(&[height, width, c])?;
        Ok(vec![TensorType::new(image.ty.dtype, [1, height, width, c])])
    }

    fn check(&self, inputs: &Operands<'_>, outputs: &[&Tensor], faults: &mut Vec<Fault>) {
        if let ([Some(image)], [output]) = (inputs, outputs)
            && !quantised_alike(&image.ty, &output.ty)
        {
            faults.push(format!("interpolates {}, so the result cannot be {}", image.ty, output.ty));
        }
        if self.scale.iter().any(|scale| !(scale.is_finite() && *scale > 0.0)) {
            faults.push(format!("has the scales {:?}", self.scale));
        }
    }

    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        let (Some((image, value)), output) = (call.inputs.first().copied().flatten(), call.output()?) else {
            return Err("expects an image".to_owned());
        };
        let extents = extents(image)?;
        let result = match (value.as_f32(), value.as_i8()) {
            (Some(x), _) => {
                Value::f32(output.shape.clone(), lines::interpolate(x, extents, &self.real_lines(extents)))
            }
            (_, Some(x)) => {
                let (lines, ties) = (self.lines(extents), Self::ties(call.reference, &image.ty));
                Value::i8(output.shape.clone(), lines::interpolate_integers(x, extents, &lines, ties))
            }
            _ => return Err(format!("interpolates f32 or i8, not {}", image.ty)),
        };
        Ok(vec![result.ok_or("the result does not have the declared shape")?])
    }

    fn integer_form(&self) -> IntegerForm {
        IntegerForm::SameAsInput
    }

    fn channel_flow(&self, inputs: &Operands<'_>, outputs: &[&Tensor]) -> ChannelFlow {
        channelwise(inputs, outputs)
    }

    /// Nothing between two numbers is beyond them.
    fn intervals(&self, known: &Known<'_>) -> Option<Vec<Interval>> {
        mapped(known, |interval| interval)
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let image = lowering.input(0)?;
        match image.ty.dtype {
            DType::F32 => self.lower_f32(lowering, extents(image)?),
            DType::I8 => self.lower_s8(lowering, extents(image)?),
            other => Err(crate::kernel::no_kernel_for(other)),
        }
    }
}
