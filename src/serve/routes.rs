//! Which rpc a path is, at either door, and what a caller needs for it.

/// What a caller may be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::VariantArray)]
pub(super) enum Scope {
    /// Naming scars.
    Classify,
    /// Planning and checking.
    Protocols,
    /// Reading the medicine.
    Knowledge,
}

impl Scope {
    /// As it stands in tokens and files.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Classify => "classify",
            Self::Protocols => "protocols",
            Self::Knowledge => "knowledge",
        }
    }

    /// The scope of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        <Self as strum::VariantArray>::VARIANTS.iter().copied().find(|it| it.name() == name)
    }
}

/// Everything that can be asked for. A metric has one series for each, so a path that is none of ours makes no new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::VariantArray)]
pub(super) enum Route {
    ClassifyScars,
    GenerateProtocol,
    GenerateProtocols,
    CheckProtocol,
    GetKnowledge,
    ListProcedures,
    GetProcedure,
    ListRules,
    GetRule,
    ListCitations,
    /// Health and readiness.
    Health,
    /// Server reflection.
    Reflection,
    /// The OpenAPI document and the page for people.
    Docs,
    /// None of ours.
    Unknown,
}

impl Route {
    /// How many there are.
    pub(super) const COUNT: usize = <Self as strum::VariantArray>::VARIANTS.len();

    /// The route of a path, whichever door it is meant for.
    pub(super) fn of(path: &str) -> Self {
        match path {
            "/cicatrix.v1.ClassificationService/ClassifyScars" | "/v1/scars:classify" => Self::ClassifyScars,
            "/cicatrix.v1.ProtocolService/GenerateProtocol" | "/v1/protocols:generate" => Self::GenerateProtocol,
            "/cicatrix.v1.ProtocolService/GenerateProtocols" | "/v1/protocols:batchGenerate" => Self::GenerateProtocols,
            "/cicatrix.v1.ProtocolService/CheckProtocol" | "/v1/protocols:check" => Self::CheckProtocol,
            "/cicatrix.v1.KnowledgeService/GetKnowledge" | "/v1/knowledge" => Self::GetKnowledge,
            "/cicatrix.v1.KnowledgeService/ListProcedures" | "/v1/procedures" => Self::ListProcedures,
            "/cicatrix.v1.KnowledgeService/GetProcedure" => Self::GetProcedure,
            "/cicatrix.v1.KnowledgeService/ListRules" | "/v1/rules" => Self::ListRules,
            "/cicatrix.v1.KnowledgeService/GetRule" => Self::GetRule,
            "/cicatrix.v1.KnowledgeService/ListCitations" | "/v1/citations" => Self::ListCitations,
            "/grpc.health.v1.Health/Check" | "/grpc.health.v1.Health/Watch" | "/healthz" | "/readyz" => Self::Health,
            "/openapi.json" | "/docs" => Self::Docs,
            it if it.starts_with("/v1/procedures/") => Self::GetProcedure,
            it if it.starts_with("/v1/rules/") => Self::GetRule,
            it if it.starts_with("/grpc.reflection.v1") => Self::Reflection,
            _ => Self::Unknown,
        }
    }

    /// Does a gRPC path begin a stream that ends only with its connection?
    pub(super) fn is_endless(self, path: &str) -> bool {
        self == Self::Reflection || path == "/grpc.health.v1.Health/Watch"
    }

    /// Its name in logs and metrics.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ClassifyScars => "ClassifyScars",
            Self::GenerateProtocol => "GenerateProtocol",
            Self::GenerateProtocols => "GenerateProtocols",
            Self::CheckProtocol => "CheckProtocol",
            Self::GetKnowledge => "GetKnowledge",
            Self::ListProcedures => "ListProcedures",
            Self::GetProcedure => "GetProcedure",
            Self::ListRules => "ListRules",
            Self::GetRule => "GetRule",
            Self::ListCitations => "ListCitations",
            Self::Health => "Health",
            Self::Reflection => "Reflection",
            Self::Docs => "Docs",
            Self::Unknown => "Unknown",
        }
    }

    /// Its path at a door, without what a caller filled in; its name where it has no path of its own.
    pub(super) fn path(self, rest: bool) -> &'static str {
        let (by_grpc, by_rest) = match self {
            Self::ClassifyScars => ("/cicatrix.v1.ClassificationService/ClassifyScars", "/v1/scars:classify"),
            Self::GenerateProtocol => ("/cicatrix.v1.ProtocolService/GenerateProtocol", "/v1/protocols:generate"),
            Self::GenerateProtocols => {
                ("/cicatrix.v1.ProtocolService/GenerateProtocols", "/v1/protocols:batchGenerate")
            }
            Self::CheckProtocol => ("/cicatrix.v1.ProtocolService/CheckProtocol", "/v1/protocols:check"),
            Self::GetKnowledge => ("/cicatrix.v1.KnowledgeService/GetKnowledge", "/v1/knowledge"),
            Self::ListProcedures => ("/cicatrix.v1.KnowledgeService/ListProcedures", "/v1/procedures"),
            Self::GetProcedure => ("/cicatrix.v1.KnowledgeService/GetProcedure", "/v1/procedures/{procedure}"),
            Self::ListRules => ("/cicatrix.v1.KnowledgeService/ListRules", "/v1/rules"),
            Self::GetRule => ("/cicatrix.v1.KnowledgeService/GetRule", "/v1/rules/{rule}"),
            Self::ListCitations => ("/cicatrix.v1.KnowledgeService/ListCitations", "/v1/citations"),
            Self::Health | Self::Reflection | Self::Docs | Self::Unknown => (self.name(), self.name()),
        };
        if rest { by_rest } else { by_grpc }
    }

    /// What a caller needs.
    pub(super) fn needs(self) -> Needs {
        match self {
            Self::ClassifyScars => Needs::Scope(Scope::Classify),
            Self::GenerateProtocol | Self::GenerateProtocols | Self::CheckProtocol => Needs::Scope(Scope::Protocols),
            Self::GetKnowledge
            | Self::ListProcedures
            | Self::GetProcedure
            | Self::ListRules
            | Self::GetRule
            | Self::ListCitations => Needs::Scope(Scope::Knowledge),
            // A stranger does not learn what is there and what is not.
            Self::Unknown => Needs::Identity,
            Self::Health | Self::Reflection | Self::Docs => Needs::Nothing,
        }
    }
}

/// What a caller needs for a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    /// Open to everybody: no medicine and no patient is there.
    Nothing,
    /// To be known.
    Identity,
    /// To be known, and to be allowed this.
    Scope(Scope),
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::{Needs, Route, Scope};
    use crate::serve::descriptors::{pool, route};

    /// A new rpc has a scope of its own, and both its paths are the same route.
    #[test]
    fn every_rpc_of_the_schema_needs_a_scope_at_both_doors() {
        let pool = pool().unwrap();
        let mut seen = Vec::new();
        for rpc in pool.services().flat_map(|it| it.methods().collect::<Vec<_>>()) {
            let by_grpc = Route::of(&format!("/{}/{}", rpc.parent_service().full_name(), rpc.name()));
            let path = route(pool, &rpc).unwrap().path.replace(['{', '}'], "");
            assert_eq!((by_grpc, by_grpc.name()), (Route::of(&path), rpc.name()));
            assert_eq!(by_grpc.path(true), route(pool, &rpc).unwrap().path);
            assert_eq!(by_grpc.path(false), format!("/{}/{}", rpc.parent_service().full_name(), rpc.name()));
            let scope = match rpc.parent_service().name() {
                "ClassificationService" => Scope::Classify,
                "ProtocolService" => Scope::Protocols,
                _ => Scope::Knowledge,
            };
            assert_eq!(by_grpc.needs(), Needs::Scope(scope));
            assert!(!seen.contains(&by_grpc.name()));
            seen.push(by_grpc.name());
        }
        assert!(seen.len() >= 10);
    }

    #[test]
    fn probes_come_to_an_end() {
        let endless = |it: &str| Route::of(it).is_endless(it);
        for path in ["/grpc.health.v1.Health/Watch", "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"] {
            assert!(endless(path), "{path}");
        }
        for path in ["/grpc.health.v1.Health/Check", "/healthz", "/readyz", "/docs", "/v1/rules"] {
            assert!(!endless(path), "{path}");
        }
    }

    #[test]
    fn what_is_not_ours_is_one_route() {
        for path in ["/", "", "/v1", "/v1/jane-doe", "/cicatrix.v1.ProtocolService/Forget", "/metrics", "/V1/rules"] {
            assert_eq!(Route::of(path), Route::Unknown, "{path}");
        }
        assert_eq!(Scope::named("protocols"), Some(Scope::Protocols));
        assert_eq!(Scope::named("Protocols"), None);
    }
}
