//! The schema as data: where routes, field names and comments come from.

use std::{collections::BTreeMap, sync::OnceLock};

use prost_reflect::{DescriptorPool, DynamicMessage, MethodDescriptor, Value};

use crate::wire::DESCRIPTORS;

/// The schema, decoded when it is first needed; `None` if the build was broken.
pub(super) fn pool() -> Option<&'static DescriptorPool> {
    static POOL: OnceLock<Option<DescriptorPool>> = OnceLock::new();
    POOL.get_or_init(|| DescriptorPool::decode(DESCRIPTORS).ok()).as_ref()
}

/// The REST route of an rpc.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    /// In lower case, as in the schema.
    pub(super) method: &'static str,
    pub(super) path: String,
    /// What is the body: `*` is the whole request, else a field of it.
    pub(super) body: Option<String>,
}

/// The route that the schema gives an rpc.
pub(super) fn route(pool: &DescriptorPool, rpc: &MethodDescriptor) -> Option<Route> {
    let extension = pool.get_extension_by_name("google.api.http")?;
    let options = rpc.options();
    let value = options.get_extension(&extension);
    let Value::Message(rule) = value.as_ref() else { return None };
    let text = |field: &str| -> Option<String> {
        let rule: &DynamicMessage = rule;
        rule.has_field_by_name(field).then(|| rule.get_field_by_name(field)?.as_str().map(ToOwned::to_owned)).flatten()
    };
    let (method, path) = ["get", "post"].into_iter().find_map(|method| Some((method, text(method)?)))?;
    Some(Route { method, path, body: text("body") })
}

/// Comments by the full name of what they describe.
pub(super) fn comments(pool: &DescriptorPool) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for file in pool.files() {
        let proto = file.file_descriptor_proto();
        for location in proto.source_code_info.iter().flat_map(|it| &it.location) {
            let text = location.leading_comments().trim();
            let Some(name) = name_at(proto, &location.path).filter(|_| !text.is_empty()) else { continue };
            let text: Vec<&str> = text.lines().map(str::trim).collect();
            all.insert(format!("{}.{name}", proto.package()), text.join(" "));
        }
    }
    all
}

/// The name of what stands at a source path: field numbers of `FileDescriptorProto` and places in its lists.
fn name_at(file: &prost_reflect::prost_types::FileDescriptorProto, path: &[i32]) -> Option<String> {
    const MESSAGE: i32 = 4;
    const ENUM: i32 = 5;
    const SERVICE: i32 = 6;
    const MEMBER: i32 = 2;
    let at = |place: i32| usize::try_from(place).ok();
    let (&kind, rest) = path.split_first()?;
    let (&place, rest) = rest.split_first()?;
    let member = match rest {
        [] => None,
        [MEMBER, member] => Some(at(*member)?),
        _ => return None,
    };
    let (name, member) = match kind {
        MESSAGE => {
            let it = file.message_type.get(at(place)?)?;
            (it.name(), member.map(|member| it.field.get(member).map(|it| it.name())))
        }
        ENUM => {
            let it = file.enum_type.get(at(place)?)?;
            (it.name(), member.map(|member| it.value.get(member).map(|it| it.name())))
        }
        SERVICE => {
            let it = file.service.get(at(place)?)?;
            (it.name(), member.map(|member| it.method.get(member).map(|it| it.name())))
        }
        _ => return None,
    };
    match member {
        None => Some(name.to_owned()),
        Some(member) => Some(format!("{name}.{}", member?)),
    }
}
