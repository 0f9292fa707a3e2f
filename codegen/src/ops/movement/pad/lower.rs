//! The kernel of padding.

use super::Pad;
use crate::cost::Work;
use crate::ir::{DType, Fault};
use crate::kernel::{KernelCall, KernelChoice, Lowering, Operand, Overlap, Param, no_kernel_for};
use tinyml_arith::overlap::Gaps;

/// An axis: elements in front, the operand's extent, elements behind.
type Axis = [usize; 3];

impl Pad {
    pub(super) fn lower_pad(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let (operand, output) = (&lowering.input(0)?.ty, lowering.output()?);
        let (kernel, value): (_, Param) = match output.dtype {
            DType::F32 => ("pad_f32", self.value.into()),
            DType::I8 => ("pad_s8", (self.integer_value(output, lowering.reference())? as i8).into()),
            other => return Err(no_kernel_for(other)),
        };
        let dims = operand.shape.dims();
        let axes = (0..dims.len()).map(|axis| [self.before[axis], dims[axis], self.after[axis]]).collect();
        let axes = in_four_axes(axes)?;
        let part = |index: usize| axes.map(|axis| axis[index]);
        let mut shape = vec![("INPUT", part(1).into())];
        for (name, elements) in [("BEFORE", part(0)), ("AFTER", part(2))] {
            if elements != [0; 4] {
                shape.push((name, elements.into()));
            }
        }
        let gaps = Gaps::padded(part(1), part(0), part(2), output.dtype.size());
        let words = |dims: &[usize]| dims.iter().map(usize::to_string).collect::<Vec<_>>().join("x");
        let call = KernelCall {
            kernel,
            label: "Pad",
            shape_name: format!("Pad{}To{}", words(dims), words(output.shape.dims())),
            note: format!("with {}", self.value),
            shape,
            operands: vec![("INPUT", Operand::input(0)), ("OUTPUT", Operand::output(0))],
            params: vec![("value", value)],
            overlap: vec![(0, Overlap::Sliding(gaps))],
        };
        let rows = part(1)[..3].iter().product::<usize>();
        let all: [usize; 4] = axes.map(|axis| axis.iter().sum());
        let copied = rows * part(1)[3];
        let work = Work::new(kernel, 300)
            .with("row", all[..3].iter().product())
            .with("copied_row", rows)
            .with("copied", copied)
            .with("filled", all.iter().product::<usize>() - copied);
        Ok(KernelChoice::new(lowering.core, [(call, work)]))
    }
}

/// The axes as four, filled up in front. Where there are more, an axis without a border is walked together with the one around
/// it.
fn in_four_axes(mut axes: Vec<Axis>) -> Result<[Axis; 4], Fault> {
    while axes.len() > 4 {
        let inner = (1..axes.len()).find(|&axis| axes[axis][0] == 0 && axes[axis][2] == 0);
        let inner = inner.ok_or_else(|| format!("pads {} axes, of at most 4", axes.len()))?;
        let [_, extent, _] = axes.remove(inner);
        axes[inner - 1] = axes[inner - 1].map(|elements| elements * extent);
    }
    while axes.len() < 4 {
        axes.insert(0, [0, 1, 0]);
    }
    axes.try_into().map_err(|_| "has more axes than the kernel".to_owned())
}
