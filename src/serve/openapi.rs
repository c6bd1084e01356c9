//! The OpenAPI document, made from the schema.

use std::{collections::BTreeMap, sync::OnceLock};

use prost_reflect::{Cardinality, DescriptorPool, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor};
use serde_json::{Map, Value, json};

use super::{
    accept::Form,
    descriptors::{Route, comments, pool, route},
};

/// The rpc whose answer REST also gives in forms for people.
const HAS_FORMS: &str = "cicatrix.v1.ProtocolService.GenerateProtocol";

/// The document as it is served, made when it is first asked for.
pub(super) fn text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| format!("{:#}\n", document()))
}

/// The document.
pub fn document() -> Value {
    pool().map_or(Value::Null, |pool| Writer { pool, comments: comments(pool), schemas: BTreeMap::new() }.document())
}

struct Writer {
    pool: &'static DescriptorPool,
    comments: BTreeMap<String, String>,
    schemas: BTreeMap<String, Value>,
}

impl Writer {
    fn document(mut self) -> Value {
        let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
        let services: Vec<_> = self.pool.services().collect();
        for rpc in services.iter().flat_map(|it| it.methods()) {
            let Some(route) = route(self.pool, &rpc) else { continue };
            let operation = self.operation(&rpc, &route);
            paths.entry(route.path).or_default().insert(route.method.to_owned(), operation);
        }
        self.schemas.insert("Error".to_owned(), error_schema());
        self.schemas.insert(STATUS.to_owned(), status_schema());
        json!({
            "openapi": "3.1.0",
            "info": {
                "title": "Cicatrix",
                "version": env!("CARGO_PKG_VERSION"),
                "description": env!("CARGO_PKG_DESCRIPTION"),
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            },
            "paths": paths,
            // What a deployment takes is its own choice; some take everybody who can reach them.
            "security": [{}, {"token": []}, {"key": []}, {"certificate": []}],
            "components": {
                "schemas": self.schemas,
                "securitySchemes": {
                    "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                    "key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
                    "certificate": {"type": "mutualTLS"},
                },
            },
        })
    }

    fn describe(&self, name: &str, mut schema: Value) -> Value {
        if let (Some(text), Some(fields)) = (self.comments.get(name), schema.as_object_mut()) {
            fields.insert("description".to_owned(), Value::from(text.as_str()));
        }
        schema
    }

    fn operation(&mut self, rpc: &MethodDescriptor, route: &Route) -> Value {
        let answer = self.reference(&rpc.output());
        // A stream has one document on each line.
        let media_type = |streams: bool| match streams {
            true => "application/x-ndjson".to_owned(),
            false => Form::Json.media_type(),
        };
        let mut content = Map::from_iter([(media_type(rpc.is_server_streaming()), json!({"schema": answer}))]);
        if rpc.full_name() == HAS_FORMS {
            content.extend(Form::besides_json().map(|it| (it.media_type(), json!({"schema": {"type": "string"}}))));
        }
        let mut operation = json!({
            "operationId": rpc.name(),
            "tags": [rpc.parent_service().name()],
            "responses": {
                "200": {"description": "The answer.", "content": content},
                "default": {
                    "description": "What went wrong.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
                },
            },
        });
        let (key, value) = if let Some(body) = &route.body {
            let schema = match rpc.input().get_field_by_name(body) {
                Some(field) => self.kind(&field.kind()),
                None => self.reference(&rpc.input()),
            };
            let media_type = media_type(rpc.is_client_streaming());
            ("requestBody", json!({"required": true, "content": {media_type: {"schema": schema}}}))
        } else {
            ("parameters", self.parameters(rpc, route))
        };
        if let Some(fields) = operation.as_object_mut() {
            fields.insert(key.to_owned(), value);
        }
        self.describe(rpc.full_name(), operation)
    }

    fn parameters(&mut self, rpc: &MethodDescriptor, route: &Route) -> Value {
        let fields: Vec<FieldDescriptor> = rpc.input().fields().collect();
        let parameters = fields.iter().map(|field| {
            let in_path = route.path.contains(&format!("{{{}}}", field.name()));
            let schema = self.kind(&field.kind());
            let parameter = json!({
                "name": if in_path { field.name() } else { field.json_name() },
                "in": if in_path { "path" } else { "query" },
                "required": in_path,
                "schema": schema,
            });
            self.describe(field.full_name(), parameter)
        });
        Value::Array(parameters.collect())
    }

    fn kind(&mut self, kind: &Kind) -> Value {
        match kind {
            Kind::Double | Kind::Float => json!({"type": "number", "format": "double"}),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => json!({"type": "integer", "format": "int32"}),
            Kind::Uint32 | Kind::Fixed32 => json!({"type": "integer", "format": "uint32"}),
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => json!({"type": ["string", "integer"], "format": "int64"}),
            Kind::Uint64 | Kind::Fixed64 => json!({"type": ["string", "integer"], "format": "uint64"}),
            Kind::Bool => json!({"type": "boolean"}),
            Kind::String => json!({"type": "string"}),
            Kind::Bytes => json!({"type": "string", "contentEncoding": "base64"}),
            Kind::Enum(it) => {
                let name = it.full_name();
                if !self.schemas.contains_key(name) {
                    let schema = self.enumeration(it);
                    self.schemas.insert(name.to_owned(), schema);
                }
                json!({"$ref": format!("#/components/schemas/{name}")})
            }
            Kind::Message(it) => self.reference(it),
        }
    }

    fn enumeration(&self, it: &prost_reflect::EnumDescriptor) -> Value {
        let names: Vec<String> = it.values().map(|value| value.name().to_owned()).collect();
        let says = it.values().map(|value| {
            let text = self.comments.get(&format!("{}.{}", it.full_name(), value.name()));
            format!("- `{}`: {}", value.name(), text.map(String::as_str).unwrap_or_default())
        });
        let says: Vec<String> = says.collect();
        let about = self.comments.get(it.full_name()).map(String::as_str).unwrap_or_default();
        json!({"type": "string", "enum": names, "description": format!("{about}\n\n{}", says.join("\n"))})
    }

    fn reference(&mut self, message: &MessageDescriptor) -> Value {
        let name = message.full_name();
        if !self.schemas.contains_key(name) {
            if name == STATUS {
                return json!({"$ref": format!("#/components/schemas/{name}")});
            }
            // Stands in while its own fields are written.
            self.schemas.insert(name.to_owned(), Value::Null);
            let schema = self.message(message);
            self.schemas.insert(name.to_owned(), schema);
        }
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    fn message(&mut self, message: &MessageDescriptor) -> Value {
        let mut properties = Map::new();
        for field in message.fields() {
            let one = self.kind(&field.kind());
            let schema =
                if field.cardinality() == Cardinality::Repeated { json!({"type": "array", "items": one}) } else { one };
            properties.insert(field.json_name().to_owned(), self.describe(field.full_name(), schema));
        }
        let schema = json!({"type": "object", "properties": properties, "additionalProperties": false});
        self.describe(message.full_name(), schema)
    }
}

/// REST tells it in the words of AIP-193, wherever it stands.
const STATUS: &str = "google.rpc.Status";

fn error_schema() -> Value {
    json!({
        "type": "object",
        "description": "What went wrong (AIP-193).",
        "required": ["error"],
        "properties": {"error": {"$ref": format!("#/components/schemas/{STATUS}")}},
    })
}

fn status_schema() -> Value {
    let detail = json!({
        "type": "object",
        "required": ["@type"],
        "properties": {
            "@type": {"type": "string"},
            "reason": {"type": "string", "description": "Stable word of an ErrorInfo."},
            "domain": {"type": "string"},
            "retryDelay": {"type": "string", "description": "Seconds to wait, such as 1.5s."},
            "fieldViolations": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"field": {"type": "string"}, "description": {"type": "string"}},
                },
            },
        },
    });
    json!({
        "type": "object",
        "description": "What went wrong.",
        "required": ["code", "status", "message", "details"],
        "properties": {
            "code": {"type": "integer", "description": "The HTTP status."},
            "status": {"type": "string", "description": "The name in google.rpc.Code."},
            "message": {"type": "string"},
            "details": {"type": "array", "items": detail},
        },
    })
}
