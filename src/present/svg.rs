//! The plan as a drawing: a lane for each stage, its sessions as marks, and what moves around them.
//!
//! Nothing in it is told by colour alone, nothing runs, nothing is loaded, and no text of the caller stands in it.

mod legend;
mod words;

use super::{
    Plan, Standing, Visit, labels,
    markup::{FAINT, GRID, HOME, INK, Markup, PAPER, Paint, Pen, TEXT, TRACES, Type},
};
use crate::{domain::Date, wire::v1};

/// All in pixels.
const MARGIN: f64 = 16.0;
const LABELS: f64 = 310.0;
const LANE: f64 = 44.0;
const HEAD: f64 = 84.0;
const LINE: f64 = 20.0;
const RADIUS: f64 = 9.0;
/// Room for the name of a month.
const NAME: f64 = 34.0;
/// The least and the most that the days take.
const PLOT: (f64, f64) = (760.0, 2400.0);
/// The least days that are drawn, so that a plan of one day has a scale.
const LEAST_DAYS: i32 = 28;

const NORMAL: Type = Type { size: 13, paint: TEXT, bold: false, centred: false };
const SMALL: Type = Type { size: 11, paint: FAINT, bold: false, centred: false };
const SMALL_CENTRED: Type = Type { centred: true, ..SMALL };
const HEADING: Type = Type { size: 16, paint: TEXT, bold: true, centred: false };

struct Drawing<'a> {
    plan: &'a Plan<'a>,
    markup: Markup,
    /// Days from the left to the right edge.
    span: f64,
    /// Pixels of all days.
    width: f64,
    lanes: usize,
}

/// Draws the plan.
pub(super) fn write(plan: &Plan<'_>) -> String {
    let visits = plan.visits();
    let latest = visits.iter().filter_map(|it| it.session.latest_day).max().unwrap_or(0);
    let span = f64::from(plan.last_day().max(latest).max(LEAST_DAYS));
    let drawing = Drawing { plan, markup: Markup::default(), span, width: width(plan, span), lanes: 0 };
    drawing.write(&visits)
}

/// Wide enough that the closest sessions of a stage do not touch.
fn width(plan: &Plan<'_>, span: f64) -> f64 {
    let visits = plan.visits();
    let gap = |stage: &v1::Stage| {
        let of = visits.iter().filter(|it| it.session.procedures.iter().any(|it| it.stage == stage.number));
        let mut days: Vec<i32> = of.map(|it| it.session.day).collect();
        days.sort_unstable();
        days.windows(2).filter_map(|it| Some(it.last()? - it.first()?)).filter(|it| *it > 0).min()
    };
    let least = plan.stages().iter().filter_map(gap).min();
    let wanted = least.map_or(0.0, |days| span * 2.2 * RADIUS / f64::from(days));
    wanted.clamp(PLOT.0, PLOT.1)
}

impl<'a> Drawing<'a> {
    fn write(mut self, visits: &[Visit<'a>]) -> String {
        let plan = self.plan;
        let notes = words::notes(plan);
        let lanes: Vec<Lane<'a>> = lanes(plan);
        self.lanes = lanes.len();
        let width = 2.0 * MARGIN + LABELS + self.width;
        let legend = legend::rows_of(&lanes, visits, width - 2.0 * MARGIN);
        let foot = if lanes.is_empty() { MARGIN + 2.0 * LINE } else { self.y(self.lanes) };
        let notes_at = foot + LINE * (rows(legend.len()) + 1.0);
        let height = notes_at + LINE * rows(notes.len()) + MARGIN;

        self.markup.open(
            "svg",
            &format!(
                "xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
                 viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" aria-labelledby=\"plan-title plan-text\" \
                 font-family=\"system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif\""
            ),
        );
        let title = format!("Treatment plan from {}", labels::long(plan.start));
        self.markup.element("title", "id=\"plan-title\"", &title);
        self.markup.element("desc", "id=\"plan-text\"", &words::in_words(plan, visits, &notes));
        self.markup.style();
        self.markup.rect(0.0, 0.0, width, height, Pen::Filled(PAPER));
        self.markup.text(MARGIN, MARGIN + 14.0, HEADING, &title);
        if !lanes.is_empty() {
            self.axis();
        }
        for (place, lane) in lanes.iter().enumerate() {
            self.lane(place, lane, visits);
        }
        for (place, row) in legend.iter().enumerate() {
            legend::draw(&mut self.markup, foot + LINE * (rows(place) + 1.0), row);
        }
        for (place, (set, note)) in notes.iter().enumerate() {
            self.markup.text(MARGIN, notes_at + LINE * (rows(place) + 0.5), *set, note);
        }
        self.markup.close("svg");
        self.markup.finish()
    }

    fn x(&self, day: i32) -> f64 {
        MARGIN + LABELS + f64::from(day) * self.width / self.span
    }

    /// The upper edge of a lane.
    fn y(&self, lane: usize) -> f64 {
        HEAD + LANE * rows(lane)
    }

    fn right(&self) -> f64 {
        MARGIN + LABELS + self.width
    }

    /// A rule at the first of each month that has room for its name.
    fn axis(&mut self) {
        let per_month = self.width / self.span * 30.0;
        let step = [1, 2, 3, 6].into_iter().find(|it| f64::from(*it) * per_month > NAME).unwrap_or(12);
        let (mut year, mut month, _) = self.plan.start.civil();
        let bottom = self.y(self.lanes);
        let mut shown = None;
        let start = self.x(0);
        self.markup.line((start, HEAD - 12.0), (start, bottom), GRID);
        self.markup.text(start, HEAD - 16.0, SMALL_CENTRED, "start");
        loop {
            (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
            let Some(first) = Date::new(year, month, 1) else { break };
            let day = first.days_after(self.plan.start);
            if f64::from(day) > self.span {
                break;
            }
            let x = self.x(day);
            if (month - 1) % step == 0 && x > start + NAME {
                self.markup.line((x, HEAD - 12.0), (x, bottom), GRID);
                self.markup.text(x, HEAD - 16.0, SMALL_CENTRED, labels::month(month));
                if shown != Some(year) {
                    self.markup.text(x, HEAD - 30.0, SMALL_CENTRED, &year.to_string());
                    shown = Some(year);
                }
            }
        }
    }

    fn lane(&mut self, place: usize, lane: &Lane<'a>, visits: &[Visit<'a>]) {
        let top = self.y(place);
        let middle = top + LANE / 2.0;
        self.markup.line((MARGIN, top), (self.right(), top), GRID);
        self.markup.text(MARGIN, middle - 3.0, NORMAL, &lane.label);
        self.markup.text(MARGIN, middle + 12.0, SMALL, &lane.about);
        match lane.holds {
            Holds::Stage(stage) => {
                if stage.session_count.is_none() {
                    self.at_home(middle, stage);
                }
                let mut place = 0;
                for visit in visits {
                    for it in visit.session.procedures.iter().filter(|it| it.stage == stage.number) {
                        self.session(middle, place, visit, it);
                        place += 1;
                    }
                }
            }
            Holds::Reviews => {
                for it in self.plan.reviews() {
                    let x = self.x(it.day);
                    let day = labels::long(self.plan.date(it.day));
                    self.markup.group(&format!("review {}, {day}", it.number), |markup| {
                        diamond(markup, x, middle, Pen::Outlined(INK));
                        markup.text(x, middle + 4.0, in_mark(TEXT), &it.number.to_string());
                    });
                }
            }
            Holds::Care => {
                for (day, planned, kinds) in care(self.plan) {
                    let x = self.x(day);
                    let day = labels::long(self.plan.date(day));
                    let title = format!("care, {day}: {kinds}{}", if planned { "" } else { " (if a review says so)" });
                    let pen = if planned { Pen::Filled(INK) } else { Pen::Dashed(INK) };
                    self.markup.group(&title, |markup| triangle(markup, x, middle, pen));
                }
            }
        }
    }

    fn at_home(&mut self, middle: f64, stage: &v1::Stage) {
        let from = self.x(stage.start_day);
        let to = stage.end_day.map_or(self.right() - 8.0, |it| self.x(it)).max(from + 2.0);
        let pen = if stage.contingent_on.is_some() { Pen::Dashed(HOME) } else { Pen::Filled(HOME) };
        let until = match stage.end_day {
            Some(day) => format!("until {}", labels::long(self.plan.date(day))),
            None => "without an end date".to_owned(),
        };
        let start = labels::long(self.plan.date(stage.start_day));
        let title = format!("{}, from {start} {until}", self.plan.names.of(&stage.procedure));
        self.markup.group(&title, |markup| {
            markup.rect(from, middle - 5.0, to - from, 10.0, pen);
            if stage.end_day.is_none() {
                markup.polygon(&[(to - 1.0, middle - 9.0), (to + 8.0, middle), (to - 1.0, middle + 9.0)], pen);
            }
        });
    }

    fn session(&mut self, middle: f64, place: usize, visit: &Visit<'_>, it: &v1::SessionProcedure) {
        let session = visit.session;
        let sure = visit.standing == Standing::Planned;
        let (x, right) = (self.x(session.day), self.right());
        let from = self.x(session.earliest_day);
        let to = session.latest_day.map(|it| self.x(it).min(right));
        // Ranges of neighbours overlap, so they take turns at three heights.
        let above = middle - RADIUS - 4.0 - 3.0 * rows(place % 3);
        let days = |it: i32| f64::from(it) * self.width / self.span;
        let traces = session.downtime_days.map(|it| (days(it.typical), days(it.max)));
        self.markup.group(&words::session_title(self.plan, visit, it), |markup| {
            if from < x || to.is_some() {
                markup.line((from, above), (to.unwrap_or(x), above), FAINT);
                markup.line((from, above - 2.0), (from, above + 3.0), FAINT);
                if let Some(to) = to {
                    markup.line((to, above - 2.0), (to, above + 3.0), FAINT);
                }
            }
            if let Some((usual, most)) = traces {
                let below = middle + RADIUS + 3.0;
                markup.rect(x, below, most.max(1.0), 5.0, Pen::Outlined(TRACES));
                markup.rect(x, below, usual.max(1.0), 5.0, Pen::Filled(TRACES));
            }
            let (pen, ink) = if sure { (Pen::Filled(INK), PAPER) } else { (Pen::Dashed(INK), TEXT) };
            if it.kind() == v1::SessionKind::TestArea {
                markup.rect(x - RADIUS, middle - RADIUS, 2.0 * RADIUS, 2.0 * RADIUS, pen);
                markup.text(x, middle + 4.0, in_mark(ink), "t");
            } else {
                markup.circle(x, middle, RADIUS, pen);
                markup.text(x, middle + 4.0, in_mark(ink), &it.number_in_stage.to_string());
            }
        });
    }
}

/// How many, as a factor of a length.
fn rows(count: usize) -> f64 {
    u32::try_from(count).map_or(0.0, f64::from)
}

fn in_mark(paint: Paint) -> Type {
    Type { size: 11, paint, bold: true, centred: true }
}

fn diamond(markup: &mut Markup, x: f64, y: f64, pen: Pen) {
    let half = RADIUS + 2.0;
    markup.polygon(&[(x, y - half), (x + half, y), (x, y + half), (x - half, y)], pen);
}

fn triangle(markup: &mut Markup, x: f64, y: f64, pen: Pen) {
    markup.polygon(&[(x, y - 6.0), (x + 6.0, y + 5.0), (x - 6.0, y + 5.0)], pen);
}

/// What a lane holds.
enum Holds<'a> {
    Stage(&'a v1::Stage),
    Reviews,
    Care,
}

struct Lane<'a> {
    label: String,
    about: String,
    holds: Holds<'a>,
}

fn lanes<'a>(plan: &Plan<'a>) -> Vec<Lane<'a>> {
    let mut all: Vec<Lane<'a>> = Vec::new();
    for stage in plan.stages() {
        let label = format!("{} {}", stage.number, plan.names.of(&stage.procedure));
        all.push(Lane { label, about: words::about(stage), holds: Holds::Stage(stage) });
    }
    if !plan.reviews().is_empty() {
        let about = "the result is judged".to_owned();
        all.push(Lane { label: "Reviews".to_owned(), about, holds: Holds::Reviews });
    }
    if !plan.care().is_empty() {
        let about = "what safety adds to the plan".to_owned();
        all.push(Lane { label: "Care".to_owned(), about, holds: Holds::Care });
    }
    all
}

/// What safety adds on each day.
fn care(plan: &Plan<'_>) -> Vec<(i32, bool, String)> {
    let mut days: Vec<(i32, bool, Vec<String>)> = Vec::new();
    for it in plan.care() {
        let name = labels::care(it.kind);
        match days.iter_mut().find(|(day, planned, _)| (*day, *planned) == (it.day, it.planned)) {
            Some((_, _, names)) => names.push(name),
            None => days.push((it.day, it.planned, vec![name])),
        }
    }
    // Where both stand on one day, what is planned lies on top.
    days.sort_by_key(|(day, planned, _)| (*day, *planned));
    days.into_iter().map(|(day, planned, names)| (day, planned, names.join(", "))).collect()
}
