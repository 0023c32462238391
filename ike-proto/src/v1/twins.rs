//! Several connections between the same two identities, with the same key: phase 1 says the same for each of them, and only
//! the subnets of quick mode say which one is meant.

use alloc::vec::Vec;

use super::established::Established;
use super::quick::pair_of;
use crate::config::{ConnectionConfig, Version};
use crate::diagnose::{CloseReason, Event};
use crate::endpoint::{Candidate, candidates};
use crate::sa::{Ask, Connections, Core, Effects, pairs, pairs_of, same_peer};
use crate::suite::v1_codec;
use crate::wire::v1::IdPayload;

/// The other connections that a peer which has proven to be that of `core` may mean.
fn twins(core: &Core, connections: &Connections) -> Vec<Candidate> {
    let (Some(connection), Some(config)) = (core.connection, &core.config) else { return Vec::new() };
    let mode = |version: Version| version == config.version;
    let mut twins = candidates(connections, core.path, mode);
    twins.retain(|(other, theirs)| {
        *other != connection && same_peer(connections, connection, *other) && theirs.psk == config.psk
    });
    twins
}

/// Whether the peer may mean another connection than the one that phase 1 was taken for.
pub(crate) fn is_ambiguous(core: &Core, connections: &Connections) -> bool {
    !twins(core, connections).is_empty()
}

impl Established {
    /// Has an ISAKMP SA that carries nothing yet serve the connection whose subnets the peer asks for.
    pub(crate) fn follow_subnets(&mut self, ids: &[&IdPayload<'_>], core: &mut Core, fx: &mut Effects<'_>) {
        let Ok(pair) = pair_of(ids, core) else { return };
        let unused = core.children.is_empty() && self.exchanges.is_empty() && self.tasks.is_empty();
        if !unused || pairs(core).iter().any(|own| own.covers(&pair)) {
            return;
        }
        let suite = self.isakmp.suite;
        let fits = |config: &ConnectionConfig| {
            v1_codec::accepts_ike(&config.ike_proposals, suite)
                && pairs_of(config).iter().any(|own| own.covers(&pair))
        };
        let mut twins = twins(core, fx.connections).into_iter();
        let Some((twin, config)) = twins.find(|(_, config)| fits(config)) else { return };
        if let Some(connection) = core.connection {
            let (name, reason) = (self.isakmp.name, CloseReason::OtherConnection);
            fx.event(Event::IkeClosed { connection, name, reason });
        }
        (core.connection, core.config) = (Some(twin), Some(config));
        if let Some(sa) = self.info(core, fx.now) {
            fx.event(Event::IkeEstablished { connection: twin, sa });
        }
    }

    /// Tells the endpoint that an ISAKMP SA serves a connection, where it was not known which one before.
    pub(crate) fn tell_connection(&self, core: &Core, fx: &mut Effects<'_>) {
        if let (Some(connection), true) = (core.connection, is_ambiguous(core, fx.connections)) {
            fx.asks.push(Ask::IsakmpEstablished { connection, id: core.id });
        }
    }
}
