//! Where the file's axes are in the graph.

use std::sync::Arc;

use proptest::prelude::*;

use super::super::item::Constant;
use super::super::layout::{Conversion, Layout};
use super::builder::iota;
use crate::ir::Value;

fn ordered(axes: &[usize]) -> Layout {
    Layout::ordered(axes.iter().copied())
}

/// The value in this layout.
fn laid(value: &Value, layout: &Layout) -> Value {
    let (value, _) = Constant::plain("c", Arc::new(value.clone())).in_layout(layout).expect("the same rank");
    value
}

#[test]
fn images_and_sequences_have_their_channels_innermost() {
    let image = Layout::image(4).expect("an image");
    assert_eq!(image.graph_dims(&[1, 3, 5, 7]), [1, 5, 7, 3]);
    assert_eq!(image.file_dims(&[1, 5, 7, 3]), [1, 3, 5, 7]);
    assert_eq!((image.position(1), image.position(3), image.position(4)), (Some(3), Some(2), None));
    let sequence = Layout::image(3).expect("a sequence");
    assert_eq!(sequence.graph_dims(&[1, 3, 7]), [1, 1, 7, 3]);
    assert_eq!(sequence.file_dims(&[1, 1, 7, 3]), [1, 3, 7]);
    assert_eq!(sequence.without_extra(), ordered(&[0, 2, 1]));
    assert_eq!(sequence.rank(), 3);
    assert!(Layout::image(2).is_none() && Layout::image(5).is_none());
    assert!(Layout::plain(3).is_plain() && !image.is_plain() && !sequence.is_plain());
}

#[test]
fn axes_that_go_renumber_the_others() {
    let image = ordered(&[0, 2, 3, 1]);
    assert_eq!(image.without(&[2, 3]), ordered(&[0, 1]));
    assert_eq!(image.without(&[0]), ordered(&[1, 2, 0]));
    assert_eq!(image.without(&[1]), ordered(&[0, 1, 2]));
    let sequence = Layout::new(vec![Some(0), None, Some(2), Some(1)]);
    assert_eq!(sequence.without(&[2]), Layout::new(vec![Some(0), None, Some(1)]));
    assert_eq!(image.with_innermost(2), ordered(&[0, 3, 1, 2]));
    assert_eq!(sequence.with_innermost(2), Layout::new(vec![Some(0), None, Some(1), Some(2)]));
}

#[test]
fn a_transpose_of_the_file_renames_axes() {
    let image = ordered(&[0, 2, 3, 1]);
    // NCHW to NHWC: the data lie as the file now wants them.
    assert_eq!(image.relabelled(&[0, 2, 3, 1]), Some(Layout::plain(4)));
    assert_eq!(Layout::plain(4).relabelled(&[0, 3, 1, 2]), Some(image.clone()));
    assert_eq!(image.relabelled(&[0, 1, 2]), None);
}

#[test]
fn only_axes_other_than_1_are_moved() {
    let (plain, image) = (Layout::plain(4), ordered(&[0, 2, 3, 1]));
    assert_eq!(plain.conversion(&image, &[1, 3, 5, 7]), Conversion::Transpose(vec![0, 2, 3, 1]));
    assert_eq!(image.conversion(&plain, &[1, 3, 5, 7]), Conversion::Transpose(vec![0, 3, 1, 2]));
    assert_eq!(plain.conversion(&image, &[1, 1, 5, 7]), Conversion::View);
    assert_eq!(plain.conversion(&image, &[1, 3, 1, 1]), Conversion::View);
    let sequence = Layout::new(vec![Some(0), None, Some(2), Some(1)]);
    let back = Conversion::ViewAndTranspose(vec![1, 7, 3], vec![0, 2, 1]);
    assert_eq!(sequence.conversion(&Layout::plain(3), &[1, 3, 7]), back);
    assert_eq!(sequence.conversion(&ordered(&[0, 2, 1]), &[1, 3, 7]), Conversion::View);
}

#[test]
fn reshapes_leave_data_where_they_are_if_they_can() {
    type Axes = &'static [usize];
    let image: Axes = &[0, 2, 3, 1];
    let table: &[(Axes, Axes, Axes, Option<Axes>)] = &[
        // Flattening: channels are not where the file merges them.
        (image, &[1, 3, 5, 7], &[1, 105], None),
        (image, &[1, 3, 5, 7], &[105], None),
        // But there is one channel, or one pixel.
        (image, &[1, 1, 5, 7], &[1, 35], Some(&[0, 1])),
        (image, &[1, 3, 1, 1], &[1, 3], Some(&[0, 1])),
        (image, &[1, 3, 1, 7], &[1, 3, 7], Some(&[0, 2, 1])),
        // Rows and columns lie side by side.
        (image, &[1, 3, 5, 7], &[1, 3, 35], Some(&[0, 2, 1])),
        (image, &[1, 3, 5, 7], &[3, 35], Some(&[1, 0])),
        // Channels are split into groups.
        (image, &[1, 6, 5, 7], &[1, 2, 3, 5, 7], Some(&[0, 3, 4, 1, 2])),
        // Channels and rows are cut into other pieces.
        (image, &[1, 6, 5, 7], &[1, 5, 6, 7], None),
        (&[0, 1, 2], &[2, 3, 4], &[6, 4], Some(&[0, 1])),
        (&[0, 1], &[2, 3], &[7], None),
        (&[0, 1], &[2, 3], &[2, 3, 2], None),
        (&[0], &[1], &[], Some(&[])),
        (&[], &[], &[1, 1], Some(&[0, 1])),
    ];
    for &(layout, from, to, expected) in table {
        let result = ordered(layout).reshaped(from, to);
        assert_eq!(result, expected.map(ordered), "{layout:?} {from:?} to {to:?}");
    }
}

/// A layout of this many axes, with one axis that the file does not have, or without.
fn any_layout(rank: usize) -> impl Strategy<Value = Layout> {
    let order = Just((0..rank).map(Some).collect::<Vec<_>>()).prop_shuffle();
    (order, proptest::option::of(0..=rank)).prop_map(|(mut axes, extra)| {
        if let Some(place) = extra {
            axes.insert(place, None);
        }
        Layout::new(axes)
    })
}

/// A shape and two layouts of its rank.
fn shape_and_layouts() -> impl Strategy<Value = (Vec<usize>, Layout, Layout)> {
    proptest::collection::vec(1usize..4, 0..5).prop_flat_map(|dims| {
        let rank = dims.len();
        (Just(dims), any_layout(rank), any_layout(rank))
    })
}

/// Two shapes with the same number of elements: axes of a third one, merged in two ways.
fn reshape() -> impl Strategy<Value = (Vec<usize>, Vec<usize>)> {
    let fine = proptest::collection::vec((1usize..4, any::<bool>(), any::<bool>()), 1..6);
    fine.prop_map(|axes| {
        let merged = |with_next: fn(&(usize, bool, bool)) -> bool| {
            let mut dims = vec![1];
            for axis in &axes {
                if let Some(last) = dims.last_mut() {
                    *last *= axis.0;
                }
                if !with_next(axis) {
                    dims.push(1);
                }
            }
            dims
        };
        (merged(|axis| axis.1), merged(|axis| axis.2))
    })
}

proptest! {
    /// Data that are converted are the data that would have been laid out so at once.
    #[test]
    fn conversions_keep_every_element_at_its_place((dims, from, to) in shape_and_layouts()) {
        let value = iota(&dims);
        let source = laid(&value, &from);
        let target = to.graph_dims(&dims);
        let converted = match from.conversion(&to, &dims) {
            Conversion::View => source.reshaped(target),
            Conversion::Transpose(perm) => source.transposed(&perm),
            Conversion::ViewAndTranspose(view, perm) => {
                source.reshaped(view).and_then(|view| view.transposed(&perm)).and_then(|moved| moved.reshaped(target))
            }
        };
        prop_assert_eq!(converted, Some(laid(&value, &to)));
    }

    /// Data that stay are the reshaped tensor's in the new layout.
    #[test]
    fn reshapes_keep_every_element_at_its_place(((from, to), layout) in reshape().prop_flat_map(|shapes| {
        let layout = any_layout(shapes.0.len());
        (Just(shapes), layout)
    })) {
        if let Some(after) = layout.reshaped(&from, &to) {
            let value = iota(&from);
            let viewed = laid(&value, &layout).reshaped(after.graph_dims(&to));
            let expected = value.reshaped(to).expect("as many elements");
            prop_assert_eq!(viewed, Some(laid(&expected, &after)));
        } else {
            // A plain layout never stands in the way.
            prop_assert!(!layout.without_extra().is_plain());
        }
    }

    /// The shape in the file is found again.
    #[test]
    fn shapes_go_there_and_back((dims, layout, _) in shape_and_layouts()) {
        prop_assert_eq!(layout.file_dims(&layout.graph_dims(&dims)), dims);
    }
}
