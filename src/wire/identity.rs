//! The id of a plan: a digest of the facts and the knowledge.

use prost::Message as _;
use sha2::{Digest as _, Sha256};

use super::v1;

/// Equal facts and equal knowledge give equal ids. How much is returned, and what the caller calls it, make no difference.
pub fn protocol_id(knowledge: &str, request: v1::GenerateProtocolRequest) -> String {
    let mut canonical = Sha256::new();
    canonical.update(knowledge);
    canonical.update(canonical_bytes(request));
    hex(&canonical.finalize())
}

/// The request without what makes no difference: the order of the groups, of past sessions and of lists, what a list of
/// words holds twice, and how absence is written. A session that is told twice was done twice.
fn canonical_bytes(mut request: v1::GenerateProtocolRequest) -> Vec<u8> {
    request.view = v1::View::Unspecified.into();
    request.plan_reference = None;
    request.horizon = v1::Horizon::Unspecified.into();
    request.include.clear();
    request.scars.sort_by(|a, b| a.id.cmp(&b.id));
    for field in &mut request.fields {
        set(&mut field.sites);
        set(&mut field.infections);
    }
    // Skin of which nothing is said.
    request.fields.retain(|it| v1::SkinField { sites: Vec::new(), ..it.clone() } != v1::SkinField::default());
    if request.fields.len() > 1 {
        // Messages have no order of their own; their bytes have one.
        request.fields.sort_by_cached_key(v1::SkinField::encode_to_vec);
        request.fields.dedup();
    }
    for session in &mut request.history {
        set(&mut session.scar_ids);
        set(&mut session.sites);
        set(&mut session.complications);
        if session.kind() == v1::SessionKind::Treatment {
            session.kind = v1::SessionKind::Unspecified.into();
        }
    }
    if request.history.len() > 1 {
        let day = |it: &v1::PastSession| it.date.as_ref().map(|it| (it.year, it.month, it.day));
        // Most days have one session: what else it says is asked of the others.
        let bytes = v1::PastSession::encode_to_vec;
        request.history.sort_by(|a, b| day(a).cmp(&day(b)).then_with(|| bytes(a).cmp(&bytes(b))));
    }
    let patient = request.patient.get_or_insert_default();
    if let Some(allergies) = &mut patient.allergies {
        set(&mut allergies.substances);
    }
    if let Some(implanted) = &mut patient.implanted_devices {
        set(&mut implanted.devices);
    }
    unless_empty(&mut patient.allergies);
    unless_empty(&mut patient.implanted_devices);
    unless_empty(&mut patient.isotretinoin);
    for list in [
        &mut patient.further_antithrombotics,
        &mut patient.conditions,
        &mut patient.absent_conditions,
        &mut patient.connective_tissue_diseases,
        &mut patient.malignancies,
        &mut patient.photosensitisers,
        &mut patient.goals,
    ] {
        set(list);
    }
    request.appearance.get_or_insert_default();
    request.scale_inputs.get_or_insert_default();
    let preferences = request.preferences.get_or_insert_default();
    set(&mut preferences.excluded_procedures);
    set(&mut preferences.preferred_procedures);
    set(&mut preferences.weekdays);
    preferences.unavailable.sort_by_key(days);
    preferences.unavailable.dedup_by(|later, known| {
        let ([from, to], [_, until]) = (days(later), days(known));
        let meets = from <= until;
        if meets && until < to {
            known.to = later.to;
        }
        meets
    });
    let clinic = request.clinic.get_or_insert_default();
    set(&mut clinic.available_procedures);
    set(&mut clinic.supervised_procedures);
    request.encode_to_vec()
}

/// A message in which nothing is said is none.
fn unless_empty<M: Default + PartialEq>(message: &mut Option<M>) {
    message.take_if(|it| *it == M::default());
}

/// Puts a list in the one order that stands for all, each entry once.
fn set<T: Ord>(list: &mut Vec<T>) {
    list.sort_unstable();
    list.dedup();
}

/// What orders times at which the patient cannot come.
fn days(range: &v1::DateRange) -> [Option<(i32, i32, i32)>; 2] {
    [&range.from, &range.to].map(|date| date.as_ref().map(|it| (it.year, it.month, it.day)))
}

/// Bytes in lower-case hexadecimal.
fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digit = |half: u8| DIGITS.get(usize::from(half)).copied().unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
}
