//! The fitted table and how it is read.

use super::{Work, all, fitted};
use crate::target::Core;

#[test]
fn a_prediction_is_the_sum_of_the_terms() {
    let fitted = fitted("table_s8", Core::Armv7em).expect("measured");
    let of = |term: &str| fitted.thousandths.iter().find(|(known, _)| *known == term).map_or(0, |(_, c)| *c);
    let expected = (of("call") + 1000 * of("element") + 500) / 1000;
    let work = Work::new("table_s8", 80).with("element", 600).with("element", 400);
    assert_eq!(work.cycles(Core::Armv7em), Some(expected));
    assert!(expected > 1000);
    // The Cortex-M33 has the Cortex-M4's figures.
    assert_eq!(work.cycles(Core::Armv8m), Some(expected));
}

#[test]
fn what_was_not_measured_has_no_cost() {
    assert_eq!(Work::new("made_up", 0).cycles(Core::Armv7em), None);
}

#[test]
fn the_table_is_sorted_and_its_terms_cost_something() {
    let keys: Vec<_> = all().iter().map(|fitted| (fitted.model, fitted.core.name())).collect();
    let mut unique = keys.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), keys.len(), "a model is there twice");
    for fitted in all() {
        assert!(!fitted.thousandths.is_empty(), "{} on {}", fitted.model, fitted.core.name());
        assert!(fitted.thousandths.iter().all(|(_, thousandths)| *thousandths > 0), "{}", fitted.model);
        assert!(fitted.mean_error <= fitted.largest_error + 0.05, "{}", fitted.model);
    }
}

#[test]
fn every_kernel_of_a_family_is_fitted_on_it() {
    let of = |core: Core| all().iter().filter(move |fitted| fitted.core == core).map(|fitted| fitted.model);
    for model in of(Core::Armv7em).filter(|model| !model.contains("_dsp_")) {
        for core in Core::ALL {
            assert!(fitted(model, core).is_some(), "{model} on {}", core.name());
        }
    }
}
