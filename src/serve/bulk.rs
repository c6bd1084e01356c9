//! Bulk: a stream of requests, planned on every processor and answered in order; and single ones that are much work.
//!
//! A stream holds only so many items, so what its caller does not read is not taken from them either.

mod budget;
mod head;
mod lines;
mod pool;
mod rest;

use std::{
    collections::VecDeque,
    fmt,
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::{Stream, StreamExt as _, stream};
use tokio::{
    runtime,
    sync::{Semaphore, mpsc, oneshot, watch},
    task::consume_budget,
    time::{Sleep, sleep, timeout},
};
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::AbortOnDropHandle,
};
use tonic::{Code, Status};

use super::{
    Service,
    app::Readiness,
    error,
    guard::{Payer, Unpaid},
    heavy::Weigh,
    listen::Limits,
    live::Live,
    metrics::Refused,
    retry, seat,
};
use crate::wire::{Encoded, UnreadRequest, codec, v1};

use budget::{Budget, Held};
pub(super) use head::Outcome;
use head::{Head, Room};
pub(super) use pool::Pool;
pub(super) use rest::route;

/// After a stream was ended early, what its caller still sends is thrown away for so long: closing at once could take
/// back the last answers.
pub(super) const LINGER: Duration = Duration::from_secs(2);
/// After so long another stream may have ended.
const FULL: Duration = Duration::from_secs(1);
/// Stands for "no deadline"; a timer cannot wait for ever.
const NEVER: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

/// The path of the route.
pub(super) const ROUTE: &str = "/v1/protocols:batchGenerate";

/// What answers streams. Cheap to clone.
#[derive(Clone)]
pub(super) struct Bulk(Arc<Shared>);

struct Shared {
    live: Live,
    pool: Option<runtime::Handle>,
    streams: Arc<Semaphore>,
    /// Most streams of one caller: half of all, so that there is room for another.
    of_one: usize,
    in_flight: usize,
    budget: Budget,
    idle: Duration,
    max_bytes: usize,
    stopping: watch::Receiver<bool>,
    access_log: bool,
}

impl fmt::Debug for Bulk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bulk").field("in_flight", &self.0.in_flight).finish_non_exhaustive()
    }
}

/// How a door reads an item and writes its answer, each with the place of the item. Both run on the pool.
struct Door<I, A> {
    name: &'static str,
    /// How much memory an item holds.
    bytes: fn(&I) -> usize,
    plan: fn(&Service, i32, I) -> Result<A, Status>,
    refuse: fn(i32, Status) -> A,
}

impl<I, A> Clone for Door<I, A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<I, A> Copy for Door<I, A> {}

const GRPC: Door<UnreadRequest, Item> = Door {
    name: "grpc",
    bytes: UnreadRequest::len,
    plan: |service, index, item| {
        let request = item.read().map_err(|_unreadable| error::unreadable(codec::UNREADABLE))?;
        service.generate_protocol_as(request, |it| Item::item(index, it))
    },
    refuse: |index, status| Item::refused(index, error::message(&status)),
};

/// One answer of a stream by gRPC.
type Item = Encoded<v1::GenerateProtocolsResponse>;

impl Bulk {
    pub(super) fn new(live: &Live, pool: &Pool, limits: &Limits, readiness: &Readiness) -> Self {
        Self(Arc::new(Shared {
            live: live.clone(),
            pool: pool.handle(),
            streams: Arc::new(Semaphore::new(limits.bulk_streams.min(Semaphore::MAX_PERMITS))),
            of_one: limits.bulk_streams.div_ceil(2),
            in_flight: limits.bulk_in_flight,
            budget: Budget::new(limits.bulk_bytes),
            idle: limits.bulk_idle.min(NEVER),
            max_bytes: limits.max_request_bytes,
            stopping: readiness.stopping(),
            access_log: limits.access_log,
        }))
    }

    /// Answers one request: here, or on the pool when it is much work.
    pub(super) async fn one<Q: Weigh + Send + 'static, R: Send + 'static>(
        &self,
        request: Q,
        answer: fn(&Service, Q) -> Result<R, Status>,
    ) -> Result<R, Status> {
        if !request.is_heavy() {
            return answer(&self.0.live.now(), request);
        }
        let pool = self.0.pool.clone().ok_or_else(error::internal)?;
        let (live, seat, gone) = (self.0.live.clone(), seat::take(), CancellationToken::new());
        let given_up = gone.clone().drop_guard();
        let answered = pool.spawn(async move { (answer(&live.now().until(gone), request), seat) });
        // Given up with its caller: at once, if it was not begun. A panic was logged.
        let answered = AbortOnDropHandle::new(answered).await;
        given_up.disarm();
        let (answer, seat) = answered.unwrap_or_else(|_| (Err(error::internal()), None));
        seat::give(seat);
        answer
    }

    /// Answers a stream of gRPC.
    pub(super) fn grpc(
        &self,
        request: tonic::Request<tonic::Streaming<UnreadRequest>>,
    ) -> Result<(impl Stream<Item = Result<Item, Status>> + Send + use<>, Outcome), Status> {
        let head = Head::of(request.metadata().as_ref(), request.extensions());
        let most = self.0.max_bytes;
        // Frames that are too large are not read, so where the next one begins is lost.
        let items = request.into_inner().map(move |it| it.map_err(|status| error::broken_stream(&status, most)));
        self.answer(items, GRPC, head)
    }

    /// Takes items as long as there is room, and gives their answers in order. The last one can be why it ended early.
    fn answer<I, A, S>(
        &self,
        items: S,
        door: Door<I, A>,
        head: Head,
    ) -> Result<(impl Stream<Item = Result<A, Status>> + Send + use<I, A, S>, Outcome), Status>
    where
        I: Send + 'static,
        A: Send + 'static,
        S: Stream<Item = Result<I, Status>> + Send + 'static,
    {
        let Head { id, deadline, payer } = head;
        let room = self.room(payer.as_ref()).ok_or_else(|| {
            self.0.live.metrics().refused(Refused::Streams);
            retry::after(&error::too_many_streams(), FULL)
        })?;
        let pool = self.0.pool.clone().ok_or_else(error::internal)?;
        // One answer waits for the connection, the others where they are counted.
        let (send, answers) = mpsc::channel(1);
        let (finish, finished) = oneshot::channel();
        let (bulk, waiting, outcome) = (self.clone(), VecDeque::new(), Outcome::default());
        let run = Run { bulk, pool, door, send, waiting, taken: 0, refused: 0, room, payer, outcome: outcome.clone() };
        let deadline = deadline.unwrap_or(NEVER).min(NEVER);
        // Not part of the answer's own stream: nobody polls that while the caller does not read.
        tokio::spawn(run.all(items, deadline, finish, id));
        let answers = stream::unfold((answers, Some(finished)), |(mut answers, mut finished)| async move {
            if let Some(answer) = answers.recv().await {
                return Some((Ok(answer), (answers, finished)));
            }
            // Without a word of its own it was cut off, and must not look whole.
            let end = finished.take()?.await.unwrap_or_else(|_cut| Err(error::internal()));
            Some((Err(end.err()?), (answers, finished)))
        });
        Ok((answers, outcome))
    }

    /// Room for one more stream, of this caller and of all.
    fn room(&self, payer: Option<&Payer>) -> Option<Room> {
        let permit = Arc::clone(&self.0.streams).try_acquire_owned().ok()?;
        let open = match payer {
            Some(payer) => Some(payer.open(self.0.of_one)?),
            None => None,
        };
        Some(Room::new(permit, open))
    }
}

/// One stream.
struct Run<I, A> {
    bulk: Bulk,
    pool: runtime::Handle,
    door: Door<I, A>,
    send: mpsc::Sender<A>,
    waiting: VecDeque<Waiting<A>>,
    taken: i32,
    refused: u64,
    room: Room,
    payer: Option<Payer>,
    outcome: Outcome,
}

/// An item that is planned or will be. Dropping it gives it up, if it was not begun.
struct Waiting<A> {
    index: i32,
    planned: AbortOnDropHandle<Planned<A>>,
    /// Ends the work between two plans, when it was begun.
    _given_up: DropGuard,
    /// Its place in the memory of all streams.
    _held: Held,
}

struct Planned<A> {
    answer: A,
    refused: bool,
}

impl<I: Send + 'static, A: Send + 'static> Run<I, A> {
    async fn all(
        mut self,
        items: impl Stream<Item = Result<I, Status>> + Send,
        deadline: Duration,
        finish: oneshot::Sender<Result<(), Status>>,
        id: String,
    ) {
        let started = Instant::now();
        let mut items = pin!(items);
        let ended = self.pump(&mut items, deadline).await;
        let code = match &ended {
            Ended::Well => Code::Ok,
            Ended::Early(status) => status.code(),
            Ended::Gone => Code::Cancelled,
        };
        self.outcome.set(code);
        if self.bulk.0.access_log {
            tracing::info!(
                target: "cicatrix::access",
                door = self.door.name,
                status = error::name(code),
                items = self.taken,
                refused = self.refused,
                micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
                request_id = id,
                "stream ended"
            );
        }
        let Self { send, waiting, room, .. } = self;
        // What nobody will read is not planned, and the next stream has room.
        drop((waiting, room));
        let early = match ended {
            Ended::Well => Some(Ok(())),
            Ended::Early(status) => Some(Err(status)),
            Ended::Gone => None,
        };
        let Some(early) = early else { return };
        let linger = early.is_err();
        // An error is the other end being dropped: nobody wants to know.
        let _ = finish.send(early);
        drop(send);
        if linger {
            let thrown_away = async {
                while let Some(Ok(_)) = items.next().await {
                    // Others on this thread have their turn, however much is there.
                    consume_budget().await;
                }
            };
            let _ = timeout(LINGER, thrown_away).await;
        }
    }

    /// Takes and answers until there is nothing more.
    async fn pump(&mut self, items: &mut (impl Stream<Item = Result<I, Status>> + Unpin), deadline: Duration) -> Ended {
        let Shared { in_flight, idle, .. } = *self.bulk.0;
        let budget = self.bulk.0.budget.clone();
        let mut stopping = self.bulk.0.stopping.clone();
        let mut late = pin!(sleep(deadline));
        let mut silent = pin!(sleep(idle));
        // An item that waits for room, and then until its caller may have it planned.
        let mut next: Option<I> = None;
        let mut held: Option<Held> = None;
        let mut turn = pin!(sleep(Duration::ZERO));
        // How it ends once what was taken is answered; `None` while more is taken.
        let mut end: Option<Ended> = None;
        loop {
            if end.is_none()
                && let Some(item) = next.take()
            {
                match held.take().or_else(|| budget.try_take((self.door.bytes)(&item))) {
                    None => next = Some(item),
                    Some(room) => match self.pay() {
                        Ok(()) => end = self.take(item, room),
                        Err(Unpaid::Refused(why, status)) => {
                            self.bulk.0.live.metrics().refused(why.into());
                            end = Some(Ended::Early(status));
                        }
                        Err(Unpaid::Wait(wait)) => {
                            turn.as_mut().reset(tokio::time::Instant::now() + wait);
                            (next, held) = (Some(item), Some(room));
                        }
                    },
                }
            }
            let bytes = next.as_ref().map_or(0, self.door.bytes);
            let room = end.is_none() && next.is_none() && self.waiting.len() < in_flight;
            if self.waiting.is_empty()
                && let Some(end) = end
            {
                return end;
            }
            tokio::select! {
                biased;
                () = self.send.closed() => return Ended::Gone,
                () = late.as_mut() => return Ended::Early(error::deadline_exceeded()),
                // Whom we let wait does not stand still.
                () = silent.as_mut(), if next.is_none() => return Ended::Early(error::silent_stream(idle)),
                () = told(&mut stopping), if end.is_none() => {
                    end = Some(Ended::Early(error::stopping(self.taken)));
                }
                planned = hand_over(&self.send, &mut self.waiting, self.door.refuse), if !self.waiting.is_empty() => match planned {
                    Ok(refused) => {
                        self.refused += u64::from(refused);
                        moved(silent.as_mut(), idle);
                    }
                    Err(Gone) => return Ended::Gone,
                },
                room = budget.take(bytes), if next.is_some() && held.is_none() && end.is_none() => {
                    held = room;
                    moved(silent.as_mut(), idle);
                }
                () = turn.as_mut(), if held.is_some() && end.is_none() => moved(silent.as_mut(), idle),
                item = items.next(), if room => match item {
                    Some(Ok(item)) => {
                        next = Some(item);
                        moved(silent.as_mut(), idle);
                    }
                    Some(Err(status)) => end = Some(Ended::Early(status)),
                    None => end = Some(Ended::Well),
                },
            }
        }
    }

    /// Charges the caller for the next item, or says why not. The first came with the request itself.
    fn pay(&mut self) -> Result<(), Unpaid> {
        let charged = self.taken > 0;
        self.payer.as_mut().map_or(Ok(()), |it| it.pay(charged))
    }

    /// Has an item planned; says why no more can be taken.
    fn take(&mut self, item: I, held: Held) -> Option<Ended> {
        let index = self.taken;
        let Some(taken) = index.checked_add(1) else { return Some(Ended::Early(error::stream_too_long(index))) };
        self.taken = taken;
        let (bulk, Door { plan, refuse, .. }) = (self.bulk.clone(), self.door);
        let gone = CancellationToken::new();
        let given_up = gone.clone().drop_guard();
        let planned = self.pool.spawn(async move {
            let answer = plan(&bulk.0.live.now().until(gone), index, item);
            Planned { refused: answer.is_err(), answer: answer.unwrap_or_else(|status| refuse(index, status)) }
        });
        let planned = AbortOnDropHandle::new(planned);
        self.waiting.push_back(Waiting { index, planned, _given_up: given_up, _held: held });
        None
    }
}

/// Gives the connection the first answer, once it is ready and there is room for it; says whether it is a refusal.
///
/// Can be dropped while it waits: nothing is lost.
async fn hand_over<A>(
    send: &mpsc::Sender<A>,
    waiting: &mut VecDeque<Waiting<A>>,
    refuse: fn(i32, Status) -> A,
) -> Result<bool, Gone> {
    let place = send.reserve().await.map_err(|_closed| Gone)?;
    let Some(Waiting { index, planned, .. }) = waiting.front_mut() else { return Ok(false) };
    let planned = planned.await;
    // It panicked, which was logged.
    let planned = planned.unwrap_or_else(|_| Planned { answer: refuse(*index, error::internal()), refused: true });
    waiting.pop_front();
    place.send(planned.answer);
    Ok(planned.refused)
}

/// Nobody is there to be answered.
struct Gone;

/// How a stream ends.
enum Ended {
    /// Every item was answered.
    Well,
    Early(Status),
    Gone,
}

/// Waits until the server is to end.
async fn told(stopping: &mut watch::Receiver<bool>) {
    // An error is the server being gone.
    let _ = stopping.wait_for(|it| *it).await;
}

fn moved(silent: std::pin::Pin<&mut Sleep>, idle: Duration) {
    silent.reset(tokio::time::Instant::now() + idle);
}

#[cfg(test)]
mod tests;
