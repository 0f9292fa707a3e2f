//! Every operator against outputs of TFLM's reference kernels, over all inputs.
//!
//! `tflm.txt` is written by `make_tflm.py`, which describes its lines. Among its parameters are those of
//! `derivation_probes.txt`, at which a derivation in the wrong float type shows.

use std::str::SplitAsciiWhitespace;

use tinyml_arith::add::Add;
use tinyml_arith::hard_swish::HardSwish;
use tinyml_arith::leaky_relu::LeakyRelu;
use tinyml_arith::logistic::Sigmoidal;
use tinyml_arith::mean::Mean;
use tinyml_arith::mul::Mul;
use tinyml_arith::quantize::Rescale;
use tinyml_arith::softmax::{self, Softmax};
use tinyml_arith::{Clamp, Quantization, relu};

/// The parameters of a line, in their order.
struct Parameters<'a>(SplitAsciiWhitespace<'a>);

impl Parameters<'_> {
    fn float(&mut self) -> f32 {
        let bits = self.0.next().expect("a float");
        f32::from_bits(u32::from_str_radix(bits, 16).expect("the bits of a float"))
    }

    fn quantization(&mut self) -> Quantization {
        let scale = self.float();
        Quantization { scale, zero_point: self.0.next().and_then(|z| z.parse().ok()).expect("a zero point") }
    }
}

fn inputs() -> impl Iterator<Item = i8> {
    i8::MIN..=i8::MAX
}

fn unary(f: impl Fn(i8) -> i8) -> String {
    inputs().map(|x| format!("{:02x}", f(x) as u8)).collect()
}

fn fnv1a_of_pairs(f: impl Fn(i8, i8) -> i8) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for (a, b) in inputs().flat_map(|a| inputs().map(move |b| (a, b))) {
        hash = (hash ^ u64::from(f(a, b) as u8)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("{hash:016x}")
}

/// The means whose sums `make_tflm.py` forms: 49 times the input, and up to 48 more.
fn means(mean: Mean) -> String {
    let sums = inputs().map(|x| 49 * i32::from(x) + if x < 127 { (i32::from(x) + 128) % 49 } else { 0 });
    sums.map(|sum| format!("{:02x}", mean.mean(sum) as u8)).collect()
}

fn outputs(operator: &str, p: &mut Parameters<'_>) -> String {
    let storage = Clamp::INT8;
    match operator {
        "add" | "sub" => {
            let k = Add::derive(p.quantization(), p.quantization(), p.quantization(), storage);
            fnv1a_of_pairs(|a, b| if operator == "add" { k.add(a, b) } else { k.sub(a, b) })
        }
        "mul" => {
            let k = Mul::derive(p.quantization(), p.quantization(), p.quantization(), storage);
            fnv1a_of_pairs(|a, b| k.mul(a, b))
        }
        "relu" => {
            let k = relu::relu(p.quantization(), p.quantization(), storage);
            unary(|x| k.rescale(x.into()) as i8)
        }
        "relu6" => {
            let k = relu::relu6(p.quantization(), storage);
            unary(|x| k.apply(x.into()) as i8)
        }
        "leaky_relu" => {
            let k = LeakyRelu::derive(p.float(), p.quantization(), p.quantization());
            unary(|x| k.eval(x))
        }
        "hard_swish" => {
            let k = HardSwish::derive(p.quantization(), p.quantization());
            unary(|x| k.eval(x))
        }
        "quantize" => {
            let k = Rescale::derive(p.quantization(), p.quantization(), storage);
            unary(|x| k.rescale(x.into()) as i8)
        }
        "logistic" => {
            let k = Sigmoidal::derive(p.quantization());
            unary(|x| k.logistic(x))
        }
        "tanh" => {
            let k = Sigmoidal::derive(p.quantization());
            unary(|x| k.tanh(x))
        }
        "softmax" => {
            let k = Softmax::derive(p.float(), p.float());
            let (input, mut output) = (inputs().collect::<Vec<_>>(), [0; 256]);
            softmax::row(k, &input, &mut output);
            output.iter().map(|&y| format!("{:02x}", y as u8)).collect()
        }
        "mean" => {
            let (input, output) = (p.quantization(), p.quantization());
            means(Mean::derive(input.scale, input.zero_point, output.scale, output.zero_point, 49))
        }
        _ => panic!("no such operator: {operator}"),
    }
}

#[test]
fn outputs_are_those_of_tflm() {
    let mut operators = std::collections::BTreeSet::new();
    for line in include_str!("tflm.txt").lines().filter(|line| !line.starts_with('#')) {
        let (head, golden) = line.split_once(" : ").expect("operator and outputs");
        let mut words = head.split_ascii_whitespace();
        let operator = words.next().expect("an operator");
        assert_eq!(outputs(operator, &mut Parameters(words)), golden, "{head}");
        operators.insert(operator);
    }
    assert_eq!(operators.len(), 12);
}

/// `exp_table` and the three loops that a kernel writes give what `row` gives.
#[test]
fn softmax_by_table_is_softmax_by_row() {
    let k = Softmax::derive(1.0, 0.07);
    let table = k.exp_table();
    let input = [-128i8, 3, 3, 4, 100, 90, 127, -7];
    let mut expected = [0; 8];
    softmax::row(k, &input, &mut expected);
    let exp = |x: i8| table[(127 - i32::from(x)) as usize];
    let normaliser =
        softmax::Normaliser::of_sum(input.iter().fold(0, |sum, &x| softmax::accumulate(sum, exp(x))));
    assert_eq!(input.map(|x| normaliser.output(exp(x))), expected);
}

/// TFLM aborts where a row's sum reaches 512; here every output of such a row is the smallest.
#[test]
fn softmax_of_a_long_flat_row() {
    let mut output = [0; 600];
    softmax::row(Softmax::derive(1.0, 0.1), &[5; 600], &mut output);
    assert!(output.iter().all(|&y| y == -128));
}
