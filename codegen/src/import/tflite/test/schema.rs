use super::super::flatbuffer::{Fault, Object};
use super::super::schema::{BuiltinOperator, Model, Quantization, TensorType};
use super::builder::{Value, int8, int32, int32s, set, text, uint8, uint8s, uint32, uint64};
use super::sample::{Sample, read, sample, tensors};

/// What is said about the sample with one change.
fn refusal(change: impl FnOnce(&mut Sample)) -> String {
    let mut sample = sample();
    change(&mut sample);
    let error = sample.error().to_string();
    error.split_once(", ").map_or_else(|| error.clone(), |(_, rest)| rest.to_owned())
}

#[test]
fn the_sample_is_read_as_it_was_written() {
    let file = sample().file();
    let graph = read(&file).expect("a good file");
    assert_eq!((&graph.inputs[..], &graph.outputs[..]), (&[0][..], &[4][..]));

    let tensors = tensors(&graph);
    let [image, weights, bias, ..] = tensors[..] else { panic!("five tensors were written") };
    assert_eq!((image.name.as_str(), image.dtype, image.is_constant()), ("image", TensorType::Int8, false));
    assert_eq!(image.shape, [1, 4, 4, 1]);
    let quantization =
        Quantization { scales: vec![0.25, 0.125], zero_points: vec![0, 0], axis: 0, details_type: 0 };
    assert_eq!(weights.quantization, Some(quantization));
    assert_eq!((weights.buffer_index, weights.buffer), (1, &(0..18).collect::<Vec<u8>>()[..]));
    assert_eq!((bias.dtype.name(), bias.element_count(), bias.byte_count()), ("INT32", Some(2), Some(8)));
    assert_eq!(tensors[4].quantization, None, "a range of values is no quantisation");

    let [conv, vote] = &graph.operators[..] else { panic!("two operators were written") };
    assert_eq!((conv.builtin, conv.name().as_str(), conv.version), (BuiltinOperator::CONV_2D, "CONV_2D", 5));
    assert_eq!((&conv.inputs[..], &conv.outputs[..]), (&[Some(0), Some(1), Some(2)][..], &[3][..]));
    let (tag, options) = conv.options.clone().expect("good options");
    assert_eq!((tag, options.is_some(), conv.path().as_str()), (1, true, "subgraphs[0].operators[0]"));
    assert_eq!((vote.builtin, vote.name().as_str(), vote.version), (BuiltinOperator::CUSTOM, "Vote", 1));
    assert_eq!(vote.inputs, [Some(3), None]);
}

#[test]
fn the_greater_of_the_two_operator_codes_counts() {
    let code = |deprecated: i8, code: i32| {
        let mut sample = sample();
        sample.codes[0] = vec![(0, int8(deprecated)), (3, int32(code))];
        read(&sample.file()).expect("a good file").operators[0].builtin
    };
    assert_eq!(code(4, 0), BuiltinOperator::DEPTHWISE_CONV_2D);
    assert_eq!(code(0, 4), BuiltinOperator::DEPTHWISE_CONV_2D);
    assert_eq!(code(127, 150), BuiltinOperator::GELU);
    assert_eq!(code(0, 0).to_string(), "ADD");
    assert_eq!((code(127, 4711).name(), code(127, 4711).to_string().as_str()), (None, "operator code 4711"));
}

#[test]
fn data_may_lie_behind_the_flatbuffer() {
    let mut sample = sample();
    sample.buffers[1] = vec![(1, uint64(u64::from(u32::MAX))), (2, uint64(18))];
    let len = sample.file().len();
    let far = sample.error();
    assert_eq!((far.offset, far.path.as_str()), (u32::MAX as usize, "subgraphs[0].tensors[1].buffer.offset"));
    assert_eq!(far.fault, Fault::Truncated { needed: 18, left: 0 });

    sample.buffers[1] = vec![(1, uint64(len as u64)), (2, uint64(18))];
    let mut file = sample.file();
    file.extend(100..118);
    let graph = read(&file).expect("a good file");
    assert_eq!(tensors(&graph)[1].buffer, (100..118).collect::<Vec<u8>>());
    assert!(read(&file[..file.len() - 1]).is_err());

    sample.buffers[1] = vec![(1, uint64(u64::MAX)), (2, uint64(u64::MAX))];
    assert!(matches!(sample.error().fault, Fault::Truncated { needed: u64::MAX, left: 0 }));
    sample.buffers[1] = vec![(0, uint8s(&[1])), (1, uint64(8)), (2, uint64(18))];
    assert_eq!(sample.error().fault, Fault::Invalid("there is `data`, too".to_owned()));
}

#[test]
fn indices_out_of_range_are_refused_by_name() {
    assert_eq!(
        refusal(|s| set(&mut s.operators[0], 1, int32s(&[0, 5, 2]))),
        "`subgraphs[0].operators[0].inputs` (operator CONV_2D): entry 1 names tensor 5 of 5"
    );
    assert_eq!(
        refusal(|s| set(&mut s.operators[1], 2, int32s(&[-1]))),
        "`subgraphs[0].operators[1].outputs` (operator Vote): entry 0 names tensor -1 of 5"
    );
    assert_eq!(
        refusal(|s| set(&mut s.operators[1], 0, uint32(2))),
        "`subgraphs[0].operators[1].opcode_index`: operator code 2 of 2"
    );
    assert_eq!(refusal(|s| s.inputs = int32s(&[7])), "`subgraphs[0].inputs`: entry 0 names tensor 7 of 5");
    assert_eq!(
        refusal(|s| s.outputs = int32s(&[4, -1])),
        "`subgraphs[0].outputs`: entry 1 names tensor -1 of 5"
    );
    assert_eq!(
        refusal(|s| set(&mut s.tensors[1], 2, uint32(3))),
        "`subgraphs[0].tensors[1].buffer` (tensor `weights`): buffer 3 of 3"
    );
}

#[test]
fn tensors_that_contradict_themselves_are_refused_by_name() {
    let weights = |slot, value| refusal(|s| set(&mut s.tensors[1], slot, value));
    assert_eq!(
        weights(1, int8(99)),
        "`subgraphs[0].tensors[1].type` (tensor `weights`): unknown tensor type 99"
    );
    assert_eq!(
        weights(0, int32s(&[2, 3, 3, 2])),
        "`subgraphs[0].tensors[1].buffer` (tensor `weights`): buffer 1 has 18 bytes, but INT8 [2, 3, 3, 2] takes 36 bytes"
    );
    assert_eq!(
        weights(0, int32s(&[2, -1])),
        "`subgraphs[0].tensors[1].buffer` (tensor `weights`): \
         buffer 1 has 18 bytes, but INT8 [2, -1] takes no number of bytes"
    );
    assert_eq!(
        weights(10, uint32(1)),
        "`subgraphs[0].tensors[1].external_buffer` (tensor `weights`): \
         the tensor's data is in another file, which is not supported"
    );
}

#[test]
fn only_what_contradicts_itself_is_damage() {
    let is_damage = |slot, value| {
        let mut sample = sample();
        set(&mut sample.tensors[1], slot, value);
        sample.error().is_damage()
    };
    assert!(is_damage(0, int32s(&[2, 3, 3, 2])), "a constant is as long as its shape asks");
    assert!(!is_damage(1, int8(99)), "a newer TFLite may have more types");
    assert!(!is_damage(10, uint32(1)), "data may be in another file");
}

/// Tensors, buffers and options that are wrong harm only those who need them.
#[test]
fn what_nothing_needs_may_be_wrong() {
    let mut sample = sample();
    sample.tensors.push(vec![(0, int32s(&[3])), (1, int8(99)), (2, uint32(77)), (3, text("unused"))]);
    sample.buffers.push(vec![(0, uint8s(&[1])), (1, uint64(u64::MAX))]);
    set(&mut sample.operators[1], 3, uint8(1));
    let file = sample.file();
    let graph = Model::parse(&file).and_then(|mut model| model.subgraph(0)).expect("a good file");
    let wrong: Vec<bool> = graph.tensors.iter().map(Result::is_err).collect();
    assert_eq!(wrong, [false, false, false, false, false, true]);
}

#[test]
fn what_is_rare_is_read_too() {
    let mut sample = sample();
    set(&mut sample.tensors[1], 0, int32s(&[100]));
    set(&mut sample.tensors[1], 4, Value::Table(vec![(4, uint8(2)), (5, Value::Table(vec![]))]));
    set(&mut sample.tensors[1], 6, Value::Table(vec![]));
    set(&mut sample.tensors[3], 5, uint8(1));
    let file = sample.file();
    let graph = read(&file).expect("a good file");
    let tensors = tensors(&graph);
    let blockwise = Quantization { scales: vec![], zero_points: vec![], axis: 0, details_type: 2 };
    assert_eq!(tensors[1].quantization, Some(blockwise));
    assert!(tensors[1].is_sparse, "so that 18 bytes may stand for 100 elements");
    assert!(tensors[3].is_variable && !tensors[3].is_sparse);
}

#[test]
fn two_int4_share_a_byte() {
    let mut sample = sample();
    set(&mut sample.tensors[1], 1, int8(17));
    set(&mut sample.tensors[1], 0, int32s(&[2, 18]));
    assert!(read(&sample.file()).is_ok());
    set(&mut sample.tensors[1], 0, int32s(&[35]));
    set(&mut sample.tensors[1], 4, Value::Table(vec![]));
    assert!(read(&sample.file()).is_ok(), "the last byte may be half full");
    set(&mut sample.tensors[1], 0, int32s(&[34]));
    assert!(read(&sample.file()).is_err());
}

#[test]
fn the_schema_version_and_the_first_subgraph_are_needed() {
    assert_eq!(refusal(|s| set(&mut s.root, 0, uint32(2))), "`version`: schema version 2, only 3 is known");
    let mut root = sample().root;
    set(&mut root, 3, text("no graphs"));
    let error = read(&super::builder::build("TFL3", &root)).expect_err("no subgraph");
    assert_eq!(
        (error.path.as_str(), error.fault),
        ("subgraphs", Fault::Invalid("subgraph 0 of 0".to_owned()))
    );
}

#[test]
fn an_error_names_its_object_for_diagnostics() {
    let mut sample = sample();
    set(&mut sample.tensors[2], 1, int8(99));
    assert_eq!(sample.error().object, Some(Object::Tensor("bias".to_owned())));
}

#[test]
fn every_tensor_type_has_its_own_name() {
    let types: Vec<_> = (i8::MIN..=i8::MAX).filter_map(TensorType::from_code).collect();
    let mut names: Vec<_> = types.iter().map(|ty| ty.to_string()).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), types.len());
    assert_eq!(TensorType::from_code(9), Some(TensorType::Int8));
    assert_eq!(TensorType::from_code(-1), None);
}
