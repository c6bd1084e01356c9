//! The rules as conditions of the Common Expression Language, compiled once.

use std::sync::Arc;

use cel::{Context, Env, Program, Value};

use crate::{
    Decide,
    decision::{FLAGS, Rule, rules},
};

fn condition(rule: &Rule) -> String {
    match *rule {
        Rule::Treat { scar, severity, phototype, unless } => {
            format!("scar == '{scar}' && severity == {severity} && phototype == {phototype} && !{}", FLAGS[unless])
        }
        Rule::Hold { flag } => FLAGS[flag].to_owned(),
    }
}

pub fn engine() -> Decide {
    let env = Arc::new(Env::stdlib());
    let programs: Vec<Program> = rules().iter().map(|it| env.compile(&condition(it)).unwrap()).collect();
    Box::new(move |input| {
        let mut context = Context::with_env(Arc::clone(&env));
        context.add_variable_from_value("scar", input.scar);
        context.add_variable_from_value("severity", input.severity);
        context.add_variable_from_value("phototype", input.phototype);
        for (name, flag) in FLAGS.into_iter().zip(input.flags) {
            context.add_variable_from_value(name, flag);
        }
        let speaks = |it: &Program| it.execute(&context) == Ok(Value::Bool(true));
        programs.iter().enumerate().filter(|it| speaks(it.1)).map(|it| it.0).collect()
    })
}
