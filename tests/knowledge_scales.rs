//! What the loader refuses of scales, skin tones and codes, word for word, on a toy medicine: one edit each.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::path::Path;

use cicatrix::{knowledge::Knowledge, release};

/// The problems after `find` in the file became `replace`, without their lines.
fn after(path: &str, find: &str, replace: &str) -> Vec<String> {
    let mut files = release::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/toy_knowledge")).unwrap();
    let file = files.iter_mut().find(|it| it.path == path).unwrap_or_else(|| panic!("no {path}"));
    assert!(file.text.contains(find), "{path} does not hold {find}");
    file.text = file.text.replacen(find, replace, 1).into();
    match Knowledge::parse(&files) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.0.into_iter().map(|it| format!("{}: {}", it.path, it.message)).collect(),
    }
}

#[test]
fn each_mistake_has_its_sentence() {
    let table: &[(&str, &str, &str, &str)] = &[
        // Sums.
        (
            "grading.toml",
            "{ name = \"papular\", points = 2 }",
            "{ name = \"papular\", points = 3 }",
            "grading.toml: the parts add up to 87, and the maximum is 84",
        ),
        (
            "grading.toml",
            "{ above = 20.0, points = 18 }",
            "{ above = 20.0, points = 24 }",
            "grading.toml: the parts add up to 90, and the maximum is 84",
        ),
        (
            "grading.toml",
            "{ name = \"v_lt2mm\", points = 15 }",
            "{ name = \"v_lt2mm\", points = 16 }",
            "grading.toml: the parts add up to 543, and the maximum is 540",
        ),
        (
            "grading.toml",
            "{ name = \"back\", least = 0, most = 5 }",
            "{ name = \"back\", least = 1, most = 5 }",
            "grading.toml: the parts add up to 1, and the minimum is 0",
        ),
        (
            "grading.toml",
            "{ above = 5.0, points = 3 }",
            "{ above = 5.0, points = 4 }",
            "grading.toml: the parts add up to 14, and the maximum is 13",
        ),
        // Numbers that sums are made of.
        (
            "grading.toml",
            "{ name = \"papular\", points = 2 }",
            "{ name = \"papular\", points = 2000000000 }",
            "grading.toml: write `points` as a number from 0 to 10000",
        ),
        (
            "grading.toml",
            "{ above = 20.0, points = 18 }",
            "{ above = 20.0, points = 2000000000 }",
            "grading.toml: write `points` as a number from 0 to 10000",
        ),
        (
            "grading.toml",
            "{ from = 1, times = 1 }",
            "{ from = 1, times = -2000000000 }",
            "grading.toml: write `times` as a number from 0 to 10000",
        ),
        (
            "skin_tone.toml",
            "neighbours = 1",
            "neighbours = 2000000000",
            "skin_tone.toml: write `neighbours` as a number from 0 to 5",
        ),
        // Items.
        (
            "grading.toml",
            "  { name = \"chest\", least = 0, most = 5 },\n",
            "",
            "grading.toml: write the items face, chest, back, in this order",
        ),
        (
            "grading.toml",
            "{ name = \"height_mm\", least = 0, most = 100, ",
            "{ name = \"height_mm\", least = 100, most = 100, ",
            "grading.toml: `least` is below `most`",
        ),
        (
            "grading.toml",
            "{ from = 2.0, points = 2 }",
            "{ from = 6.0, points = 2 }",
            "grading.toml: write the area bands in ascending order",
        ),
        (
            "grading.toml",
            "{ from = 1, times = 1 }",
            "{ from = 2, times = 1 }",
            "grading.toml: the first band begins at 1, so that no scar is left out",
        ),
        ("grading.toml", "may_miss = 1\n", "", "grading.toml: `may_miss` and [blank] go together"),
        (
            "grading.toml",
            "value   = 5\n",
            "value   = 6\n",
            "grading.toml: the value of a level is one that every item can have, each once",
        ),
        ("grading.toml", "from    = 2\nrule    = \"SCS-RELEVANT\"", "from    = 6\nrule    = \"SCS-RELEVANT\"", {
            "grading.toml: `from` is a value that every item can have"
        }),
        // Bands.
        (
            "grading.toml",
            "from    = 6\nto      = 10\n",
            "from    = 7\nto      = 10\n",
            "grading.toml: the band begins at 6, so that no total is left out",
        ),
        (
            "grading.toml",
            "from    = 21\nto      = 30\n",
            "from    = 21\nto      = 29\n",
            "grading.toml: the last band ends at 30",
        ),
        // Sentences without a condition.
        (
            "grading.toml",
            "[[ecca.note]]\n",
            "[[ecca.note]]\nwhen = \"always\"\n",
            "grading.toml: unknown field `when`, expected one of `rule`, `says`, `because`",
        ),
        // Skin tones.
        (
            "skin_tone.toml",
            "at_most    = 28",
            "at_least   = 28",
            "skin_tone.toml: a class of this table begins with `at_most`",
        ),
        (
            "skin_tone.toml",
            "at_most    = 28",
            "at_most    = 91",
            "skin_tone.toml: the class begins between `least` and `most`",
        ),
        (
            "skin_tone.toml",
            "phototypes = [4, 6]",
            "phototypes = [4, 7]",
            "skin_tone.toml: write the lightest and the darkest phototype, from 1 to 6",
        ),
        (
            "skin_tone.toml",
            "phototypes = [5, 6]",
            "phototypes = [1, 3]",
            "skin_tone.toml: write the classes from light to dark",
        ),
        ("skin_tone.toml", "least   = -90", "least   = 90", "skin_tone.toml: `least` is below `most`"),
        // Codes.
        (
            "codes.toml",
            "\"L90.5\"",
            "\"L70.2\"",
            "codes.toml: L70.2 is acne varioliformis and no scar; write L90.5 for acne scars",
        ),
        ("codes.toml", "\"L90.5\"", "\"L905\"", "codes.toml: L905 is not written as the codes of this system are"),
        (
            "codes.toml",
            "\"33659008\"",
            "\"33659080\"",
            "codes.toml: 33659080 is not written as the codes of this system are",
        ),
        ("codes.toml", "system  = \"snomed_ct\"", "system  = \"snomed\"", "codes.toml: no [[system]] has this name"),
        (
            "codes.toml",
            "fit     = \"broader\"",
            "fit     = \"narrower\"",
            "codes.toml: `narrower` is not in the list; write one of equivalent, broader",
        ),
    ];
    for (path, find, replace, sentence) in table {
        let found = after(path, find, replace);
        // What follows from the mistake may be said too.
        assert!(found.contains(&(*sentence).to_owned()), "{path}, {replace}: {found:#?}");
        assert!(found.len() <= 2, "{path}, {replace}: {found:#?}");
    }
}
