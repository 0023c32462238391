//! What the key exchange and the gateway ask of a datapath, and what a datapath reports back.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;
use core::net::{IpAddr, SocketAddr};

use crate::sa::{IpsecProtocol, Mode, ReqId, SaKey, SaParams, SaTraffic, SaUsage, TrafficReport};
use crate::selector::Selectors;

/// A change to a datapath. Commands are applied in the order in which they come: order is meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SaCommand {
    /// Add one direction of a Security Association. An outbound one serves from then on the policies of its
    /// [`ReqId`] in the place of the one before, which stays until it is removed.
    AddSa(Box<SaParams>),
    /// Remove a Security Association; one that is not there is no error. Answered by [`SaEvent::Removed`].
    RemoveSa(SaKey),
    /// The peer is now at another address or port (a NAT mapping changed, or MOBIKE moved it). The outer local
    /// address may change too.
    MoveSa {
        /// Which one, by its key before the move.
        key: SaKey,
        /// Our outer address from now on.
        local: SocketAddr,
        /// The peer's outer address from now on.
        remote: SocketAddr,
        /// Whether ESP is carried in UDP from now on, between the two ports above.
        encap: bool,
    },
    /// Add a policy, or replace the one with the same id.
    AddPolicy(Box<PolicyParams>),
    /// Remove a policy; one that is not there is no error.
    RemovePolicy(PolicyId),
    /// Ask for a [`SaEvent::Usage`].
    QueryUsage(SaKey),
    /// Ask for a [`SaEvent::Traffic`].
    QueryTraffic,
}

/// Names a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyId(pub u64);

/// An entry of the Security Policy Database (RFC 4301 §4.4.1). What no policy selects is dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyParams {
    /// Its name.
    pub id: PolicyId,
    /// What it selects, in both directions; `local` is our side.
    pub selectors: Selectors,
    /// What is done with a packet that it selects.
    pub action: PolicyAction,
    /// Where two policies select the same packet the lower number wins, then the longer prefixes, then the lower id.
    pub priority: u32,
}

/// What is done with a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyAction {
    /// Carried by the Security Associations of `reqid`, and dropped while there is none.
    Protect {
        /// What ties it to Security Associations.
        reqid: ReqId,
        /// ESP or AH.
        protocol: IpsecProtocol,
        /// Tunnel or transport mode.
        mode: Mode,
        /// Our outer address.
        local: IpAddr,
        /// The peer's outer address, where it is known.
        remote: Option<IpAddr>,
    },
    /// Passed as it is.
    Bypass,
    /// Dropped.
    Discard,
}

/// What a datapath reports to the owner of its Security Associations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SaEvent {
    /// The first packet was received and verified: the peer uses the Security Association.
    FirstUse {
        /// Which inbound one.
        key: SaKey,
    },
    /// A soft limit was passed; reported once.
    SoftLimit {
        /// Which one.
        key: SaKey,
        /// Which limit.
        limit: Limit,
    },
    /// A hard limit was reached and no packet passes any more; reported once.
    HardLimit {
        /// Which one.
        key: SaKey,
        /// Which limit.
        limit: Limit,
    },
    /// The answer to [`SaCommand::QueryUsage`]; `None` where there is no such Security Association.
    Usage {
        /// Which one.
        key: SaKey,
        /// What it has carried.
        usage: Option<SaUsage>,
    },
    /// The answer to [`SaCommand::RemoveSa`]. The counters go with the Security Association, so this is the last that is
    /// heard of them.
    Removed {
        /// Which one.
        key: SaKey,
        /// What it has done; `None` where it was not there.
        last: Option<SaTraffic>,
    },
    /// The answer to [`SaCommand::QueryTraffic`].
    Traffic(Box<TrafficReport>),
    /// A verified packet came in UDP from another address or port than the Security Association has.
    PeerMoved {
        /// Which inbound one.
        key: SaKey,
        /// Where the packet came from.
        remote: SocketAddr,
    },
    /// A packet named a Security Association that there is not; reported at a bounded rate, whatever the SPI. Whoever sent it
    /// is not known: the peer, which has not heard that the Security Association is gone, or anybody.
    UnknownSpi {
        /// Which one it named.
        key: SaKey,
        /// Where the packet came from.
        source: SocketAddr,
    },
    /// A packet was to be protected and no Security Association was there; reported at a bounded rate.
    Acquire {
        /// Which policy.
        policy: PolicyId,
        /// The policy's reqid.
        reqid: ReqId,
        /// The packet's source.
        source: IpAddr,
        /// The packet's destination.
        destination: IpAddr,
    },
    /// The backend could not carry out a command about this Security Association.
    Refused {
        /// Which one.
        key: SaKey,
        /// Why, in the backend's words.
        reason: String,
    },
}

/// A limit of a Security Association.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Limit {
    /// Octets carried.
    Bytes,
    /// Packets carried.
    Packets,
    /// Age.
    Time,
    /// The sequence number, which never wraps (RFC 4303 §3.3.3).
    SequenceNumber,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bytes => "octets carried",
            Self::Packets => "packets carried",
            Self::Time => "lifetime",
            Self::SequenceNumber => "sequence number",
        })
    }
}
