//! A process whose heap blocks and instructions are counted between marks.

use std::{
    env, fmt, fs,
    hint::black_box,
    io::{BufRead as _, BufReader, Lines, Write as _},
    path::{Path, PathBuf},
    process::{self, ChildStdin, ChildStdout, Command, Stdio},
    thread,
};

use crate::ALLOCATOR;

/// Where callgrind is told to write down what it counted.
const MARK: &str = "counted_up_to_here";

/// What something costs.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost {
    pub(crate) blocks: f64,
    pub(crate) bytes: f64,
    /// `None` without valgrind.
    pub(crate) instructions: Option<f64>,
}

impl Cost {
    /// Of one of so many.
    pub(crate) fn each(self, count: u32) -> Self {
        let count = f64::from(count);
        let Self { blocks, bytes, instructions } = self;
        Self { blocks: blocks / count, bytes: bytes / count, instructions: instructions.map(|it| it / count) }
    }

    /// Instructions over those of `other`.
    pub(crate) fn over(&self, other: &Self) -> Option<f64> {
        Some(self.instructions? / other.instructions?)
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:7.1} blocks, {:9.0} B", self.blocks, self.bytes)?;
        match self.instructions {
            Some(it) => write!(f, ", {it:10.0} instructions"),
            None => Ok(()),
        }
    }
}

pub(crate) fn has_valgrind() -> bool {
    let version = Command::new("valgrind").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    version.is_ok_and(|it| it.success())
}

/// This program in another mode, under callgrind where there is one.
pub(crate) struct Child {
    process: process::Child,
    asks: Option<ChildStdin>,
    says: Lines<BufReader<ChildStdout>>,
    marks: Vec<(f64, f64)>,
    scratch: Option<PathBuf>,
}

impl Child {
    pub(crate) fn start(mode: &[&str]) -> Self {
        let program = env::current_exe().unwrap();
        let scratch = has_valgrind().then(|| {
            let scratch = env::temp_dir().join(format!("cicatrix-gates-{}-{}", process::id(), mode[0]));
            fs::create_dir_all(&scratch).unwrap();
            scratch
        });
        let mut command = match &scratch {
            Some(scratch) => {
                let mut command = Command::new("valgrind");
                command.args(["--tool=callgrind", "-q", "--demangle=no", &format!("--dump-before=*{MARK}*")]);
                command.arg(format!("--callgrind-out-file={}", scratch.join("counted").display())).arg(program);
                command
            }
            None => Command::new(program),
        };
        let mut process = command.args(mode).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let asks = process.stdin.take();
        let says = BufReader::new(process.stdout.take().unwrap()).lines();
        Self { process, asks, says, marks: Vec::new(), scratch }
    }

    /// The next line that it says.
    pub(crate) fn line(&mut self) -> String {
        self.says.next().unwrap().unwrap()
    }

    /// Has it count up to here.
    pub(crate) fn mark(&mut self) {
        self.asks.as_ref().unwrap().write_all(b"\n").unwrap();
        self.marked();
    }

    /// Reads what it counted at a mark of its own.
    pub(crate) fn marked(&mut self) {
        let line = self.line();
        let mut numbers = line.split(' ').map(|it| it.parse().unwrap());
        self.marks.push((numbers.next().unwrap(), numbers.next().unwrap()));
    }

    /// What was counted between each mark and the one before.
    pub(crate) fn end(mut self) -> Vec<Cost> {
        drop(self.asks.take());
        let _ = self.process.wait();
        let mut before = (0.0, 0.0);
        let mut costs = Vec::new();
        for (at, mark) in self.marks.iter().enumerate() {
            let instructions = self.scratch.as_ref().map(|it| instructions(it, at + 1));
            costs.push(Cost { blocks: mark.0 - before.0, bytes: mark.1 - before.1, instructions });
            before = *mark;
        }
        if let Some(scratch) = &self.scratch {
            fs::remove_dir_all(scratch).unwrap();
        }
        costs
    }
}

/// What callgrind wrote down at its `number`th mark.
fn instructions(scratch: &Path, number: usize) -> f64 {
    let path = scratch.join(format!("counted.{number}"));
    let text = fs::read_to_string(&path).unwrap_or_else(|it| panic!("{}: {it}", path.display()));
    let total = text.lines().find_map(|it| it.strip_prefix("totals: ")).unwrap();
    total.trim().parse().unwrap()
}

// ---- within the child ----

/// Counts whenever a line comes, and ends the process when none comes any more.
pub(crate) fn count_when_asked() {
    thread::spawn(|| {
        for _asked in std::io::stdin().lines().map_while(Result::ok) {
            count();
        }
        process::exit(0);
    });
}

/// Prints the heap blocks and bytes so far.
pub(crate) fn count() {
    black_box(counted_up_to_here as fn(u64) -> u64)(0);
    let it = ALLOCATOR.stats();
    println!("{} {}", it.allocations + it.reallocations, it.bytes_allocated);
    std::io::stdout().flush().unwrap();
}

#[inline(never)]
fn counted_up_to_here(anything: u64) -> u64 {
    black_box(anything)
}
