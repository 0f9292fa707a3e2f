//! Extents at which a kernel ends: the lowering takes another one, so that what compiles builds.

use crate::compile;
use crate::network::{Network, Numbers, Padding};

/// The kernels of a network of one layer on a core.
fn kernels(core: &str, layer: impl FnOnce(&mut Network) -> crate::network::Tensor) -> Vec<&'static str> {
    let mut network = Network::new(Numbers::Int8);
    let output = layer(&mut network);
    network.output(output);
    let module = compile(network.file(), &[("core", core)]);
    let choices = module.compiled[0].choices.iter().flatten();
    choices.flat_map(|choice| &choice.calls).map(|call| call.kernel).collect()
}

fn convolution(core: &str, columns: usize) -> Vec<&'static str> {
    kernels(core, |network| {
        let x = network.input([1, columns, 1]);
        network.conv(x, 2, [1, 3], 1)
    })
}

#[test]
fn the_matrix_kernel_has_extents_of_16_bits() {
    for core in ["cortex-m4", "cortex-m33"] {
        assert_eq!(convolution(core, 65_535), ["conv2d_dsp_s8"]);
        assert_eq!(convolution(core, 65_536), ["conv2d_s8"]);
    }
}

#[test]
fn the_kernel_for_helium_has_columns_within_an_instruction() {
    let fully_connected = |inputs: usize, outputs: usize| {
        kernels("cortex-m55", |network| {
            let x = network.input([1, 1, inputs]);
            network.fully_connected(x, outputs)
        })
    };
    assert_eq!(fully_connected(4_080, 4), ["conv2d_helium_s8"]);
    assert_ne!(fully_connected(4_081, 4), ["conv2d_helium_s8"]);
    assert_ne!(fully_connected(16, 4_096), ["conv2d_helium_s8"]);
    let pointwise = |channels: usize| {
        kernels("cortex-m55", |network| {
            let x = network.input([2, 2, channels]);
            network.conv(x, 4, [1, 1], 1)
        })
    };
    assert_eq!(pointwise(4_080), ["conv2d_helium_s8"]);
    assert_ne!(pointwise(4_081), ["conv2d_helium_s8"]);
}

/// Its code has each tap, and holds extents in registers.
#[test]
fn the_depthwise_kernel_for_helium_has_windows_of_few_taps_and_any_extents() {
    let depthwise = |image: [usize; 3], kernel: [usize; 2]| {
        kernels("cortex-m55", |network| {
            let x = network.input(image);
            network.depthwise(x, kernel)
        })
    };
    assert_eq!(depthwise([8, 8, 8], [4, 8]), ["depthwise_helium_s8"]);
    assert_ne!(depthwise([8, 8, 8], [3, 11]), ["depthwise_helium_s8"]);
    for image in [[1, 70_000, 8], [70_000, 1, 8]] {
        assert_eq!(depthwise(image, [3, 3]), ["depthwise_helium_s8"], "{image:?}");
    }
}

#[test]
fn windows_and_strides_are_not_larger_than_what_they_reach() {
    let mut network = Network::new(Numbers::Int8);
    let x = network.input([3, 3, 2]);
    let y = network.average_pool(x, [1, i32::MAX as usize], 1, Padding::Same);
    let y = network.max_pool(y, [2, 2], i32::MAX as usize, Padding::Valid);
    network.output(y);
    let text = compile(network.file(), &[]).to_file().unwrap_or_else(|faults| panic!("{faults}"));
    assert!(!text.contains("2147483647"), "{text}");
}
