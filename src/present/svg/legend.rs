//! What the marks of a drawing mean.

use super::{
    super::{
        Standing, Visit,
        markup::{FAINT, HOME, INK, Markup, PAPER, Pen, TRACES},
    },
    Holds, Lane, MARGIN, RADIUS, SMALL, diamond, in_mark, rows, triangle,
};
use crate::wire::v1;

#[derive(Clone, Copy)]
enum Mark {
    Session,
    TestArea,
    Possible,
    Review,
    Care,
    AtHome,
    Traces,
    Range,
}

/// A mark with its words, at a place in its row.
pub(super) struct Sample {
    x: f64,
    mark: Mark,
    words: &'static str,
}

/// The marks that a drawing uses, in rows of a width.
pub(super) fn rows_of(lanes: &[Lane<'_>], visits: &[Visit<'_>], width: f64) -> Vec<Vec<Sample>> {
    let mut legend: Vec<Vec<Sample>> = Vec::new();
    let mut x = 0.0;
    for (mark, words) in [
        (Mark::Session, "session, with its number"),
        (Mark::TestArea, "test area"),
        (Mark::Possible, "dashed: only if a review says so"),
        (Mark::Review, "review"),
        (Mark::Care, "care"),
        (Mark::AtHome, "at home; an arrow has no end date"),
        (Mark::Traces, "visible traces, usual and longest"),
        (Mark::Range, "earliest and latest day"),
    ] {
        if !is_used(mark, lanes, visits) {
            continue;
        }
        let needed = 44.0 + 6.2 * rows(words.chars().count());
        if legend.is_empty() || x + needed > width {
            legend.push(Vec::new());
            x = 0.0;
        }
        if let Some(row) = legend.last_mut() {
            row.push(Sample { x, mark, words });
        }
        x += needed;
    }
    legend
}

fn is_used(mark: Mark, lanes: &[Lane<'_>], visits: &[Visit<'_>]) -> bool {
    let holds = |what: fn(&Holds<'_>) -> bool| lanes.iter().any(|it| what(&it.holds));
    let kind = |kind: v1::SessionKind| {
        visits.iter().any(|it| it.session.procedures.iter().any(|procedure| procedure.kind() == kind))
    };
    match mark {
        Mark::Session => visits.iter().any(|it| it.standing == Standing::Planned),
        Mark::TestArea => kind(v1::SessionKind::TestArea),
        Mark::Possible => visits.iter().any(|it| it.standing != Standing::Planned),
        Mark::Review => holds(|it| matches!(it, Holds::Reviews)),
        Mark::Care => holds(|it| matches!(it, Holds::Care)),
        Mark::AtHome => holds(|it| matches!(it, Holds::Stage(stage) if stage.session_count.is_none())),
        Mark::Traces | Mark::Range => !visits.is_empty(),
    }
}

/// Draws one row.
pub(super) fn draw(markup: &mut Markup, y: f64, row: &[Sample]) {
    let middle = y - 4.0;
    for it in row {
        let x = MARGIN + it.x + 12.0;
        match it.mark {
            Mark::Session => {
                markup.circle(x, middle, RADIUS - 2.0, Pen::Filled(INK));
            }
            Mark::TestArea => {
                markup.rect(x - 7.0, middle - 7.0, 14.0, 14.0, Pen::Filled(INK));
                markup.text(x, middle + 4.0, in_mark(PAPER), "t");
            }
            Mark::Possible => markup.circle(x, middle, RADIUS - 2.0, Pen::Dashed(INK)),
            Mark::Review => diamond(markup, x, middle, Pen::Outlined(INK)),
            Mark::Care => triangle(markup, x, middle, Pen::Filled(INK)),
            Mark::AtHome => markup.rect(x - 10.0, middle - 4.0, 20.0, 8.0, Pen::Filled(HOME)),
            Mark::Traces => {
                markup.rect(x - 10.0, middle - 2.5, 20.0, 5.0, Pen::Outlined(TRACES));
                markup.rect(x - 10.0, middle - 2.5, 12.0, 5.0, Pen::Filled(TRACES));
            }
            Mark::Range => {
                markup.line((x - 10.0, middle), (x + 10.0, middle), FAINT);
                markup.line((x - 10.0, middle - 3.0), (x - 10.0, middle + 3.0), FAINT);
                markup.line((x + 10.0, middle - 3.0), (x + 10.0, middle + 3.0), FAINT);
            }
        }
        markup.text(x + 17.0, y, SMALL, it.words);
    }
}
