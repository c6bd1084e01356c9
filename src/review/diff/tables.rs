//! The files as tables: every field that is written down, by the rule that it stands with.
//!
//! Read from the text and not from the checked knowledge, so that no field is ever overlooked.

use std::collections::BTreeMap;

use toml::{Table, Value};

use crate::knowledge::SourceFile;

/// Fields by name, each with its values in order.
pub(super) type Fields = BTreeMap<String, Vec<String>>;

/// Fields that a rule says of itself in other words.
const TOLD_OTHERWISE: [&str; 5] = ["rule", "id", "says", "because", "code"];

/// The fields of every rule; what stands with no rule goes by the name of its file.
pub(super) fn tables(files: &[SourceFile]) -> BTreeMap<String, Fields> {
    let mut all = Tables(BTreeMap::new());
    for file in files {
        if let Ok(table) = file.text.parse::<Table>() {
            all.table(&file.path, "", &table);
        }
    }
    all.0
}

struct Tables(BTreeMap<String, Fields>);

impl Tables {
    fn table(&mut self, owner: &str, name: &str, table: &Table) {
        let text = |key: &str| table.get(key).and_then(Value::as_str);
        // A table with a sentence is a rule; a source has its key, and an event or an attribute its id.
        let rule = text("rule").or_else(|| text("id").filter(|_| table.contains_key("says")));
        let own = rule.or_else(|| text("key")).or_else(|| text("id"));
        let (owner, name) = own.map_or((owner, name), |own| (own, ""));
        for (key, value) in table {
            if own.is_some() && TOLD_OTHERWISE.contains(&key.as_str()) {
                continue;
            }
            let name = [name, key.as_str()].into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" ");
            self.value(owner, &name, value);
        }
    }

    fn value(&mut self, owner: &str, name: &str, value: &Value) {
        match value {
            Value::Table(table) => self.table(owner, name, table),
            Value::Array(all) => all.iter().for_each(|it| self.value(owner, name, it)),
            Value::String(text) => self.add(owner, name, text.clone()),
            Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) => {
                self.add(owner, name, value.to_string());
            }
        }
    }

    fn add(&mut self, owner: &str, name: &str, value: String) {
        let fields = self.0.entry(owner.to_owned()).or_default();
        fields.entry(name.replace('_', " ")).or_default().push(value);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, reason = "tests")]

    use super::tables;
    use crate::knowledge::SourceFile;

    #[test]
    fn every_field_stands_with_its_rule() {
        let text = "name = \"A\"\norder = 3\n[sessions]\nmin = 2\nrule = \"A-1\"\nsays = \"x.\"\n\
                    [[risk]]\nrule = \"A-2\"\nsays = \"y.\"\n[[risk.limit]]\nat_most = 2.5\n[[risk.limit]]\nat_most = 3\n";
        let all = tables(&[SourceFile { path: "procedures/a.toml".to_owned(), text: text.to_owned().into() }]);
        assert_eq!(all["procedures/a.toml"]["order"], ["3"]);
        assert_eq!(all["A-1"]["min"], ["2"]);
        assert_eq!(all["A-2"]["limit at most"], ["2.5", "3"]);
        assert!(!all["A-1"].contains_key("says"));
    }
}
