use super::Table;
use crate::ir::{DType, Quant, Reference, TensorType, Value};
use crate::kernel::{Overlap, Param, Gaps};
use crate::ops::common::single;

fn graph(entries: usize) -> crate::ir::Graph {
    let table: Vec<i8> = (0..entries).map(|bits| (bits as i8).wrapping_mul(3)).collect();
    let quant = |scale| Quant::per_tensor(scale, 0);
    let operands = vec![
        single::fed(TensorType::quantised(DType::I8, [2, 2], quant(0.5))),
        single::constant(Value::i8([entries], table), None),
    ];
    let result = TensorType::quantised(DType::I8, [2, 2], quant(0.25));
    single::graph(Table {}, Reference::Tflm, operands, result)
}

#[test]
fn looks_up_by_bit_pattern() {
    let x = Value::i8([2, 2], vec![-128, -1, 0, 127]).unwrap();
    assert_eq!(single::run(&graph(256), &[x]).as_i8(), Some([-128, -3, 0, 125].as_slice()));
}

#[test]
fn the_kernel_gets_the_table_and_may_work_in_place() {
    let choice = single::lower(&graph(256)).unwrap();
    let call = &choice.calls[0];
    assert_eq!((call.kernel, choice.overlap(0)), ("table_s8", Overlap::Sliding(Gaps::BYTE_FOR_BYTE)));
    let Param::Data(blob) = &call.params[0].1 else { panic!("{:?}", call.params) };
    assert_eq!((blob.bytes.len(), blob.bytes[255]), (256, -3i8 as u8));
}

#[test]
fn refuses_a_table_of_another_length() {
    assert!(single::faults(&graph(255)).contains("i8[256]"), "{}", single::faults(&graph(255)));
}
