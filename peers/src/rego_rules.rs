//! The rules as a policy in Rego, compiled once for the virtual machine of regorus, which is kept.

use std::{cell::RefCell, fmt::Write as _};

use regorus::{Engine, Value, languages::rego::compiler::Compiler, rvm::vm::RegoVM};

use crate::{
    Decide,
    decision::{FLAGS, Input, Rule, rules},
};

const ENTRY: &str = "data.peers.speaks";

fn policy() -> String {
    let mut text = "package peers\nimport rego.v1\n".to_owned();
    for (at, rule) in rules().iter().enumerate() {
        let condition = match *rule {
            Rule::Treat { scar, severity, phototype, unless } => format!(
                "input.scar == \"{scar}\"; input.severity == {severity}; input.phototype == {phototype}; not input.{}",
                FLAGS[unless]
            ),
            Rule::Hold { flag } => format!("input.{}", FLAGS[flag]),
        };
        let _ = writeln!(text, "speaks contains {at} if {{ {condition} }}");
    }
    text
}

pub fn engine() -> Decide {
    let mut engine = Engine::new();
    engine.add_policy("rules.rego".to_owned(), policy()).unwrap();
    let compiled = engine.compile_with_entrypoint(&ENTRY.into()).unwrap();
    let program = Compiler::compile_from_policy(&compiled, &[ENTRY]).unwrap();
    let mut machine = RegoVM::new();
    machine.load_program(program);
    let machine = RefCell::new(machine);
    Box::new(move |input| {
        let mut machine = machine.borrow_mut();
        machine.set_input(value(input));
        let spoke = machine.execute().unwrap();
        let numbers = spoke.as_set().unwrap().iter().map(|it| it.as_u64().unwrap());
        numbers.map(|it| usize::try_from(it).unwrap()).collect()
    })
}

fn value(input: &Input) -> Value {
    let mut value = Value::new_object();
    let fields = value.as_object_mut().unwrap();
    fields.insert("scar".into(), input.scar.into());
    fields.insert("severity".into(), input.severity.into());
    fields.insert("phototype".into(), input.phototype.into());
    for (name, flag) in FLAGS.into_iter().zip(input.flags) {
        fields.insert(name.into(), flag.into());
    }
    value
}
