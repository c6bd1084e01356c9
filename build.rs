//! Compiles `proto/` to Rust, without a protoc on the machine.
//!
//! Two passes. The first makes plain Rust of `reason.proto`, whose messages depend on the knowledge alone. The second
//! makes the rest and puts [`Rendered`](src/wire/rendered.rs) in their place, so that an answer carries them encoded.

use std::{env, error::Error, fs, path::PathBuf};

const ROOT: &str = "proto";
const FIXED: &str = "cicatrix/v1/reason.proto";
const SERVICES: [&str; 3] = [
    "cicatrix/v1/classification_service.proto",
    "cicatrix/v1/protocol_service.proto",
    "cicatrix/v1/knowledge_service.proto",
];
/// The messages of `FIXED`.
const RENDERED: [&str; 2] = ["Reason", "ExpectedResult"];
/// An item of a stream is read after the stream has let go of it, so that one that cannot be read ends nothing.
const UNREAD: &str = ".cicatrix.v1.GenerateProtocolsRequest";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={ROOT}");
    let out = PathBuf::from(env::var("OUT_DIR")?);

    let plain = out.join("plain");
    fs::create_dir_all(&plain)?;
    let bytes = compile(&[FIXED])?;
    tonic_prost_build::configure().out_dir(&plain).compile_fds(decode(&bytes)?)?;
    pbjson_build::Builder::new().register_descriptors(&bytes)?.out_dir(&plain).build(&[".cicatrix.v1"])?;

    let bytes = compile(&SERVICES)?;
    fs::write(out.join("descriptors.bin"), &bytes)?;
    let mut prost =
        tonic_prost_build::configure().build_client(true).build_server(true).codec_path("crate::wire::codec::Codec");
    let mut json = pbjson_build::Builder::new();
    json.register_descriptors(&bytes)?;
    for message in RENDERED {
        let proto = format!(".cicatrix.v1.{message}");
        prost = prost.extern_path(&proto, format!("crate::wire::{message}"));
        json.exclude([proto]);
    }
    prost = prost.extern_path(UNREAD, "crate::wire::UnreadRequest").extern_path(".google.rpc", "::tonic_types::pb");
    // Lines of a stream are written piece by piece, with the error as REST tells it.
    json.exclude([UNREAD, ".cicatrix.v1.GenerateProtocolsResponse"]);
    prost.compile_fds(decode(&bytes)?)?;
    // `Basis` is made in both passes; both are the same closed list.
    json.build(&[".cicatrix.v1", ".google.type"])?;

    // Served by reflection: the same without the comments, which are most of it.
    let mut slim = decode(&bytes)?;
    for file in &mut slim.file {
        file.source_code_info = None;
    }
    fs::write(out.join("reflection.bin"), prost::Message::encode_to_vec(&slim))?;
    Ok(())
}

/// The descriptors of `files` and all they import, with comments and options kept.
fn compile(files: &[&str]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut compiler = protox::Compiler::new([ROOT])?;
    compiler.include_imports(true).include_source_info(true).open_files(files)?;
    Ok(compiler.encode_file_descriptor_set())
}

fn decode(bytes: &[u8]) -> Result<prost_types::FileDescriptorSet, Box<dyn Error>> {
    Ok(prost::Message::decode(bytes)?)
}
