//! The booklet: all of the knowledge as one document that can be read and printed, with every rule and its sources.

mod chapters;
mod gaps;
mod procedures;
mod rule;
mod sets;

use std::fmt::Write as _;

use super::{
    Worked,
    coverage::heard_in_worked,
    details::{Details, details},
    html::{Html, escape, in_address, link},
};
use crate::{
    domain::RuleId,
    knowledge::{Basis, Citation, Knowledge},
};

/// How it looks, on the screen and on paper.
const STYLE: &str = include_str!("style.css");

/// One chapter: its anchor, its title and who writes it.
type Chapter = (&'static str, &'static str, Page, fn(&mut Booklet<'_>));

/// Whether a chapter begins on a page of its own when it is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Page {
    New,
    Same,
}

const CHAPTERS: [Chapter; 15] = [
    ("classification", "How scars are named", Page::New, chapters::classification),
    ("scales", "The scales", Page::Same, chapters::scales),
    ("pathways", "Pathways", Page::New, chapters::pathways),
    ("procedures", "Procedures", Page::New, procedures::procedures),
    ("gaps", "Waits between procedures", Page::New, gaps::gaps),
    ("safety", "Safety", Page::New, chapters::safety),
    ("required", "What must be known", Page::New, chapters::required),
    ("policies", "Policies", Page::Same, chapters::policies),
    ("home-care", "Home care", Page::New, chapters::home_care),
    ("planning", "Planning and reviews", Page::Same, chapters::planning),
    ("referrals", "Who is referred", Page::Same, chapters::referrals),
    ("codes", "Codes", Page::Same, chapters::codes),
    ("considered", "Considered and not planned", Page::Same, chapters::considered),
    ("sources", "Sources", Page::New, chapters::sources),
    ("about", "Where this comes from", Page::Same, chapters::about),
];

/// All of the knowledge as one HTML document without anything from outside.
pub fn booklet(knowledge: &Knowledge, worked: &[Worked]) -> String {
    let mut booklet = Booklet {
        knowledge,
        details: details(knowledge),
        worked: heard_in_worked(knowledge, worked),
        anchored: vec![false; knowledge.rules().len()],
        html: Html::default(),
    };
    booklet.cover();
    for (id, title, page, write) in CHAPTERS {
        booklet.chapter(id, title, page);
        write(&mut booklet);
        if id == LAST_WITH_RULES {
            booklet.rest();
        }
    }
    booklet.index();
    let title = format!("The knowledge of release {}", knowledge.release());
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{}</title>\n<style>\n{STYLE}</style></head>\n<body>\n{}</body></html>\n",
        escape(&title),
        booklet.html.0
    )
}

/// The chapter after which no other holds rules.
const LAST_WITH_RULES: &str = "considered";

/// The document in the making.
struct Booklet<'k> {
    knowledge: &'k Knowledge,
    details: Vec<Details>,
    /// By rule: the worked cases that hear it.
    worked: Vec<Vec<String>>,
    /// By rule: whether it stands somewhere already.
    anchored: Vec<bool>,
    html: Html,
}

impl Booklet<'_> {
    fn cover(&mut self) {
        let knowledge = self.knowledge;
        let count = |fits: fn(&Basis) -> bool| knowledge.rules().iter().filter(|it| fits(&it.basis)).count();
        let [sourced, derived, practice] = [
            count(|it| matches!(it, Basis::Sourced(_))),
            count(|it| matches!(it, Basis::Derived(_))),
            count(|it| matches!(it, Basis::ExpertPractice)),
        ];
        self.html.markup("<header class=\"cover\">");
        self.html.text("h1", "How acne scars are named, and which treatment is planned");
        self.html.text("p", "Every rule of the service: its sentence, what it rests on, and what it does.");
        let rows = [
            ("Release", knowledge.release().to_owned()),
            ("Date", knowledge.date().to_owned()),
            ("Digest", knowledge.digest().to_owned()),
            ("Procedures", knowledge.procedures().len().to_string()),
            (
                "Rules",
                format!(
                    "{}: {sourced} sourced, {derived} derived, {practice} of expert practice",
                    knowledge.rules().len()
                ),
            ),
            ("Sources", knowledge.citations().len().to_string()),
        ];
        self.html.markup("<dl>");
        for (name, value) in rows {
            self.html.text("dt", name);
            self.html.text("dd", &value);
        }
        self.html.markup("</dl>");
        self.html.markup(&format!(
            "<p>A rule of expert practice has no source at hand and is marked {AWAITS}. Numbers in brackets lead to the \
             sources. A rule id leads back to its rule.</p>"
        ));
        let disclaimer = &knowledge.planning().disclaimer;
        for rule in disclaimer.iter().filter_map(|it| knowledge.rules().get(it.index())) {
            self.html.text("p", &rule.says);
        }
        self.html.markup("<nav><h4 id=\"contents\">Contents</h4><ol class=\"contents\">");
        for (id, title, _, _) in CHAPTERS {
            self.html.markup(&format!("<li><a href=\"#{id}\">{}</a></li>", escape(title)));
        }
        self.html.markup("<li><a href=\"#index\">Index of rules</a></li></ol></nav></header>");
    }

    fn chapter(&mut self, id: &str, title: &str, page: Page) {
        let class = if page == Page::New { " class=\"chapter\"" } else { "" };
        self.html.markup(&format!("<h2 id=\"{}\"{class}>{}</h2>", escape(id), escape(title)));
    }

    /// Every rule that no chapter has shown: nothing of the knowledge is left out.
    fn rest(&mut self) {
        let rest: Vec<RuleId> =
            (0..).map(RuleId).zip(&self.anchored).filter(|(_, it)| !**it).map(|(id, _)| id).collect();
        if !rest.is_empty() {
            self.chapter("other", "Other rules", Page::New);
            self.rules(&rest);
        }
    }

    fn index(&mut self) {
        self.chapter("index", "Index of rules", Page::New);
        self.html.markup("<div class=\"columns\">");
        for rule in self.knowledge.rules() {
            let id = escape(&rule.id);
            let mark = if rule.basis == Basis::ExpertPractice { " *" } else { "" };
            self.html.markup(&format!("<div><a href=\"#{id}\">{id}</a>{mark}</div>"));
        }
        self.html.markup("</div><p class=\"soft\">* awaits sign-off</p>");
    }
}

/// How a rule without a source is marked.
const AWAITS: &str = "<span class=\"awaits\">expert practice, awaits sign-off</span>";

/// The ways to a source. An id that the text names already is not written again.
fn ways(citation: &Citation) -> String {
    let Citation { key: _, text, pmid, doi, pmcid, url } = citation;
    let name = |kind: &str, id: &str| if text.contains(id) { kind.to_owned() } else { format!("{kind} {id}") };
    let known = [
        (pmid, format!("https://pubmed.ncbi.nlm.nih.gov/{}/", in_address(pmid)), name("PubMed", pmid)),
        (doi, format!("https://doi.org/{}", in_address(doi)), name("DOI", doi)),
        (pmcid, format!("https://pmc.ncbi.nlm.nih.gov/articles/{}/", in_address(pmcid)), name("PMC", pmcid)),
    ];
    let mut ways = String::new();
    for (_, address, text) in known.iter().filter(|(it, _, _)| !it.is_empty()) {
        let _ = write!(ways, " · {}", link(address, text));
    }
    if !url.is_empty() {
        let _ = write!(ways, " · <span>{}</span>", link(url, "read at").replacen("<a ", "<a class=\"read\" ", 1));
    }
    ways
}
