//! From arguments to the module, or to errors at the right place and a stub.

use std::env;
use std::path::PathBuf;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use tinyml_codegen::config::Options;
use tinyml_codegen::diagnostic::{Diagnostic, Diagnostics, Severity};
use tinyml_codegen::module;
use tinyml_codegen::names::{ident, snake_case};
use tinyml_codegen::source::Source;

use crate::arguments::Arguments;

/// Narrows the generated code to one core family, for crates that cannot be told apart otherwise.
const CORE_VARIABLE: &str = "TINYML_CORE";

/// What was read while expanding: Cargo must expand again when it changes.
#[derive(Default)]
struct Tracked {
    files: Vec<PathBuf>,
    variables: Vec<String>,
    /// The paths of the arguments: where the file is, and how the user wrote it.
    written: Vec<(PathBuf, String)>,
}

pub(crate) fn expand(arguments: &Arguments) -> TokenStream {
    let mut tracked = Tracked { variables: vec![CORE_VARIABLE.to_owned()], ..Tracked::default() };
    let compiled = compile(arguments, &mut tracked);
    let visibility = &arguments.visibility;
    let name = module_name(arguments);
    let watch = tracked.tokens();
    match compiled {
        Ok(module) => {
            let (items, doc) = (module.items(), &module.doc);
            quote! {
                #(#[doc = #doc])*
                #[allow(dead_code)]
                #visibility mod #name {
                    #items
                    #watch
                }
            }
        }
        Err(faults) => {
            let errors = faults.iter().filter(|fault| fault.severity == Severity::Error);
            let errors: Vec<_> = errors.map(|fault| error(fault, arguments, &tracked)).collect();
            let (last, others) = match errors.split_last() {
                Some((last, others)) => (last.clone(), others),
                None => (quote!(::core::compile_error!("the model does not compile")), &[][..]),
            };
            let stub = stub(&last);
            quote! {
                #(#others;)*
                #[allow(dead_code)]
                #visibility mod #name {
                    #stub
                    #watch
                }
            }
        }
    }
}

/// The name that was given, else the file's stem.
fn module_name(arguments: &Arguments) -> Ident {
    arguments.name.clone().unwrap_or_else(|| {
        let path = PathBuf::from(arguments.path.value());
        let mut name = ident(&snake_case(&path.file_stem().unwrap_or_default().to_string_lossy()));
        name.set_span(arguments.path.span());
        name
    })
}

fn compile(arguments: &Arguments, tracked: &mut Tracked) -> Result<module::Module, Diagnostics> {
    let mut faults = Diagnostics::default();
    let mut options =
        Options { name: arguments.name.as_ref().map(unraw), host_tests: true, ..Options::default() };
    if let Ok(core) = env::var(CORE_VARIABLE)
        && let Err(fault) = options.set("core", &core)
    {
        let message = format!("the environment variable {CORE_VARIABLE}: {}", fault.message);
        faults.push(Diagnostic { message, ..fault });
    }
    for argument in &arguments.options {
        let name = unraw(&argument.name);
        let value = if Options::is_path(&name, &argument.value) {
            match resolve(&argument.value, tracked) {
                Ok(path) => path.display().to_string(),
                Err(fault) => {
                    faults.push(fault);
                    continue;
                }
            }
        } else {
            argument.value.clone()
        };
        if let Err(fault) = options.set(&name, &value) {
            faults.push(fault);
        }
    }
    let path = resolve(&arguments.path.value(), tracked)?;
    tracked.files.push(path.clone());
    tracked.files.extend(options.calibration.iter().chain(&options.accept).cloned());
    faults.into_result(())?;
    let module = module::compile(&Source::read(path)?, &options, &arguments.runtime)?;
    for file in &module.files {
        tinyml_codegen::watched(file)?;
    }
    tracked.files.extend(module.files.iter().cloned());
    Ok(module)
}

fn unraw(ident: &Ident) -> String {
    ident.to_string().trim_start_matches("r#").to_owned()
}

/// The file that a path in the arguments means: absolute, relative to the folder of Cargo.toml, or behind `$VAR/`.
fn resolve(path: &str, tracked: &mut Tracked) -> Result<PathBuf, Diagnostic> {
    let folder = |variable: &str| {
        env::var_os(variable).map(PathBuf::from).ok_or_else(|| {
            Diagnostic::error(format!("the environment variable {variable} is not set"))
                .help(format!("the path `{path}` begins with it; set it for the build"))
        })
    };
    let file = match path.strip_prefix('$') {
        Some(rest) => {
            let (variable, rest) = rest.split_once('/').unwrap_or((rest, ""));
            tracked.variables.push(variable.to_owned());
            folder(variable)?.join(rest)
        }
        // `join` keeps an absolute path as it is.
        None => folder("CARGO_MANIFEST_DIR")?.join(path),
    };
    tracked.written.push((file.clone(), path.to_owned()));
    Ok(file)
}

impl Tracked {
    /// A file as the user wrote it: messages do not depend on where the crate lies.
    fn as_written(&self, file: PathBuf) -> PathBuf {
        let written = self.written.iter().find(|(resolved, _)| *resolved == file);
        written.map_or(file, |(_, text)| PathBuf::from(text))
    }

    /// Uses of every file and variable that the compiler records as dependencies of the crate.
    fn tokens(&self) -> TokenStream {
        // One that cannot be watched is an error already.
        let files = self.files.iter().filter(|file| file.is_file());
        let mut files: Vec<_> = files.filter_map(|file| tinyml_codegen::watched(file).ok()).collect();
        files.sort_unstable();
        files.dedup();
        let variables = &self.variables;
        quote! {
            #(const _: &[u8] = ::core::include_bytes!(#files);)*
            #(const _: ::core::option::Option<&str> = ::core::option_env!(#variables);)*
        }
    }
}

/// An error at the option or at the path that it belongs to.
fn error(fault: &Diagnostic, arguments: &Arguments, tracked: &Tracked) -> TokenStream {
    let option = fault.place.option.as_deref();
    let argument = arguments.options.iter().find(|argument| Some(unraw(&argument.name).as_str()) == option);
    let span: Span = match argument {
        // An unknown option is at its name, a bad value at the value.
        Some(argument) if !Options::names().any(|known| Some(known) == option) => argument.name.span(),
        Some(argument) => argument.span,
        None => arguments.path.span(),
    };
    let mut fault = fault.clone();
    fault.place.file = fault.place.file.map(|file| tracked.as_written(file));
    // The span shows the option.
    fault.place.option = None;
    let text = fault.to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    quote_spanned!(span=> ::core::compile_error!(#text))
}

/// The names that firmware uses, so that a faulty model gives its own errors and no others.
///
/// The error stands where an array's length belongs. That makes every type and constant here one that the Rust compiler knows to
/// be in error, and it does not complain about what is done with such a thing: a call of any method, any pattern, any coercion.
fn stub(error: &TokenStream) -> TokenStream {
    let constants = [
        "INPUT",
        "INPUTS",
        "OUTPUT",
        "OUTPUTS",
        "LABELS",
        "CLASSES",
        "ARENA_BYTES",
        "WEIGHT_BYTES",
        "PARAMETER_BYTES",
        "MACS",
    ]
    .map(|name| format_ident!("{name}"));
    let borrowing = ["Inputs", "Outputs"].map(|name| format_ident!("{name}"));
    let owning = ["InputsF32", "OutputsF32", "Class"].map(|name| format_ident!("{name}"));
    quote! {
        pub trait Compiled {
            type Item;
        }
        pub type Unknown<T = ()> = <[T; #error] as Compiled>::Item;
        pub type Model<A = ()> = Unknown<A>;
        #(pub type #borrowing<'a> = Unknown<&'a ()>;)*
        #(pub type #owning = Unknown;)*
        #(pub const #constants: Unknown = ();)*
    }
}
