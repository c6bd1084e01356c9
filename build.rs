//! Compiles `proto/` to Rust, without a protoc on the machine.
//!
//! Three things come of it: the messages with their client, as any Rust program would generate them; the services, which
//! send answers already encoded; and the answers once more as structs that own nothing, since copying strings into owned
//! ones is most of what an answer costs. Beside it the release of the knowledge becomes part of the binary.

#![allow(clippy::wildcard_enum_match_arm, reason = "a kind of field that no message has is refused, whatever it is")]

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorSet,
    field_descriptor_proto::{Label, Type},
};

#[path = "src/knowledge/tree/kinds.rs"]
mod kinds;
#[path = "src/knowledge/tree/write.rs"]
mod write;

const ROOT: &str = "proto";
const KNOWLEDGE: &str = "knowledge";
const SERVICES: [&str; 3] = [
    "cicatrix/v1/classification_service.proto",
    "cicatrix/v1/protocol_service.proto",
    "cicatrix/v1/knowledge_service.proto",
];
/// Made without owning anything, with all they hold.
const ANSWERS: [&str; 3] = [
    ".cicatrix.v1.ClassifyScarsResponse",
    ".cicatrix.v1.GenerateProtocolResponse",
    ".cicatrix.v1.CheckProtocolResponse",
];
/// Depend on the knowledge alone, so that an answer holds them rendered.
const RENDERED: [&str; 5] = [
    ".cicatrix.v1.Reason",
    ".cicatrix.v1.ExpectedResult",
    ".cicatrix.v1.Policy",
    ".cicatrix.v1.Coding",
    ".cicatrix.v1.GradeBand",
];
/// Sent by the services as bytes.
const ENCODED: [&str; 4] =
    ["ClassifyScarsResponse", "GenerateProtocolResponse", "GenerateProtocolsResponse", "CheckProtocolResponse"];
/// An item of a stream is read after the stream has let go of it, so that one that cannot be read ends nothing.
const UNREAD: &str = ".cicatrix.v1.GenerateProtocolsRequest";
const STATUS: (&str, &str) = (".google.rpc", "::tonic_types::pb");

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={ROOT}");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let bytes = compile()?;
    fs::write(out.join("descriptors.bin"), &bytes)?;

    messages(&bytes)?;
    services(&bytes, &out)?;
    let borrowed = Borrowed::of(&decode(&bytes)?)?;
    fs::write(out.join("borrowed.rs"), borrowed.code()?)?;

    // Served by reflection: the same without the comments, which are most of it.
    let mut slim = decode(&bytes)?;
    for file in &mut slim.file {
        file.source_code_info = None;
    }
    fs::write(out.join("reflection.bin"), prost::Message::encode_to_vec(&slim))?;
    release(&out)
}

/// The files of knowledge, each with what stands in it, so that no replica reads TOML before it answers. One that cannot
/// be read has an empty tree: it is read at the start, and what is wrong is told there.
fn release(out: &Path) -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={KNOWLEDGE}");
    let mut rows = BTreeMap::new();
    let mut open = vec![PathBuf::from(KNOWLEDGE)];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            // What an editor leaves.
            if path.file_name().is_some_and(|it| it.to_string_lossy().starts_with('.')) {
                continue;
            }
            let below = path.strip_prefix(KNOWLEDGE)?.to_string_lossy().replace('\\', "/");
            let text = fs::read_to_string(&path).map_err(|it| format!("{}: {it}", path.display()))?;
            let tree = out.join("trees").join(&below);
            fs::create_dir_all(tree.parent().unwrap_or(out))?;
            fs::write(&tree, write::tree(&text).unwrap_or_default())?;
            rows.insert(below, (fs::canonicalize(&path)?.display().to_string(), tree.display().to_string()));
        }
    }
    let mut code = String::from("&[\n");
    for (path, (text, tree)) in rows {
        writeln!(code, "ReadFile {{ path: {path:?}, text: include_str!({text:?}), tree: include_bytes!({tree:?}) }},")?;
    }
    code.push_str("]\n");
    fs::write(out.join("release.rs"), code)?;
    Ok(())
}

/// The descriptors of all there is, with comments and options kept.
fn compile() -> Result<Vec<u8>, Box<dyn Error>> {
    let mut compiler = protox::Compiler::new([ROOT])?;
    compiler.include_imports(true).include_source_info(true).open_files(SERVICES)?;
    Ok(compiler.encode_file_descriptor_set())
}

fn decode(bytes: &[u8]) -> Result<FileDescriptorSet, Box<dyn Error>> {
    Ok(prost::Message::decode(bytes)?)
}

/// The messages, their JSON and the clients.
fn messages(bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    tonic_prost_build::configure()
        .build_server(false)
        .codec_path("crate::wire::codec::Codec")
        .extern_path(UNREAD, "crate::wire::UnreadRequest")
        .extern_path(STATUS.0, STATUS.1)
        .compile_fds(decode(bytes)?)?;
    let mut json = pbjson_build::Builder::new();
    // Lines of a stream are written piece by piece, with the error as REST tells it.
    json.register_descriptors(bytes)?.exclude([UNREAD, ".cicatrix.v1.GenerateProtocolsResponse"]);
    json.build(&[".cicatrix.v1", ".google.type"])?;
    Ok(())
}

/// The services alone: every message is where [`messages`] put it, or encoded.
fn services(bytes: &[u8], out: &Path) -> Result<(), Box<dyn Error>> {
    let out = out.join("services");
    fs::create_dir_all(&out)?;
    let mut services = tonic_prost_build::configure()
        .build_client(false)
        .codec_path("crate::wire::codec::Codec")
        .out_dir(out)
        .extern_path(UNREAD, "crate::wire::UnreadRequest")
        .extern_path(STATUS.0, STATUS.1)
        .extern_path(".google.type", "crate::wire");
    let set = decode(bytes)?;
    for message in set.file.iter().filter(|it| it.package() == "cicatrix.v1").flat_map(|it| &it.message_type) {
        let (name, proto) = (message.name(), format!(".cicatrix.v1.{}", message.name()));
        if ENCODED.contains(&name) {
            services = services.extern_path(proto, format!("crate::wire::Encoded<crate::wire::v1::{name}>"));
        } else if proto != UNREAD {
            services = services.extern_path(proto, format!("crate::wire::v1::{name}"));
        }
    }
    services.compile_fds(set)?;
    Ok(())
}

/// The answers as structs of borrowed values, each of which writes itself.
struct Borrowed {
    /// By full name: what is made.
    messages: BTreeMap<String, DescriptorProto>,
    /// Those that hold a reference.
    lifetimes: BTreeSet<String>,
}

impl Borrowed {
    fn of(set: &FileDescriptorSet) -> Result<Self, Box<dyn Error>> {
        let mut all = BTreeMap::new();
        for file in &set.file {
            for message in &file.message_type {
                all.insert(format!(".{}.{}", file.package(), message.name()), message.clone());
            }
        }
        let mut messages = BTreeMap::new();
        let mut open: Vec<String> = ANSWERS.map(str::to_owned).to_vec();
        while let Some(name) = open.pop() {
            if messages.contains_key(&name) || RENDERED.contains(&name.as_str()) {
                continue;
            }
            // A message within a message is not there, and so is refused.
            let message = all.get(&name).ok_or_else(|| format!("{name} is no message of its own in {ROOT}"))?.clone();
            open.extend(
                message.field.iter().filter(|it| it.r#type() == Type::Message).map(|it| it.type_name().to_owned()),
            );
            messages.insert(name, message);
        }
        let mut borrowed = Self { messages, lifetimes: BTreeSet::new() };
        // What holds something that holds a reference holds one too.
        loop {
            let known = borrowed.lifetimes.len();
            for (name, message) in &borrowed.messages {
                if message.field.iter().any(|it| borrowed.rust_type(it).contains("'a")) {
                    borrowed.lifetimes.insert(name.clone());
                }
            }
            if borrowed.lifetimes.len() == known {
                return Ok(borrowed);
            }
        }
    }

    fn code(&self) -> Result<String, Box<dyn Error>> {
        let mut code = String::new();
        for (name, message) in &self.messages {
            self.message(&mut code, name, message)?;
        }
        Ok(code)
    }

    fn message(&self, code: &mut String, name: &str, message: &DescriptorProto) -> Result<(), Box<dyn Error>> {
        let (lifetime, elided) = if self.lifetimes.contains(name) { ("<'a>", "<'_>") } else { ("", "") };
        let rust = message.name();
        // A field of a oneof that is `optional` and nothing else is an ordinary one.
        let choice = |field: &FieldDescriptorProto| field.oneof_index.filter(|_| !field.proto3_optional());
        let mut fields: Vec<&FieldDescriptorProto> = message.field.iter().collect();
        fields.sort_by_key(|it| it.number());
        let mut seen = BTreeSet::new();
        let (mut declared, mut written, mut choices) = (String::new(), String::new(), String::new());
        for field in &fields {
            let Some(at) = choice(field) else {
                writeln!(declared, "    pub {}: {},", ident(field.name()), self.rust_type(field))?;
                writeln!(written, "        {};", sink(field, &format!("self.{}", ident(field.name())))?)?;
                continue;
            };
            if !seen.insert(at) {
                continue;
            }
            let of = usize::try_from(at).ok().and_then(|at| message.oneof_decl.get(at)).ok_or("no such oneof")?;
            let path = format!("{}::{}", snake(rust), camel(of.name()));
            writeln!(written, "        match &self.{} {{\n            None => {{}}", ident(of.name()))?;
            let mut variants = String::new();
            for field in fields.iter().filter(|it| choice(it) == Some(at)) {
                let mut alone = (*field).clone();
                alone.set_label(Label::Required);
                let variant = camel(field.name());
                writeln!(variants, "        {variant}({}),", self.rust_type(&alone))?;
                alone.proto3_optional = Some(true);
                writeln!(written, "            Some({path}::{variant}(it)) => {},", sink(&alone, "Some(*it)")?)?;
            }
            writeln!(written, "        }}")?;
            let (lifetime, names) = if variants.contains("'a") { ("<'a>", "    use super::*;\n") } else { ("", "") };
            writeln!(declared, "    pub {}: Option<{path}{lifetime}>,", ident(of.name()))?;
            writeln!(
                choices,
                "pub mod {} {{\n{names}    #[derive(Debug, Clone, Copy, PartialEq)]\n    pub enum {}{lifetime} {{\n{variants}    }}\n}}",
                snake(rust),
                camel(of.name())
            )?;
        }
        writeln!(code, "/// `{name}` of the schema.")?;
        writeln!(code, "#[derive(Debug, Clone, Copy, PartialEq)]\npub struct {rust}{lifetime} {{\n{declared}}}")?;
        let owned = if name.starts_with(".google.type.") { format!("super::{rust}") } else { format!("v1::{rust}") };
        writeln!(
            code,
            "impl Answer for {rust}{elided} {{\n    type Owned = {owned};\n\n    fn sizes() -> &'static Sizes {{\n        static SIZES: Sizes = Sizes::new();\n        &SIZES\n    }}\n\n    fn write(&self, to: &mut impl Sink) {{\n{written}    }}\n}}"
        )?;
        code.push_str(&choices);
        Ok(())
    }

    /// The type of a field, or of one value of a oneof.
    fn rust_type(&self, field: &FieldDescriptorProto) -> String {
        let one = match field.r#type() {
            Type::Double => "f64".to_owned(),
            Type::Bool => "bool".to_owned(),
            Type::String => "&'a str".to_owned(),
            Type::Message if RENDERED.contains(&field.type_name()) => "&'a Rendered".to_owned(),
            Type::Message => {
                let lifetime = if self.lifetimes.contains(field.type_name()) { "<'a>" } else { "" };
                format!("{}{lifetime}", last(field.type_name()))
            }
            // Whatever else there is, `sink` refuses.
            _ => "i32".to_owned(),
        };
        match field.label() {
            Label::Repeated => format!("&'a [{one}]"),
            Label::Required => one,
            Label::Optional if field.proto3_optional() || field.r#type() == Type::Message => format!("Option<{one}>"),
            Label::Optional => one,
        }
    }
}

/// How a field is written.
fn sink(field: &FieldDescriptorProto, value: &str) -> Result<String, Box<dyn Error>> {
    let kind = match field.r#type() {
        Type::Int32 => "int32",
        Type::Double => "double",
        Type::Bool => "boolean",
        Type::String => "string",
        Type::Enum => "word",
        Type::Message if RENDERED.contains(&field.type_name()) => "rendered",
        Type::Message => "message",
        other => return Err(format!("{}: fields of type {other:?} are not made", field.name()).into()),
    };
    let many = field.label() == Label::Repeated;
    let optional = field.proto3_optional() && field.r#type() != Type::Message && !many;
    let method = match (many, optional) {
        (true, _) => format!("{kind}s"),
        (false, true) => format!("maybe_{kind}"),
        (false, false) => kind.to_owned(),
    };
    let value = if kind == "message" && !many { format!("{value}.as_ref()") } else { value.to_owned() };
    let names = match field.r#type() {
        Type::Enum => {
            let name = last(field.type_name());
            format!(", |it| v1::{name}::try_from(it).map_or(\"\", |it| it.as_str_name())")
        }
        _ => String::new(),
    };
    let name = format!("const {{ &Field::new({}, {:?}) }}", field.number(), format!(",{:?}:", field.json_name()));
    Ok(format!("to.{method}({name}, {value}{names})"))
}

fn last(type_name: &str) -> &str {
    type_name.rsplit('.').next().unwrap_or(type_name)
}

fn ident(name: &str) -> String {
    if matches!(name, "type" | "match" | "ref" | "use" | "where") { format!("r#{name}") } else { name.to_owned() }
}

fn camel(name: &str) -> String {
    let word = |it: &str| it.get(..1).unwrap_or_default().to_uppercase() + it.get(1..).unwrap_or_default();
    name.split('_').map(word).collect()
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    for (at, it) in name.char_indices() {
        if it.is_uppercase() && at > 0 {
            snake.push('_');
        }
        snake.extend(it.to_lowercase());
    }
    snake
}
