//! Short lists: a plan holds hundreds of them, and most have a few entries.
//!
//! They live inside the plan, and only a long one asks the allocator. None is larger than a `Vec`.

use smallvec::{Array, SmallVec};

use super::{
    Area, CodeId, Day, GradeFlag, ProcedureId, RuleId, ScarFlag, ScarIndex, ScarType, SessionProcedure, Site, TypeCount,
};

/// Rules.
pub type Rules = SmallVec<[RuleId; 8]>;
/// Groups of scars.
pub type Scars = SmallVec<[ScarIndex; 8]>;
/// Sites.
pub type Sites = SmallVec<[Site; 16]>;
/// Skin.
pub type Areas = SmallVec<[Area; 8]>;
/// Procedures.
pub type Procedures = SmallVec<[ProcedureId; 16]>;
/// What scars are called.
pub type ScarTypes = SmallVec<[ScarType; 16]>;
/// Points to look at in a label.
pub type ScarFlags = SmallVec<[ScarFlag; 16]>;
/// What scars are called in systems of codes.
pub type Codes = SmallVec<[CodeId; 8]>;
/// Counts of scars by type.
pub type TypeCounts = SmallVec<[TypeCount; 1]>;
/// Points to look at in a grade.
pub type GradeFlags = SmallVec<[GradeFlag; 16]>;
/// Rows of a scale, by name.
pub type RowNames = SmallVec<[&'static str; 1]>;
/// Places in a list.
pub type Places = SmallVec<[usize; 2]>;
/// What is done at a visit.
pub type SessionProcedures = SmallVec<[SessionProcedure; 2]>;
/// Days.
pub type Days = SmallVec<[Day; 4]>;

/// A list of one, as most are: made in one piece, where pushing asks how long it was.
pub fn only<T: Copy, const N: usize>(item: T) -> SmallVec<[T; N]>
where
    [T; N]: Array<Item = T>,
{
    SmallVec::from_buf_and_len([item; N], 1)
}

/// A copy of a list, in one piece: `clone` copies one after the other.
pub fn copied<A: Array<Item: Copy>>(list: &SmallVec<A>) -> SmallVec<A> {
    SmallVec::from_slice(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_list_is_no_larger_than_a_vec() {
        let sizes = [size_of::<Rules>(), size_of::<Scars>(), size_of::<Sites>(), size_of::<Procedures>()];
        assert_eq!(sizes, [size_of::<Vec<u8>>(); 4]);
        assert_eq!(size_of::<Days>(), size_of::<Vec<Day>>());
        let sizes = [size_of::<ScarTypes>(), size_of::<ScarFlags>(), size_of::<Codes>(), size_of::<TypeCounts>()];
        assert_eq!(sizes, [size_of::<Vec<u8>>(); 4]);
        assert_eq!([size_of::<GradeFlags>(), size_of::<RowNames>()], [size_of::<Vec<u8>>(); 2]);
    }
}
