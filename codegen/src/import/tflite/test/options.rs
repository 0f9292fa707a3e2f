use super::super::flatbuffer::Result;
use super::super::options::{
    Activation, ArithmeticOptions, ConcatenationOptions, Conv2dOptions, DepthwiseConv2dOptions,
    FullyConnectedOptions, LeakyReluOptions, Padding, Pool2dOptions, ReducerOptions, ReshapeOptions,
    SoftmaxOptions, SqueezeOptions, WeightsFormat,
};
use super::super::schema::Operator;
use super::builder::{Node, Value, float32, int8, int32, int32s, set, uint8};
use super::sample::sample;

/// What `read` makes of an operator with this code and these options.
fn read<T>(code: i8, tag: u8, options: Option<Node>, read: impl Fn(&Operator<'_>) -> Result<T>) -> Result<T> {
    let mut sample = sample();
    sample.codes[0] = vec![(0, int8(code))];
    set(&mut sample.operators[0], 3, uint8(tag));
    sample.operators[0].retain(|(slot, _)| *slot != 4);
    if let Some(options) = options {
        set(&mut sample.operators[0], 4, Value::Table(options));
    }
    let file = sample.file();
    let graph = super::sample::read(&file).expect("a good file");
    read(&graph.operators[0])
}

/// The refusal, without its byte offset.
fn refusal<T: std::fmt::Debug>(result: Result<T>) -> String {
    let error = result.expect_err("must be refused").to_string();
    error.split_once(", ").map_or_else(|| error.clone(), |(_, rest)| rest.to_owned())
}

#[test]
fn convolutions() {
    let conv = vec![(0, int8(1)), (1, int32(2)), (2, int32(3)), (3, int8(1)), (4, int32(4)), (5, int32(5))];
    let expected = Conv2dOptions {
        padding: Padding::Valid,
        stride_h: 3,
        stride_w: 2,
        dilation_h: 5,
        dilation_w: 4,
        activation: Activation::Relu,
    };
    assert_eq!(read(3, 1, Some(conv), Conv2dOptions::read), Ok(expected));
    let least = vec![(1, int32(1)), (2, int32(1))];
    let expected = Conv2dOptions {
        padding: Padding::Same,
        stride_h: 1,
        stride_w: 1,
        dilation_h: 1,
        dilation_w: 1,
        activation: Activation::None,
    };
    assert_eq!(read(3, 1, Some(least), Conv2dOptions::read), Ok(expected));

    let mut depthwise = vec![(0, int8(1)), (1, int32(2)), (2, int32(3)), (3, int32(7)), (4, int8(3))];
    depthwise.extend([(5, int32(4)), (6, int32(5))]);
    let expected = DepthwiseConv2dOptions {
        padding: Padding::Valid,
        stride_h: 3,
        stride_w: 2,
        dilation_h: 5,
        dilation_w: 4,
        depth_multiplier: 7,
        activation: Activation::Relu6,
    };
    assert_eq!(read(4, 2, Some(depthwise), DepthwiseConv2dOptions::read), Ok(expected));
}

#[test]
fn activations_that_are_clamps() {
    assert_eq!(Activation::None.clamp(), Ok([f32::NEG_INFINITY, f32::INFINITY]));
    assert_eq!(Activation::Relu.clamp(), Ok([0.0, f32::INFINITY]));
    assert_eq!(Activation::ReluN1To1.clamp(), Ok([-1.0, 1.0]));
    assert_eq!(Activation::Relu6.clamp(), Ok([0.0, 6.0]));
    assert_eq!(Activation::Tanh.clamp(), Err("the fused activation TANH is not supported".to_owned()));
    assert!(Activation::SignBit.clamp().is_err());
}

#[test]
fn pools_and_fully_connected() {
    let pool = vec![(0, int8(0)), (1, int32(2)), (2, int32(3)), (3, int32(4)), (4, int32(5)), (5, int8(2))];
    let expected = Pool2dOptions {
        padding: Padding::Same,
        stride_h: 3,
        stride_w: 2,
        filter_h: 5,
        filter_w: 4,
        activation: Activation::ReluN1To1,
    };
    assert_eq!(read(17, 5, Some(pool), Pool2dOptions::read), Ok(expected));
    let dense = vec![(0, int8(4)), (1, int8(1)), (2, uint8(1)), (3, uint8(1))];
    let expected = FullyConnectedOptions {
        activation: Activation::Tanh,
        weights_format: WeightsFormat::Shuffled4x16Int8,
        keep_num_dims: true,
        asymmetric_quantize_inputs: true,
    };
    assert_eq!(read(9, 8, Some(dense), FullyConnectedOptions::read), Ok(expected));
}

#[test]
fn arithmetic_takes_the_table_of_its_operator() {
    let fields = || Some(vec![(0, int8(1)), (1, uint8(0))]);
    let expected = ArithmeticOptions { activation: Activation::Relu, pot_scale_int16: false };
    assert_eq!(read(0, 11, fields(), ArithmeticOptions::read), Ok(expected));
    assert_eq!(read(41, 28, fields(), ArithmeticOptions::read), Ok(expected));
    let multiply = ArithmeticOptions { activation: Activation::Relu, pot_scale_int16: true };
    assert_eq!(read(18, 21, Some(vec![(0, int8(1))]), ArithmeticOptions::read), Ok(multiply));
    assert_eq!(read(42, 29, Some(vec![(0, int8(1))]), ArithmeticOptions::read), Ok(multiply));
    assert_eq!(
        refusal(read(0, 21, fields(), ArithmeticOptions::read)),
        "`subgraphs[0].operators[0].builtin_options_type` (operator ADD): \
         the options are of type 21, not 11 (AddOptions)"
    );
}

#[test]
fn the_others() {
    let concat = vec![(0, int32(-1)), (1, int8(5))];
    let expected = ConcatenationOptions { axis: -1, activation: Activation::SignBit };
    assert_eq!(read(2, 10, Some(concat), ConcatenationOptions::read), Ok(expected));
    let dims = |dims: &[i32]| Some(vec![(0, int32s(dims))]);
    let expected = ReshapeOptions { new_shape: vec![1, -1] };
    assert_eq!(read(22, 17, dims(&[1, -1]), ReshapeOptions::read), Ok(expected));
    assert_eq!(read(43, 30, dims(&[2]), SqueezeOptions::read), Ok(SqueezeOptions { squeeze_dims: vec![2] }));
    let number = |value| Some(vec![(0, float32(value))]);
    assert_eq!(read(25, 9, number(1.0), SoftmaxOptions::read), Ok(SoftmaxOptions { beta: 1.0 }));
    assert_eq!(read(98, 75, number(0.25), LeakyReluOptions::read), Ok(LeakyReluOptions { alpha: 0.25 }));
    assert_eq!(
        read(40, 27, Some(vec![(0, uint8(1))]), ReducerOptions::read),
        Ok(ReducerOptions { keep_dims: true })
    );
}

#[test]
fn absent_options_have_defaults() {
    let plain = ArithmeticOptions { activation: Activation::None, pot_scale_int16: true };
    assert_eq!(read(0, 11, None, ArithmeticOptions::read), Ok(plain));
    assert_eq!(read(0, 0, None, ArithmeticOptions::read), Ok(plain));
    assert_eq!(read(22, 0, None, ReshapeOptions::read), Ok(ReshapeOptions { new_shape: vec![] }));
    assert_eq!(
        refusal(read(3, 0, None, Conv2dOptions::read)),
        "`subgraphs[0].operators[0].builtin_options.stride_w` (operator CONV_2D): \
         the options are absent, and by default the value is 0, but must be at least 1"
    );
}

#[test]
fn values_without_sense_are_refused_by_name() {
    let conv = |slot, value| {
        let mut options = vec![(1, int32(1)), (2, int32(1))];
        set(&mut options, slot, value);
        refusal(read(3, 1, Some(options), Conv2dOptions::read))
    };
    let place = "`subgraphs[0].operators[0].builtin_options";
    assert_eq!(conv(0, int8(2)), format!("{place}.padding` (operator CONV_2D): unknown value 2"));
    assert_eq!(
        conv(3, int8(-1)),
        format!("{place}.fused_activation_function` (operator CONV_2D): unknown value -1")
    );
    assert_eq!(
        conv(2, int32(-4)),
        format!("{place}.stride_h` (operator CONV_2D): the value is -4, but must be at least 1")
    );
    assert_eq!(
        conv(5, int32(0)),
        format!("{place}.dilation_h_factor` (operator CONV_2D): the value is 0, but must be at least 1")
    );
    assert_eq!(
        refusal(read(98, 75, Some(vec![(0, float32(f32::INFINITY))]), LeakyReluOptions::read)),
        format!("{place}.alpha` (operator LEAKY_RELU): the value is inf")
    );
    assert_eq!(
        refusal(read(22, 17, Some(vec![(0, int32s(&[1; 65]))]), ReshapeOptions::read)),
        format!("{place}.new_shape` (operator RESHAPE): 65 dimensions")
    );
}
