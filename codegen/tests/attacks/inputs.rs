//! What stands where a model or data are to be read.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::thread;

use crate::command::{Folder, finish, model, start};

#[test]
fn a_device_without_end_is_refused_by_its_size() {
    let folder = Folder::new();
    symlink("/dev/zero", folder.path("own.toml")).unwrap();
    folder.run(&["inspect", "/dev/zero"]).fails(&["it has more than 268,435,456 bytes", "at: /dev/zero"]);
    folder.run(&["inspect", "model.tflite", "--board", "own.toml"]).fails(&[
        "cannot read the board's profile: it has more than 1,048,576 bytes",
        "at: option `board`, own.toml",
    ]);
    folder
        .run(&["verify", "model.tflite", "--data", "/dev/zero"])
        .fails(&["it has more than 536,870,912 bytes", "at: /dev/zero"]);
    let zero = File::open("/dev/zero").unwrap();
    let outcome = finish(start(folder.tinyml(&["inspect", "-"]).stdin(zero)));
    outcome.fails(&["cannot read standard input: it has more than 268,435,456 bytes"]);
}

#[test]
fn a_file_with_a_hole_is_refused_before_it_is_read() {
    let folder = Folder::new();
    File::create(folder.path("large.tflite")).unwrap().set_len(1 << 40).unwrap();
    folder
        .run(&["inspect", "large.tflite"])
        .fails(&["it has more than 268,435,456 bytes", "at: large.tflite"]);
}

#[test]
fn a_pipe_is_read_as_a_file_is() {
    let folder = Folder::new();
    let path = folder.pipe("pipe.tflite");
    let writer = thread::spawn(move || fs::write(path, fs::read(model()).unwrap()));
    folder.run(&["inspect", "pipe.tflite"]).succeeds();
    writer.join().unwrap().unwrap();
    let given = File::open(model()).unwrap();
    finish(start(folder.tinyml(&["inspect", "-"]).stdin(given))).succeeds();
}

#[test]
fn folders_are_no_models_and_no_data() {
    let folder = Folder::new();
    fs::create_dir(folder.path("folder.toml")).unwrap();
    folder.run(&["inspect", "."]).fails(&["cannot read the model: ", "at: ."]);
    folder
        .run(&["inspect", "model.tflite", "--board", "folder.toml"])
        .fails(&["cannot read the board's profile: "]);
    folder.run(&["verify", "model.tflite", "--data", "."]).fails(&["cannot read the data: ", "at: ."]);
}

#[test]
fn data_that_unpack_to_more_than_they_may_are_refused_at_once() {
    let folder = Folder::new();
    fs::write(folder.path("bomb.npz"), overlapping(60, 16 << 20)).unwrap();
    // How well zeros are packed depends on the library that does it.
    assert!(fs::metadata(folder.path("bomb.npz")).unwrap().len() < 1 << 20);
    folder
        .run(&["verify", "model.tflite", "--data", "bomb.npz"])
        .fails(&["the arrays of the file have more than 536,870,912 bytes", "at: bomb.npz"]);
}

/// An archive whose entries are all the same place in the file: `size` zeros.
fn overlapping(entries: u16, size: u32) -> Vec<u8> {
    use flate2::{Compression, write::DeflateEncoder};
    use std::io::Write;
    let zeros = vec![0; size as usize];
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&zeros).unwrap();
    let packed = encoder.finish().unwrap();
    let mut crc = flate2::Crc::new();
    crc.update(&zeros);
    let numbers = [crc.sum(), packed.len() as u32, size].map(u32::to_le_bytes).concat();
    let about = |name: &str| {
        [&[20, 0, 0, 0, 8, 0, 0, 0, 0x21, 0], &numbers[..], &[name.len() as u8, 0, 0, 0]].concat()
    };
    let mut file = [b"PK\x03\x04".as_slice(), &about("0000"), b"0000", &packed].concat();
    let start = file.len() as u32;
    for entry in 0..entries {
        let name = format!("{entry:04}");
        file.extend([b"PK\x01\x02\x14\0".as_slice(), &about(&name), &[0; 14], name.as_bytes()].concat());
    }
    let length = (file.len() as u32 - start).to_le_bytes();
    let count = entries.to_le_bytes();
    file.extend(
        [b"PK\x05\x06\0\0\0\0".as_slice(), &count, &count, &length, &start.to_le_bytes(), &[0; 2]].concat(),
    );
    file
}
