//! Mistakes in the toy knowledge: the file, what is replaced by what, and the problem that is told.

pub(super) const ALL: &[(&str, &str, &str, &str)] = &[
    // Files and their grammar.
    ("release.toml", "date    =", "day     =", "release.toml:2: unknown field `day`, expected `release` or `date`"),
    ("release.toml", "2026-11-23", "2026-02-30", "release.toml:2: write the date of the release as 2026-01-31"),
    ("release.toml", "2026-11-23", "2026-+1-23", "release.toml:2: write the date of the release as 2026-01-31"),
    ("release.toml", "2026-11-23", "2026-1-23", "release.toml:2: write the date of the release as 2026-01-31"),
    (
        "procedures/dab.toml",
        "typical = 2",
        "typical = \"2\"",
        "procedures/dab.toml:18: invalid type: string \"2\", expected i32",
    ),
    (
        "procedures/dab.toml",
        "kind        = \"focal\"",
        "kind        = \"fokal\"",
        "procedures/dab.toml:3: unknown variant `fokal`, expected one of `focal`, `field`, `adjunct`, `home-care`",
    ),
    // Rules.
    ("pathways/pits.toml", "PATH-PITS-DAB-1", "PATH-PITS-DAB", "pathways/pits.toml:13: this rule id is used twice"),
    (
        "pathways/pits.toml",
        "rule    = \"PATH-PITS\"",
        "rule    = \"PATH PITS\"",
        "pathways/pits.toml:2: write a rule id in letters, digits and `-`, as `MNRF-002`",
    ),
    (
        "pathways/pits.toml",
        "Pits are dabbed.",
        "Pits are dabbed",
        "pathways/pits.toml:3: write one sentence on one line that ends with a full stop",
    ),
    (
        "pathways/pits.toml",
        "because = [\"toy_book\"]",
        "because = []",
        "pathways/pits.toml:4: a rule must name at least one source, the rules it follows from, or `expert-practice`",
    ),
    (
        "pathways/pits.toml",
        "because = [\"toy_book\"]",
        "because = [\"toy_bok\"]",
        "pathways/pits.toml:4: `toy_bok` is neither in citations.toml nor the id of a rule",
    ),
    (
        "pathways/pits.toml",
        "because = [\"toy_book\"]",
        "because = [\"PATH-PITS\"]",
        "pathways/pits.toml:4: a rule cannot follow from itself",
    ),
    (
        "pathways/pits.toml",
        "because = [\"toy_book\"]",
        "because = [\"toy_book\", \"expert-practice\"]",
        "pathways/pits.toml:4: name sources, or rules, or `expert-practice`, and not several of these together",
    ),
    (
        "procedures/dab.toml",
        "Usually {typical} dabs.",
        "Usually {usual} dabs.",
        "procedures/dab.toml:21: `{usual}` is no field of this table; there are: min, typical, max",
    ),
    (
        "safety/rain.toml",
        "procedures = [\"dab\"]",
        "procedures = [\"in-sessions\", \"dab\"]",
        "safety/rain.toml:9: `dab` is in the list already; write it once",
    ),
    ("safety/rain.toml", "sunburn is yes", "as RAIN-99", "safety/rain.toml:8: `RAIN-99` is the id of no safety rule"),
    (
        "safety/rain.toml",
        "sunburn is yes",
        "as RAIN-1",
        "safety/rain.toml:8: `RAIN-1` takes its condition from another rule itself; name that one",
    ),
    (
        "safety/rain.toml",
        "fitzpatrick >= 4",
        "as RAIN-1",
        "safety/rain.toml:18: a rule that holds when `RAIN-1` does follows from it; name it in `because`",
    ),
    (
        "safety/rain.toml",
        "action     = \"defer\"",
        "action     = \"defer\"\nmeasures = \"as RAIN-99\"",
        "safety/rain.toml:11: write `as` and the id of a safety rule; `as RAIN-99` is none",
    ),
    (
        "safety/rain.toml",
        "action     = \"defer\"",
        "action     = \"defer\"\nmeasures = \"as RAIN-2\"",
        "safety/rain.toml:11: a rule that asks for what `RAIN-2` does follows from it; name it in `because`",
    ),
    (
        "safety/rain.toml",
        "because    = [\"expert-practice\"]\nwhen       = \"fitzpatrick >= 4\"",
        "because    = [\"RAIN-1\"]\nmeasures = \"as RAIN-1\"\nwhen       = \"fitzpatrick >= 4\"",
        "safety/rain.toml:18: bounds, lead and items are those of `RAIN-1`; leave out its own, or `measures`",
    ),
    // Sources.
    (
        "citations.toml",
        "[[citation]]",
        "[[citation]]\nkey = \"unread\"\ntext = \"x\"\n[[citation]]",
        "citations.toml:2: no rule leans on this citation",
    ),
    (
        "citations.toml",
        "[[citation]]",
        "[[citation]]\nkey = \"toy_book\"\ntext = \"x\"\n[[citation]]",
        "citations.toml:5: this citation is listed twice",
    ),
    // Procedures.
    (
        "procedures/dab.toml",
        "max     = 3",
        "max     = 1",
        "procedures/dab.toml:20: write `min`, `typical` and `max` in ascending order",
    ),
    ("procedures/dab.toml", "min     = 1", "min     = 0", "procedures/dab.toml:20: `min` is at least 1"),
    ("procedures/dab.toml", "max     = 3", "max     = 2000000000", "procedures/dab.toml:20: `max` is at most 100"),
    (
        "procedures/dab.toml",
        "max     = 3",
        "max     = 3\nper_sitting = 0",
        "procedures/dab.toml:21: write `per_sitting` as a number from 1 to 100",
    ),
    (
        "procedures/dab.toml",
        "max        = 2",
        "max        = 2000000000",
        "procedures/dab.toml:29: `max` is at most 10000",
    ),
    // How much a request may hold.
    (
        "classification.toml",
        "max_scars    = 10",
        "max_scars    = 0",
        "classification.toml:5: write `max_scars` as a number from 1 to 65534",
    ),
    (
        "classification.toml",
        "max_scars    = 10",
        "max_scars    = 65535",
        "classification.toml:5: write `max_scars` as a number from 1 to 65534",
    ),
    (
        "classification.toml",
        "max_history  = 5",
        "max_history  = 0",
        "classification.toml:6: `max_history` is at least 1",
    ),
    (
        "procedures/dab.toml",
        "makeup_day = 1",
        "makeup_day = 3",
        "procedures/dab.toml:29: `makeup_day` lies between 0 and the longest downtime",
    ),
    ("procedures/dab.toml", "high    = 80", "high    = 50", "procedures/dab.toml:34: `low` is above `high`"),
    (
        "procedures/dab.toml",
        "low     = 60",
        "low     = 59.99999",
        "procedures/dab.toml:34: write 59.99999 as a number from 0 up, no finer than a thousandth",
    ),
    (
        "procedures/dab.toml",
        "when    = \"site is cheek\"\n",
        "",
        "procedures/dab.toml:34: rows after this one can never be reached",
    ),
    (
        "procedures/dab.toml",
        "rule    = \"DAB-ELSEWHERE\"",
        "when = \"site is nose\"\nrule    = \"DAB-ELSEWHERE\"",
        "procedures/dab.toml:48: the last row of a parameter holds for everybody: leave out `when`",
    ),
    (
        "procedures/dab.toml",
        "site is cheek",
        "site is cheeck",
        "procedures/dab.toml:38: `cheeck` is no word of `site`; write one of cheek, upper_cheek, lower_cheek, forehead, \
             glabella, temple, nose, chin, perioral, lip, jawline, preauricular, periorbital, eyelid, eyebrow, t_zone, \
             neck, chest, back, shoulder",
    ),
    (
        "procedures/dab.toml",
        "parameter = \"dab_percent\"",
        "parameter = \"dub_percent\"",
        "procedures/dab.toml:10: this procedure has no parameter `dub_percent`",
    ),
    (
        "procedures/dab.toml",
        "scar_type = \"ice_pick\"",
        "scar_type = \"ice_pik\"",
        "procedures/dab.toml:53: `ice_pik` is not in the list; write one of ice_pick, boxcar, rolling, linear_trough, \
             atrophic_unspecified, dystrophic, bridge, tunnel_sinus, macular_erythematous, macular_hyperpigmented, \
             macular_hypopigmented, papular, perifollicular_elastolysis, hypertrophic, keloid, raised_unspecified, \
             no_contour_scar, oos_suspicious_lesion, oos_active_lesion, oos_follicular_opening, oos_pore_or_microscar",
    ),
    (
        "procedures/cream.toml",
        "at_most = \"8 weeks\"",
        "at_most = \"2 months\"",
        "procedures/cream.toml:7: write a wait as \"4 weeks\" or \"4 to 6 weeks\" (days or weeks)",
    ),
    (
        "procedures/cream.toml",
        "at_most = \"8 weeks\"",
        "at_most = \"8 to 9 weeks\"",
        "procedures/cream.toml:7: write one wait such as \"4 weeks\" or \"3 days\"",
    ),
    (
        "procedures/cream.toml",
        "[course]",
        "[sessions]\nmin = 1\ntypical = 1\nmax = 1\nrule = \"X\"\nsays = \"X x.\"\nbecause = [\"toy_book\"]\n[course]",
        "procedures/cream.toml:1: home care has no [sessions]",
    ),
    // Spacing.
    (
        "gaps.toml",
        "floor    = \"2 weeks\"",
        "floor    = \"2\"",
        "gaps.toml:13: write a wait as \"4 weeks\" or \"4 to 6 weeks\" (days or weeks)",
    ),
    ("gaps.toml", "floor    = \"2 weeks\"", "floor    = \"0 days\"", "gaps.toml:13: a wait must be at least one day"),
    (
        "gaps.toml",
        "plan_min = \"3 weeks\"",
        "plan_min = \"1 week\"",
        "gaps.toml:14: `plan_min` (7 days) is below the floor (14 days)",
    ),
    (
        "gaps.toml",
        "typical  = \"4 to 5 weeks\"",
        "typical  = \"2 to 5 weeks\"",
        "gaps.toml:15: the typical wait (14 days) is sooner than the least allowed (21 days)",
    ),
    (
        "gaps.toml",
        "latest   = \"12 weeks\"",
        "latest   = \"3 weeks\"",
        "gaps.toml:16: the latest wait (21 days) is sooner than the typical one (35 days)",
    ),
    ("gaps.toml", "to      = \"thin-dab\"", "to      = \"dab\"", "gaps.toml:29: this pair is listed twice"),
    (
        "gaps.toml",
        "to      = \"thin-dab\"",
        "to      = \"thick-dab\"",
        "gaps.toml:29: no procedure has the kind `thick-dab` under [gaps]",
    ),
    (
        "gaps.toml",
        "from    = \"dab\"\nto      = \"thin-dab\"\nfloor   = \"2 weeks\"\ntypical = \"3 weeks\"",
        "from    = \"dab\"\nto      = \"thin-dab\"\nfloor   = \"4 weeks\"\ntypical = \"4 weeks\"",
        "gaps.toml:29: a weaker form never waits longer than the stronger one",
    ),
    (
        "gaps.toml",
        "rule    = \"GAP-DAB-THIN\"",
        "same_sitting = true\nrule    = \"GAP-DAB-THIN\"",
        "gaps.toml:48: a weaker form shares the sittings of the stronger one",
    ),
    (
        "gaps.toml",
        "rule    = \"GAP-DAB-THIN\"",
        "order_binds = true\nrule    = \"GAP-DAB-THIN\"",
        "gaps.toml:33: `order_binds` needs `same_sitting`",
    ),
    // Safety.
    (
        "safety/rain.toml",
        "until      = \"dry-weather\"",
        "until      = \"dry-weather\"\n[[rule.item]]\nkind = \"consent\"\nat = \"before-plan\"\nalso_on = [1]",
        "safety/rain.toml:13: what comes before the plan has no `days`",
    ),
    (
        "safety/rain.toml",
        "until      = \"dry-weather\"",
        "until      = \"dry-weather\"\n[[rule.item]]\nkind = \"consent\"\nat = \"each-session\"\n\
             amount = [{ name = \"a\", value = 1, unit = \"mg/kg\", per_kg = true, at_most = \"b\" }]",
        "safety/rain.toml:15: the item has no amount `b` that is the same for everybody",
    ),
    (
        "safety/rain.toml",
        "until      = \"dry-weather\"",
        "until      = \"dry-weather\"\nonly_preferred = true",
        "safety/rain.toml:4: what is kept away is not planned for whoever prefers it: leave out `only_preferred`",
    ),
    (
        "safety/rain.toml",
        "until      = \"dry-weather\"",
        "until      = \"dry-weather\"\nlead = { kind = \"smoke-free\", wait = \"4 weeks\", least = \"2 weeks\" }",
        "safety/rain.toml:12: time without smoking has no `least`",
    ),
    (
        "safety/rain.toml",
        "until      = \"dry-weather\"",
        "until      = \"dry-weather\"\nlead = { kind = \"smoke-free\", wait = \"4 weeks\", anew = true }",
        "safety/rain.toml:4: only a test area is made `anew`",
    ),
    (
        "safety/rain.toml",
        "until      = \"dry-weather\"",
        "until      = \"dry-weather\"\n[[rule.item]]\nkind = \"consent\"\nat = \"before-plan\"\ntotals_when = \"always\"",
        "safety/rain.toml:15: no amount of the item counts by weight; leave out `totals_when`",
    ),
    (
        "safety/rain.toml",
        "start_at  = 50",
        "start_at  = 50\nlowest = true",
        "safety/rain.toml:23: `lowest` stands alone",
    ),
    (
        "safety/rain.toml",
        "start_at  = 50",
        "start_at  = 50\n[[rule.limit]]\nparameter = \"dab_percent\"\nat_most = 60",
        "safety/rain.toml:16: `{at_most}` is no field of this table; there are: start_at",
    ),
    (
        "safety/rain.toml",
        "until      = \"dry-weather\"",
        "until      = \"dry-wether\"",
        "safety/rain.toml:11: events.toml has no event of this name",
    ),
    (
        "safety/rain.toml",
        "until      = \"dry-weather\"\n",
        "",
        "safety/rain.toml:4: a deferral needs `until`, or a condition on days since an event",
    ),
    (
        "events.toml",
        "[[event]]",
        "[[event]]\nid = \"snow\"\nkind = \"state\"\n[[event]]",
        "events.toml:2: no rule waits for this event",
    ),
    (
        "safety/rain.toml",
        "procedures = [\"dab\"]",
        "procedures = []",
        "safety/rain.toml:4: name at least one procedure that the rule acts on",
    ),
    (
        "safety/rain.toml",
        "procedures = [\"dab\"]",
        "procedures = [\"dabb\"]",
        "safety/rain.toml:9: `dabb` is neither a file of procedures/ nor a family of one",
    ),
    (
        "safety/rain.toml",
        "parameter = \"dab_percent\"",
        "parameter = \"percent\"",
        "safety/rain.toml:23: none of these procedures has a parameter `percent`",
    ),
    (
        "safety/rain.toml",
        "at_most   = 70\nstart_at  = 50\n",
        "",
        "safety/rain.toml:16: `{start_at}` is no field of this table; there are: none",
    ),
    ("safety/rain.toml", "start_at  = 50", "start_at  = 90", "safety/rain.toml:23: `start_at` is above `at_most`"),
    (
        "safety/rain.toml",
        "fitzpatrick >= 4",
        "fitzpatrick = 4",
        "safety/rain.toml:18: after `fitzpatrick` write `is`, `in (…)` or a comparison such as `<`",
    ),
    (
        "safety/rain.toml",
        "action     = \"modify\"",
        "action     = \"modify\"\nuntil = \"dry-weather\"",
        "safety/rain.toml:22: only a deferral has `until`",
    ),
    // Classification and scales.
    (
        "classification.toml",
        "when       = \"always\"",
        "when       = \"relief is flat\"",
        "classification.toml:45: the last row must hold for every scar: write `always`",
    ),
    (
        "classification.toml",
        "confidence = \"high\"",
        "confidence = \"sure\"",
        "classification.toml:38: `sure` is not in the list; write one of low, medium, high",
    ),
    ("grading.toml", "{ name = \"papular\", points = 2 },", "", "grading.toml:128: there is no row `papular`"),
    // Pathways, home care and referrals.
    (
        "pathways/pits.toml",
        "procedure = \"dab\"",
        "procedure = \"cream\"",
        "pathways/pits.toml:12: a step takes a focal or a field procedure",
    ),
    (
        "pathways/pits.toml",
        "[[step]]",
        "[[step]]\nphase = \"structural\"\nbetween_others = true\nrule = \"X-2\"\nsays = \"X.\"\nbecause = [\"toy_book\"]\n\
         [[step.option]]\nprocedure = \"dab\"\nrule = \"X-3\"\nsays = \"X.\"\nbecause = [\"toy_book\"]\n[[step]]",
        "pathways/pits.toml:23: another step takes it with `between_others = true`; write that here too",
    ),
    (
        "home_care.toml",
        "procedure = \"cream\"",
        "procedure = \"dab\"",
        "home_care.toml:7: only a procedure of the kind `home-care` is used at home",
    ),
    (
        "home_care.toml",
        "phase   = \"maintain\"",
        "phase   = \"surface\"",
        "home_care.toml:3: home care belongs to the phase `prepare` or `maintain`",
    ),
    (
        "home_care.toml",
        "[[step.option]]",
        "[step.resume]\nruns_for = \"4 weeks\"\nrule = \"HOME-RESUME\"\nsays = \"It runs again for {runs_for}.\"\n\
             because = [\"expert-practice\"]\n[[step.option]]",
        "home_care.toml:3: `resume` is for what begins with the plan and ends with the last session",
    ),
    (
        "home_care.toml",
        "rule    = \"HOME\"",
        "rule    = \"HOME\"\nafter   = [\"cream\"]",
        "home_care.toml:3: `after` names what a step before this one uses, and what has a longest use",
    ),
    (
        "referrals.toml",
        "not scar_type is ice_pick",
        "scar_type is boxcar",
        "referrals.toml:1: no pathway and no referral answers atrophic_unspecified scars of depth deep",
    ),
    (
        "referrals.toml",
        "for     = \"not scar_type is ice_pick\"",
        "beside  = \"as NO-RULE\"",
        "referrals.toml:2: `NO-RULE` is the id of no safety rule",
    ),
    (
        "referrals.toml",
        "when_nothing_is_allowed = true",
        "for = \"always\"",
        "referrals.toml:1: write exactly one referral with `when_nothing_is_allowed = true`",
    ),
    (
        "referrals.toml",
        "when_structure_is_missing = true",
        "for = \"always\"",
        "referrals.toml:1: write exactly one referral with `when_structure_is_missing = true`",
    ),
    (
        "referrals.toml",
        "when_structure_is_missing = true",
        "when_structure_is_missing = true\nfor = \"always\"",
        "referrals.toml:14: write one of `for`, `beside`, `when_nothing_is_allowed = true`, `when_structure_is_missing = true` and `when_courses_are_done = true`",
    ),
    (
        "referrals.toml",
        "when_courses_are_done = true",
        "for = \"always\"",
        "referrals.toml:1: write exactly one referral with `when_courses_are_done = true`",
    ),
    (
        "planning.toml",
        "[usual]",
        "[[past.booster]]\nprocedures = [\"dab\"]\nafter = \"366 days\"\nsessions = 0\nrule = \"MORE\"\nsays = \"More.\"\n\
             because = [\"expert-practice\"]\n[usual]",
        "planning.toml:33: `sessions` is at least 1",
    ),
    (
        "planning.toml",
        "[usual]",
        "[[past.booster]]\nprocedures = [\"dab\"]\nafter = \"366 days\"\nsessions = 1\nrule = \"MORE\"\nsays = \"More.\"\n\
             because = [\"expert-practice\"]\n[[past.booster]]\nprocedures = [\"dab\"]\nafter = \"366 days\"\n\
             sessions = 1\nrule = \"MOST\"\nsays = \"Most.\"\nbecause = [\"expert-practice\"]\n[usual]",
        "planning.toml:40: a procedure of this row stands in another [[past.booster]] already",
    ),
    (
        "planning.toml",
        "[usual]",
        "[[together]]\nprocedures = [\"dab\"]\nrule = \"SITES\"\nsays = \"Together.\"\n\
             because = [\"expert-practice\"]\n[usual]",
        "planning.toml:31: what counts together has `per_sitting`",
    ),
];
