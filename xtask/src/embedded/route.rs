//! How a target comes onto the machine.

use std::fmt;

/// The way to a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// The compiler in use has it.
    Installed,
    /// `rustup target add`.
    Rustup,
    /// Debian's compiler, and core libraries built from Debian's sources.
    Debian,
}

impl Route {
    /// What is installed is taken; else rustup brings it, unless it is missing or told to download nothing.
    pub(super) fn choose(installed: bool, has_rustup: bool, may_download: bool) -> Route {
        match (installed, has_rustup && may_download) {
            (true, _) => Route::Installed,
            (false, true) => Route::Rustup,
            (false, false) => Route::Debian,
        }
    }
}

impl fmt::Display for Route {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Route::Installed => "installed",
            Route::Rustup => "from rustup",
            Route::Debian => "from Debian's sources",
        })
    }
}

/// Whether rustup may download, by the value of `RUSTUP_AUTO_INSTALL`.
pub(super) fn may_download(auto_install: Option<&str>) -> bool {
    auto_install != Some("0")
}

#[cfg(test)]
mod test {
    use super::{Route, may_download};

    #[test]
    fn what_is_installed_is_taken_whatever_else_holds() {
        for (has_rustup, may_download) in [(false, false), (false, true), (true, false), (true, true)] {
            assert_eq!(Route::choose(true, has_rustup, may_download), Route::Installed);
        }
    }

    #[test]
    fn rustup_is_asked_only_if_it_is_there_and_may_download() {
        assert_eq!(Route::choose(false, true, true), Route::Rustup);
        assert_eq!(Route::choose(false, true, false), Route::Debian);
        assert_eq!(Route::choose(false, false, true), Route::Debian);
        assert_eq!(Route::choose(false, false, false), Route::Debian);
    }

    #[test]
    fn only_zero_forbids_downloads() {
        assert!(!may_download(Some("0")));
        assert!(may_download(Some("1")));
        assert!(may_download(None));
    }
}
