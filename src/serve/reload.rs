//! Reads files again while serving: on request, or when they have changed. What is wrong changes nothing.

use std::{
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io,
    panic::{self, AssertUnwindSafe},
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

use super::{guard::Guard, live::Live, metrics::Metrics, tls::Tls};
use crate::knowledge::{Knowledge, SourceFile};

/// Between two looks at the files. They are taken when two looks in a row find the same: not while they are written.
const LOOK: Duration = Duration::from_secs(1);

/// Between two fetches of keys.
const FETCH: Duration = Duration::from_secs(300);
/// The same when they are wanted: a key is unknown, or none could be had.
const FETCH_WANTED: Duration = Duration::from_secs(10);

/// Makes knowledge of its files, or says everything that is wrong.
pub type Parse = dyn Fn(&[SourceFile]) -> Result<Knowledge, Vec<String>> + Send;

/// Where knowledge comes from when it is read again.
pub struct KnowledgeSource {
    /// Reads the files.
    pub read: Box<dyn Fn() -> io::Result<Vec<SourceFile>> + Send>,
    /// Checks them; everything that is wrong is said.
    pub parse: Box<Parse>,
    /// Whether a change is enough, or somebody has to ask.
    pub watch: bool,
}

impl std::fmt::Debug for KnowledgeSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KnowledgeSource").field("watch", &self.watch).finish_non_exhaustive()
    }
}

/// Files that are read again.
struct Watched {
    what: &'static str,
    watch: bool,
    /// Differs when the files do; `None` while they cannot be read.
    stamp: Box<dyn Fn() -> Option<u64> + Send>,
    reload: Box<dyn Fn() -> Result<(), Vec<String>> + Send>,
    /// At the last look.
    seen: Option<u64>,
    /// When they were last tried.
    tried: Option<u64>,
}

impl Watched {
    fn look(&mut self, metrics: &Metrics) {
        let now = (self.stamp)();
        let settled = now == self.seen;
        self.seen = now;
        if self.watch && settled && now.is_some() && now != self.tried {
            self.try_again(metrics);
        }
    }

    fn try_again(&mut self, metrics: &Metrics) {
        let what = self.what;
        self.tried = (self.stamp)();
        self.seen = self.tried;
        match (self.reload)() {
            Ok(()) => {
                metrics.reloaded(what, true);
                tracing::info!(what, "read again");
            }
            Err(problems) => {
                metrics.reloaded(what, false);
                for problem in problems {
                    tracing::error!(what, problem, "refused; what was there before stays");
                }
            }
        }
    }
}

/// Keys that are fetched again.
struct Keys {
    guard: Guard,
    last: Instant,
}

impl Keys {
    fn look(&mut self, metrics: &Metrics) {
        let since = self.last.elapsed();
        if since >= FETCH || since >= FETCH_WANTED && self.guard.wants() {
            self.fetch(metrics);
        }
    }

    fn fetch(&mut self, metrics: &Metrics) {
        self.last = Instant::now();
        match self.guard.refresh() {
            Ok(differ) => {
                metrics.reloaded("jwks", true);
                if differ {
                    tracing::info!(what = "jwks", "read again");
                }
            }
            Err(problems) => {
                metrics.reloaded("jwks", false);
                for problem in problems {
                    tracing::error!(what = "jwks", problem, "refused; what was there before stays");
                }
            }
        }
    }
}

/// Looks after the files on a thread of its own, until the sender of `asked` is gone.
pub(super) fn start(
    tls: Option<Tls>,
    guard: Guard,
    knowledge: Option<KnowledgeSource>,
    live: Live,
    metrics: Arc<Metrics>,
    asked: Receiver<()>,
) -> io::Result<()> {
    let mut all = Vec::new();
    if let Some(tls) = tls {
        let files = tls.files();
        all.push(Watched {
            what: "tls",
            watch: true,
            stamp: Box::new(move || stamp(&files)),
            reload: Box::new(move || tls.reload()),
            seen: None,
            tried: None,
        });
    }
    let files = guard.files();
    if !files.is_empty() {
        all.push(Watched {
            what: "auth",
            watch: true,
            stamp: Box::new(move || stamp(&files)),
            reload: {
                let guard = guard.clone();
                Box::new(move || guard.reload())
            },
            seen: None,
            tried: None,
        });
    }
    if let Some(KnowledgeSource { read, parse, watch }) = knowledge {
        let read = Arc::new(std::sync::Mutex::new(read));
        let again = Arc::clone(&read);
        let files = |read: &std::sync::Mutex<Box<dyn Fn() -> io::Result<Vec<SourceFile>> + Send>>| {
            read.lock().unwrap_or_else(std::sync::PoisonError::into_inner)()
        };
        all.push(Watched {
            what: "knowledge",
            watch,
            stamp: Box::new(move || {
                let mut hasher = DefaultHasher::new();
                files(&read).ok()?.iter().for_each(|it| (&it.path, &it.text).hash(&mut hasher));
                Some(hasher.finish())
            }),
            reload: Box::new(move || {
                let files = files(&again).map_err(|it| vec![format!("knowledge.path: {it}")])?;
                live.replace(parse(&files)?);
                Ok(())
            }),
            seen: None,
            tried: None,
        });
    }
    for it in &mut all {
        // What is there now was read when the process began.
        it.tried = (it.stamp)();
        it.seen = it.tried;
    }
    let mut keys = guard.fetches().then(|| Keys { guard, last: Instant::now() });
    thread::Builder::new().name("reload".to_owned()).spawn(move || {
        loop {
            let asked = match asked.recv_timeout(LOOK) {
                Ok(()) => true,
                Err(RecvTimeoutError::Timeout) => false,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            for it in &mut all {
                let what = it.what;
                survived(what, &metrics, || if asked { it.try_again(&metrics) } else { it.look(&metrics) });
            }
            if let Some(it) = &mut keys {
                survived("jwks", &metrics, || if asked { it.fetch(&metrics) } else { it.look(&metrics) });
            }
        }
    })?;
    Ok(())
}

/// One step. One that panics is a refusal as well, and the others go on: certificates and keys have nobody else.
fn survived(what: &'static str, metrics: &Metrics, step: impl FnOnce()) {
    // Each step notes what it tries before it does, so what it leaves behind is not tried again.
    if panic::catch_unwind(AssertUnwindSafe(step)).is_err() {
        metrics.reloaded(what, false);
        tracing::error!(what, problem = "reading it broke down", "refused; what was there before stays");
    }
}

fn stamp(files: &[PathBuf]) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    for it in files {
        fs::read(it).ok()?.hash(&mut hasher);
    }
    Some(hasher.finish())
}
