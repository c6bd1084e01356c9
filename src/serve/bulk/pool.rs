//! The threads that plan the items of every stream, and what is much work.

use std::io;

use tokio::runtime::{self, Runtime};

/// The threads. Dropping it ends them.
pub(in crate::serve) struct Pool(Option<Runtime>);

impl Pool {
    pub(in crate::serve) fn start(threads: usize) -> io::Result<Self> {
        let runtime = runtime::Builder::new_multi_thread().worker_threads(threads).thread_name("bulk").build()?;
        Ok(Self(Some(runtime)))
    }

    pub(super) fn handle(&self) -> Option<runtime::Handle> {
        self.0.as_ref().map(|it| it.handle().clone())
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
