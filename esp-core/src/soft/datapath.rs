//! The datapath that applies commands.

use alloc::boxed::Box;
use alloc::format;
use alloc::sync::Arc;
use core::net::SocketAddr;

use crate::backend::{BackendError, SaBackend};
use crate::command::{PolicyParams, SaCommand, SaEvent};
use crate::drop_reason::{DropCounters, DropReason};
use crate::net::OuterPacket;
use crate::packet_buf::PacketBuf;
use crate::sa::{IpsecProtocol, SaKey, SaParams, TrafficReport, UdpEncap};
use crate::selector::{Selectors, TrafficSelector};
use crate::soft::batch::{InboundJob, OutboundJob};
use crate::soft::limits::DatapathLimits;
use crate::soft::options::DatapathOptions;
use crate::soft::sad::{Path, SaStatus};
use crate::soft::tables::{Inbound, Outbound, Tables};
use crate::time::Instant;

#[cfg(test)]
mod tests;

/// A datapath in userspace: commands change its tables, packets go through them.
///
/// One core uses it directly. For many, each takes a [`snapshot`](Datapath::snapshot) and puts packets through that,
/// and is given a new one after commands.
#[derive(Debug)]
pub struct Datapath {
    tables: Arc<Tables>,
}

impl Datapath {
    /// A datapath without Security Associations and policies, which drops every packet.
    pub fn new(limits: DatapathLimits) -> Self {
        Self::with_options(limits, DatapathOptions::default())
    }

    /// The same in another place than behind a TUN device over an Ethernet.
    pub fn with_options(limits: DatapathLimits, options: DatapathOptions) -> Self {
        Self { tables: Arc::new(Tables::new(limits, options)) }
    }

    /// The tables as they are now. Counters and events of packets that go through them come to this datapath.
    pub fn snapshot(&self) -> Arc<Tables> {
        Arc::clone(&self.tables)
    }

    /// See [`Tables::seal`].
    pub fn seal(&self, now: Instant, packet: &mut PacketBuf<'_>) -> Result<Outbound, DropReason> {
        self.tables.seal(now, packet)
    }

    /// See [`Tables::forward`].
    pub fn forward(
        &self,
        now: Instant,
        packet: &mut PacketBuf<'_>,
        scratch: &mut [u8],
        deliver: impl FnMut(Outbound, &mut PacketBuf<'_>),
    ) -> Result<(), DropReason> {
        self.tables.forward(now, packet, scratch, deliver)
    }

    /// See [`Tables::open`].
    pub fn open(
        &self,
        now: Instant,
        outer: &OuterPacket,
        packet: &mut PacketBuf<'_>,
    ) -> Result<Inbound, DropReason> {
        self.tables.open(now, outer, packet)
    }

    /// See [`Tables::inbound`].
    pub fn inbound(&self, now: Instant, packet: &mut PacketBuf<'_>) -> Result<Inbound, DropReason> {
        self.tables.inbound(now, packet)
    }

    /// See [`Tables::seal_batch`].
    pub fn seal_batch(&self, now: Instant, jobs: &mut [OutboundJob<'_, '_>]) {
        self.tables.seal_batch(now, jobs);
    }

    /// See [`Tables::open_batch`].
    pub fn open_batch(&self, now: Instant, jobs: &mut [InboundJob<'_, '_>]) {
        self.tables.open_batch(now, jobs);
    }

    /// See [`Tables::take_too_big`].
    pub fn take_too_big(&self, now: Instant, packet: &[u8]) -> Result<(), DropReason> {
        self.tables.take_too_big(now, packet)
    }

    /// How many packets were dropped, by reason; a driver counts here what it drops itself.
    pub fn drops(&self) -> &DropCounters {
        self.tables.drops()
    }

    /// Every Security Association, for display: first inbound, then outbound, each in the order of their keys.
    pub fn iter_sas(&self) -> impl Iterator<Item = SaStatus> + '_ {
        self.tables.sad.iter()
    }

    fn limits(&self) -> DatapathLimits {
        self.tables.shared.limits
    }

    /// The tables to be changed: themselves where no core holds a snapshot, else a copy that takes their place.
    fn edit(&mut self) -> &mut Tables {
        Arc::make_mut(&mut self.tables)
    }

    fn add_sa(&mut self, params: &SaParams) -> Result<(), BackendError> {
        if params.protocol == IpsecProtocol::Ah {
            check_ah(params)?;
        }
        if params.local.is_ipv4() != params.remote.is_ipv4() {
            let (local, remote) = (params.local, params.remote);
            return Err(BackendError::Invalid(format!("{local} and {remote} are not of one family")));
        }
        self.check_selectors(&params.selectors)?;
        if self.tables.sad.contains(&params.key()) {
            return Err(BackendError::Duplicate);
        }
        let limit = self.limits().max_sas;
        if self.tables.sad.len() >= limit {
            return Err(BackendError::Full { what: "Security Associations", limit });
        }
        self.edit().sad.insert(params).map_err(|error| BackendError::Invalid(format!("{error}")))
    }

    fn add_policy(&mut self, params: &PolicyParams) -> Result<(), BackendError> {
        self.check_selectors(&params.selectors)?;
        let limit = self.limits().max_policies;
        if !self.tables.spd.contains(params.id) && self.tables.spd.len() >= limit {
            return Err(BackendError::Full { what: "policies", limit });
        }
        self.edit().spd.insert(params);
        Ok(())
    }

    /// Answers a question that may be asked again.
    fn answer(&self, event: SaEvent) -> Result<(), BackendError> {
        if self.tables.shared.events.push(event) {
            Ok(())
        } else {
            Err(BackendError::Full { what: "events", limit: self.limits().max_events })
        }
    }

    /// Selectors that select nothing are a mistake of whoever made them: nothing would pass, and nobody would know
    /// why.
    fn check_selectors(&self, selectors: &Selectors) -> Result<(), BackendError> {
        let limit = self.limits().max_selectors;
        for side in [&selectors.local, &selectors.remote] {
            if side.len() > limit {
                return Err(BackendError::Full { what: "traffic selectors on one side", limit });
            }
            if side.is_empty() {
                return Err(BackendError::Invalid("there are no traffic selectors on one side".into()));
            }
            let broken = |selector: &&TrafficSelector| !selector.ports.is_valid();
            if let Some(selector) = side.iter().find(broken) {
                return Err(BackendError::Invalid(format!("the ports of {selector} are no range")));
            }
        }
        Ok(())
    }

    fn move_sa(
        &mut self,
        key: &SaKey,
        local: SocketAddr,
        remote: SocketAddr,
        encap: bool,
    ) -> Result<(), BackendError> {
        if local.is_ipv4() != remote.is_ipv4() {
            let (local, remote) = (local.ip(), remote.ip());
            return Err(BackendError::Invalid(format!("{local} and {remote} are not of one family")));
        }
        if encap && key.protocol == IpsecProtocol::Ah {
            return Err(BackendError::Unsupported("AH in UDP: it does not pass a NAT".into()));
        }
        let encap = encap.then(|| UdpEncap { local_port: local.port(), remote_port: remote.port() });
        self.edit().sad.relocate(key, Path { local: local.ip(), remote: remote.ip(), encap })
    }
}

/// AH does not pass a NAT (F-18), which changes what it covers.
fn check_ah(params: &SaParams) -> Result<(), BackendError> {
    if params.encap.is_some() {
        return Err(BackendError::Unsupported("AH in UDP: it does not pass a NAT".into()));
    }
    Ok(())
}

impl SaBackend for Datapath {
    fn apply(&mut self, _now: Instant, command: &SaCommand) -> Result<(), BackendError> {
        match command {
            SaCommand::AddSa(params) => self.add_sa(params),
            SaCommand::RemoveSa(key) => {
                let last = self.edit().sad.remove(key);
                self.tables.shared.events.push_answer(SaEvent::Removed { key: *key, last });
                Ok(())
            }
            SaCommand::MoveSa { key, local, remote, encap } => self.move_sa(key, *local, *remote, *encap),
            SaCommand::AddPolicy(params) => self.add_policy(params),
            SaCommand::RemovePolicy(id) => {
                self.edit().spd.remove(*id);
                Ok(())
            }
            SaCommand::QueryUsage(key) => {
                self.answer(SaEvent::Usage { key: *key, usage: self.tables.sad.usage(key) })
            }
            SaCommand::QueryTraffic => {
                let sas = self.tables.sad.traffic().collect();
                let report = TrafficReport { sas, drops: self.drops().nonzero() };
                self.answer(SaEvent::Traffic(Box::new(report)))
            }
        }
    }

    fn poll_event(&mut self) -> Option<SaEvent> {
        self.tables.shared.events.pop()
    }
}
