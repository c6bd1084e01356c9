//! Requests that are right.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use cicatrix::wire::{Date, v1};

pub fn date(year: i32, month: i32, day: i32) -> Option<Date> {
    Some(Date { year, month, day })
}

/// A scar of which only the id and the site are known.
pub fn bare_scar(id: &str) -> v1::Scar {
    v1::Scar { id: id.to_owned(), site: v1::Site::Cheek.into(), ..v1::Scar::default() }
}

/// Twelve narrow pits on the cheek.
pub fn pits(id: &str) -> v1::Scar {
    v1::Scar {
        count: Some(12),
        relief: v1::Relief::Depressed.into(),
        profile: v1::Profile::V.into(),
        edge: v1::Edge::Sharp.into(),
        stretch: v1::Stretch::NoChange.into(),
        opening_width_mm: Some(1.2),
        ..bare_scar(id)
    }
}

/// A patient of whom everything that is always needed was asked.
pub fn patient() -> v1::Patient {
    v1::Patient {
        age_years: Some(27),
        phototype: v1::Phototype::Iii.into(),
        pregnancy: v1::Pregnancy::NotApplicable.into(),
        isotretinoin: Some(v1::IsotretinoinUse { status: v1::Isotretinoin::Never.into(), last_taken: None }),
        active_acne: v1::ActiveAcne::None.into(),
        acne_quiet_since: date(2025, 6, 0),
        keloid_history: v1::KeloidHistory::None.into(),
        antithrombotic: v1::Antithrombotic::None.into(),
        infection_in_field: v1::Infection::None.into(),
        herpes_simplex_history: Some(false),
        allergies: Some(v1::Allergies { recorded: true, substances: Vec::new() }),
        implanted_devices: Some(v1::ImplantedDevices { recorded: true, devices: Vec::new() }),
        ..v1::Patient::default()
    }
}

/// A request that is right.
pub fn request() -> v1::GenerateProtocolRequest {
    v1::GenerateProtocolRequest {
        start_date: date(2026, 12, 1),
        patient: Some(patient()),
        scars: vec![pits("s1")],
        ..v1::GenerateProtocolRequest::default()
    }
}

/// The patient comes on the day of a planned visit, and all of it is done.
pub fn visit(request: &mut v1::GenerateProtocolRequest, session: &v1::Session) {
    request.start_date = session.date;
    request.history.extend(session.procedures.iter().map(|it| v1::PastSession {
        procedure: it.procedure.clone(),
        date: session.date,
        scar_ids: it.scar_ids.clone(),
        kind: it.kind,
        ..v1::PastSession::default()
    }));
}
