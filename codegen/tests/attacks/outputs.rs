//! What stands where the output is to go.

use std::fs;
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::process::Stdio;
use std::thread;

use crate::command::{Folder, finish, model, start};

#[test]
fn a_file_is_replaced_and_keeps_its_mode() {
    let folder = Folder::new();
    let path = folder.path("out.rs");
    fs::write(&path, "old").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let outcome = folder.compile("out.rs");
    outcome.succeeds();
    assert!(
        outcome.err.starts_with("out.rs, ")
            && outcome.err.contains(" bytes: arena ")
            && outcome.err.contains("flash"),
        "{outcome:?}"
    );
    assert!(fs::read_to_string(&path).unwrap().contains("pub struct Model"));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(folder.files(), ["model.tflite", "out.rs"]);
}

#[test]
fn a_file_stays_as_it_is_if_the_model_does_not_compile() {
    let folder = Folder::new();
    fs::write(folder.path("out.rs"), "old").unwrap();
    fs::write(folder.path("model.tflite"), "no model").unwrap();
    folder.compile("out.rs").fails(&["error: "]);
    assert_eq!(fs::read_to_string(folder.path("out.rs")).unwrap(), "old");
    assert_eq!(folder.files(), ["model.tflite", "out.rs"]);
}

#[test]
fn links_stay_links() {
    let folder = Folder::new();
    fs::create_dir(folder.path("src")).unwrap();
    fs::write(folder.path("src/old.rs"), "old").unwrap();
    symlink("src/old.rs", folder.path("to_old.rs")).unwrap();
    symlink("src/new.rs", folder.path("dangling.rs")).unwrap();
    symlink("dangling.rs", folder.path("to_dangling.rs")).unwrap();
    for (link, target) in [("to_old.rs", "src/old.rs"), ("to_dangling.rs", "src/new.rs")] {
        folder.compile(link).succeeds();
        assert!(folder.path(link).is_symlink(), "{link}");
        assert!(fs::read_to_string(folder.path(target)).unwrap().contains("pub struct Model"), "{target}");
    }
    symlink("b.rs", folder.path("a.rs")).unwrap();
    symlink("a.rs", folder.path("b.rs")).unwrap();
    folder.compile("a.rs").fails(&["cannot write: ", "at: a.rs"]);
    assert_eq!(folder.files().iter().filter(|name| name.contains("partial")).count(), 0);
}

#[test]
fn what_the_output_is_made_from_is_never_replaced() {
    let folder = Folder::new();
    let bytes = fs::read(model()).unwrap();
    symlink("model.tflite", folder.path("link.rs")).unwrap();
    fs::hard_link(folder.path("model.tflite"), folder.path("second_name.rs")).unwrap();
    for output in ["model.tflite", "./model.tflite", "link.rs", "second_name.rs"] {
        folder.compile(output).fails(&["the output would replace a file that it is made from", "help: "]);
        assert_eq!(fs::read(folder.path("model.tflite")).unwrap(), bytes, "{output}");
    }
    let profile =
        include_str!("../../../boards/profiles/pico.toml").replace("name = \"pico\"", "name = \"own\"");
    fs::write(folder.path("own.toml"), &profile).unwrap();
    folder
        .run(&["compile", "model.tflite", "--board", "own.toml", "-o", "own.toml"])
        .fails(&["the output would replace a file that it is made from"]);
    assert_eq!(fs::read_to_string(folder.path("own.toml")).unwrap(), profile);
}

#[test]
fn folders_are_no_files() {
    let folder = Folder::new();
    fs::create_dir(folder.path("src")).unwrap();
    folder.compile("src").fails(&["cannot write: it is a folder", "at: src", "help: name the file"]);
    folder.compile("nowhere/out.rs").fails(&[
        "cannot write: ",
        "at: nowhere/out.rs",
        "help: the folder must exist",
    ]);
    assert_eq!(folder.files(), ["model.tflite", "src"]);
}

#[test]
fn devices_are_written_as_they_are() {
    let folder = Folder::new();
    symlink("/dev/null", folder.path("null.rs")).unwrap();
    folder.compile("/dev/null").succeeds();
    folder.compile("null.rs").succeeds();
    folder.compile("/dev/full").fails(&["cannot write: ", "at: /dev/full", "help: make room"]);
    for device in ["/dev/null", "/dev/full"] {
        assert!(fs::metadata(device).unwrap().file_type().is_char_device(), "{device}");
    }
    assert!(folder.path("null.rs").is_symlink());
}

#[test]
fn pipes_get_everything_and_stay_pipes() {
    let folder = Folder::new();
    let path = folder.pipe("out.rs");
    let reader = thread::spawn({
        let path = path.clone();
        move || fs::read_to_string(path)
    });
    folder.compile("out.rs").succeeds();
    assert!(reader.join().unwrap().unwrap().contains("pub struct Model"));
    assert!(fs::metadata(&path).unwrap().file_type().is_fifo());

    let piped = folder.run(&["compile", "model.tflite", "--core", "portable", "-o", "/dev/stdout"]);
    piped.succeeds();
    assert!(piped.out.contains("pub struct Model") && piped.err.is_empty(), "{piped:?}");
}

#[test]
fn a_pipe_whose_reader_leaves_is_a_message() {
    let folder = Folder::new();
    let path = folder.pipe("out.rs");
    // More than a pipe holds.
    let large = model().with_file_name("large.tflite");
    let arguments = ["compile", large.to_str().unwrap(), "--emit", "rust", "-o", "out.rs"];
    let child = start(folder.tinyml(&arguments).stdout(Stdio::null()));
    let mut start = [0; 16];
    fs::File::open(path).unwrap().read_exact(&mut start).unwrap();
    let outcome = finish(child);
    // Where all of it fits into the pipe, nobody notices.
    if !outcome.status.success() {
        outcome.fails(&["cannot write: ", "at: out.rs"]);
    }
}
