//! What keeps values from one inference to the next.

super::operators! {
    shift: "`cycles_max` is 1",
    store,
}
