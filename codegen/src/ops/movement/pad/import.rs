//! How the file formats write padding.

#[cfg(feature = "tflite")]
pub(super) use tflite_format::tflite;

#[cfg(feature = "tflite")]
mod tflite_format {
    use super::super::Pad;
    use crate::import::tflite::NodeImport;
    use crate::ir::Fault;

    /// PAD and PADV2: the second operand is `[[before, after], …]`, the third (of PADV2) the value.
    pub(in crate::ops::movement::pad) fn tflite(node: &mut NodeImport<'_>) -> Result<(), Fault> {
        let operand = node.input(0)?;
        let paddings = node
            .integers(1)?
            .into_iter()
            .map(|elements| usize::try_from(elements).map_err(|_| format!("pads with {elements} elements")));
        let paddings = paddings.collect::<Result<Vec<_>, _>>()?;
        let value = match node.optional(2) {
            None => 0.0,
            Some(id) => {
                let constant = node.constant(2)?.dequantise(node.tensor(id).ty.quant.as_ref());
                *constant.first().ok_or("the value has no element")?
            }
        };
        let pad = Pad {
            before: paddings.iter().copied().step_by(2).collect(),
            after: paddings.iter().copied().skip(1).step_by(2).collect(),
            value,
        };
        node.emit(pad, vec![Some(operand)])
    }
}
