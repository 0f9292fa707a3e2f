//! Compares the outputs of tinyml and of the peer with the goldens: share of equal bytes, largest difference. Fails if one of
//! tinyml's bytes differs.

use std::error::Error;
use std::process::ExitCode;

use tinyml_bench::vectors::golden;
use tinyml_bench::{ad, ic, kws, peer, vww};

/// How outputs compare with the goldens.
#[derive(Default)]
struct Score {
    equal: usize,
    bytes: usize,
    largest: u8,
}

impl Score {
    fn of(
        name: &str,
        mut run: impl FnMut(&[i8]) -> Result<Vec<i8>, Box<dyn Error>>,
    ) -> Result<Score, Box<dyn Error>> {
        let mut score = Score::default();
        for vector in golden(name)? {
            let found = run(&vector.input)?;
            score.bytes += vector.output.len();
            for (&expected, &found) in vector.output.iter().zip(&found) {
                score.equal += usize::from(expected == found);
                score.largest = score.largest.max(expected.abs_diff(found));
            }
        }
        Ok(score)
    }
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    /// A row for tinyml.
    macro_rules! own {
        ($model:ident) => {{
            let mut model = Box::new($model::Model::new());
            Score::of(stringify!($model), |input| Ok(model.run(input.try_into()?).to_vec()))?
        }};
    }
    let peer_kws = |x: &[i8]| Ok(peer::integers(&peer::Kws::predict_quantized(peer::image(x)), &kws::OUTPUT));
    let peer_vww = |x: &[i8]| Ok(peer::integers(&peer::Vww::predict_quantized(peer::image(x)), &vww::OUTPUT));
    let peer_ad = |x: &[i8]| Ok(peer::integers(&peer::Ad::predict_quantized(peer::vector(x)), &ad::OUTPUT));
    let own = [("kws", own!(kws)), ("ic", own!(ic)), ("vww", own!(vww)), ("ad", own!(ad))];
    let peer = [
        ("kws", Score::of("kws", peer_kws)?),
        ("vww", Score::of("vww", peer_vww)?),
        ("ad", Score::of("ad", peer_ad)?),
    ];

    println!("{:<10} {:<6} {:>14} {:>8} {:>19}", "by", "model", "equal bytes", "share", "largest difference");
    for (by, rows) in [("tinyml", own.as_slice()), ("microflow", &peer)] {
        for (model, Score { equal, bytes, largest }) in rows {
            let share = 100.0 * *equal as f64 / *bytes as f64;
            println!("{by:<10} {model:<6} {equal:>6} of {bytes:>4} {share:>6.2} % {largest:>19}");
        }
    }
    let exact = own.iter().all(|(_, score)| score.equal == score.bytes);
    Ok(if exact { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
