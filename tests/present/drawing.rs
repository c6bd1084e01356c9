//! Any plan is a drawing that an XML reader takes, that says in words what it shows, and that runs and loads nothing.

use cicatrix::{
    present::{Names, Plan},
    wire::v1,
};
use roxmltree::{Document, Node};

use crate::{
    people::{everybody, protocol, referred, sessions},
    support::service,
};

fn all<'a>(document: &'a Document<'a>, tag: &'a str) -> impl Iterator<Item = Node<'a, 'a>> {
    document.descendants().filter(move |it| it.has_tag_name(tag) || it.tag_name().name() == tag)
}

fn number(node: Node<'_, '_>, name: &str) -> f64 {
    node.attribute(name).unwrap().parse().unwrap()
}

/// The chart and the table of days are for the command line.
#[test]
fn every_plan_is_written_as_text() {
    let procedures = service().list_procedures(v1::ListProceduresRequest { page_size: 1_000, ..Default::default() });
    let procedures = procedures.unwrap().procedures;
    let names = Names::new(&procedures);
    for (request, answer) in everybody() {
        let plan = Plan::new(&names, &request, &answer).unwrap();
        let (chart, days) = (plan.chart(), plan.days());
        let Some(protocol) = protocol(&answer) else {
            assert!(chart.is_empty() && days.is_empty());
            continue;
        };
        // A line for each stage, one for reviews, and the ruler and legend.
        assert!(chart.len() > protocol.stages.len() || protocol.stages.is_empty());
        let visits = days.iter().flatten().filter(|it| it.starts_with("visit ")).count();
        assert!(visits >= protocol.sessions.len(), "{days:?}");
    }
}

#[test]
fn every_plan_is_drawn() {
    for (request, answer) in everybody() {
        let text = service().generate_drawing(request.clone()).unwrap();
        assert_eq!(text, service().generate_drawing(request.clone()).unwrap(), "another drawing the second time");
        let document = Document::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let root = document.root_element();
        assert_eq!((root.tag_name().name(), root.tag_name().namespace()), ("svg", Some("http://www.w3.org/2000/svg")));
        assert_eq!(root.attribute("role"), Some("img"));
        let first: Vec<&str> =
            root.children().filter(Node::is_element).map(|it| it.tag_name().name()).take(2).collect();
        assert_eq!(first, ["title", "desc"]);

        let drawn = ["svg", "title", "desc", "style", "g", "text", "rect", "circle", "polygon", "line"];
        for node in document.descendants().filter(Node::is_element) {
            assert!(drawn.contains(&node.tag_name().name()), "{node:?}");
            for it in node.attributes() {
                assert!(!it.name().starts_with("on") && it.name() != "href" && it.name() != "style", "{node:?}");
            }
        }
        assert!(!text.contains("url(") && !text.contains("@import") && !text.contains("Jane"));

        // Each mark says its day, and the whole is told in words.
        let titles: Vec<&str> = all(&document, "title").filter_map(|it| it.text()).collect();
        let told = all(&document, "desc").next().unwrap().text().unwrap();
        for (session, sure) in sessions(&answer) {
            let it = session.date.unwrap();
            let date = format!("{:04}-{:02}-{:02}", it.year, it.month, it.day);
            assert!(told.contains(&date), "{date}");
            let marked = titles.iter().filter(|it| it.contains(&date) && it.contains("review") != sure).count();
            assert!(marked >= session.procedures.len(), "{date} of {titles:?}");
        }
        let planned = protocol(&answer).map_or(0, |it| it.stages.len());
        let labels: Vec<&str> = all(&document, "text").filter_map(|it| it.text()).collect();
        for stage in protocol(&answer).iter().flat_map(|it| &it.stages) {
            let name = service().names().of(&stage.procedure).to_owned();
            assert!(labels.contains(&format!("{} {name}", stage.number).as_str()), "{name}");
        }
        for referral in &answer.referrals {
            assert!(labels.iter().any(|it| it.starts_with(&format!("Refer to {}", referral.to))), "{labels:?}");
        }
        assert!(planned > 0 || !answer.referrals.is_empty());

        // Everything lies on the paper.
        let (width, height) = (number(root, "width"), number(root, "height"));
        assert!(width <= 3000.0);
        for node in all(&document, "text").chain(all(&document, "rect")) {
            let (x, y) = (number(node, "x"), number(node, "y"));
            assert!((0.0..=width).contains(&x) && (0.0..=height).contains(&y), "{node:?}");
        }
        for node in all(&document, "circle") {
            assert!((0.0..=width).contains(&number(node, "cx")), "{node:?}");
        }
    }
}

#[test]
fn who_is_referred_sees_to_whom_and_why() {
    let answer = service().generate_protocol(referred()).unwrap();
    let text = service().generate_drawing(referred()).unwrap();
    let referral = &answer.referrals[0];
    assert!(text.contains("No visit is planned.") && text.contains(&format!("Refer to {}", referral.to)), "{text}");
    let why = &referral.reasons[0].statement;
    assert!(text.contains(&why[..20]), "{why}\n{text}");
}
