//! Reads what is known of the skin at some sites.

use strum::VariantArray as _;

use super::{
    limits::{ENTRIES, WORDS},
    patient::NONE,
    reader::Reader,
    v1,
    violation::Path,
};
use crate::domain::{Date, Fact, Facts, Field, Site, Value};

impl Reader<'_> {
    pub(super) fn fields(&mut self, fields: &[v1::SkinField], start: Option<Date>) -> Vec<Field> {
        let fields = self.entries(Path::root("fields"), fields, ENTRIES);
        fields.iter().enumerate().map(|(at, field)| self.field(Path::item("fields", at), field, start)).collect()
    }

    fn field(&mut self, path: Path<'_>, field: &v1::SkinField, start: Option<Date>) -> Field {
        let v1::SkinField {
            sites,
            infections,
            infection_resolved,
            pustules,
            pih_active,
            pih_origin,
            metal,
            last_tan,
            sunburn,
            last_botulinum,
            dermatitis,
            distensible,
            extent,
            last_filler,
            permanent_filler,
            lid_laxity,
            melasma,
            radiotherapy,
            scars_formed,
            last_steroid,
            tattoo,
        } = field;
        let mut facts = Facts::default();
        if sites.is_empty() {
            self.wrong(path.field("sites"), "is empty; name the sites that this describes");
        }
        let sites = self.sites(path, sites);
        let known = self.words(Fact::InfectionInField, path, "infections", infections);
        if !infections.is_empty() {
            facts.set(Fact::InfectionInField, Some(Value::Words(known)));
        }
        if infections.len() > 1 && known & NONE != 0 {
            self.wrong(path.field("infections"), "holds INFECTION_NONE beside infections; send one or the other");
        }
        for (fact, name, date) in [
            (Fact::DaysSinceInfection, "infection_resolved", infection_resolved),
            (Fact::DaysSinceTan, "last_tan", last_tan),
            (Fact::DaysSinceBotulinum, "last_botulinum", last_botulinum),
            (Fact::DaysSinceFiller, "last_filler", last_filler),
            (Fact::DaysSinceScarFormed, "scars_formed", scars_formed),
            (Fact::DaysSinceSiteSteroid, "last_steroid", last_steroid),
        ] {
            facts.set(fact, self.event(path.field(name), date.as_ref(), start));
        }
        for (fact, answer) in [
            (Fact::PustulesInField, pustules),
            (Fact::PihActiveInField, pih_active),
            (Fact::MetalInField, metal),
            (Fact::Sunburn, sunburn),
            (Fact::DermatitisInField, dermatitis),
            (Fact::Distensible, distensible),
            (Fact::PermanentFillerInField, permanent_filler),
            (Fact::LidLaxity, lid_laxity),
            (Fact::Melasma, melasma),
            (Fact::RadiotherapyField, radiotherapy),
            (Fact::TattooInField, tattoo),
        ] {
            facts.set(fact, answer.map(Value::YesNo));
        }
        self.word(&mut facts, Fact::FieldExtent, path.field("extent"), *extent);
        let origin = self.word(&mut facts, Fact::PihOrigin, path.field("pih_origin"), *pih_origin);
        if origin.is_some() && *pih_active == Some(false) {
            self.wrong(path.field("pih_origin"), "only goes with brown marks; set pih_active to true or leave it out");
        }
        Field { sites, facts }
    }

    pub(super) fn sites(&mut self, path: Path<'_>, sites: &[i32]) -> Vec<Site> {
        let (path, mut all) = (path.field("sites"), Vec::new());
        for (at, site) in self.entries(path, sites, WORDS).iter().enumerate() {
            let place = self.listed(path.entry(at), *site, Site::VARIANTS.len());
            all.extend(place.and_then(|it| Site::VARIANTS.get(it)));
        }
        all.sort_unstable();
        all.dedup();
        all
    }
}
