//! From a profile's text to a board.

use crate::board::{Board, Region};
use crate::current::{Active, Current, Figure, Sleep, Status};
use crate::error::ProfileError;
use crate::reject::*;
use crate::schema;

impl Board {
    /// Reads and validates a profile; `file` names it in errors, and its stem is the board's name.
    ///
    /// # Errors
    ///
    /// The first fault: what is not a profile's TOML, then what the validators refuse, in the order of the keys in [`Board`].
    pub fn parse(file: &str, text: &str) -> Result<Board, ProfileError> {
        let profile: schema::Profile =
            toml::from_str(text).map_err(|fault| ProfileError::syntax(file, text, &fault))?;
        reject_other_name(file, &profile.name)?;
        reject_blank(file, "title", &profile.title)?;
        reject_page(file, &profile.page)?;
        reject_blank(file, "mcu", &profile.mcu)?;
        let core = reject_unknown_core(file, &profile.core)?;
        reject_other_target(file, core, &profile.target)?;
        reject_flash(file, profile.flash)?;
        let ram = regions(profile.ram);
        reject_ram(file, &ram)?;
        reject_clock(file, profile.clock, profile.emulator)?;
        reject_blank(file, "source", &profile.source)?;
        let (active, sleep) = if profile.emulator {
            reject_emulated_current(file, "active", profile.active.is_some())?;
            reject_emulated_current(file, "sleep", profile.sleep.is_some())?;
            (Figure::Unknown { note: None }, Figure::Unknown { note: None })
        } else {
            let active = active(file, reject_missing_table(file, "active", profile.active)?, profile.clock)?;
            (active, sleep(file, reject_missing_table(file, "sleep", profile.sleep)?)?)
        };
        if let (Some(active), Some(sleep)) = (active.known(), sleep.known()) {
            reject_costly_sleep(file, sleep.current.amperes, active.current.amperes)?;
        }
        Ok(Board {
            name: profile.name,
            title: profile.title,
            page: profile.page,
            mcu: profile.mcu,
            core: profile.core,
            target: profile.target,
            flash: profile.flash,
            ram,
            clock: profile.clock,
            source: profile.source,
            emulator: profile.emulator,
            active,
            sleep,
        })
    }

    /// Reads and validates profiles, given as pairs of file and text.
    ///
    /// # Errors
    ///
    /// The first fault, as for [`Board::parse`]; also two profiles of one name.
    pub fn parse_all<'a>(
        profiles: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Vec<Board>, ProfileError> {
        let mut files = Vec::new();
        let mut boards = Vec::new();
        for (file, text) in profiles {
            boards.push(Board::parse(file, text)?);
            files.push(file);
        }
        reject_repeated_names(&files, &boards)?;
        Ok(boards)
    }
}

/// The regions; a single one needs no mark for the arena.
fn regions(written: Vec<schema::Region>) -> Vec<Region> {
    let single = written.len() == 1;
    written
        .into_iter()
        .map(|region| Region { name: region.name, bytes: region.bytes, arena: single || region.arena })
        .collect()
}

fn active(
    file: &str,
    written: schema::Active,
    board_clock: Option<u64>,
) -> Result<Figure<Active>, ProfileError> {
    let Some(status) = reject_other_status(file, "active", &written.current.status)? else {
        reject_invented(file, "active.clock", written.clock.is_some())?;
        return unknown(file, "active", written.current, written.volts);
    };
    let clock = reject_missing(file, "active.clock", written.clock)?;
    reject_frequency(file, "active.clock", clock)?;
    reject_faster_clock(file, clock, board_clock)?;
    let current = known(file, "active", written.current, status, written.volts, Some(clock))?;
    Ok(Figure::Known(Active { current, clock }))
}

fn sleep(file: &str, written: schema::Sleep) -> Result<Figure<Sleep>, ProfileError> {
    let Some(status) = reject_other_status(file, "sleep", &written.current.status)? else {
        reject_invented(file, "sleep.mode", written.mode.is_some())?;
        return unknown(file, "sleep", written.current, written.volts);
    };
    let mode = reject_missing(file, "sleep.mode", written.mode)?;
    reject_blank(file, "sleep.mode", &mode)?;
    let current = known(file, "sleep", written.current, status, written.volts, None)?;
    Ok(Figure::Known(Sleep { current, mode }))
}

/// The current of a table that somebody states; `clock` is that of the active current.
fn known(
    file: &str,
    table: &str,
    written: schema::Current,
    status: Status,
    volts: Option<f64>,
    clock: Option<u64>,
) -> Result<Current, ProfileError> {
    let value = reject_missing(file, &format!("{table}.current.value"), written.value)?;
    let unit = reject_missing(file, &format!("{table}.current.unit"), written.unit)?;
    let amperes = value / reject_other_unit(file, table, &unit, clock)?;
    reject_amperes(file, table, amperes)?;
    let source = reject_missing_source(file, table, written.source)?;
    let volts = reject_missing(file, &format!("{table}.volts"), volts)?;
    reject_volts(file, table, volts)?;
    Ok(Current { amperes, volts, status, source })
}

/// The current of a table that nobody states.
fn unknown<T>(
    file: &str,
    table: &str,
    written: schema::Current,
    volts: Option<f64>,
) -> Result<Figure<T>, ProfileError> {
    reject_invented(file, &format!("{table}.current.value"), written.value.is_some())?;
    reject_invented(file, &format!("{table}.current.unit"), written.unit.is_some())?;
    reject_invented(file, &format!("{table}.volts"), volts.is_some())?;
    Ok(Figure::Unknown { note: written.source })
}
