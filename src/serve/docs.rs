//! A page for people: every route with its comment, made from the schema.

use std::{fmt::Write as _, sync::OnceLock};

use super::descriptors::{comments, pool, route};

/// The page as it is served, made when it is first asked for. It loads nothing from elsewhere.
pub(super) fn page() -> &'static str {
    static PAGE: OnceLock<String> = OnceLock::new();
    PAGE.get_or_init(write)
}

fn write() -> String {
    let mut page = String::from(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Cicatrix API</title>\
         <style>body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}\
         code{background:#8882;padding:.1em .3em}</style><h1>Cicatrix API</h1>\
         <p>gRPC, gRPC-Web and REST on this port. REST is the proto3 JSON of the same messages; \
         <a href=\"/openapi.json\">openapi.json</a> describes every field.</p>",
    );
    let Some(pool) = pool() else { return page };
    let comments = comments(pool);
    let about = |name: &str| escape(comments.get(name).map(String::as_str).unwrap_or_default());
    for service in pool.services() {
        let name = service.full_name();
        // Writing to a string cannot fail.
        let _ = write!(page, "<h2><code>{name}</code></h2><p>{}</p><dl>", about(name));
        for rpc in service.methods() {
            let rest = route(pool, &rpc).map(|it| format!("{} {}", it.method.to_uppercase(), it.path));
            let _ = write!(
                page,
                "<dt><code>{}</code> <code>{}</code></dt><dd>{}</dd>",
                rpc.name(),
                rest.unwrap_or_default(),
                about(rpc.full_name())
            );
        }
        page.push_str("</dl>");
    }
    page.push_str("</html>\n");
    page
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
