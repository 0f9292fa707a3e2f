//! Pooling: a window slides over an image and gives one number of each channel.

pub mod pool;

super::operators! {
    average_pool2d,
    max_pool2d,
}
