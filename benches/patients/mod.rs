//! Patients of any size for benchmarks: more groups of scars, and more sessions in the past.

use cicatrix::wire::{self, v1};

/// One of `examples/`.
pub(crate) fn example(name: &str) -> v1::GenerateProtocolRequest {
    let path = format!("{}/examples/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// One patient with `groups` groups of scars, kinds and sites in turn.
pub(crate) fn grown(groups: usize) -> v1::GenerateProtocolRequest {
    let mut request = example("mixed_face");
    let kinds = request.scars.clone();
    let sites = [v1::Site::Cheek, v1::Site::Temple, v1::Site::Forehead, v1::Site::Chin, v1::Site::Nose];
    request.scars = (0..groups)
        .map(|at| {
            let mut scar = kinds[at % kinds.len()].clone();
            scar.id = format!("s{at:04}");
            scar.site = sites[at / kinds.len() % sites.len()].into();
            scar
        })
        .collect();
    request
}

/// The same patient with so many sessions in the past, one every two weeks, of four treatments in turn.
pub(crate) fn treated(mut request: v1::GenerateProtocolRequest, sessions: usize) -> v1::GenerateProtocolRequest {
    let procedures = ["tca-cross", "subcision", "mnrf", "ablative-fractional-laser"];
    let start = request.start_date.unwrap();
    let start = cicatrix::domain::Date::new(start.year, start.month, start.day).unwrap();
    request.history = (0..sessions)
        .map(|at| {
            let days = i32::try_from(14 * (at + 1)).unwrap();
            let (year, month, day) = start.plus(-days).civil();
            let scar = &request.scars[at % request.scars.len()];
            v1::PastSession {
                procedure: procedures[at % procedures.len()].to_owned(),
                date: Some(wire::Date { year, month, day }),
                scar_ids: vec![scar.id.clone()],
                response: if at % 3 == 0 { v1::Response::From25To50Percent.into() } else { 0 },
                ..v1::PastSession::default()
            }
        })
        .collect();
    request
}
