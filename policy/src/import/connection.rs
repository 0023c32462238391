//! What a text says of one connection, before it is forced into what a tenant may choose.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

use esp_core::net::Cidr;

use super::Place;
use crate::algorithms::{ExchangeMode, IkeVersion, IpsecProtocol};
use crate::identity::Identity;
use crate::proposal::Proposal;
use crate::psk::PreSharedKey;

/// A value with the place where the text gives it; without one it is the program's default.
#[derive(Clone, Debug)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Option<Place>,
}

impl<T> Setting<T> {
    /// What holds where the text says nothing.
    pub(super) const fn default_of(value: T) -> Self {
        Self { value, place: None }
    }

    /// What the text says.
    pub(super) const fn at(place: Place, value: T) -> Self {
        Self { value, place: Some(place) }
    }
}

impl<T: PartialEq> PartialEq for Setting<T> {
    /// Two settings are equal if they say the same, wherever they say it.
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Setting<T> {}

/// Where an end is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadAddress {
    /// Anywhere, or where the host happens to be.
    Any,
    /// At this address.
    Is(IpAddr),
    /// Behind a name that the program looks up.
    Named(String),
}

impl fmt::Display for ReadAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any address"),
            Self::Is(address) => address.fmt(f),
            Self::Named(name) => f.write_str(name),
        }
    }
}

/// What an end calls itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadId {
    /// Whatever it says.
    Any,
    /// An address or a domain name.
    Is(Identity),
    /// An id of a kind that a tunnel cannot have, such as a mail address.
    Other(String),
}

impl fmt::Display for ReadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any id"),
            Self::Is(id) => id.fmt(f),
            Self::Other(text) => f.write_str(text),
        }
    }
}

/// One end of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadEnd {
    /// Where it is.
    pub address: Setting<ReadAddress>,
    /// What it calls itself.
    pub id: Setting<ReadId>,
}

/// The subnets that one SA carries, or those of which each pair has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadChild {
    /// Subnets of the near end.
    pub local: Setting<Vec<Cidr>>,
    /// Subnets of the far end.
    pub remote: Setting<Vec<Cidr>>,
}

/// How the ends prove who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadAuth {
    /// With a pre-shared key.
    Psk,
    /// In another way, by the text's own word for it.
    Other(String),
}

/// What a text says of one connection. Conns of one peer that differ in their subnets alone are one connection.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Its name in the text; the first one's, where several conns were put together.
    pub name: String,
    /// Where it begins.
    pub place: Place,
    /// The versions of IKE that it accepts, the one it starts with first.
    pub versions: Setting<Vec<IkeVersion>>,
    /// The exchange of IKEv1.
    pub mode: Setting<ExchangeMode>,
    /// How the ends prove who they are.
    pub auth: Setting<ReadAuth>,
    /// The proposals of phase 1; empty for the program's defaults.
    pub ike: Setting<Vec<Proposal>>,
    /// The protocol of phase 2.
    pub protocol: Setting<IpsecProtocol>,
    /// The proposals of phase 2 with the groups of PFS; empty for the program's defaults.
    pub ipsec: Setting<Vec<Proposal>>,
    /// Seconds that an IKE SA lives.
    pub ike_lifetime: Setting<u64>,
    /// Seconds that an IPsec SA lives.
    pub ipsec_lifetime: Setting<u64>,
    /// Whether packets are not wrapped into new ones.
    pub transport: Setting<bool>,
    /// The near end: the one that the text is for.
    pub here: ReadEnd,
    /// The far end.
    pub there: ReadEnd,
    /// The traffic.
    pub children: Vec<ReadChild>,
    /// Whether this end starts the exchange.
    pub initiate: Setting<bool>,
    /// The key, if the text has one for these ends.
    pub psk: Option<Setting<PreSharedKey>>,
}

impl Connection {
    /// Whether `other` is another piece of the same connection: everything but the subnets is the same.
    pub(super) fn continues(&self, other: &Self) -> bool {
        self.versions == other.versions
            && self.mode == other.mode
            && self.auth == other.auth
            && self.ike == other.ike
            && self.protocol == other.protocol
            && self.ipsec == other.ipsec
            && self.ike_lifetime == other.ike_lifetime
            && self.ipsec_lifetime == other.ipsec_lifetime
            && self.transport == other.transport
            && self.here == other.here
            && self.there == other.there
            && self.initiate == other.initiate
            && self.psk == other.psk
    }

    /// The same connection for a reader who stands at the other end.
    pub(crate) fn swapped(&self) -> Self {
        let swap = |child: &ReadChild| ReadChild { local: child.remote.clone(), remote: child.local.clone() };
        Self {
            here: self.there.clone(),
            there: self.here.clone(),
            children: self.children.iter().map(swap).collect(),
            ..self.clone()
        }
    }

    /// All subnets of the near end, each once, in the order of the text.
    pub fn local_subnets(&self) -> Vec<Cidr> {
        union(self.children.iter().map(|child| child.local.value.as_slice()))
    }

    /// All subnets of the far end.
    pub fn remote_subnets(&self) -> Vec<Cidr> {
        union(self.children.iter().map(|child| child.remote.value.as_slice()))
    }
}

fn union<'a>(lists: impl Iterator<Item = &'a [Cidr]>) -> Vec<Cidr> {
    let mut seen = alloc::collections::BTreeSet::new();
    lists.flatten().copied().filter(|subnet| seen.insert(*subnet)).collect()
}

/// Puts pieces of one connection together.
pub(super) fn merge(pieces: Vec<Connection>) -> Vec<Connection> {
    let mut merged: Vec<Connection> = Vec::new();
    for piece in pieces {
        match merged.iter_mut().find(|known| known.continues(&piece)) {
            Some(known) => known.children.extend(piece.children),
            None => merged.push(piece),
        }
    }
    merged
}
