//! What keeps values from one inference to the next.

super::operators! {
    shift,
    store,
}
