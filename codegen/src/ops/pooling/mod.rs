//! Pooling: a window slides over an image and gives one number of each channel.

pub mod pool;

super::operators! {
    average_pool2d: "one or two axes; no dilation",
    max_pool2d: "one or two axes; without the places of the maxima",
}
