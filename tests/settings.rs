//! Settings: what wins, and what is refused by name.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{fs, path::Path, time::Duration};

use cicatrix::{
    serve::telemetry::Format,
    settings::{Settings, Sources},
};

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn load(sources: &Sources, pairs: &[(&str, &str)]) -> Result<Settings, Vec<String>> {
    Settings::from_variables(sources, variables(pairs)).map_err(|it| it.0)
}

#[test]
fn without_anything_the_defaults_hold() {
    let settings = load(&Sources::default(), &[("PATH", "/bin"), ("CICATRIXX", "1")]);
    // A name that only begins alike is refused too: it is most likely a slip.
    assert_eq!(settings.unwrap_err(), ["CICATRIXX is no setting; variables are named as CICATRIX__SERVER__LISTEN"]);
    // What Kubernetes sets for a service of our name is nobody's slip.
    let links = [("CICATRIX_SERVICE_HOST", "10.0.0.1"), ("CICATRIX_PORT_50051_TCP_PORT", "50051")];
    let settings = load(&Sources::default(), &links).unwrap();
    assert_eq!(settings, Settings::default());
    assert_eq!(settings.server.listen.to_string(), "127.0.0.1:50051");
}

#[test]
fn the_file_gives_way_to_the_environment_and_that_to_the_command_line() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("settings-{}.toml", std::process::id()));
    fs::write(
        &file,
        "[server]\nlisten = \"127.0.0.1:1\"\nshards = 1\ndeadline = \"1s\"\n[log]\nformat = \"json\"\naccess = false\n",
    )
    .unwrap();
    let sources =
        Sources { file: Some(file.clone()), overrides: vec![("server.listen".to_owned(), "127.0.0.1:3".to_owned())] };
    let environment = [
        ("CICATRIX__SERVER__LISTEN", "127.0.0.1:2"),
        ("CICATRIX__SERVER__SHARDS", "2"),
        ("CICATRIX__LOG__ACCESS", "true"),
        ("CICATRIX__SERVER__DRAIN_TIMEOUT", "1m 30s"),
    ];
    let settings = load(&sources, &environment).unwrap();
    assert_eq!(settings.server.listen.port(), 3);
    assert_eq!(settings.server.shards, 2);
    assert_eq!(settings.server.deadline, Duration::from_secs(1));
    assert_eq!(settings.server.drain_timeout, Duration::from_secs(90));
    assert_eq!((settings.log.format, settings.log.access), (Format::Json, true));
    // The file can be named by the environment.
    let name = file.to_str().unwrap().to_owned();
    let settings = load(&Sources::default(), &[("CICATRIX_CONFIG", &name)]).unwrap();
    assert_eq!(settings.server.listen.port(), 1);
    fs::remove_file(file).unwrap();
}

#[test]
fn every_mistake_is_named_at_once() {
    let found = load(
        &Sources { file: None, overrides: vec![("log.fromat".to_owned(), "json".to_owned())] },
        &[
            ("CICATRIX__SERVER__LISTEN", "localhost"),
            ("CICATRIX__SERVER__SHARDS", "many"),
            ("CICATRIX__SERVER__DEADLINE", "0s"),
            ("CICATRIX__SERVER__BULK_IN_FLIGHT", "0"),
            ("CICATRIX__SERVER__BULK_BYTES", "0"),
            ("CICATRIX__SERVER__BULK_IDLE_TIMEOUT", "0s"),
            ("CICATRIX__KNOWLEGE__PATH", "/x"),
            ("CICATRIX__LOG__FORMAT", "xml"),
            ("CICATRIX__LOG__FILTER", "=loud="),
            ("CICATRIX_LOG_FILTER", "info"),
        ],
    )
    .unwrap_err();
    for name in [
        "server.listen: is no address; write an IP address and a port, for example 127.0.0.1:50051 (from ",
        "server.shards: is no whole number that fits; write for example 100",
        "server.deadline: must be longer than nothing",
        "server.bulk_in_flight: must be above 0",
        "server.bulk_bytes: must be above 0",
        "server.bulk_idle_timeout: must be longer than nothing",
        "knowlege: is no setting",
        "log.format: is no format; write human or json",
        "log.fromat: is no setting",
        "log.filter: is no filter",
        "CICATRIX_LOG_FILTER is no setting",
    ] {
        assert!(found.iter().any(|it| it.starts_with(name)), "{name} is not in {found:#?}");
    }
    assert_eq!(found.len(), 11, "{found:#?}");
}

#[test]
fn a_name_that_is_none_keeps_no_other_mistake_quiet() {
    let overrides = [("a[", "1"), ("server.deadline", "abc")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    let found = load(&Sources { file: None, overrides: overrides.into() }, &[]).unwrap_err();
    assert_eq!(
        found,
        [
            "a[: is no name of a setting; write one such as log.format",
            "server.deadline: is no time; write for example 10s or 1m 30s",
        ]
    );
}

#[test]
fn every_setting_has_a_name_and_every_name_a_setting() {
    // What the policies of the knowledge are called is not for the settings to know.
    for name in cicatrix::settings::NAMES.into_iter().filter(|it| *it != "knowledge.policy") {
        let variable = format!("CICATRIX__{}", name.to_uppercase().replace('.', "__"));
        // No setting is a map, so a table is always wrong, and the name is known.
        let found = load(&Sources::default(), &[(&format!("{variable}__X"), "1")]).unwrap_err();
        assert!(found.iter().any(|it| it.starts_with(name) && !it.contains("is no setting")), "{name}: {found:?}");
        // What it holds is said in words of ours.
        assert!(found.iter().all(|it| it.contains("; write ") || it.contains("needs")), "{name}: {found:?}");
        assert!(!found.iter().any(|it| it.contains("expected") || it.contains("invalid")), "{name}: {found:?}");
    }
    for (section, _) in cicatrix::settings::NAMES.iter().filter_map(|it| it.split_once('.')) {
        let found = load(&Sources::default(), &[(&format!("CICATRIX__{}", section.to_uppercase()), "1")]).unwrap_err();
        assert!(found[0].starts_with(&format!("{section}: holds settings and no value of its own; ")), "{found:?}");
    }
}

#[test]
fn policies_are_passed_on_to_the_knowledge() {
    let chosen = ("CICATRIX__KNOWLEDGE__POLICY__ISOTRETINOIN", "label_strict");
    let settings = load(&Sources::default(), &[chosen]).unwrap();
    assert_eq!(settings.knowledge.policy.get("isotretinoin").map(String::as_str), Some("label_strict"));
}

#[test]
fn other_machines_only_with_callers_that_are_known_or_in_as_many_words() {
    for address in ["0.0.0.0:50051", "[::]:50051", "192.0.2.1:50051"] {
        let open = ("CICATRIX__SERVER__LISTEN", address);
        let found = load(&Sources::default(), &[open]).unwrap_err();
        assert!(found[0].starts_with("server.listen: other machines can reach this address"), "{found:?}");
        let allowed = ("CICATRIX__SERVER__ALLOW_UNAUTHENTICATED", "true");
        assert!(load(&Sources::default(), &[open, allowed]).is_ok());
        // TLS alone does not say who asks.
        let tls = [("CICATRIX__TLS__CERTIFICATE", "a.pem"), ("CICATRIX__TLS__KEY", "a.key")];
        assert!(load(&Sources::default(), &[open, tls[0], tls[1]]).is_err());
        assert!(load(&Sources::default(), &[open, tls[0], tls[1], ("CICATRIX__TLS__CLIENT_CA", "ca.pem")]).is_ok());
        assert!(load(&Sources::default(), &[open, ("CICATRIX__AUTH__API_KEYS", "keys.toml")]).is_ok());
    }
    assert!(load(&Sources::default(), &[("CICATRIX__SERVER__LISTEN", "[::1]:50051")]).is_ok());
}

#[test]
fn halves_of_security_are_refused() {
    for (set, said) in [
        (("CICATRIX__TLS__CERTIFICATE", "a.pem"), "tls.key: is missing"),
        (("CICATRIX__TLS__KEY", "a.key"), "tls.certificate: is missing"),
        (("CICATRIX__TLS__CLIENT_CA", "ca.pem"), "tls.client_ca: needs TLS"),
        (("CICATRIX__AUTH__CLIENT_CERTIFICATES", "c.toml"), "auth.client_certificates: needs tls.client_ca"),
        (("CICATRIX__AUTH__JWT__ISSUER", "https://a.example"), "auth.jwt.jwks: is missing"),
        (("CICATRIX__AUTH__JWT__JWKS", "a.json"), "auth.jwt.audience: is missing"),
        (("CICATRIX__AUTH__JWT__JWKS", "http://a.example/keys"), "auth.jwt.jwks: is no https URL"),
        (("CICATRIX__AUTH__JWT__JWKS", "https://me:secret@a.example/keys"), "auth.jwt.jwks: holds a user name"),
        (("CICATRIX__TRACES__OTLP", "http://secret@127.0.0.1:4318"), "traces.otlp: holds a user name"),
        (("CICATRIX__AUTH__JWT__JWKS_CA", "ca.pem"), "auth.jwt.jwks_ca: needs an https URL"),
        (("CICATRIX__CORS__ORIGINS", "https://a.example, *"), "cors.origins: \"*\" is no origin"),
        (("CICATRIX__ADMIN__LISTEN", "everywhere"), "admin.listen: is no address"),
        (("CICATRIX__LIMITS__CONCURRENCY", "0"), "limits.concurrency: must be above 0"),
        (("CICATRIX__TRACES__OTLP", "127.0.0.1:4318"), "traces.otlp: is no address of a collector"),
        (("CICATRIX__SERVER__MAX_CONNECTION_AGE", "584000000000y"), "server.max_connection_age: must be at most"),
        (("CICATRIX__SERVER__DEADLINE", "366days"), "server.deadline: must be at most"),
        (("CICATRIX__LIMITS__BODY_BYTES", "4194303"), "limits.body_bytes: must be at least twice"),
        (("CICATRIX__LOG__ACCESS_EVERY", "0"), "log.access_every: must be above 0"),
    ] {
        let found = load(&Sources::default(), &[set]).unwrap_err();
        assert!(found.iter().any(|it| it.starts_with(said)), "{said} is not in {found:?}");
        assert!(!found.concat().contains("secret"), "{found:?}");
    }
}

#[test]
fn the_admin_port_is_off_only_when_it_is_said() {
    use cicatrix::serve::Admin;
    let of = |value: &str| load(&Sources::default(), &[("CICATRIX__ADMIN__LISTEN", value)]).unwrap().admin.listen.0;
    assert_eq!(of(""), Admin::Off);
    assert_eq!(of("0.0.0.0:9464"), Admin::At("0.0.0.0:9464".parse().unwrap()));
    assert_eq!(Settings::default().admin.listen.0, Admin::IfFree("127.0.0.1:9464".parse().unwrap()));
}

#[test]
fn a_settings_file_that_is_not_there_is_said() {
    let sources = Sources { file: Some("/no/such/file.toml".into()), overrides: Vec::new() };
    let found = load(&sources, &[]).unwrap_err();
    assert!(found[0].contains("/no/such/file.toml"), "{found:?}");
}

/// What a variable holds that was never set is no way to switch anything off.
#[test]
fn what_is_empty_is_refused_by_name() {
    for name in [
        "tls.certificate",
        "tls.key",
        "tls.client_ca",
        "auth.jwt.issuer",
        "auth.jwt.audience",
        "auth.jwt.jwks",
        "auth.jwt.jwks_ca",
        "auth.api_keys",
        "auth.client_certificates",
        "knowledge.path",
        "traces.otlp",
    ] {
        for empty in ["", " "] {
            let overrides = vec![
                ("auth.api_keys".to_owned(), "keys.toml".to_owned()),
                ("server.listen".to_owned(), "0.0.0.0:50051".to_owned()),
                (name.to_owned(), empty.to_owned()),
            ];
            let found = load(&Sources { file: None, overrides }, &[]).unwrap_err();
            let said = format!("{name}: is empty; write what it is to be, or leave it out");
            assert!(found.contains(&said), "{found:#?}");
            // Callers are asked for, so nothing is wrong with where it listens.
            assert!(!found.iter().any(|it| it.starts_with("server.listen")), "{found:#?}");
        }
    }
}

#[cfg(unix)]
#[test]
fn what_is_not_utf_8_is_refused_by_name() {
    use std::{ffi::OsString, os::unix::ffi::OsStringExt as _};
    let text = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
    let pairs = [
        (text(b"CICATRIX__AUTH__API_KEYS"), text(b"/etc/keys\xff.toml")),
        (text(b"CICATRIX__AUTH__\xff"), text(b"x")),
        (text(b"OTHER\xff"), text(b"\xff")),
    ];
    let found = Settings::from_variables(&Sources::default(), pairs).unwrap_err().0;
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(
        found.iter().all(|it| it.ends_with("is not UTF-8; write the name and the value of it in UTF-8")),
        "{found:#?}"
    );
    assert!(found.iter().any(|it| it.starts_with("CICATRIX__AUTH__API_KEYS: ")), "{found:#?}");
}

#[test]
fn what_would_do_nothing_or_harm_is_refused() {
    for (name, value, said) in [
        ("server.shards", "100000", "server.shards: must be at most 1024; 0 is one thread for each processor"),
        (
            "knowledge.watch",
            "true",
            "knowledge.watch: needs knowledge.path; the knowledge in the binary does not change",
        ),
        ("limits.burst", "5", "limits.burst: needs limits.rate_per_second; without a rate there is no limit"),
    ] {
        let overrides = vec![(name.to_owned(), value.to_owned())];
        assert_eq!(load(&Sources { file: None, overrides }, &[]).unwrap_err(), [said]);
    }
}
