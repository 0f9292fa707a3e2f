//! The guarantees that a linked program shows: static memory holds the models and nothing else, there is no heap, and a model in
//! integers has no floating-point arithmetic. (That there is no panic path shows in that the program links; see
//! `firmware::forbid_panics!`.)

use std::path::Path;

use super::cores::Core;
use super::elf::{Program, Symbol, Writable};
use super::floats;
use super::manifest::Image;

/// Most bytes of stack that an inference may need.
pub(super) const STACK: u32 = 512;

/// A model's symbol is this and the case's name.
const MODEL: &str = "model.";

/// Alignment of a model, to which its size is rounded up.
const ALIGNMENT: usize = 16;

/// What an image violates; a line each.
///
/// # Errors
/// The program cannot be read, or a check sees nothing where there must be something to see.
pub(super) fn violations(core: &Core, image: &Image, elf: &Path) -> Result<Vec<String>, String> {
    let program = Program::read(elf)?;
    let mut faults = models(image, &program);
    faults.extend(static_memory(&program));
    faults.extend(heap(&program));
    let floats = floats::find(elf, &program, core.target.starts_with("thumb"))?;
    match (image.integer, floats.is_empty()) {
        (true, _) => faults
            .extend(floats.into_iter().map(|place| format!("floating point in models of integers: {place}"))),
        (false, false) => {}
        (false, true) => {
            return Err(format!(
                "{}: models of floats without floating point; the check is blind",
                elf.display()
            ));
        }
    }
    Ok(faults)
}

/// Every model lies in .bss and is as large as its arena.
fn models(image: &Image, program: &Program) -> Vec<String> {
    let check = |name: &str, arena: usize| {
        let symbol = program.symbols.iter().find(|symbol| symbol.name.strip_prefix(MODEL) == Some(name));
        let Some(Symbol { size, section, .. }) = symbol else {
            return Some(format!("{name}: the program has no model"));
        };
        let size_fits = *size == arena.next_multiple_of(ALIGNMENT) as u64;
        match section.as_deref() {
            Some(".bss") if size_fits => None,
            Some(".bss") => Some(format!("{name}: the model takes {size} bytes, its arena {arena}")),
            // Without any bytes it is nowhere.
            _ if size_fits && arena == 0 => None,
            other => {
                Some(format!("{name}: the model lies in {}, not in .bss", other.unwrap_or("no section")))
            }
        }
    };
    image.cases.iter().filter_map(|case| check(&case.name, case.arena_bytes)).collect()
}

/// Static memory that is no model's. Of the sections of its own, `.uninit` is the suite's (inputs and outputs), `.stack` and `.heap`
/// are what is left of the RAM.
fn static_memory(program: &Program) -> Vec<String> {
    let mut faults = Vec::new();
    let memory = program
        .writable
        .iter()
        .filter(|section| !matches!(section.name.as_str(), ".uninit" | ".stack" | ".heap"));
    for Writable { name, address, size } in memory {
        if name != ".bss" {
            faults.push(format!("static memory beside the models: {size} bytes in {name}"));
            continue;
        }
        let mut within: Vec<_> = program
            .symbols
            .iter()
            .filter(|symbol| symbol.size > 0 && (*address..address + size).contains(&symbol.address))
            .collect();
        within.sort_by_key(|symbol| symbol.address);
        let mut end = *address;
        for symbol in within {
            if !symbol.name.starts_with(MODEL) {
                faults.push(format!(
                    "static memory beside the models: {} bytes of {}",
                    symbol.size, symbol.name
                ));
            }
            // LLVM aligns a static as the widest vectors that are loaded from it.
            let alignment = 1 << symbol.address.trailing_zeros().min(63);
            if symbol.address.saturating_sub(end) >= alignment {
                faults.push(format!(
                    "static memory beside the models: {} bytes without a name",
                    symbol.address - end
                ));
            }
            end = end.max(symbol.address + symbol.size);
        }
        let rest = (address + size).saturating_sub(end);
        if rest >= ALIGNMENT as u64 {
            faults.push(format!("static memory beside the models: {rest} bytes without a name"));
        }
    }
    faults
}

/// The symbols of allocators: Rust's and C's.
fn heap(program: &Program) -> Vec<String> {
    let parts =
        ["__rust_alloc", "__rust_dealloc", "__rust_realloc", "__rg_alloc", "__rdl_alloc", "alloc_error"];
    let names = ["malloc", "calloc", "realloc", "free", "_sbrk", "sbrk"];
    let is_heap = |name: &str| names.contains(&name) || parts.iter().any(|part| name.contains(part));
    let found = program.symbols.iter().filter(|symbol| is_heap(&symbol.name));
    found.map(|symbol| format!("a heap: {}", symbol.name)).collect()
}

#[cfg(test)]
mod test {
    use super::super::manifest::Case;
    use super::*;

    fn symbol(name: &str, address: u64, size: u64, section: &str) -> Symbol {
        Symbol { name: name.to_owned(), address, size, section: Some(section.to_owned()) }
    }

    fn writable(name: &str, address: u64, size: u64) -> Writable {
        Writable { name: name.to_owned(), address, size }
    }

    fn image(arena_bytes: usize) -> Image {
        let case = Case {
            name: "one".to_owned(),
            arena_bytes,
            vectors: 1,
            input_bytes: 1,
            output_bytes: 1,
            outputs: Vec::new(),
        };
        Image { name: "image".to_owned(), integer: true, layers: false, cases: vec![case] }
    }

    #[test]
    fn a_model_is_as_large_as_its_arena_and_in_bss() {
        let program = |size, section: &str| Program {
            symbols: vec![symbol("model.one", 0x2000_0000, size, section)],
            ..Program::default()
        };
        assert!(models(&image(20), &program(32, ".bss")).is_empty());
        assert_eq!(models(&image(20), &program(48, ".bss")), ["one: the model takes 48 bytes, its arena 20"]);
        assert_eq!(models(&image(20), &program(32, ".data")), ["one: the model lies in .data, not in .bss"]);
        assert_eq!(models(&image(20), &Program::default()), ["one: the program has no model"]);
    }

    #[test]
    fn memory_beside_the_models_is_found() {
        let model = symbol("model.one", 16, 32, ".bss");
        let program = |symbols: Vec<Symbol>, writable| static_memory(&Program { symbols, writable });
        let bss = |size| vec![writable(".bss", 16, size), writable(".uninit", 0x100, 64)];
        assert!(program(vec![model.clone()], bss(32)).is_empty());
        assert_eq!(
            program(vec![model.clone()], bss(64)),
            ["static memory beside the models: 32 bytes without a name"]
        );
        assert_eq!(
            program(vec![model.clone(), symbol("COUNTER", 48, 4, ".bss")], bss(36)),
            ["static memory beside the models: 4 bytes of COUNTER"]
        );
        let second = |address| vec![model.clone(), symbol("model.two", address, 16, ".bss")];
        assert!(program(second(64), bss(64)).is_empty());
        assert_eq!(
            program(second(80), bss(80)),
            ["static memory beside the models: 32 bytes without a name"]
        );
        assert_eq!(
            program(vec![model], vec![writable(".data", 8, 4)]),
            ["static memory beside the models: 4 bytes in .data"]
        );
    }

    #[test]
    fn allocators_are_found() {
        let with =
            |name: &str| heap(&Program { symbols: vec![symbol(name, 0, 2, ".text")], ..Program::default() });
        assert_eq!(with("_RNvCs_7___rustc12___rust_alloc").len(), 1);
        assert_eq!(with("malloc").len(), 1);
        assert!(with("model.freeze").is_empty());
    }
}
