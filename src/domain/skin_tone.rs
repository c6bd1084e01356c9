//! Measured skin tones, and the phototype that is estimated from one.

use strum::{IntoStaticStr, VariantArray};

use super::{ids::RuleId, lists::Rules};

/// How a skin tone was measured. The names are those of the fields on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum ToneScale {
    ItaDegrees,
    Monk,
    MelaninIndex,
}

impl ToneScale {
    /// Do darker skins have smaller values?
    pub fn falls(self) -> bool {
        match self {
            Self::ItaDegrees => true,
            Self::Monk | Self::MelaninIndex => false,
        }
    }
}

/// A measured skin tone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SkinTone {
    /// How it was measured.
    pub scale: ToneScale,
    /// The value in thousandths.
    pub value: i64,
}

/// A class of skin tones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToneClass {
    /// Its name.
    pub name: String,
    /// The value, in thousandths, at which it begins; `None` for the lightest.
    pub begins: Option<i64>,
    /// The lightest phototype that it goes with.
    pub lightest: i32,
    /// The darkest.
    pub darkest: i32,
    /// The rule that says so.
    pub rule: RuleId,
}

/// The classes of one way to measure.
///
/// INVARIANT (darkening): the classes go from light to dark, and so do their phototypes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToneTable {
    /// How the skin tone was measured.
    pub scale: ToneScale,
    /// Least value, in thousandths.
    pub least: i64,
    /// Largest value, in thousandths.
    pub most: i64,
    /// So close to the next darker class, in thousandths, it counts too.
    pub margin: i64,
    /// What the table rests on.
    pub rule: RuleId,
    /// The classes.
    pub classes: Vec<ToneClass>,
}

/// Every table, and what is said of an estimate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkinTones {
    /// In the order of [`ToneScale`].
    pub tables: Vec<ToneTable>,
    /// Said when a plan is made for an estimate.
    pub estimated: RuleId,
    /// Said when the darker neighbour counts too.
    pub border: RuleId,
    /// Said when a stated phototype does not fit.
    pub differs: RuleId,
    /// So many phototypes beyond the class still fit.
    pub neighbours: i32,
    /// How far looks and skin types agree.
    pub agreement: RuleId,
}

/// What a measured skin tone says of the phototype.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToneReading {
    /// What was measured.
    pub tone: SkinTone,
    /// The class it lies in.
    pub class: String,
    /// The phototype that it stands for: the darkest that fits.
    pub phototype: i32,
    /// None was stated, so this one is used.
    pub estimated: bool,
    /// How it was found.
    pub reasons: Rules,
    /// What must be said of it.
    pub warnings: Rules,
}

impl ToneTable {
    /// How much darker than the border `value` is; negative on the light side.
    fn past(&self, border: i64, value: i64) -> i64 {
        if self.scale.falls() { border.saturating_sub(value) } else { value.saturating_sub(border) }
    }

    /// Does `class` begin before `value`, or within `margin` of it?
    fn reaches(&self, class: &ToneClass, value: i64, margin: i64) -> bool {
        class.begins.is_none_or(|border| self.past(border, value).saturating_add(margin) >= 0)
    }
}

impl SkinTones {
    /// The table of one way to measure.
    pub fn table(&self, scale: ToneScale) -> Option<&ToneTable> {
        self.tables.iter().find(|it| it.scale == scale)
    }

    /// What `tone` says of the phototype. A stated phototype wins; one that does not fit is warned of.
    pub fn read(&self, tone: SkinTone, stated: Option<i32>) -> Option<ToneReading> {
        let table = self.table(tone.scale)?;
        let found = table.classes.iter().rposition(|class| table.reaches(class, tone.value, 0))?;
        let class = table.classes.get(found)?;
        let darker = table.classes.get(found + 1).filter(|next| table.reaches(next, tone.value, table.margin));
        let phototype = darker.map_or(class.darkest, |next| class.darkest.max(next.lightest));
        let mut reasons: Rules = [class.rule].into_iter().collect();
        reasons.extend(darker.map(|_| self.border));
        reasons.extend([table.rule, self.agreement]);
        let fits = |stated: i32| stated + self.neighbours >= class.lightest && stated - self.neighbours <= phototype;
        let warning = match stated {
            None => Some(self.estimated),
            Some(stated) if fits(stated) => None,
            Some(_) => Some(self.differs),
        };
        Some(ToneReading {
            tone,
            class: class.name.clone(),
            phototype,
            estimated: stated.is_none(),
            reasons,
            warnings: warning.into_iter().collect(),
        })
    }
}
