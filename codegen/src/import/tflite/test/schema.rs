use super::super::flatbuffer::{Fault, Object};
use super::super::schema::{BuiltinOperator, Model, Quantization, Signature, TensorType};
use super::builder::{
    Value, float32s, int8, int32, int32s, int64s, set, text, uint8, uint8s, uint32, uint64,
};
use super::sample::{Sample, sample};

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
    let model = Model::parse(&file).expect("a good file");
    assert_eq!((model.version, model.description), (3, "a sample"));
    assert_eq!(model.metadata, [("min_runtime_version", b"2.18.0".as_slice())]);
    let signature = Signature {
        key: "serving_default",
        subgraph: 0,
        inputs: vec![("picture", 0)],
        outputs: vec![("votes", 4)],
    };
    assert_eq!(model.signatures, [signature]);
    let [graph] = &model.subgraphs[..] else { panic!("one subgraph was written") };
    assert_eq!((graph.name, &graph.inputs[..], &graph.outputs[..]), ("main", &[0][..], &[4][..]));

    let [image, weights, bias, ..] = &graph.tensors[..] else { panic!("five tensors were written") };
    assert_eq!((image.name.as_str(), image.dtype, image.is_constant()), ("image", TensorType::Int8, false));
    assert_eq!((&image.shape[..], &image.shape_signature[..]), (&[1, 4, 4, 1][..], &[-1, 4, 4, 1][..]));
    let quantization =
        Quantization { scales: vec![0.25, 0.125], zero_points: vec![0, 0], axis: 0, details_type: 0 };
    assert_eq!(weights.quantization, Some(quantization));
    assert_eq!((weights.buffer_index, weights.buffer), (1, &(0..18).collect::<Vec<u8>>()[..]));
    assert_eq!((bias.dtype.name(), bias.element_count(), bias.byte_count()), ("INT32", Some(2), Some(8)));
    assert_eq!(graph.tensors[4].quantization, None, "a range of values is no quantisation");

    let [conv, vote] = &graph.operators[..] else { panic!("two operators were written") };
    assert_eq!((conv.builtin, conv.name().as_ref(), conv.version), (BuiltinOperator::CONV_2D, "CONV_2D", 5));
    assert_eq!((&conv.inputs[..], &conv.outputs[..]), (&[Some(0), Some(1), Some(2)][..], &[3][..]));
    assert_eq!(
        (conv.options_type, conv.options.is_some(), conv.path().as_str()),
        (1, true, "subgraphs[0].operators[0]")
    );
    assert_eq!((vote.builtin, vote.name().as_ref(), vote.version), (BuiltinOperator::CUSTOM, "Vote", 1));
    assert_eq!((&vote.inputs[..], vote.custom_options), (&[Some(3), None][..], &[1, 2, 3][..]));
}

#[test]
fn the_greater_of_the_two_operator_codes_counts() {
    let code = |deprecated: i8, code: i32| {
        let mut sample = sample();
        sample.codes[0] = vec![(0, int8(deprecated)), (3, int32(code))];
        Model::parse(&sample.file()).expect("a good file").subgraphs[0].operators[0].builtin
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
    assert_eq!((far.offset, far.path.as_str()), (u32::MAX as usize, "buffers[1].offset"));
    assert_eq!(far.fault, Fault::Truncated { needed: 18, left: 0 });

    sample.buffers[1] = vec![(1, uint64(len as u64)), (2, uint64(18))];
    let mut file = sample.file();
    file.extend(100..118);
    let model = Model::parse(&file).expect("a good file");
    assert_eq!(model.subgraphs[0].tensors[1].buffer, (100..118).collect::<Vec<u8>>());
    assert!(Model::parse(&file[..file.len() - 1]).is_err());

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
        refusal(|s| set(&mut s.operators[1], 8, int32s(&[-2]))),
        "`subgraphs[0].operators[1].intermediates` (operator Vote): entry 0 names tensor -2 of 5"
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
        refusal(|s| set(&mut s.tensors[1], 2, uint32(4))),
        "`subgraphs[0].tensors[1].buffer` (tensor `weights`): buffer 4 of 4"
    );
    assert_eq!(
        refusal(|s| set(&mut s.signature, 4, uint32(1))),
        "`signature_defs[0].subgraph_index`: subgraph 1 of 1"
    );
    assert_eq!(
        refusal(|s| set(&mut s.signature, 1, Value::Tables(vec![vec![(1, uint32(5))]]))),
        "`signature_defs[0].outputs[0].tensor_index`: tensor 5 of 5"
    );
}

#[test]
fn tensors_that_contradict_themselves_are_refused_by_name() {
    let weights = |slot, value| refusal(|s| set(&mut s.tensors[1], slot, value));
    let quantization = |scales: &[f32], zeros: &[i64], axis| {
        weights(4, Value::Table(vec![(2, float32s(scales)), (3, int64s(zeros)), (6, int32(axis))]))
    };
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
        weights(0, int32s(&[i32::MAX, i32::MAX, i32::MAX, 0])),
        "`subgraphs[0].tensors[1].shape` (tensor `weights`): [2147483647, 2147483647, 2147483647, 0] is too large a shape"
    );
    assert_eq!(
        weights(10, uint32(1)),
        "`subgraphs[0].tensors[1].external_buffer` (tensor `weights`): \
         the tensor's data is in another file, which is not supported"
    );
    assert_eq!(
        quantization(&[0.5, 0.5], &[0], 0),
        "`subgraphs[0].tensors[1].quantization.zero_point` (tensor `weights`): 1 zero points for 2 scales"
    );
    assert_eq!(
        quantization(&[f32::NAN], &[0], 0),
        "`subgraphs[0].tensors[1].quantization.scale` (tensor `weights`): a scale is NaN"
    );
    for axis in [1, 4, -1] {
        assert_eq!(
            quantization(&[0.5, 0.5], &[0, 0], axis),
            format!(
                "`subgraphs[0].tensors[1].quantization.quantized_dimension` (tensor `weights`): \
                 2 scales do not fit dimension {axis} of the shape [2, 3, 3, 1]"
            )
        );
    }
}

#[test]
fn what_is_rare_is_read_too() {
    let mut sample = sample();
    set(&mut sample.tensors[1], 0, int32s(&[100]));
    set(&mut sample.tensors[1], 4, Value::Table(vec![(4, uint8(2)), (5, Value::Table(vec![]))]));
    set(&mut sample.tensors[1], 6, Value::Table(vec![]));
    set(&mut sample.tensors[3], 5, uint8(1));
    set(&mut sample.tensors[3], 8, uint8(1));
    set(&mut sample.operators[0], 8, int32s(&[-1, 3]));
    set(&mut sample.operators[0], 11, uint8(18));
    set(&mut sample.operators[0], 12, Value::Table(vec![]));
    sample.operators[1].retain(|(slot, _)| *slot != 5);
    set(&mut sample.operators[1], 9, uint64(4));
    set(&mut sample.operators[1], 10, uint64(4));
    let file = sample.file();
    let model = Model::parse(&file).expect("a good file");
    let (tensors, operators) = (&model.subgraphs[0].tensors, &model.subgraphs[0].operators);
    let blockwise = Quantization { scales: vec![], zero_points: vec![], axis: 0, details_type: 2 };
    assert_eq!(tensors[1].quantization, Some(blockwise));
    assert!(tensors[1].is_sparse, "so that 18 bytes may stand for 100 elements");
    assert!(tensors[3].is_variable && tensors[3].has_rank && !tensors[3].is_sparse);
    assert_eq!(operators[0].intermediates, [None, Some(3)]);
    assert_eq!((operators[0].options_2_type, operators[0].options_2.is_some()), (18, true));
    assert_eq!(operators[1].custom_options, b"TFL3", "bytes 4 to 8 of the file");
}

#[test]
fn two_int4_share_a_byte() {
    let mut sample = sample();
    set(&mut sample.tensors[1], 1, int8(17));
    set(&mut sample.tensors[1], 0, int32s(&[2, 18]));
    assert!(Model::parse(&sample.file()).is_ok());
    set(&mut sample.tensors[1], 0, int32s(&[35]));
    set(&mut sample.tensors[1], 4, Value::Table(vec![]));
    assert!(Model::parse(&sample.file()).is_ok(), "the last byte may be half full");
    set(&mut sample.tensors[1], 0, int32s(&[34]));
    assert!(Model::parse(&sample.file()).is_err());
}

#[test]
fn the_schema_version_and_the_first_subgraph_are_needed() {
    assert_eq!(refusal(|s| set(&mut s.root, 0, uint32(2))), "`version`: schema version 2, only 3 is known");
    let mut root = sample().root;
    set(&mut root, 3, text("no graphs"));
    let error = Model::parse(&super::builder::build("TFL3", &root)).expect_err("no subgraph");
    assert_eq!(
        (error.path.as_str(), error.fault),
        ("subgraphs", Fault::Invalid("the model has no subgraph".to_owned()))
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
