//! The time of one inference of each model.

use std::error::Error;
use std::hint::black_box;

use criterion::Criterion;
use tinyml_bench::vectors::{features, golden};
use tinyml_bench::{ad, ic, kws, peer, spotter_f32, spotter_int8, vww};

/// Measures a model of the committed cases, from its int8 input on, and the same model by the peer if a conversion to the
/// peer's input follows.
macro_rules! case {
    ($criterion:ident, $model:ident $(, $peer:ident($convert:path))?) => {{
        let vectors = golden(stringify!($model))?;
        let bytes = &vectors.first().ok_or("there is no vector")?.input;
        let mut group = $criterion.benchmark_group(concat!(stringify!($model), "-shaped int8"));
        let mut model = Box::new($model::Model::new());
        let input = bytes.as_slice().try_into()?;
        group.bench_function("tinyml", |bencher| bencher.iter(|| black_box(model.run(black_box(input)))[0]));
        $(
            let input = $convert(bytes);
            group.bench_function("microflow", |bencher| {
                bencher.iter(|| peer::$peer::predict_quantized(black_box(input)))
            });
        )?
        group.finish();
    }};
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut criterion = Criterion::default().configure_from_args();
    case!(criterion, kws, Kws(peer::image));
    case!(criterion, ic);
    case!(criterion, vww, Vww(peer::image));
    case!(criterion, ad, Ad(peer::vector));

    let features = features()?;
    let features = features.as_slice().try_into()?;
    let mut group = criterion.benchmark_group("examples/models/kws.onnx run_f32");
    let mut int8 = Box::new(spotter_int8::Model::new());
    group.bench_function("int8", |bencher| bencher.iter(|| int8.run_f32(black_box(features))));
    let mut float = Box::new(spotter_f32::Model::new());
    group.bench_function("f32", |bencher| bencher.iter(|| float.run_f32(black_box(features))));
    group.finish();
    criterion.final_summary();
    Ok(())
}
