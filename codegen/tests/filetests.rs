//! Pass tests as files.
//!
//! `tests/passes/<pass>/<case>.ir` holds a graph, a line `---`, and what the pass makes of it: the graph, or the messages if
//! the pass refuses it. The folder `all` runs every pass in the compiler's order. `TINYML_BLESS=1` rewrites the expected part.
//!
//! A pass must also keep what the graph computes: both graphs are run on random inputs and compared, before anything is blessed.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::equivalence::assert_equivalent;
use tinyml_codegen::ir::{Graph, text, verify};
use tinyml_codegen::passes::{CANONICALISE, OPTIMISE, Pass};

/// The line between the graph and what is expected.
const SEPARATOR: &str = "---\n";

/// The passes that a folder stands for, in the compiler's order; none if there is no pass of that name.
fn passes_of(folder: &str) -> Option<Vec<&'static Pass>> {
    let every = CANONICALISE.iter().chain(OPTIMISE);
    let chosen: Vec<&Pass> = every.filter(|pass| folder == "all" || pass.name == folder).collect();
    (folder == "all" || !chosen.is_empty()).then_some(chosen)
}

/// What the passes make of a graph's text.
fn result_of(passes: &[&Pass], input: &str) -> Result<String, String> {
    let before = text::parse(input).map_err(|error| error.to_string())?;
    sound(&before, "the input has faults")?;
    let mut after = before.clone();
    for pass in passes {
        if let Err(refusal) = (pass.run)(&mut after) {
            return Ok(format!("{refusal}\n"));
        }
        sound(&after, &format!("the pass `{}` broke the graph", pass.name))?;
    }
    let printed = text::print(&after);
    assert_equivalent(&before, &after)
        .map_err(|difference| format!("{difference}\nafter the pass:\n{printed}"))?;
    Ok(printed)
}

fn sound(graph: &Graph, otherwise: &str) -> Result<(), String> {
    verify(graph).map_err(|faults| format!("{otherwise}:\n{}", text::print_with_faults(graph, &faults)))
}

/// Runs one file; what is wrong with it, if anything.
fn check(passes: &[&Pass], file: &Path, bless: bool) -> Result<(), String> {
    let content = fs::read_to_string(file).map_err(|error| error.to_string())?.replace("\r\n", "\n");
    let (input, expected) = match content.split_once(&format!("\n{SEPARATOR}")) {
        Some((input, expected)) => (format!("{input}\n"), Some(expected)),
        None => (content.clone(), None),
    };
    let actual = result_of(passes, &input)?;
    match expected {
        Some(expected) if expected == actual => Ok(()),
        _ if bless => {
            fs::write(file, format!("{input}{SEPARATOR}{actual}")).map_err(|error| error.to_string())
        }
        Some(expected) => Err(support::difference(expected, &actual) + "\nTINYML_BLESS=1 accepts it"),
        None => Err(format!("there is no expected part; TINYML_BLESS=1 writes this one:\n{actual}")),
    }
}

/// The entries of a folder, sorted by name.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let found = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = found.map(|entry| entry.expect("the folder can be read").path()).collect();
    paths.sort();
    paths
}

#[test]
fn every_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/passes");
    let bless = std::env::var("TINYML_BLESS").is_ok_and(|value| value == "1");
    let mut failures = Vec::new();
    for folder in entries(&root) {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some(passes) = passes_of(&name) else {
            failures.push(format!("{}: there is no pass `{name}`", folder.display()));
            continue;
        };
        for file in entries(&folder) {
            if let Err(failure) = check(&passes, &file, bless) {
                failures.push(format!("{}:\n{failure}", file.display()));
            }
        }
    }
    assert!(failures.is_empty(), "{} failures\n\n{}", failures.len(), failures.join("\n\n"));
}

/// The runner itself, with passes that exist here only.
mod runner {
    use super::*;
    use tinyml_codegen::diagnostic::{Diagnostic, Diagnostics};
    use tinyml_codegen::ir::Value;

    const DOUBLE: &str = r#"graph "double" reference=tflm {
  input %0 "x": f32[1,1,1,1]
  const %1 "two": f32[1,1,1,1] = [2.0]
  %2 "y": f32[1,1,1,1] = conv2d(%0, %1, _) {stride=[1, 1], padding=[0, 0, 0, 0], dilation=[1, 1], groups=1, clamp=[-inf, inf]}
  output %2
}
"#;

    fn change_a_weight(graph: &mut Graph) -> Result<(), Diagnostics> {
        let weights = graph.node(graph.order()[0]).inputs[1].expect("the weights are there");
        graph.tensor_mut(weights).data = Value::f32([1, 1, 1, 1], vec![2.001]).map(Into::into);
        Ok(())
    }

    fn rename(graph: &mut Graph) -> Result<(), Diagnostics> {
        graph.name = "renamed".to_owned();
        Ok(())
    }

    fn refuse(_: &mut Graph) -> Result<(), Diagnostics> {
        Err(Diagnostic::error("no").into())
    }

    fn break_the_graph(graph: &mut Graph) -> Result<(), Diagnostics> {
        graph.remove_node(graph.order()[0]);
        Ok(())
    }

    #[test]
    fn shows_what_a_pass_makes_of_a_graph() {
        let pass = Pass { name: "rename", run: rename };
        assert_eq!(result_of(&[&pass], DOUBLE), Ok(DOUBLE.replace("\"double\"", "\"renamed\"")));
        let pass = Pass { name: "refuse", run: refuse };
        assert_eq!(result_of(&[&pass], DOUBLE), Ok("error: no\n".to_owned()));
        let pass = Pass { name: "break", run: break_the_graph };
        let failure = result_of(&[&pass], DOUBLE).expect_err("the output is computed no more");
        assert!(failure.starts_with("the pass `break` broke the graph"), "{failure}");
    }

    #[test]
    fn refuses_passes_that_change_what_is_computed() {
        let pass = Pass { name: "change a weight", run: change_a_weight };
        let failure = result_of(&[&pass], DOUBLE).expect_err("0.05 % is not nothing");
        assert!(failure.contains("output 0"), "{failure}");
    }

    #[test]
    fn refuses_graphs_with_faults() {
        let unsound = DOUBLE.replace("%2 \"y\": f32[1,1,1,1]", "%2 \"y\": f32[7]");
        let failure = result_of(&[], &unsound).expect_err("the result has another shape");
        assert!(
            failure.contains("// ^ error: the result is f32[1,1,1,1], but is declared f32[7]"),
            "{failure}"
        );
        assert!(result_of(&[], "graph").is_err());
    }

    #[test]
    fn knows_only_passes_that_exist() {
        assert!(passes_of("no_such_pass").is_none());
        assert_eq!(passes_of("all").map(|all| all.len()), Some(CANONICALISE.len() + OPTIMISE.len()));
    }

    #[test]
    fn blesses_on_demand_only() {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bless.ir");
        let pass = Pass { name: "rename", run: rename };
        let read = || fs::read_to_string(&file).expect("the file was written");
        let input = format!("// A comment that stays.\n{DOUBLE}");
        fs::write(&file, &input).expect("the temporary folder can be written");
        assert!(check(&[&pass], &file, false).is_err_and(|failure| failure.contains("no expected part")));
        assert_eq!(read(), input);
        assert_eq!(check(&[&pass], &file, true), Ok(()));
        let blessed = read();
        assert!(blessed.starts_with(&input) && blessed.contains("\n---\ngraph \"renamed\""));
        assert_eq!(check(&[&pass], &file, false), Ok(()));
        let failure = check(&[], &file, false).expect_err("without the pass the graph stays as it was");
        assert!(
            failure.contains("- graph \"renamed\"") && failure.contains("+ graph \"double\""),
            "{failure}"
        );
        assert_eq!(read(), blessed);
        let wrong = Pass { name: "change a weight", run: change_a_weight };
        assert!(check(&[&wrong], &file, true).is_err(), "a wrong result is not blessed");
        assert_eq!(read(), blessed);
    }
}
