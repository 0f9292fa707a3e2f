//! What a linked program shows: its symbols and its static memory.

use std::fs;
use std::path::Path;

use object::read::elf::ElfFile32;
use object::{Object, ObjectSection, ObjectSymbol, SectionFlags, elf};

/// A symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Symbol {
    /// Its name as the linker has it.
    pub(super) name: String,
    /// Where it lies.
    pub(super) address: u64,
    /// Its bytes.
    pub(super) size: u64,
    /// The section that it lies in.
    pub(super) section: Option<String>,
}

/// A section that the program can write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Writable {
    /// Its name.
    pub(super) name: String,
    /// Where it lies.
    pub(super) address: u64,
    /// Its bytes.
    pub(super) size: u64,
}

/// A linked program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Program {
    /// All symbols with a name.
    pub(super) symbols: Vec<Symbol>,
    /// The sections in RAM that are not empty.
    pub(super) writable: Vec<Writable>,
}

impl Program {
    /// Reads an ELF file.
    ///
    /// # Errors
    /// The file cannot be read, or is no ELF file of 32 bits.
    pub(super) fn read(file: &Path) -> Result<Program, String> {
        let at = |fault: &dyn std::fmt::Display| format!("{}: {fault}", file.display());
        let bytes = fs::read(file).map_err(|fault| at(&fault))?;
        let parsed: ElfFile32<'_> = ElfFile32::parse(bytes.as_slice()).map_err(|fault| at(&fault))?;
        let section_name = |symbol: &_| {
            let index = ObjectSymbol::section_index(symbol)?;
            Some(parsed.section_by_index(index).ok()?.name().ok()?.to_owned())
        };
        let symbols = parsed
            .symbols()
            .filter_map(|symbol| {
                let name = symbol.name().ok().filter(|name| !name.is_empty() && !name.starts_with('$'))?;
                Some(Symbol {
                    name: name.to_owned(),
                    address: symbol.address(),
                    size: symbol.size(),
                    section: section_name(&symbol),
                })
            })
            .collect();
        let writable = parsed
            .sections()
            .filter_map(|section| {
                let SectionFlags::Elf { sh_flags } = section.flags() else { return None };
                let flags = u64::from(elf::SHF_WRITE | elf::SHF_ALLOC);
                (sh_flags & flags == flags && section.size() > 0).then_some(())?;
                let name = section.name().ok()?.to_owned();
                Some(Writable { name, address: section.address(), size: section.size() })
            })
            .collect();
        Ok(Program { symbols, writable })
    }
}
