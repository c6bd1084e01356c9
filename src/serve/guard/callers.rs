//! Everybody who asks, with one account for each.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Instant,
};

use super::rate::Account;

/// The part of an IPv6 address that names the network.
const NETWORK: u128 = !0 << 64;

/// What of a caller is open at once is counted, each kind for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::serve) enum Of {
    /// Streams of requests.
    Streams,
    /// Streams that nobody is asked for: of the health and of reflection.
    Watches,
    /// Requests whose answer was not taken.
    Requests,
}

/// How a caller is known. Whoever chooses the names of one kind, as users of some issuers do, takes nobody's account of
/// another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub(super) enum Kind {
    Token,
    Key,
    Certificate,
    Address,
}

/// Somebody who asks, with the account of what was asked.
#[derive(Debug)]
pub(in crate::serve) struct Caller {
    pub(in crate::serve) name: String,
    pub(in crate::serve) account: Account,
    /// Bytes of its bodies that were read and not answered.
    pub(in crate::serve) bytes: AtomicUsize,
    /// What is open, by its kind.
    open: [AtomicUsize; 3],
}

impl Caller {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            account: Account::default(),
            bytes: AtomicUsize::new(0),
            open: Default::default(),
        }
    }

    /// One more of a kind, if this caller has fewer than `most`.
    pub(in crate::serve) fn share(self: &Arc<Self>, of: Of, most: usize) -> Option<Share> {
        // Dropping it takes it back.
        let share = Share { caller: Arc::clone(self), of };
        let before = share.open()?.fetch_add(1, Relaxed);
        (before < most).then_some(share)
    }
}

/// One open thing of a caller, until it is dropped.
#[derive(Debug)]
pub(in crate::serve) struct Share {
    caller: Arc<Caller>,
    of: Of,
}

impl Share {
    fn open(&self) -> Option<&AtomicUsize> {
        self.caller.open.get(self.of as usize)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        if let Some(open) = self.open() {
            open.fetch_sub(1, Relaxed);
        }
    }
}

/// Every caller whose account matters: one caller has one account, over every connection.
#[derive(Debug)]
pub(in crate::serve) struct Callers {
    /// From here the accounts are kept.
    beginning: Instant,
    known: Mutex<HashMap<String, Arc<Caller>>>,
}

impl Default for Callers {
    fn default() -> Self {
        Self { beginning: Instant::now(), known: Mutex::default() }
    }
}

impl Callers {
    /// Nanoseconds since the beginning.
    pub(in crate::serve) fn now(&self) -> u64 {
        u64::try_from(self.beginning.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// The caller that is known in this way by this name.
    pub(super) fn known(&self, kind: Kind, name: &str) -> Arc<Caller> {
        self.named(&format!("{}:{name}", <&str>::from(kind)))
    }

    /// The caller of this name, with its kind before it.
    pub(in crate::serve) fn named(&self, name: &str) -> Arc<Caller> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(caller) = known.get(name) {
            return Arc::clone(caller);
        }
        // Before the list would have to grow, those go that are not here and have asked no more than they may.
        if known.len() == known.capacity() {
            let now = self.now();
            known.retain(|_, it| Arc::strong_count(it) > 1 || !it.account.is_even(now));
        }
        let caller = Arc::new(Caller::new(name));
        known.insert(name.to_owned(), Arc::clone(&caller));
        caller
    }

    /// A caller that is known only by where it comes from. One machine has many addresses of IPv6, and one network.
    pub(in crate::serve) fn stranger(&self, from: IpAddr) -> Arc<Caller> {
        let network = match from.to_canonical() {
            IpAddr::V4(ip) => IpAddr::V4(ip),
            IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() & NETWORK)),
        };
        self.known(Kind::Address, &network.to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{super::Rate, Callers, Kind, Of};

    #[test]
    fn one_caller_has_one_account_and_strangers_are_forgotten() {
        let callers = Callers::default();
        let kept = callers.named("emr");
        assert!(Arc::ptr_eq(&kept, &callers.named("emr")));
        // Whoever bears a token in the name of a key has not its account.
        assert!(!Arc::ptr_eq(&callers.known(Kind::Key, "emr"), &callers.known(Kind::Token, "emr")));
        // Hanging up settles no account.
        let busy = callers.named("busy");
        let rate = Rate::new(1, 1).into_iter().next();
        assert!(rate.is_some_and(|rate| busy.account.take(rate, callers.now() + 1_000_000_000_000).is_ok()));
        drop(busy);
        for it in 0..10_000 {
            drop(callers.named(&it.to_string()));
        }
        assert!(callers.known.lock().is_ok_and(|it| it.len() < 100));
        assert!(Arc::ptr_eq(&kept, &callers.named("emr")));
        assert!(!callers.named("busy").account.is_even(callers.now()));
    }

    #[test]
    fn strangers_are_told_apart_by_their_network() {
        let callers = Callers::default();
        let of = |it: &str| it.parse().map(|it| callers.stranger(it).name.clone()).unwrap_or_default();
        assert_eq!(of("192.0.2.1"), "address:192.0.2.1");
        assert_eq!(of("::ffff:192.0.2.1"), "address:192.0.2.1");
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:0:0:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
    }

    #[test]
    fn one_caller_has_only_so_many_of_a_kind() {
        let callers = Callers::default();
        let (one, other) = (callers.named("one"), callers.named("other"));
        let (first, second) = (one.share(Of::Streams, 2), callers.named("one").share(Of::Streams, 2));
        assert!(first.is_some() && second.is_some());
        assert!(one.share(Of::Streams, 2).is_none() && other.share(Of::Streams, 2).is_some());
        assert!(one.share(Of::Watches, 1).is_some());
        drop(first);
        assert!(one.share(Of::Streams, 2).is_some());
    }
}
