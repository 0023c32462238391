//! The Security Association Database (RFC 4301 §4.4.2).

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use crate::ah;
use crate::backend::BackendError;
use crate::crypt::KeyError;
use crate::drop_reason::DropReason;
use crate::net::{IPV4_HEADER_LEN, IPV6_HEADER_LEN, IpView, TunnelOptions, max_inner_len};
use crate::sa::{
    Direction, InboundSa, IpsecProtocol, Mode, OutboundSa, ReqId, SaCounters, SaKey, SaParams, SaTraffic,
    SaUsage, UdpEncap,
};
use crate::selector::Selectors;
use crate::soft::path_mtu::PathMtu;
use crate::suite::SaSuite;
use crate::time::Instant;

/// Where the packets of a Security Association run; a move changes it and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Path {
    pub(crate) local: IpAddr,
    pub(crate) remote: IpAddr,
    pub(crate) encap: Option<UdpEncap>,
}

/// An entry: a Security Association under its key, on its path.
#[derive(Debug)]
pub(crate) struct Entry<S> {
    pub(crate) key: SaKey,
    pub(crate) reqid: ReqId,
    pub(crate) path: Path,
    pub(crate) selectors: Arc<Selectors>,
    pub(crate) sa: Arc<S>,
    pub(crate) tunnel: TunnelOptions,
    pub(crate) path_mtu: Arc<PathMtu>,
}

impl<S> Entry<S> {
    fn new(params: &SaParams, sa: S) -> Self {
        Self {
            tunnel: params.tunnel,
            path_mtu: Arc::default(),
            key: params.key(),
            reqid: params.reqid,
            path: Path { local: params.local, remote: params.remote, encap: params.encap },
            selectors: Arc::new(params.selectors.clone()),
            sa: Arc::new(sa),
        }
    }

    /// The same Security Association, sequence number, window and counters, elsewhere.
    fn moved(&self, key: SaKey, path: Path) -> Self {
        Self {
            key,
            reqid: self.reqid,
            path,
            tunnel: self.tunnel,
            // Another path, of which nothing is known.
            path_mtu: Arc::default(),
            selectors: Arc::clone(&self.selectors),
            sa: Arc::clone(&self.sa),
        }
    }
}

/// What a Security Association is and has done, for display. Without keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaStatus {
    /// Its name.
    pub key: SaKey,
    /// Which way its packets go.
    pub direction: Direction,
    /// Tunnel or transport mode.
    pub mode: Mode,
    /// What ties it to policies.
    pub reqid: ReqId,
    /// Our outer address.
    pub local: IpAddr,
    /// The peer's outer address.
    pub remote: IpAddr,
    /// The UDP ports, where ESP is carried in UDP.
    pub encap: Option<UdpEncap>,
    /// The algorithms.
    pub suite: SaSuite,
    /// What it may carry.
    pub selectors: Arc<Selectors>,
    /// What it has carried.
    pub usage: SaUsage,
    /// How many of its packets were dropped, by each reason that there was.
    pub drops: Vec<(DropReason, u64)>,
    /// From when on no packet passes.
    pub expires: Option<Instant>,
}

/// The Security Associations of both directions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sad {
    inbound: BTreeMap<SaKey, Arc<Entry<InboundSa>>>,
    outbound: BTreeMap<SaKey, Arc<Entry<OutboundSa>>>,
    /// The outbound ones by what ties them to policies, the newest last.
    serving: BTreeMap<ReqId, Vec<Arc<Entry<OutboundSa>>>>,
}

impl Sad {
    /// How many there are, both directions together.
    pub(crate) fn len(&self) -> usize {
        self.inbound.len().saturating_add(self.outbound.len())
    }

    /// Whether the key is taken, in either direction.
    pub(crate) fn contains(&self, key: &SaKey) -> bool {
        self.inbound.contains_key(key) || self.outbound.contains_key(key)
    }

    /// Adds a Security Association whose key is free.
    pub(crate) fn insert(&mut self, params: &SaParams) -> Result<(), KeyError> {
        match params.direction {
            Direction::Inbound => {
                let entry = Entry::new(params, InboundSa::new(params)?);
                self.inbound.insert(entry.key, Arc::new(entry));
            }
            Direction::Outbound => {
                let mut entry = Entry::new(params, OutboundSa::new(params)?);
                // A rekey does not make the path wider.
                if let Some(before) = self.serving(entry.reqid).find(|before| before.path == entry.path) {
                    entry.path_mtu = Arc::clone(&before.path_mtu);
                }
                let entry = Arc::new(entry);
                self.serving.entry(entry.reqid).or_default().push(Arc::clone(&entry));
                self.outbound.insert(entry.key, entry);
            }
        }
        Ok(())
    }

    /// Removes a Security Association, if it is there, and closes it for whoever still holds an older table. What it has
    /// done is read after that; a packet that another core has in hand at this moment may be missing.
    pub(crate) fn remove(&mut self, key: &SaKey) -> Option<SaTraffic> {
        if let Some(entry) = self.inbound.remove(key) {
            entry.sa.counters().close();
            return Some(entry.traffic());
        }
        let entry = self.outbound.remove(key)?;
        entry.sa.counters().close();
        if let Some(serving) = self.serving.get_mut(&entry.reqid) {
            serving.retain(|other| other.key != *key);
            if serving.is_empty() {
                self.serving.remove(&entry.reqid);
            }
        }
        Some(entry.traffic())
    }

    /// Puts a Security Association on another path, which gives it another key where its destination changes.
    pub(crate) fn relocate(&mut self, key: &SaKey, path: Path) -> Result<(), BackendError> {
        let is_inbound = self.inbound.contains_key(key);
        if !self.contains(key) {
            return Err(BackendError::NotFound);
        }
        let destination = if is_inbound { path.local } else { path.remote };
        let new_key = SaKey { destination, ..*key };
        if new_key != *key && self.contains(&new_key) {
            return Err(BackendError::Duplicate);
        }
        if let Some(entry) = self.inbound.remove(key) {
            self.inbound.insert(new_key, Arc::new(entry.moved(new_key, path)));
        } else if let Some(entry) = self.outbound.remove(key) {
            let moved = Arc::new(entry.moved(new_key, path));
            let serving = self.serving.get_mut(&entry.reqid);
            // In its old place: a move does not make it newer.
            if let Some(place) = serving.and_then(|list| list.iter_mut().find(|other| other.key == *key)) {
                *place = Arc::clone(&moved);
            }
            self.outbound.insert(new_key, moved);
        }
        Ok(())
    }

    /// The inbound Security Association with this key.
    pub(crate) fn inbound(&self, key: &SaKey) -> Option<&Entry<InboundSa>> {
        self.inbound.get(key).map(|entry| &**entry)
    }

    /// The outbound Security Association with this key.
    pub(crate) fn outbound(&self, key: &SaKey) -> Option<&Entry<OutboundSa>> {
        self.outbound.get(key).map(|entry| &**entry)
    }

    /// The outbound Security Associations of `reqid`, the newest first.
    pub(crate) fn serving(&self, reqid: ReqId) -> impl Iterator<Item = &Entry<OutboundSa>> {
        self.serving.get(&reqid).into_iter().flatten().rev().map(|entry| &**entry)
    }

    /// The newest outbound Security Association of `reqid` that may carry `packet`.
    pub(crate) fn outbound_for(&self, reqid: ReqId, packet: &IpView) -> Option<&Entry<OutboundSa>> {
        self.serving(reqid).find(|entry| entry.selectors.match_outbound(packet))
    }

    /// What the Security Association with this key has carried.
    pub(crate) fn usage(&self, key: &SaKey) -> Option<SaUsage> {
        let inbound = self.inbound.get(key).map(|entry| entry.sa.counters());
        let outbound = || self.outbound.get(key).map(|entry| entry.sa.counters());
        inbound.or_else(outbound).map(|counters| counters.usage())
    }

    /// What every Security Association has done: first inbound, then outbound.
    pub(crate) fn traffic(&self) -> impl Iterator<Item = SaTraffic> + '_ {
        let inbound = self.inbound.values().map(|entry| entry.traffic());
        inbound.chain(self.outbound.values().map(|entry| entry.traffic()))
    }

    /// Every Security Association, for display: first inbound, then outbound, each in the order of their keys.
    pub(crate) fn iter(&self) -> impl Iterator<Item = SaStatus> + '_ {
        let inbound = self.inbound.values().map(|entry| {
            let sa = &entry.sa;
            status(entry, Direction::Inbound, sa.mode(), sa.suite(), sa.counters())
        });
        let outbound = self.outbound.values().map(|entry| {
            let sa = &entry.sa;
            status(entry, Direction::Outbound, sa.mode(), sa.suite(), sa.counters())
        });
        inbound.chain(outbound)
    }
}

impl Entry<OutboundSa> {
    fn traffic(&self) -> SaTraffic {
        self.sa.counters().traffic(self.key, self.sa.last_sequence())
    }

    /// The longest inner packet whose outer packet has at most `mtu` octets.
    pub(crate) fn max_inner_len(&self, mtu: usize) -> usize {
        let Path { remote, encap, .. } = self.path;
        let suite = self.sa.suite();
        let ip = if remote.is_ipv4() { IPV4_HEADER_LEN } else { IPV6_HEADER_LEN };
        let ah = || ah::total_len(suite.icv_len(), remote.is_ipv4());
        // In transport mode the packet's own header is the outer one.
        match (self.key.protocol, self.sa.mode()) {
            (IpsecProtocol::Esp, Mode::Tunnel) => max_inner_len(mtu, remote, suite, encap),
            (IpsecProtocol::Esp, Mode::Transport) => {
                max_inner_len(mtu, remote, suite, encap).saturating_add(ip)
            }
            (IpsecProtocol::Ah, Mode::Tunnel) => mtu.saturating_sub(ip).saturating_sub(ah()),
            (IpsecProtocol::Ah, Mode::Transport) => mtu.saturating_sub(ah()),
        }
    }
}

impl Entry<InboundSa> {
    fn traffic(&self) -> SaTraffic {
        self.sa.counters().traffic(self.key, self.sa.last_sequence())
    }

    /// Where the peer's packets come from, if it sends ESP in UDP.
    pub(crate) fn expected_source(&self) -> Option<SocketAddr> {
        self.path.encap.map(|ports| SocketAddr::new(self.path.remote, ports.remote_port))
    }
}

fn status<S>(
    entry: &Entry<S>,
    direction: Direction,
    mode: Mode,
    suite: SaSuite,
    counters: &SaCounters,
) -> SaStatus {
    SaStatus {
        key: entry.key,
        direction,
        mode,
        reqid: entry.reqid,
        local: entry.path.local,
        remote: entry.path.remote,
        encap: entry.path.encap,
        suite,
        selectors: Arc::clone(&entry.selectors),
        usage: counters.usage(),
        drops: counters.drops().nonzero(),
        expires: counters.expires(),
    }
}
