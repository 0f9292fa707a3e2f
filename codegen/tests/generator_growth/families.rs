//! Kinds of networks that can be as large as one likes.

use std::time::Duration;

use crate::network::{Network, Numbers, Padding, Tensor};

/// Networks of one kind.
pub(crate) struct Family {
    pub(crate) name: &'static str,
    /// What its size counts.
    pub(crate) unit: &'static str,
    /// A size that real models have; it is also measured at a quarter of it.
    pub(crate) size: usize,
    /// What an optimised generator takes at most for that size.
    pub(crate) limit: Duration,
    pub(crate) numbers: Numbers,
    /// The option of that name.
    pub(crate) optimise: &'static str,
    /// The file of the network of a size.
    pub(crate) build: fn(usize) -> Vec<u8>,
}

/// All kinds.
pub(crate) const FAMILIES: &[Family] = &[
    Family {
        name: "depthwise 1×3, 8 channels",
        unit: "columns",
        size: 16_000,
        limit: Duration::from_secs(1),
        numbers: Numbers::Int8,
        optimise: "balanced",
        build: depthwise_length,
    },
    Family {
        name: "depthwise with a kernel as long as the image",
        unit: "columns",
        size: 4_000,
        limit: Duration::from_secs(5),
        numbers: Numbers::Int8,
        optimise: "balanced",
        build: long_kernel,
    },
    Family {
        name: "convolution 1×9, stride 4",
        unit: "columns",
        size: 64_000,
        limit: Duration::from_secs(5),
        numbers: Numbers::Int8,
        optimise: "balanced",
        build: convolution_length,
    },
    Family {
        name: "average and max pooling 1×2",
        unit: "columns",
        size: 64_000,
        limit: Duration::from_secs(5),
        numbers: Numbers::Int8,
        optimise: "balanced",
        build: pooling_length,
    },
    Family {
        name: "pooling windows as long as the image",
        unit: "columns",
        size: 16_000,
        limit: Duration::from_secs(5),
        numbers: Numbers::Int8,
        optimise: "balanced",
        build: long_window,
    },
    Family {
        name: "chain of pointwise convolutions",
        unit: "layers",
        size: 400,
        limit: Duration::from_secs(5),
        numbers: Numbers::Int8,
        optimise: "balanced",
        build: chain,
    },
    Family {
        name: "chain of 3×3 depthwise convolutions",
        unit: "layers",
        size: 400,
        limit: Duration::from_secs(5),
        numbers: Numbers::Int8,
        optimise: "balanced",
        build: depthwise_chain,
    },
    Family {
        name: "additions with far operands",
        unit: "additions",
        size: 1_000,
        limit: Duration::from_secs(5),
        numbers: Numbers::Int8,
        optimise: "balanced",
        build: far_operands,
    },
    Family {
        name: "nested residual blocks",
        unit: "additions",
        size: 400,
        limit: Duration::from_secs(5),
        numbers: Numbers::Int8,
        optimise: "balanced",
        build: nested,
    },
    Family {
        name: "DenseNet chain",
        unit: "blocks",
        size: 64,
        limit: Duration::from_secs(5),
        numbers: Numbers::Int8,
        optimise: "balanced",
        build: |n| dense_chain(n, Numbers::Int8),
    },
    Family {
        name: "DenseNet chain, f32",
        unit: "blocks",
        size: 64,
        limit: Duration::from_secs(5),
        numbers: Numbers::Float,
        optimise: "balanced",
        build: |n| dense_chain(n, Numbers::Float),
    },
    Family {
        name: "dense block: all before joined",
        unit: "operands",
        size: 2_048,
        limit: Duration::from_secs(5),
        numbers: Numbers::Int8,
        optimise: "balanced",
        build: dense_block,
    },
    Family {
        name: "tree of concatenations",
        unit: "leaves",
        size: 512,
        limit: Duration::from_secs(5),
        numbers: Numbers::Int8,
        optimise: "balanced",
        build: concat_tree,
    },
    Family {
        name: "one wide concatenation",
        unit: "operands",
        size: 1_000,
        limit: Duration::from_secs(5),
        numbers: Numbers::Int8,
        optimise: "balanced",
        build: wide_concat,
    },
    Family {
        name: "many outputs",
        unit: "outputs",
        size: 1_000,
        limit: Duration::from_secs(5),
        numbers: Numbers::Int8,
        optimise: "balanced",
        build: many_outputs,
    },
    Family {
        name: "many inputs",
        unit: "inputs",
        size: 400,
        limit: Duration::from_secs(5),
        numbers: Numbers::Int8,
        optimise: "balanced",
        build: many_inputs,
    },
    Family {
        name: "fully connected, 8 outputs",
        unit: "inputs",
        size: 64_000,
        limit: Duration::from_secs(5),
        numbers: Numbers::Int8,
        optimise: "balanced",
        build: fully_connected,
    },
    Family {
        name: "tables: chain of ReLU and additions",
        unit: "layers",
        size: 400,
        limit: Duration::from_secs(5),
        numbers: Numbers::Int8,
        optimise: "balanced",
        build: tables,
    },
    Family {
        name: "depthwise 3×3 on a strip",
        unit: "rows",
        size: 16000,
        limit: Duration::from_secs(5),
        numbers: Numbers::Int8,
        optimise: "ram",
        build: depthwise_strip,
    },
    Family {
        name: "chain of pointwise convolutions, least RAM",
        unit: "layers",
        size: 400,
        limit: Duration::from_secs(5),
        numbers: Numbers::Int8,
        optimise: "ram",
        build: chain,
    },
    Family {
        name: "chain of 3×3 depthwise convolutions, least RAM",
        unit: "layers",
        size: 200,
        limit: Duration::from_secs(5),
        numbers: Numbers::Int8,
        optimise: "ram",
        build: depthwise_chain,
    },
    Family {
        name: "nested residual blocks, least RAM",
        unit: "additions",
        size: 200,
        limit: Duration::from_secs(5),
        numbers: Numbers::Int8,
        optimise: "ram",
        build: nested,
    },
    Family {
        name: "additions with far operands, least RAM",
        unit: "additions",
        size: 1000,
        limit: Duration::from_secs(5),
        numbers: Numbers::Int8,
        optimise: "ram",
        build: far_operands,
    },
    Family {
        name: "layers of different shapes",
        unit: "layers",
        size: 512,
        limit: Duration::from_secs(5),
        numbers: Numbers::Int8,
        optimise: "balanced",
        build: different_shapes,
    },
    Family {
        name: "tensors of one name",
        unit: "outputs",
        size: 1000,
        limit: Duration::from_secs(5),
        numbers: Numbers::Int8,
        optimise: "balanced",
        build: one_name,
    },
];

fn finish(mut network: Network, result: Tensor) -> Vec<u8> {
    network.output(result);
    network.file()
}

fn depthwise_length(columns: usize) -> Vec<u8> {
    let mut network = Network::new(Numbers::Int8);
    let x = network.input([1, columns, 8]);
    let y = network.depthwise(x, [1, 3]);
    finish(network, y)
}

fn long_kernel(columns: usize) -> Vec<u8> {
    let mut network = Network::new(Numbers::Int8);
    let x = network.input([1, columns, 2]);
    let y = network.depthwise(x, [1, columns]);
    finish(network, y)
}

fn convolution_length(columns: usize) -> Vec<u8> {
    let mut network = Network::new(Numbers::Int8);
    let x = network.input([1, columns, 1]);
    let y = network.conv(x, 8, [1, 9], 4);
    finish(network, y)
}

fn pooling_length(columns: usize) -> Vec<u8> {
    let mut network = Network::new(Numbers::Int8);
    let x = network.input([1, columns, 4]);
    let y = network.average_pool(x, [1, 2], 2, Padding::Same);
    let y = network.max_pool(y, [1, 2], 1, Padding::Same);
    finish(network, y)
}

fn long_window(columns: usize) -> Vec<u8> {
    let mut network = Network::new(Numbers::Int8);
    let x = network.input([1, columns, 2]);
    let y = network.average_pool(x, [1, columns], 1, Padding::Same);
    let y = network.max_pool(y, [1, columns], 1, Padding::Same);
    let y = network.average_pool(y, [1, columns], 1, Padding::Valid);
    finish(network, y)
}

fn chain(layers: usize) -> Vec<u8> {
    let mut network = Network::new(Numbers::Int8);
    let x = network.input([4, 4, 8]);
    let y = (0..layers).fold(x, |x, _| network.conv(x, 8, [1, 1], 1));
    finish(network, y)
}

fn depthwise_chain(layers: usize) -> Vec<u8> {
    let mut network = Network::new(Numbers::Int8);
    let x = network.input([16, 4, 8]);
    let y = (0..layers).fold(x, |x, _| network.depthwise(x, [3, 3]));
    finish(network, y)
}

/// Every tensor of the first half is read again in the second, the last one first.
fn far_operands(additions: usize) -> Vec<u8> {
    let mut network = Network::new(Numbers::Int8);
    let x = network.input([1, 1, 16]);
    let mut made = vec![x];
    for _ in 0..additions / 2 {
        let last = made[made.len() - 1];
        made.push(network.add(last, x));
    }
    let last = made[made.len() - 1];
    let y = made[..additions - additions / 2].iter().rev().fold(last, |sum, &far| network.add(sum, far));
    finish(network, y)
}

/// A convolution and an addition of what was four, eight, twelve … layers ago.
fn nested(additions: usize) -> Vec<u8> {
    let mut network = Network::new(Numbers::Int8);
    let mut made = vec![network.input([4, 4, 8])];
    for i in 0..additions {
        let last = made[made.len() - 1];
        let y = network.conv(last, 8, [1, 1], 1);
        let far = made[made.len() - 1 - (4 * (i % 8)).min(made.len() - 1)];
        made.push(network.add(y, far));
    }
    let last = made[made.len() - 1];
    finish(network, last)
}

fn dense_chain(blocks: usize, numbers: Numbers) -> Vec<u8> {
    let mut network = Network::new(numbers);
    let mut x = network.input([8, 8, 8]);
    for _ in 0..blocks {
        let y = network.conv(x, 4, [3, 3], 1);
        x = network.concat(&[x, y]);
    }
    finish(network, x)
}

/// Each layer reads all before it, so that the file has so many operands with half the square of the layers.
fn dense_block(operands: usize) -> Vec<u8> {
    let layers = (2 * operands).isqrt();
    let mut network = Network::new(Numbers::Int8);
    let mut made = vec![network.input([8, 8, 8])];
    for _ in 0..layers {
        let all = network.concat(&made);
        made.push(network.conv(all, 4, [1, 1], 1));
    }
    let y = network.concat(&made);
    finish(network, y)
}

fn concat_tree(leaves: usize) -> Vec<u8> {
    let mut network = Network::new(Numbers::Int8);
    let x = network.input([1, 1, 4]);
    let mut level: Vec<Tensor> = (0..leaves).map(|_| network.conv(x, 2, [1, 1], 1)).collect();
    while level.len() > 1 {
        level = level.chunks(2).map(|pair| network.concat(pair)).collect();
    }
    finish(network, level[0])
}

fn wide_concat(operands: usize) -> Vec<u8> {
    let mut network = Network::new(Numbers::Int8);
    let x = network.input([1, 1, 4]);
    let leaves: Vec<Tensor> = (0..operands).map(|_| network.conv(x, 2, [1, 1], 1)).collect();
    let y = network.concat(&leaves);
    finish(network, y)
}

fn many_outputs(outputs: usize) -> Vec<u8> {
    let mut network = Network::new(Numbers::Int8);
    let mut x = network.input([1, 1, 8]);
    for _ in 0..outputs {
        x = network.relu(x);
        network.output(x);
    }
    network.file()
}

fn many_inputs(inputs: usize) -> Vec<u8> {
    let mut network = Network::new(Numbers::Int8);
    let x = network.input([1, 1, 8]);
    let y = (1..inputs).fold(x, |sum, _| {
        let other = network.input([1, 1, 8]);
        network.add(sum, other)
    });
    finish(network, y)
}

/// As many rows as a chain has turns.
fn depthwise_strip(rows: usize) -> Vec<u8> {
    let mut network = Network::new(Numbers::Int8);
    let x = network.input([rows, 2, 4]);
    let y = network.depthwise(x, [3, 3]);
    let y = network.depthwise(y, [3, 3]);
    finish(network, y)
}

/// No two layers share their code.
fn different_shapes(layers: usize) -> Vec<u8> {
    let mut network = Network::new(Numbers::Int8);
    let x = network.input([8, 8, 1]);
    let layer = |network: &mut Network, x: Tensor, i: usize| {
        network.conv(x, 1 + i / 64 % 8, [1 + i % 8, 1 + i / 8 % 8], 1)
    };
    let y = (0..layers).fold(x, |x, i| layer(&mut network, x, i));
    finish(network, y)
}

fn one_name(outputs: usize) -> Vec<u8> {
    let mut network = Network::new(Numbers::Int8);
    network.name_all("x");
    let mut x = network.input([1, 1, 8]);
    for _ in 0..outputs {
        x = network.relu(x);
        network.output(x);
    }
    network.file()
}

fn fully_connected(inputs: usize) -> Vec<u8> {
    let mut network = Network::new(Numbers::Int8);
    let x = network.input([1, 1, inputs]);
    let y = network.fully_connected(x, 8);
    finish(network, y)
}

fn tables(layers: usize) -> Vec<u8> {
    let mut network = Network::new(Numbers::Int8);
    let x = network.input([1, 4, 8]);
    let y = (0..layers / 2).fold(x, |y, _| {
        let y = network.relu(y);
        network.add(y, x)
    });
    finish(network, y)
}
