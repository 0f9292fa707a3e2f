//! Operators that reduce axes to one number.

mod arg;
#[cfg(any(feature = "onnx", feature = "tflite"))]
mod import;
mod integer;
mod reduced;
#[cfg(test)]
mod test;

super::operators! {
    arg_max: "f32 and int8 operands",
    arg_min: "f32 and int8 operands",
    mean: "axes are constants",
    reduce_l1: "axes are constants",
    reduce_l2: "axes are constants",
    reduce_log_sum: "axes are constants",
    reduce_log_sum_exp: "axes are constants",
    reduce_max: "axes are constants",
    reduce_min: "axes are constants",
    reduce_prod: "axes are constants",
    reduce_sum: "axes are constants",
    reduce_sum_square: "axes are constants",
}
