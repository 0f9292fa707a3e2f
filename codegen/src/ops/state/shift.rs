//! A window over time that moves on: TensorFlow Lite Micro's CIRCULAR_BUFFER, and what the pass `keep_windows` makes of models that keep the newest
//! rows of their windows.

#[cfg(feature = "tflite")]
use crate::ir::DType;
use crate::ir::attributes::attributes;
use crate::ir::{Attributes, Descriptor, Evaluation, Fault, IntegerForm, Operands, Operator, TensorType, Value};
use crate::kernel::{Gaps, KernelCall, KernelChoice, Lowering, Operand, Overlap};
use crate::ops::movement::strided;

attributes! {
    /// The window without its first elements, and the operand behind them: as many elements as it has come, as many go.
    ///
    /// The window's places lie one behind the other, the oldest first.
    pub struct Shift {}
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "shift",
    parse: Shift::parse,
    #[cfg(feature = "tflite")]
    tflite: &[("CIRCULAR_BUFFER", circular_buffer)],
    #[cfg(feature = "onnx")]
    onnx: &[],
};

/// CIRCULAR_BUFFER, a custom operator of TensorFlow Lite Micro: the operand `[1, 1, H, C]` becomes the newest of the rows `[1, N, H, C]`. What lies
/// behind the operator runs each `cycles_max`-th time.
#[cfg(feature = "tflite")]
fn circular_buffer(node: &mut crate::import::tflite::NodeImport<'_>) -> Result<(), Fault> {
    let (x, y) = (node.input(0)?, node.output(0)?);
    let (new, window) = (node.tensor(x).ty.clone(), node.tensor(y).ty.clone());
    let (&[first, 1, height, channels], &[again, rows, same_height, same_channels]) = (new.shape.dims(), window.shape.dims())
    else {
        return Err(format!("takes a row [1,1,H,C] into rows [1,N,H,C], not {} into {}", new.shape, window.shape));
    };
    if [first, height, channels] != [again, same_height, same_channels] || first != 1 {
        return Err(format!("takes {} into rows {}, which are of another shape", new.shape, window.shape));
    }
    if new.dtype != DType::I8 {
        return Err(format!("keeps rows of int8, as TensorFlow Lite Micro does, not of {}", new.dtype));
    }
    let cycles = match node.custom_option("cycles_max")? {
        Some(cycles) if cycles > 0 => cycles,
        // As the reference guesses for the two models that it was made for.
        _ if [5, 13, 25].contains(&rows) => 1,
        _ => 2,
    };
    if cycles > 1 {
        let message = format!(
            "ends inferences early, but for one in {cycles} (`cycles_max`), which is not supported: an inference always gives all outputs"
        );
        let help = "convert the model with strides of 1 over time (`cycles_max` 1), or split it there, and run the second model each so many times";
        return Err(node.refuse(message, help));
    }
    let before = node.remembered(0)?;
    node.emit(Shift {}, vec![Some(before), Some(x)])
}

impl Operator for Shift {
    fn name(&self) -> &'static str {
        DESCRIPTOR.name
    }

    fn attributes(&self) -> Attributes {
        self.printed()
    }

    fn infer(&self, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
        let &[Some(window), Some(new)] = inputs else { return Err("expects two operands".to_owned()) };
        if new.ty.dtype != window.ty.dtype || new.ty.quant != window.ty.quant {
            return Err(format!("takes {} into a window of {}", new.ty, window.ty));
        }
        if new.ty.shape.elements() > window.ty.shape.elements() {
            return Err(format!("takes {} into {}, which is less", new.ty.shape, window.ty.shape));
        }
        Ok(vec![TensorType::new(window.ty.dtype, window.ty.shape.clone())])
    }

    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        let ((ty, window), (_, new)) = (call.input(0)?, call.input(1)?);
        let count = new.len();
        let stays = window.len().checked_sub(count).ok_or("the window has fewer elements")?;
        let old = window.part([stays], count).ok_or("the window has fewer elements")?;
        Ok(vec![old.followed_by(new, ty.shape.clone()).ok_or("the operands have different element types")?])
    }

    fn integer_form(&self) -> IntegerForm {
        IntegerForm::SameAsInput
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let (window, new) = (&lowering.input(0)?.ty, &lowering.input(1)?.ty);
        let size = window.dtype.size();
        let count = new.shape.elements();
        let stays = window.shape.elements() - count;
        let call = |elements: usize, note: &str, from: Operand, to: usize| {
            let (kernel, walk, bytes) = strided::run(window.dtype, elements)?;
            let call = KernelCall {
                kernel,
                label: "Shift",
                shape_name: walk.name("Shift"),
                note: note.to_owned(),
                shape: walk.constants(),
                operands: vec![("INPUT", from), ("OUTPUT", Operand::Output { index: 0, offset: to * size })],
                params: Vec::new(),
                overlap: Vec::new(),
            };
            Ok::<_, Fault>((call, walk.work(kernel, bytes)))
        };
        let mut calls = Vec::new();
        if stays > 0 {
            let from = Operand::Input { index: 0, offset: count * size };
            let (mut old, work) = call(stays, "what stays", from, 0)?;
            // One run of neighbours is moved wherever it lies.
            let anywhere = Gaps { forward: Some(-((window.bytes()) as isize)), backward: None };
            old.overlap = vec![(0, Overlap::Sliding(anywhere))];
            calls.push((old, work));
        }
        calls.push(call(count, "what is new", Operand::input(1), stays)?);
        Ok(KernelChoice::new(lowering.core, calls))
    }
}

#[cfg(test)]
mod test {
    use super::Shift;
    use crate::ir::{DType, Evaluation, Op, Reference, Tensor, TensorType, Value};

    #[test]
    fn the_oldest_elements_go() {
        let tensor = |count: usize| Tensor::new("t", TensorType::new(DType::I8, [1, count, 2]));
        let (window, new) = (tensor(3), tensor(1));
        let values = [vec![1, 2, 3, 4, 5, 6], vec![7, 8]];
        let [old, last] = values.map(|data| Value::i8([1, data.len() / 2, 2], data).unwrap());
        let inputs = [Some((&window, &old)), Some((&new, &last))];
        let call = Evaluation { inputs: &inputs, outputs: &[&window.ty], reference: Reference::Tflm };
        let shifted = Op::new(Shift {}).evaluate(&call).unwrap();
        assert_eq!(shifted[0].as_i8(), Some([3, 4, 5, 6, 7, 8].as_slice()));
        assert!(Op::new(Shift {}).infer(&[Some(&new), Some(&window)]).is_err());
    }
}
