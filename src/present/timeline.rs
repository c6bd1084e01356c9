//! The plan as plain text: a chart to see at a glance, and the days in a table.

use std::collections::BTreeMap;

use super::{Plan, Standing, Visit, labels, visible};
use crate::{domain::Date, wire::v1};

/// Columns of a chart. Each stands for one week, or for several where the plan is longer.
const COLUMNS: i32 = 72;
const WEEK: i32 = 7;

const SESSION: char = 'o';
const TEST_AREA: char = 't';
const POSSIBLE: char = '?';
const REVIEW: char = 'R';
const AT_HOME: char = '=';
const POSSIBLE_AT_HOME: char = '-';
const OPEN: char = '>';

/// One line of a chart: a label and marks by column.
struct Lane {
    label: String,
    marks: BTreeMap<usize, char>,
}

/// Days, as columns.
#[derive(Clone, Copy)]
struct Scale {
    days: i32,
    last: usize,
}

impl Scale {
    fn column(self, day: i32) -> usize {
        usize::try_from(day.div_euclid(self.days)).unwrap_or(0).min(self.last)
    }
}

/// The chart, with a ruler of months above and a legend below; nothing when nothing has a day.
pub(super) fn chart(plan: &Plan<'_>) -> Vec<String> {
    if plan.stages().is_empty() && plan.reviews().is_empty() {
        return Vec::new();
    }
    // All of it may lie in the past.
    let last = plan.last_day().max(0);
    let weeks = (last / WEEK).div_euclid(COLUMNS) + 1;
    let days = weeks * WEEK;
    let scale = Scale { days, last: usize::try_from(last / days).unwrap_or(0) };
    let mut lanes: Vec<Lane> = plan.stages().iter().map(|it| stage(plan, it, scale)).collect();
    if !plan.reviews().is_empty() {
        let marks = plan.reviews().iter().map(|it| (scale.column(it.day), REVIEW)).collect();
        lanes.push(Lane { label: "   reviews".to_owned(), marks });
    }
    let width = lanes.iter().map(|it| it.label.chars().count()).max().unwrap_or(0);
    let mut lines: Vec<String> = ruler(plan, scale).iter().map(|it| format!("{:width$}  {it}", "")).collect();
    for lane in &lanes {
        let end = lane.marks.keys().next_back().map_or(0, |it| it + 1);
        let marks: String = (0..end).map(|column| lane.marks.get(&column).copied().unwrap_or(' ')).collect();
        lines.push(format!("{:width$}  {marks}", lane.label));
    }
    let per = if weeks == 1 { "a week".to_owned() } else { format!("{weeks} weeks") };
    let sure =
        format!("{SESSION} session, {TEST_AREA} test area, {REVIEW} review, {AT_HOME} at home, {OPEN} no end date");
    lines.push(format!("a column is {per}; {sure}"));
    lines.push(format!("if a review says so: {POSSIBLE} session, {POSSIBLE_AT_HOME} at home"));
    lines
}

fn stage(plan: &Plan<'_>, stage: &v1::Stage, scale: Scale) -> Lane {
    let label = format!("{:>2} {}", stage.number, plan.names.of(&stage.procedure));
    let mut marks = BTreeMap::new();
    if stage.session_count.is_none() {
        let line = if stage.contingent_on.is_some() { POSSIBLE_AT_HOME } else { AT_HOME };
        let end = stage.end_day.map_or(scale.last, |it| scale.column(it));
        marks.extend((scale.column(stage.start_day)..=end).map(|column| (column, line)));
        if stage.end_day.is_none() {
            marks.insert(scale.last, OPEN);
        }
    }
    for visit in plan.visits() {
        for it in visit.session.procedures.iter().filter(|it| it.stage == stage.number) {
            let mark = match (visit.standing, it.kind()) {
                (Standing::Decided(_), _) => POSSIBLE,
                (Standing::Planned, v1::SessionKind::TestArea) => TEST_AREA,
                (Standing::Planned, v1::SessionKind::Treatment | v1::SessionKind::Unspecified) => SESSION,
            };
            marks.insert(scale.column(visit.session.day), mark);
        }
    }
    Lane { label, marks }
}

/// Years, and below them the months that have room.
fn ruler(plan: &Plan<'_>, scale: Scale) -> [String; 2] {
    let (mut years, mut months) = (String::new(), String::new());
    let (mut year, mut month, _) = plan.start.civil();
    let mut day = 0;
    while day <= plan.last_day() {
        let column = scale.column(day);
        put(&mut months, column, labels::month(month));
        if years.is_empty() || month == 1 {
            // A year that has no room is written a little later: there are too few to leave one out.
            let free = if years.is_empty() { 0 } else { years.chars().count() + 1 };
            put(&mut years, column.max(free), &year.to_string());
        }
        (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
        let Some(next) = Date::new(year, month, 1) else { break };
        day = next.days_after(plan.start);
    }
    [years, months]
}

/// Writes a word at a column, when it does not touch the word before.
fn put(line: &mut String, column: usize, word: &str) {
    let length = line.chars().count();
    if length == 0 || length < column {
        *line = format!("{line:column$}{word}");
    }
}

/// What stands on one day: the cells after those of the day.
struct Row {
    day: i32,
    cells: Vec<String>,
}

/// The days of the plan as rows under a row of headings.
pub(super) fn days(plan: &Plan<'_>) -> Vec<Vec<String>> {
    let mut rows = at_home(plan);
    rows.extend(plan.visits().iter().flat_map(|it| visit_rows(plan, it)));
    rows.extend(plan.reviews().iter().map(|it| Row { day: it.day, cells: vec![format!("review {}", it.number)] }));
    rows.extend(care(plan));
    // A stable sort: on one day the rows stay in the order above.
    rows.sort_by_key(|it| it.day);
    let head = ["date", "day", "what", "", "can move", "traces", "make-up after"].map(ToOwned::to_owned);
    let mut table = Vec::new();
    let mut shown = None;
    for row in rows {
        let mut cells = if shown == Some(row.day) {
            vec![String::new(), String::new()]
        } else {
            vec![labels::long(plan.date(row.day)), row.day.to_string()]
        };
        shown = Some(row.day);
        cells.extend(row.cells);
        table.push(cells);
    }
    if !table.is_empty() {
        table.insert(0, head.to_vec());
    }
    table
}

/// One row for each procedure of a visit; what holds for the visit stands in the first.
fn visit_rows(plan: &Plan<'_>, visit: &Visit<'_>) -> Vec<Row> {
    let session = visit.session;
    let what = match visit.standing {
        Standing::Planned => format!("visit {}", session.number),
        Standing::Decided(_) => labels::condition(visit.standing),
    };
    let between = match session.latest_day {
        Some(latest) => format!("day {} to {latest}", session.earliest_day),
        None => format!("day {} or later", session.earliest_day),
    };
    let traces = session.downtime_days.as_ref().map(labels::days);
    let visit = [what, between, traces.unwrap_or_default(), labels::one_day_or_more(session.makeup_day)];
    let rows = session.procedures.iter().enumerate().map(|(place, it)| {
        let [what, between, traces, makeup] = if place == 0 { visit.clone() } else { Default::default() };
        Row { day: session.day, cells: vec![what, done(plan, it), between, traces, makeup] }
    });
    rows.collect()
}

fn done(plan: &Plan<'_>, it: &v1::SessionProcedure) -> String {
    // What a review decides on has no number of sessions yet.
    let stage = plan.stage(it.stage).filter(|it| it.planned_sessions > 0);
    let planned = stage.map_or(0, |it| it.planned_sessions + it.done_sessions);
    let which = match it.kind() {
        v1::SessionKind::TestArea => "test area".to_owned(),
        v1::SessionKind::Treatment | v1::SessionKind::Unspecified if planned > 0 => {
            format!("{} of {planned}", it.number_in_stage)
        }
        v1::SessionKind::Treatment | v1::SessionKind::Unspecified => it.number_in_stage.to_string(),
    };
    format!("{} {which} ({})", plan.names.of(&it.procedure), visible(&it.scar_ids.join(", ")))
}

/// What begins and ends at home. What ends and begins again on the same day goes on.
fn at_home(plan: &Plan<'_>) -> Vec<Row> {
    let mut changes: BTreeMap<(i32, Standing, bool), Vec<&str>> = BTreeMap::new();
    let courses: Vec<&v1::Stage> = plan.stages().iter().filter(|it| it.session_count.is_none()).collect();
    let goes_on = |it: &v1::Stage, ends: i32| {
        courses.iter().any(|next| next.procedure == it.procedure && next.start_day == ends && next.number != it.number)
    };
    let continues = |it: &v1::Stage| {
        courses.iter().any(|last| last.procedure == it.procedure && last.end_day == Some(it.start_day))
    };
    for it in &courses {
        let standing = it.contingent_on.map_or(Standing::Planned, Standing::Decided);
        let name = plan.names.of(&it.procedure);
        if !continues(it) {
            changes.entry((it.start_day, standing, true)).or_default().push(name);
        }
        if let Some(end) = it.end_day.filter(|end| !goes_on(it, *end)) {
            changes.entry((end, standing, false)).or_default().push(name);
        }
    }
    let row = |((day, standing, begins), names): ((i32, Standing, bool), Vec<&str>)| {
        let verb = if begins { "begin" } else { "end" };
        let condition = match standing {
            Standing::Planned => String::new(),
            Standing::Decided(_) => format!(", {}", labels::condition(standing)),
        };
        Row { day, cells: vec!["at home".to_owned(), format!("{verb} {}{condition}", names.join(", "))] }
    };
    changes.into_iter().map(row).chain(rests(plan, &courses)).collect()
}

/// When something used at home rests around sessions, what rests on the same days in one row.
fn rests(plan: &Plan<'_>, courses: &[&v1::Stage]) -> Vec<Row> {
    let mut days: BTreeMap<(i32, i32, Option<i32>), Vec<&str>> = BTreeMap::new();
    for it in courses {
        for rest in &it.rests {
            days.entry((rest.from_day, rest.to_day, rest.contingent_on))
                .or_default()
                .push(plan.names.of(&it.procedure));
        }
    }
    let row = |((from, to, review), mut names): ((i32, i32, Option<i32>), Vec<&str>)| {
        names.dedup();
        let condition = match review {
            None => String::new(),
            Some(review) => format!(", {}", labels::condition(Standing::Decided(review))),
        };
        Row {
            day: from,
            cells: vec!["at home".to_owned(), format!("rest {} to day {to}{condition}", names.join(", "))],
        }
    };
    days.into_iter().map(row).collect()
}

/// What safety adds, one row for each day.
fn care(plan: &Plan<'_>) -> Vec<Row> {
    let mut days: BTreeMap<(i32, bool), Vec<String>> = BTreeMap::new();
    for it in plan.care() {
        days.entry((it.day, it.planned)).or_default().push(labels::care(it.kind));
    }
    let visits = plan.visits();
    let row = |((day, planned), kinds): ((i32, bool), Vec<String>)| {
        let mut kinds = kinds.join(", ");
        // On the day of a possible visit that is said already.
        if !planned && !visits.iter().any(|it| it.session.day == day && it.standing != Standing::Planned) {
            kinds.push_str(", if a review says so");
        }
        Row { day, cells: vec!["care".to_owned(), kinds] }
    };
    days.into_iter().map(row).collect()
}
