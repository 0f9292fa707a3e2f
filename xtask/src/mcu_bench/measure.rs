//! Builds a model's image, runs it, and reads from image and counts what it needs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{env, fs};

use super::baseline;
use super::compiler::Compiler;
use super::elf::{Image, Sizes};
use super::layers::Layer;
use super::measurement::{LayerTally, Measurement, Memory, Results};
use super::models::Model;
use super::modes::Mode;
use super::module::{FIRST_LAYER_MARK, Marks, Module};
use super::plugin::{self, Boundaries};
use super::tally::{Profile, Tally};
use super::timing;
use crate::embedded::{Machine, Toolchain};
use crate::firmware::build::{Build, target_folder};
use crate::firmware::cores::Core;
use crate::firmware::qemu::{End, Run};
use crate::runner::root;

/// Static RAM of the image without a model that stands for one (`tests/firmware/bench/src/empty.rs`).
const EMPTY_MODEL: u64 = 16;

/// What all measurements share.
pub(super) struct Bench {
    machine: Machine,
    compiler: Compiler,
    folder: PathBuf,
    plugin: PathBuf,
    /// Further options of `tinyml compile`.
    options: Vec<String>,
    /// Held while the folder is in use.
    _lock: fs::File,
    /// Nominal multiply-accumulates, by model.
    macs: BTreeMap<String, u64>,
    /// The image without a model, by core.
    empty: BTreeMap<&'static str, Sizes>,
}

impl Bench {
    /// Gets ready.
    ///
    /// # Errors
    /// The machine has no compiler for C or none for the cores.
    pub(super) fn new(compiler: Compiler, options: Vec<String>) -> Result<Bench, String> {
        let folder = target_folder().join("mcu-bench");
        let lock = lock(&folder)?;
        let plugin = plugin::build(&folder)?;
        Ok(Bench {
            machine: Machine::look()?,
            compiler,
            folder,
            plugin,
            options,
            _lock: lock,
            macs: BTreeMap::new(),
            empty: BTreeMap::new(),
        })
    }

    /// The compiler that builds for a core, by its own words.
    ///
    /// # Errors
    /// It cannot be run.
    pub(super) fn compiler(&self, core: &Core) -> Result<baseline::Compiler, String> {
        let rustc = match Toolchain::of(&self.machine, core.target)? {
            Toolchain::Debian { folder } => folder.join("bin/rustc").into_os_string(),
            Toolchain::Current { .. } => env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()),
        };
        let output = Command::new(&rustc)
            .arg("-vV")
            .current_dir(root())
            .output()
            .map_err(|fault| format!("cannot run {}: {fault}", rustc.display()))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let llvm = text.lines().find(|line| line.starts_with("LLVM"));
        let version = text.lines().take(1).chain(llvm).collect::<Vec<_>>().join(", ");
        Ok(baseline::Compiler { core: core.name.to_owned(), version })
    }

    /// Measures a model, compiled so, on a core; with `layers` also by layer.
    ///
    /// # Errors
    /// The model does not compile, its image does not build or run, or its results are not the reference's.
    pub(super) fn measure(
        &mut self,
        model: &Model,
        mode: Mode,
        core: &'static Core,
        layers: bool,
    ) -> Result<Measurement, String> {
        let fail = |fault: String| format!("{} on {}, {}: {fault}", model.name, core.title, mode.words());
        let empty = self.empty(core)?;
        let mut options = self.options.clone();
        options.extend(mode.options().iter().map(|&option| option.to_owned()));
        let generated = self.compiler.compile(model, core.family, &options, &self.folder)?;
        let marks = if layers { Marks::Layers } else { Marks::None };
        let module = Module::adapt(&generated, marks).map_err(fail)?;
        let source = self.folder.join(format!("{}-{}.rs", model.name, core.name));
        write_if_changed(&source, module.text.as_bytes())?;
        let elf = self.build(core, &source)?;
        let image = Image::read(&elf)?;

        let (inputs, golden) = model.vector(&module.inputs)?;
        let run = self.run(core, &elf, &image, &inputs).map_err(fail)?;
        let profile = Profile::new(&image, &run.edges, timing::of(core.name).map_err(fail)?).map_err(fail)?;
        let results = Results::judge(&run.outputs, golden.as_deref()).map_err(fail)?;
        let layers =
            if layers { self.layers(model, &options, core, &module, &run, &profile)? } else { Vec::new() };
        let Sizes { code, constants, ram } = image.sizes.beyond(empty);
        Ok(Measurement {
            model: model.name.clone(),
            mode,
            core: core.name.to_owned(),
            macs: self.macs(model, core)?,
            tally: profile.total,
            memory: Memory {
                arena: module.arena_bytes,
                other_ram: ram.saturating_sub(module.arena_bytes),
                stack: run.stack,
                weights: module.weight_bytes,
                constants: constants.saturating_sub(module.weight_bytes),
                code,
            },
            results,
            layers,
            functions: profile.functions,
        })
    }

    /// Measures a model in slices. The results must be the reference's.
    ///
    /// # Errors
    /// As for [`Bench::measure`]; the model has no slices.
    pub(super) fn measure_slices(
        &self,
        model: &Model,
        mode: Mode,
        core: &'static Core,
    ) -> Result<Slices, String> {
        let fail =
            |fault: String| format!("{} in slices on {}, {}: {fault}", model.name, core.title, mode.words());
        let mut options = self.options.clone();
        options.extend(mode.options().iter().map(|&option| option.to_owned()));
        let generated = self.compiler.compile(model, core.family, &options, &self.folder)?;
        let module = Module::adapt(&generated, Marks::Slices).map_err(fail)?;
        let source = self.folder.join(format!("{}-{}-slices.rs", model.name, core.name));
        write_if_changed(&source, module.text.as_bytes())?;
        let elf = self.build(core, &source)?;
        let image = Image::read(&elf)?;
        let (inputs, golden) = model.vector(&module.inputs)?;
        let run = self.run(core, &elf, &image, &inputs).map_err(fail)?;
        let profile = Profile::new(&image, &run.edges, timing::of(core.name).map_err(fail)?).map_err(fail)?;
        let slice = |segment: usize| profile.segments.get(&(segment + 1)).copied().unwrap_or_default().cycles;
        Ok(Slices {
            cycles: (0..run.marks.len()).map(slice).collect(),
            total: profile.total.cycles,
            predicted: super::module::longest_slice(&generated).map_err(fail)?,
            stack: run.stack,
            arena: module.arena_bytes,
            results: Results::judge(&run.outputs, golden.as_deref()).map_err(fail)?,
        })
    }

    /// Nominal multiply-accumulates of a model.
    fn macs(&mut self, model: &Model, core: &Core) -> Result<u64, String> {
        if let Some(macs) = self.macs.get(&model.name) {
            return Ok(*macs);
        }
        let macs = self.compiler.inspect(model, core.family, &self.options, &self.folder)?.macs_of_file;
        self.macs.insert(model.name.clone(), macs);
        Ok(macs)
    }

    /// Sizes of the image without a model.
    fn empty(&mut self, core: &'static Core) -> Result<Sizes, String> {
        if let Some(sizes) = self.empty.get(core.name) {
            return Ok(*sizes);
        }
        let elf = self.build(core, &package().join("src/empty.rs"))?;
        let mut sizes = Image::read(&elf)?.sizes;
        sizes.ram = sizes.ram.saturating_sub(EMPTY_MODEL);
        self.empty.insert(core.name, sizes);
        Ok(sizes)
    }

    fn build(&self, core: &Core, module: &Path) -> Result<PathBuf, String> {
        let module = module.display().to_string();
        let build = Build {
            package: &package(),
            core,
            opt_level: "3",
            variables: &[("TINYML_BENCH_MODEL", &module)],
            programs: &["bench"],
        };
        build.run(&self.machine)?.pop().ok_or_else(|| "no program was built".to_owned())
    }

    fn run(&self, core: &Core, elf: &Path, image: &Image, inputs: &[u8]) -> Result<Ran, String> {
        let at = |number: u32| {
            let found = image.marks.iter().find(|(_, own)| *own == number);
            found.map(|(address, _)| *address).ok_or("the image has no marks")
        };
        let marks: Vec<_> =
            image.marks.iter().copied().filter(|(_, number)| *number >= FIRST_LAYER_MARK).collect();
        let boundaries =
            Boundaries { start: at(0)?, stop: at(1)?, marks: marks.iter().map(|(at, _)| *at).collect() };
        let (counts, outputs) = (self.folder.join("counts"), self.folder.join("outputs"));
        write(&self.folder.join("inputs"), inputs)?;
        for stale in [&counts, &outputs] {
            let _ = fs::remove_file(stale);
        }
        let outcome = Run {
            core,
            elf,
            folder: &self.folder,
            arguments: &plugin::arguments(&self.plugin, &counts, &boundaries),
            limit: Duration::from_secs(600),
        }
        .run()?;
        let stack = outcome.stdout.lines().find_map(|line| line.strip_prefix("stack ")?.parse().ok());
        let (End::Exit(0), Some(stack)) = (outcome.end, stack) else {
            return Err(format!("the program ended so: {outcome:?}"));
        };
        let read = |path: &Path| fs::read(path).map_err(|fault| format!("{}: {fault}", path.display()));
        Ok(Ran {
            edges: plugin::parse(&String::from_utf8_lossy(&read(&counts)?))?,
            stack,
            outputs: read(&outputs)?,
            marks,
        })
    }

    fn layers(
        &self,
        model: &Model,
        options: &[String],
        core: &Core,
        module: &Module,
        run: &Ran,
        profile: &Profile,
    ) -> Result<Vec<LayerTally>, String> {
        let inspection = self.compiler.inspect(model, core.family, options, &self.folder)?;
        let mut nodes = inspection.nodes();
        // A chain of layers that run by rows is one node: the compiler's figures are not of its layers one by one.
        if module.layers.iter().filter_map(Layer::node).max() != Some(nodes.len()) {
            nodes.clear();
        }
        let mut counted = None;
        let tally = |(index, layer): (usize, &Layer)| {
            let mut tally = Tally::default();
            for (segment, (_, number)) in run.marks.iter().enumerate() {
                if *number as usize == FIRST_LAYER_MARK as usize + index {
                    tally += profile.segments.get(&(segment + 1)).copied().unwrap_or_default();
                }
            }
            // What a node costs stands at its first call.
            let node = layer.node().filter(|number| counted != Some(*number));
            counted = layer.node();
            let node = node.and_then(|number| nodes.get(number - 1));
            LayerTally {
                first_of_node: node.is_some(),
                layer: layer.name.clone(),
                kernel: layer.kernel.clone(),
                description: layer.description.clone(),
                shape: layer.shape.clone(),
                macs: node.map_or(0, |node| node.macs),
                predicted_cycles: node.and_then(|node| node.predicted_cycles),
                tally,
            }
        };
        Ok(module.layers.iter().enumerate().map(tally).collect())
    }
}

/// A model in slices.
pub(super) struct Slices {
    /// Estimated cycles of each.
    pub(super) cycles: Vec<u64>,
    /// Those of all of it.
    pub(super) total: u64,
    /// What the longest is predicted to take.
    pub(super) predicted: u64,
    /// Bytes of stack.
    pub(super) stack: u64,
    /// Bytes of the arena.
    pub(super) arena: u64,
    /// Whether they are the reference's.
    pub(super) results: Results,
}

/// What a run gave.
struct Ran {
    edges: Vec<plugin::Edge>,
    stack: u64,
    outputs: Vec<u8>,
    /// Address and number of the layers' marks, in the order of the segments.
    marks: Vec<(u64, u32)>,
}

/// Waits until no other process measures in the folder: images and counts lie there under the same names.
fn lock(folder: &Path) -> Result<fs::File, String> {
    let path = folder.join("lock");
    let fail = |fault: std::io::Error| format!("{}: {fault}", path.display());
    fs::create_dir_all(folder).map_err(fail)?;
    let file = fs::File::create(&path).map_err(fail)?;
    if file.try_lock().is_err() {
        eprintln!("waiting for another mcu-bench to end");
        file.lock().map_err(fail)?;
    }
    Ok(file)
}

fn package() -> PathBuf {
    root().join("tests/firmware/bench")
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    fs::write(path, bytes).map_err(|fault| format!("{}: {fault}", path.display()))
}

/// Leaves a file that is as it should be, lest it be compiled again.
fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<(), String> {
    if fs::read(path).is_ok_and(|present| present == bytes) { Ok(()) } else { write(path, bytes) }
}
