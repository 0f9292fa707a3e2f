//! Phases by hand, and against the definition.

use super::phases::{Axis, Phase};

fn axis(input: usize, output: usize, kernel: usize, stride: usize, padding: usize) -> Axis {
    Axis { input, output, kernel, stride, dilation: 1, padding }
}

#[test]
fn three_taps_by_two_are_two_and_one() {
    let phases = axis(4, 8, 3, 2, 0).phases();
    let common = Phase { first: 0, count: 4, taps: vec![], dilation: 1, padding: [0, 0], skipped: 0, computed: 4 };
    let even = Phase { taps: vec![2, 0], padding: [1, 0], ..common.clone() };
    assert_eq!(phases, [even, Phase { first: 1, taps: vec![1], ..common }]);
}

#[test]
fn phases_meet_the_pixels_that_the_definition_says() {
    let all = (1..6).flat_map(|input| (1..12).map(move |output| (input, output)));
    for (input, output) in all {
        for (kernel, stride, dilation, padding) in
            (1..5).flat_map(|kernel| (1..4).flat_map(move |stride| (1..4).flat_map(move |dilation| {
                (0..6).map(move |padding| (kernel, stride, dilation, padding))
            })))
        {
            let axis = Axis { input, output, kernel, stride, dilation, padding };
            let mut taps = 0;
            let mut covered = vec![0; output];
            for phase in axis.phases() {
                let reach = phase.taps.len().saturating_sub(1) * phase.dilation + 1;
                assert_eq!(input + phase.padding[0] + phase.padding[1] + 1 - reach, phase.computed, "{axis:?}");
                assert!(phase.skipped + phase.count <= phase.computed, "{axis:?}");
                for line in 0..phase.count {
                    let own = phase.first + line * stride;
                    covered[own] += 1;
                    let mut met: Vec<(usize, usize)> = phase.taps.iter().enumerate().filter_map(|(number, &tap)| {
                        let place = (phase.skipped + line + number * phase.dilation).checked_sub(phase.padding[0])?;
                        (place < input).then_some((tap, place))
                    }).collect();
                    met.sort_unstable();
                    let expected: Vec<(usize, usize)> =
                        (0..kernel).filter_map(|tap| Some((tap, axis.line(own, tap)?))).collect();
                    assert_eq!(met, expected, "{axis:?}, line {own}");
                    taps += met.len();
                }
            }
            assert!(covered.iter().all(|&times| times == 1), "{axis:?}");
            assert_eq!(axis.taps(), taps, "{axis:?}");
        }
    }
}
