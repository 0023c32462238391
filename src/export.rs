//! What a gateway is, as plain data for another node (HA-1).

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipsec_policy::{Document, TunnelId};
use serde::{Deserialize, Serialize};

use crate::monitor::Traffic;

/// The version of the format that is written, and the only one that is read.
pub const EXPORT_VERSION: u32 = 1;

/// Configuration, counters and Security Associations of a gateway, each in one place.
///
/// Serialised, it is without pre-shared keys, which is what an operator may look at; [`GatewayExport::exposed`] is with them,
/// and what another node needs. Encrypting that is the embedder's affair: it knows whom the other node trusts. `Debug` shows
/// no key.
///
/// The past that is kept of the traffic, logs and raised alarms stay behind: they are this node's. IKE SAs and the keys of
/// Security Associations are not in it either: a node that takes over connects anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatewayExport {
    /// The version of the format.
    pub version: u32,
    /// The gateway, its peers, tunnels and alarm templates.
    pub configuration: Document,
    /// What was counted: of the gateway first, then of its tunnels by id.
    pub counters: Vec<CounterRecord>,
    /// The Security Associations that stand, in the order of their keys.
    pub associations: Vec<SaRecord>,
}

/// What was counted of a tunnel, or of the gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CounterRecord {
    /// Which tunnel; absent for the gateway as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tunnel: Option<TunnelId>,
    /// For how many microseconds it was counted. The clocks of two nodes have nothing in common, but how long something took
    /// is the same on both.
    pub counted_for: u64,
    /// What passed.
    pub traffic: Traffic,
    /// What was dropped, by the name of its [`DropReason`](esp_core::drop_reason::DropReason).
    pub drops: BTreeMap<String, u64>,
}

/// One direction of a Security Association, without keys, as the datapath reported it last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SaRecord {
    /// Whose it is.
    pub tunnel: TunnelId,
    /// Whether its packets come to us.
    pub inbound: bool,
    /// The IP protocol: 50 for ESP, 51 for AH.
    pub protocol: u8,
    /// Its index.
    pub spi: u32,
    /// Where its packets go.
    pub destination: IpAddr,
    /// Inner octets that it has carried.
    pub bytes: u64,
    /// Packets that it has carried.
    pub packets: u64,
    /// The highest sequence number: given out, or received and verified.
    pub sequence: u64,
}

impl GatewayExport {
    /// What to serialise where the keys are to be written too.
    pub fn exposed(&self) -> impl Serialize + '_ {
        #[derive(Serialize)]
        struct Exposed<'a, D> {
            version: u32,
            configuration: D,
            counters: &'a [CounterRecord],
            associations: &'a [SaRecord],
        }
        Exposed {
            version: self.version,
            configuration: self.configuration.exposed(),
            counters: &self.counters,
            associations: &self.associations,
        }
    }
}
