//! Temporary: checks the knowledge.
fn main() {
    match cicatrix::knowledge::Knowledge::parse(&cicatrix::release::embedded()) {
        Ok(k) => println!("ok {} rules {} citations", k.rules().len(), k.citations().len()),
        Err(e) => println!("{e}"),
    }
}
