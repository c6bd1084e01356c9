//! What a stream takes, and when.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::{
    sync::{
        Arc, Condvar, Mutex, OnceLock,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use futures_util::{Stream, StreamExt as _, stream};
use tonic::{Code, Status};

use super::{Bulk, Door, Head, Pool};
use crate::{
    knowledge::Knowledge,
    release,
    serve::{
        Limits, Readiness, Service,
        live::{Counts, Live},
        metrics::Metrics,
    },
    settings::Settings,
};

const IN_FLIGHT: usize = 5;
const BYTES: usize = 100;

/// It lives as long as the readiness.
fn bulk(pool: &Pool, readiness: &Readiness) -> Bulk {
    static LIVE: OnceLock<Live> = OnceLock::new();
    let live = LIVE.get_or_init(|| {
        let service = Service::new(Knowledge::parse(&release::embedded()).unwrap());
        Live::new(service, Counts { metrics: Arc::new(Metrics::default()), hear: None })
    });
    let limits =
        Limits { bulk_in_flight: IN_FLIGHT, bulk_bytes: BYTES, access_log: false, ..Settings::default().limits() };
    Bulk::new(live, pool, &limits, readiness)
}

/// The place and the code.
type Told = (i32, Option<Code>);

fn door<I>(plan: fn(&Service, i32, I) -> Result<Told, Status>) -> Door<I, Told> {
    Door { name: "test", bytes: |_| 1, plan, refuse: |index, status| (index, Some(status.code())) }
}

/// Items without end, and how many of them were taken.
fn counted() -> (Arc<AtomicUsize>, impl Stream<Item = Result<(), Status>>) {
    let taken = Arc::new(AtomicUsize::new(0));
    let counts = Arc::clone(&taken);
    let items = stream::repeat(()).map(move |()| {
        counts.fetch_add(1, Relaxed);
        Ok(())
    });
    (taken, items)
}

/// Of items without end `first` are taken before an answer is read, and one more for each that is.
async fn are_taken(door: Door<(), Told>, first: usize) {
    let (pool, readiness) = (Pool::start(2).unwrap(), Readiness::default());
    let (taken, items) = counted();
    let mut answers = Box::pin(bulk(&pool, &readiness).answer(items, door, Head::default()).unwrap().0);
    for read in 0..10 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(taken.load(Relaxed), first + read);
        assert_eq!(answers.next().await.unwrap().unwrap().0, i32::try_from(read).unwrap());
    }
    drop(answers);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let seen = taken.load(Relaxed);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(taken.load(Relaxed), seen, "nobody is there and items are still taken");
}

#[tokio::test]
async fn only_so_many_are_taken_while_nothing_is_read() {
    // One more waits for the connection.
    are_taken(door(|_, _, ()| Err(super::error::internal())), IN_FLIGHT + 1).await;
}

#[tokio::test]
async fn only_so_many_bytes_are_held_while_nothing_is_read() {
    // Two of them fit; one more waits for the connection, and one for room.
    let door = Door { bytes: |()| BYTES / 2 - 1, ..door(|_, _, ()| Err(super::error::internal())) };
    are_taken(door, 2 + 1 + 1).await;
}

#[tokio::test]
async fn an_item_that_panics_ends_nothing() {
    let (pool, readiness) = (Pool::start(2).unwrap(), Readiness::default());
    let items = stream::iter((0..20).map(Ok));
    let door =
        door(|_, _, item: i32| if item % 7 == 3 { panic!("a patient's name") } else { Err(super::error::no_lines()) });
    let answers = bulk(&pool, &readiness).answer(items, door, Head::default()).unwrap().0;
    let answers: Vec<_> = answers.map(|it| it.unwrap()).collect().await;
    let code = |it: i32| if it % 7 == 3 { Code::Internal } else { Code::InvalidArgument };
    assert_eq!(answers, (0..20).map(|it| (it, Some(code(it)))).collect::<Vec<_>>());
}

/// Each of two items ends only when the other was begun.
#[tokio::test]
async fn items_are_planned_side_by_side() {
    static BEGUN: (Mutex<usize>, Condvar) = (Mutex::new(0), Condvar::new());
    let (pool, readiness) = (Pool::start(2).unwrap(), Readiness::default());
    let items = stream::iter([Ok(()), Ok(())]);
    let door = door(|_, _, ()| {
        let mut begun = BEGUN.0.lock().unwrap();
        *begun += 1;
        BEGUN.1.notify_all();
        let (begun, _) = BEGUN.1.wait_timeout_while(begun, Duration::from_secs(10), |it| *it < 2).unwrap();
        Err(if *begun == 2 { super::error::no_lines() } else { super::error::internal() })
    });
    let answers = bulk(&pool, &readiness).answer(items, door, Head::default()).unwrap().0;
    let answers: Vec<_> = answers.map(|it| it.unwrap().1).collect().await;
    assert_eq!(answers, [Some(Code::InvalidArgument); 2]);
}

#[tokio::test]
async fn what_is_larger_than_all_room_has_all_of_it() {
    let (pool, readiness) = (Pool::start(2).unwrap(), Readiness::default());
    let door = Door { bytes: |_| 10 * BYTES, ..door(|_, _, _: i32| Err(super::error::no_lines())) };
    let bulk = bulk(&pool, &readiness);
    let stream = || bulk.answer(stream::iter((0..20).map(Ok)), door, Head::default()).unwrap().0;
    let (one, other) = tokio::join!(stream().count(), stream().count());
    assert_eq!((one, other), (20, 20));
}
