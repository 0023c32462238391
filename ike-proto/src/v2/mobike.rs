//! MOBIKE (RFC 4555): the ends of an IKE SA and of its Child SAs change their addresses without a new handshake.
//!
//! The original initiator decides which addresses are used. It says so with UPDATE_SA_ADDRESSES; the other end answers
//! to where the request came from, checks that the new address can be reached, and only then sends there.

use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use super::contents::Contents;
use super::draft::Draft;
use super::established::{Established, Task};
use super::request::Request;
use crate::crypto::nat_detection::nat_detection_hash;
use crate::diagnose::{Event, FailureReason, Phase, Role};
use crate::sa::{Core, Effects, Nat, Path};
use crate::wire::IkeSpi;
use crate::wire::codes::{ExchangeType, NotifyType};

/// Octets of a COOKIE2 (RFC 4555 §4.2.5 allows 8 to 64).
const COOKIE_LEN: usize = 16;

/// Addresses of the peer that are remembered.
const MAX_ADDRESSES: usize = 8;

/// What both ends have agreed on by MOBIKE_SUPPORTED.
#[cfg_attr(test, derive(Clone))]
#[derive(Debug, Default)]
pub(crate) struct Mobike {
    /// NAT_DETECTION_DESTINATION_IP of the peer's last answer: how it sees us.
    seen: Option<Vec<u8>>,
}

/// What a request about addresses must find again in its answer.
#[cfg_attr(test, derive(Clone))]
#[derive(Debug)]
pub(crate) struct AddressCheck {
    /// The addresses that it is about. An answer that comes after another change says nothing about those of now.
    path: Path,
    cookie: Vec<u8>,
}

impl AddressCheck {
    fn new(core: &Core, fx: &mut Effects<'_>) -> Self {
        Self { path: core.path, cookie: fx.random(COOKIE_LEN) }
    }

    /// RFC 4555 §3.7: the end that cannot return what was sent there ends the IKE SA.
    fn verify(&self, contents: &Contents<'_>) -> Result<(), FailureReason> {
        match contents.notify(NotifyType::COOKIE2) {
            Some(notify) if notify.data == self.cookie => Ok(()),
            _ => Err(FailureReason::Protocol { what: "COOKIE2 was not returned as it was sent" }),
        }
    }
}

impl Established {
    /// Both ends speak MOBIKE: from now on no address is followed that is not announced (RFC 4555 §3.8).
    pub(crate) fn start_mobike(&mut self, core: &mut Core) {
        core.follows = false;
        self.mobike = Some(Mobike::default());
    }

    /// Our address is another one now.
    pub(crate) fn readdress(&mut self, local: IpAddr, core: &mut Core, fx: &mut Effects<'_>) {
        let path = Path { local: SocketAddr::new(local, core.path.local.port()), ..core.path };
        if path == core.path {
            return;
        }
        if self.mobike.is_none() {
            let what = "our address changed and the peer does not speak MOBIKE: connect anew";
            core.failed(fx, Role::Initiator, Phase::One, FailureReason::Protocol { what });
            return;
        }
        // The address before is gone: whatever waits for an answer goes out from the new one, and so does ESP.
        core.path = path;
        core.move_children(fx);
        self.announce(core);
    }

    fn announce(&mut self, core: &Core) {
        let task = if core.role == Role::Initiator { Task::UpdateAddresses } else { Task::TellAddresses };
        self.tasks.retain(|other| *other != task);
        self.tasks.push_front(task);
    }

    /// Asks the peer to use the addresses of this request.
    ///
    /// # Errors
    /// None that can be met: the request always fits into a datagram.
    pub(crate) fn request_update(
        &mut self,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<(), FailureReason> {
        let check = AddressCheck::new(core, fx);
        let mut draft = Draft::new();
        draft.notify(NotifyType::UPDATE_SA_ADDRESSES, &[]);
        self.push_nat_detection(&mut draft, core.path, core);
        if core.config.as_ref().is_some_and(|config| config.mobike.no_nats) {
            draft.notify(NotifyType::NO_NATS_ALLOWED, &addresses(core.path.local, core.path.remote));
        }
        draft.notify(NotifyType::COOKIE2, &check.cookie);
        let request = Request::UpdateAddresses(check);
        self.current.request(core, fx, ExchangeType::INFORMATIONAL, &draft, request)
    }

    /// The peer has answered UPDATE_SA_ADDRESSES.
    ///
    /// # Errors
    /// It cannot return COOKIE2.
    pub(crate) fn handle_update_response(
        &mut self,
        check: &AddressCheck,
        contents: &Contents<'_>,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<(), FailureReason> {
        let refused = [NotifyType::UNACCEPTABLE_ADDRESSES, NotifyType::UNEXPECTED_NAT_DETECTED];
        if let Some(kind) = refused.into_iter().find(|kind| contents.notify(*kind).is_some()) {
            let reason = FailureReason::Notify { name: alloc::format!("{kind}") };
            core.failed(fx, Role::Initiator, Phase::One, reason);
            return Ok(());
        }
        check.verify(contents)?;
        if check.path == core.path {
            self.detect_nat(contents, core.path, core, fx);
            core.move_children(fx);
            self.remember_seen(contents);
        }
        Ok(())
    }

    /// Sends an empty request, or where a NAT may change its mind one that tells.
    ///
    /// # Errors
    /// None that can be met.
    pub(crate) fn request_probe(
        &mut self,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<(), FailureReason> {
        let mut draft = Draft::new();
        if self.mobike.is_some() && core.role == Role::Initiator {
            self.push_nat_detection(&mut draft, core.path, core);
        }
        self.current.request(core, fx, ExchangeType::INFORMATIONAL, &draft, Request::Probe)
    }

    /// The answer to a probe says how the peer sees us. If that has changed, it is told (RFC 4555 §3.8).
    pub(crate) fn check_mapping(&mut self, contents: &Contents<'_>) {
        let Some(mobike) = &self.mobike else { return };
        let seen = contents.notify(NotifyType::NAT_DETECTION_DESTINATION_IP).map(|notify| notify.data);
        let Some(seen) = seen else { return };
        let changed = mobike.seen.as_deref().is_some_and(|before| before != seen);
        self.remember_seen(contents);
        if changed {
            self.tasks.push_front(Task::UpdateAddresses);
        }
    }

    fn remember_seen(&mut self, contents: &Contents<'_>) {
        let seen = contents.notify(NotifyType::NAT_DETECTION_DESTINATION_IP);
        if let (Some(mobike), Some(notify)) = (&mut self.mobike, seen) {
            mobike.seen = Some(Vec::from(notify.data));
        }
    }

    /// Says that our addresses have changed; which one is left shows in where this comes from (RFC 4555 §3.6).
    ///
    /// # Errors
    /// None that can be met.
    pub(crate) fn request_tell(
        &mut self,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<(), FailureReason> {
        let draft = Draft::notification(NotifyType::NO_ADDITIONAL_ADDRESSES, &[]);
        self.current.request(core, fx, ExchangeType::INFORMATIONAL, &draft, Request::Probe)
    }

    /// Asks whether the peer receives what is sent to where it says it is.
    ///
    /// # Errors
    /// None that can be met.
    pub(crate) fn request_route_check(
        &mut self,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<(), FailureReason> {
        let check = AddressCheck::new(core, fx);
        let draft = Draft::notification(NotifyType::COOKIE2, &check.cookie);
        let request = Request::CheckRoute(check);
        self.current.request(core, fx, ExchangeType::INFORMATIONAL, &draft, request)
    }

    /// It does, so Child SAs may send there.
    ///
    /// # Errors
    /// It cannot return COOKIE2.
    pub(crate) fn handle_route_response(
        &mut self,
        check: &AddressCheck,
        contents: &Contents<'_>,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<(), FailureReason> {
        check.verify(contents)?;
        if check.path == core.path {
            core.move_children(fx);
        }
        Ok(())
    }

    /// Does what an INFORMATIONAL request says about addresses, and begins the answer to it.
    pub(crate) fn answer_addresses(
        &mut self,
        contents: &Contents<'_>,
        path: Path,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Draft {
        let mut draft = Draft::new();
        if let Some(notify) = contents.notify(NotifyType::COOKIE2) {
            draft.notify(NotifyType::COOKIE2, notify.data);
        }
        if self.mobike.is_none() {
            return draft;
        }
        if contents.notify(NotifyType::NAT_DETECTION_SOURCE_IP).is_some() {
            self.push_nat_detection(&mut draft, path, core);
        }
        if contents.notify(NotifyType::UPDATE_SA_ADDRESSES).is_some() && core.role == Role::Responder {
            if let Some(refusal) = refusal(contents, path) {
                draft.notify(refusal, &[]);
                return draft;
            }
            let from = core::mem::replace(&mut core.path, path);
            self.detect_nat(contents, path, core, fx);
            tell_moved(from, path, core, fx);
            self.tasks.retain(|task| *task != Task::CheckRoute);
            self.tasks.push_front(Task::CheckRoute);
        }
        self.note_addresses(contents, path, core, fx);
        draft
    }

    /// The responder tells which addresses it has. If the one in use is not among them, we go where it spoke from.
    fn note_addresses(&mut self, contents: &Contents<'_>, path: Path, core: &mut Core, fx: &mut Effects<'_>) {
        let told = [
            NotifyType::ADDITIONAL_IP4_ADDRESS,
            NotifyType::ADDITIONAL_IP6_ADDRESS,
            NotifyType::NO_ADDITIONAL_ADDRESSES,
        ];
        if core.role != Role::Initiator || !told.iter().any(|kind| contents.notify(*kind).is_some()) {
            return;
        }
        let four = contents.notify_data(NotifyType::ADDITIONAL_IP4_ADDRESS).into_iter();
        let four = four.filter_map(|data| <[u8; 4]>::try_from(data).ok().map(IpAddr::from));
        let six = contents.notify_data(NotifyType::ADDITIONAL_IP6_ADDRESS).into_iter();
        let six = six.filter_map(|data| <[u8; 16]>::try_from(data).ok().map(IpAddr::from));
        let in_use = core.path.remote.ip();
        let kept = path.remote.ip() == in_use || four.chain(six).take(MAX_ADDRESSES).any(|one| one == in_use);
        if !kept {
            let moved = Path { remote: path.remote, ..core.path };
            let from = core::mem::replace(&mut core.path, moved);
            tell_moved(from, moved, core, fx);
            self.announce(core);
        }
    }

    fn push_nat_detection(&self, draft: &mut Draft, path: Path, core: &Core) {
        if !core.nat.supported {
            return;
        }
        let spis = self.spis();
        let pretend = core.config.as_ref().is_some_and(|config| config.nat.force_encapsulation);
        draft.notify(NotifyType::NAT_DETECTION_SOURCE_IP, &Nat::source_hash(spis, path.local, pretend));
        let destination = nat_detection_hash(spis.0, spis.1, path.remote);
        draft.notify(NotifyType::NAT_DETECTION_DESTINATION_IP, &destination);
    }

    /// Whether a NAT is on the path, by the hashes of the peer.
    fn detect_nat(&self, contents: &Contents<'_>, path: Path, core: &mut Core, fx: &mut Effects<'_>) {
        let sources = contents.notify_data(NotifyType::NAT_DETECTION_SOURCE_IP);
        let destination = contents.notify(NotifyType::NAT_DETECTION_DESTINATION_IP).map(|notify| notify.data);
        let mut nat = Nat::detect(self.spis(), &sources, destination, path.local, path.remote);
        if !nat.supported {
            return;
        }
        let force = core.config.as_ref().is_some_and(|config| config.nat.force_encapsulation);
        nat.encap = path.is_floated() && (nat.found() || force);
        if let (Some(connection), true) = (core.connection, nat != core.nat) {
            fx.event(Event::NatDetected { connection, local: nat.local, remote: nat.remote });
        }
        core.nat = nat;
    }

    fn spis(&self) -> (IkeSpi, IkeSpi) {
        (self.current.name.initiator, self.current.name.responder)
    }
}

fn tell_moved(from: Path, to: Path, core: &Core, fx: &mut Effects<'_>) {
    if let (Some(connection), true) = (core.connection, from.remote != to.remote) {
        fx.event(Event::PeerMoved { connection, from: from.remote, to: to.remote });
    }
}

/// Why addresses are not used: a NAT where there must be none (RFC 4555 §3.9), or an address that is no host's.
fn refusal(contents: &Contents<'_>, path: Path) -> Option<NotifyType> {
    let no_nats = contents.notify(NotifyType::NO_NATS_ALLOWED);
    if no_nats.is_some_and(|notify| notify.data != addresses(path.remote, path.local)) {
        return Some(NotifyType::UNEXPECTED_NAT_DETECTED);
    }
    let remote = path.remote.ip();
    (remote.is_unspecified() || remote.is_multicast() || path.remote.port() == 0)
        .then_some(NotifyType::UNACCEPTABLE_ADDRESSES)
}

/// Source and destination as NO_NATS_ALLOWED carries them: addresses, then ports (RFC 4555 §4.2.6).
fn addresses(source: SocketAddr, destination: SocketAddr) -> Vec<u8> {
    let mut octets = Vec::new();
    for end in [source, destination] {
        match end.ip() {
            IpAddr::V4(address) => octets.extend_from_slice(&address.octets()),
            IpAddr::V6(address) => octets.extend_from_slice(&address.octets()),
        }
    }
    octets.extend_from_slice(&source.port().to_be_bytes());
    octets.extend_from_slice(&destination.port().to_be_bytes());
    octets
}
