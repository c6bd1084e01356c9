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
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
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

/// Why what was read does not take the place of what is there.
#[derive(Debug)]
pub(super) struct NotTaken {
    pub(super) problems: Vec<String>,
    /// Time alone mends it: the same files are tried again.
    pub(super) for_now: bool,
}

impl From<Vec<String>> for NotTaken {
    fn from(problems: Vec<String>) -> Self {
        Self { problems, for_now: false }
    }
}

/// Files that are read again.
struct Watched {
    what: &'static str,
    watch: bool,
    /// Differs when the files do, or when others of them cannot be read.
    stamp: Box<dyn Fn() -> u64 + Send>,
    reload: Box<dyn Fn() -> Result<(), NotTaken> + Send>,
    /// At the last look.
    seen: u64,
    /// When they were last tried.
    tried: u64,
    /// They were refused for now, which was said.
    waits: bool,
}

impl Watched {
    fn new(
        what: &'static str,
        watch: bool,
        stamp: impl Fn() -> u64 + Send + 'static,
        reload: impl Fn() -> Result<(), NotTaken> + Send + 'static,
    ) -> Self {
        // What is there now was read when the process began.
        let now = stamp();
        Self { what, watch, stamp: Box::new(stamp), reload: Box::new(reload), seen: now, tried: now, waits: false }
    }

    fn look(&mut self, metrics: &Metrics) {
        if !self.watch {
            return;
        }
        let now = (self.stamp)();
        // A file that is replaced may be away for a moment.
        let settled = now == self.seen;
        self.seen = now;
        if !settled {
            return;
        }
        if now != self.tried {
            self.try_again(metrics);
        } else if self.waits {
            self.take(metrics);
        }
    }

    fn try_again(&mut self, metrics: &Metrics) {
        self.tried = (self.stamp)();
        self.seen = self.tried;
        self.waits = false;
        self.take(metrics);
    }

    /// Says how it ended, but for a refusal that stands and was said.
    fn take(&mut self, metrics: &Metrics) {
        let (what, said) = (self.what, std::mem::take(&mut self.waits));
        match (self.reload)() {
            Ok(()) => {
                metrics.reloaded(what, true);
                tracing::info!(what, "read again");
            }
            Err(NotTaken { problems, for_now }) => {
                self.waits = for_now;
                if said && for_now {
                    return;
                }
                metrics.reloaded(what, false);
                for problem in problems {
                    tracing::error!(what, problem, "refused; what was there before stays");
                }
            }
        }
    }
}

/// The certificate that is shown, which ends.
struct Expiry {
    tls: Tls,
    /// That it ended then was said.
    told: Option<u64>,
}

impl Expiry {
    /// What has ended before now was said when it was read.
    fn new(tls: Tls, metrics: &Metrics) -> Self {
        let mut expiry = Self { told: tls.expires(), tls };
        expiry.told = expiry.told.filter(|it| *it <= seconds());
        expiry.look(metrics);
        expiry
    }

    fn look(&mut self, metrics: &Metrics) {
        let Some(end) = self.tls.expires() else { return };
        metrics.certificate_expires.set(i64::try_from(end).unwrap_or(i64::MAX));
        if end <= seconds() && self.told != Some(end) {
            self.told = Some(end);
            tracing::warn!(
                what = "tls",
                "the certificate has expired and callers will not trust this server; renew it"
            );
        }
    }
}

/// Since 1970.
fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |it| it.as_secs())
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
    let mut expiry = tls.clone().map(|it| Expiry::new(it, &metrics));
    if let Some(tls) = tls {
        let files = tls.files();
        all.push(Watched::new("tls", true, move || stamp(&files), move || tls.reload()));
    }
    let files = guard.files();
    if !files.is_empty() {
        let guard = guard.clone();
        all.push(Watched::new("auth", true, move || stamp(&files), move || Ok(guard.reload()?)));
    }
    if let Some(KnowledgeSource { read, parse, watch }) = knowledge {
        let read = Arc::new(std::sync::Mutex::new(read));
        let again = Arc::clone(&read);
        let files = |read: &std::sync::Mutex<Box<dyn Fn() -> io::Result<Vec<SourceFile>> + Send>>| {
            read.lock().unwrap_or_else(std::sync::PoisonError::into_inner)()
        };
        let stamp = move || {
            let mut hasher = DefaultHasher::new();
            match files(&read) {
                Ok(files) => files.iter().for_each(|it| (&it.path, &it.text).hash(&mut hasher)),
                Err(error) => error.to_string().hash(&mut hasher),
            }
            hasher.finish()
        };
        let reload = move || {
            let files = files(&again).map_err(|it| vec![format!("knowledge.path: {it}")])?;
            Ok(live.replace(parse(&files)?)?)
        };
        all.push(Watched::new("knowledge", watch, stamp, reload));
    }
    let mut keys = guard.fetches().then(|| Keys { guard, last: Instant::now() });
    thread::Builder::new().name("reload".to_owned()).spawn(move || {
        loop {
            let asked = match asked.recv_timeout(LOOK) {
                // However often it was asked meanwhile, once is enough.
                Ok(()) => asked.try_iter().count() < usize::MAX,
                Err(RecvTimeoutError::Timeout) => false,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            for it in &mut all {
                let what = it.what;
                survived(what, &metrics, || if asked { it.try_again(&metrics) } else { it.look(&metrics) });
            }
            if let Some(it) = &mut expiry {
                it.look(&metrics);
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

fn stamp(files: &[PathBuf]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for it in files {
        fs::read(it).map_err(|it| it.kind()).hash(&mut hasher);
    }
    hasher.finish()
}
