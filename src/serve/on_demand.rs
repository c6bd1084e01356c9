//! A service that is made when somebody first asks for it.
//!
//! A replica begins sooner and is smaller without what most are never asked.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    sync::{Arc, OnceLock},
    task::{Context, Poll},
};

use futures_util::future::Either;
use http::{Request, Response};
use tonic::{body::Body, server::NamedService};
use tower::Service;

use super::error;

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct OnDemand<S, M> {
    made: Arc<OnceLock<Option<S>>>,
    make: M,
}

impl<S, M: Fn() -> Option<S>> OnDemand<S, M> {
    pub(super) fn new(make: M) -> Self {
        Self { made: Arc::default(), make }
    }
}

impl<S: NamedService, M> NamedService for OnDemand<S, M> {
    const NAME: &'static str = S::NAME;
}

impl<S, M> Service<Request<Body>> for OnDemand<S, M>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone,
    M: Fn() -> Option<S>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Either<S::Future, Ready<Result<Response<Body>, Infallible>>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        match self.made.get_or_init(|| (self.make)()) {
            // Always ready, as every server that is generated.
            Some(service) => Either::Left(service.clone().call(request)),
            None => Either::Right(ready(Ok(error::unknown_rpc().into_http()))),
        }
    }
}
