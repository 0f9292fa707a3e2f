//! What is read from a linked image: code, symbols, section sizes and the marks.

use std::fs;
use std::path::Path;

use object::{Object, ObjectSection, ObjectSymbol, SectionFlags, SymbolKind, elf};

use super::instruction::{Instruction, InstructionSet};

/// The section with the marks: words in pairs, the address and the mark's number.
const MARKS: &str = ".tinyml_marks";

/// A linked image.
pub(super) struct Image {
    set: InstructionSet,
    /// Address and bytes of the sections with code.
    code: Vec<(u64, Vec<u8>)>,
    /// First address, address behind the end, and name of the functions, by address.
    functions: Vec<(u64, u64, String)>,
    /// Bytes of each kind.
    pub(super) sizes: Sizes,
    /// Address and number of the marks.
    pub(super) marks: Vec<(u64, u32)>,
}

/// Bytes of an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sizes {
    /// Flash: machine code, with the constants that stand between functions.
    pub(super) code: u64,
    /// Flash: constants, and the initial values of data in RAM.
    pub(super) constants: u64,
    /// RAM: static data, zero at the start or not.
    pub(super) ram: u64,
}

impl Image {
    /// Reads an image.
    ///
    /// # Errors
    /// The file is no image for a core that is known here.
    pub(super) fn read(path: &Path) -> Result<Image, String> {
        let fail = |fault: &dyn std::fmt::Display| format!("{}: {fault}", path.display());
        let bytes = fs::read(path).map_err(|fault| fail(&fault))?;
        let file = object::File::parse(&*bytes).map_err(|fault| fail(&fault))?;
        let set = match file.architecture() {
            object::Architecture::Arm => InstructionSet::Thumb,
            object::Architecture::Riscv32 => InstructionSet::RiscV,
            other => return Err(fail(&format!("code for {other:?}"))),
        };
        let mut image = Image {
            set,
            code: Vec::new(),
            functions: functions(&file, set),
            sizes: Sizes::default(),
            marks: Vec::new(),
        };
        for section in file.sections() {
            let data = section.data().map_err(|fault| fail(&fault))?;
            if section.name() == Ok(MARKS) {
                image.marks = marks(data);
            }
            let SectionFlags::Elf { sh_flags } = section.flags() else { continue };
            // On RV32, all memory that is left.
            if section.name() == Ok(".stack") {
                continue;
            }
            image.sizes.add(section.size(), section.kind(), sh_flags);
            if sh_flags & u64::from(elf::SHF_EXECINSTR) != 0 {
                image.code.push((section.address(), data.to_vec()));
            }
        }
        Ok(image)
    }

    /// So many instructions from `address` on, and the address behind them.
    ///
    /// # Errors
    /// There is no code.
    pub(super) fn instructions(&self, address: u64, count: usize) -> Result<(Vec<Instruction>, u64), String> {
        let mut at = address;
        let mut next = |_| {
            let instruction = self.code_at(at).and_then(|code| self.set.decode(code))?;
            at += instruction.bytes as u64;
            Some(instruction)
        };
        let instructions: Option<Vec<_>> = (0..count).map(&mut next).collect();
        let instructions = instructions.ok_or_else(|| format!("no code of the image is at {address:#x}"))?;
        Ok((instructions, at))
    }

    fn code_at(&self, address: u64) -> Option<&[u8]> {
        self.code.iter().find_map(|(origin, bytes)| {
            let from = usize::try_from(address.checked_sub(*origin)?).ok()?;
            bytes.get(from..)
        })
    }

    /// The name of the function that an address belongs to.
    pub(super) fn function(&self, address: u64) -> &str {
        let behind = self.functions.partition_point(|(start, ..)| *start <= address);
        let found = behind.checked_sub(1).and_then(|index| self.functions.get(index));
        found.filter(|(_, end, _)| address < *end).map_or("(no symbol)", |(.., name)| name)
    }
}

impl Sizes {
    fn add(&mut self, bytes: u64, kind: object::SectionKind, flags: u64) {
        let has = |flag: u32| flags & u64::from(flag) != 0;
        if !has(elf::SHF_ALLOC) {
            return;
        }
        let in_flash = !matches!(kind, object::SectionKind::UninitializedData);
        if has(elf::SHF_WRITE) {
            self.ram += bytes;
        }
        if has(elf::SHF_EXECINSTR) {
            self.code += bytes;
        } else if in_flash {
            self.constants += bytes;
        }
    }

    /// What this image has more than `base`.
    pub(super) fn beyond(self, base: Sizes) -> Sizes {
        Sizes {
            code: self.code.saturating_sub(base.code),
            constants: self.constants.saturating_sub(base.constants),
            ram: self.ram.saturating_sub(base.ram),
        }
    }
}

fn functions(file: &object::File<'_>, set: InstructionSet) -> Vec<(u64, u64, String)> {
    // The lowest bit of a function's address says that it is Thumb code.
    let mask = if set == InstructionSet::Thumb { !1 } else { !0 };
    let mut functions: Vec<_> = file
        .symbols()
        .filter(|symbol| symbol.kind() == SymbolKind::Text && symbol.is_definition())
        .filter_map(|symbol| {
            let start = symbol.address() & mask;
            let name = format!("{:#}", rustc_demangle::demangle(symbol.name().ok()?));
            Some((start, start + symbol.size(), name))
        })
        .collect();
    functions.sort();
    // Assembler code often has no sizes: such a function ends where the next begins.
    let starts: Vec<_> = functions.iter().skip(1).map(|(start, ..)| *start).chain([u64::MAX]).collect();
    for ((start, end, _), next) in functions.iter_mut().zip(starts) {
        if end == start {
            *end = next;
        }
    }
    functions
}

fn marks(section: &[u8]) -> Vec<(u64, u32)> {
    let word = |bytes: &[u8]| bytes.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte));
    section
        .chunks_exact(8)
        .map(|pair| (u64::from(word(&pair[..4]) & !1), word(&pair[4..])))
        // Of code that was linked away only the mark is left.
        .filter(|(address, _)| *address != 0)
        .collect()
}

#[cfg(test)]
mod test {
    use super::marks;

    #[test]
    fn marks_are_pairs_of_words_and_those_of_removed_code_are_left_out() {
        let section = [0xc9, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0xcc, 1, 0, 0x20, 4, 0, 0, 0];
        assert_eq!(marks(&section), [(0x1c8, 2), (0x2000_01cc, 4)]);
    }
}
