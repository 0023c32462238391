//! Why an attempt failed, with what both sides said.

use alloc::string::String;
use alloc::vec::Vec;
use core::net::SocketAddr;

use esp_core::selector::Selectors;

use crate::config::{ExchangeMode, Identity};
use crate::suite::difference::Difference;

/// Why an attempt or an exchange failed. What both sides said is kept, so that the explanation can name the field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FailureReason {
    /// The peer did not answer.
    NoAnswer {
        /// From and to which addresses and ports requests went.
        tried: Vec<(SocketAddr, SocketAddr)>,
        /// How many times.
        transmissions: u32,
        /// Which exchange was not answered.
        exchange: &'static str,
        /// What may block it, where the pattern tells.
        hint: Option<NatBlock>,
    },
    /// No proposal for the IKE SA is acceptable to both.
    IkeProposal {
        /// What differs, as far as it is known.
        difference: Difference,
        /// Whether the peer said no; otherwise we did.
        by_peer: bool,
    },
    /// No proposal for the Child SA is acceptable to both.
    ChildProposal {
        /// What differs, as far as it is known.
        difference: Difference,
        /// Whether the peer said no; otherwise we did.
        by_peer: bool,
    },
    /// The peer asked for a Diffie-Hellman group that we did not offer, or asked too often (F-22).
    Group {
        /// The group number that it asked for.
        wanted: u16,
        /// The group numbers that we offered.
        offered: Vec<u16>,
    },
    /// The traffic selectors have nothing in common.
    Selectors {
        /// Ours, as configured.
        ours: Selectors,
        /// The peer's, seen from us; empty where it only said no.
        theirs: Selectors,
        /// Whether the peer said no; otherwise we did.
        by_peer: bool,
    },
    /// The peer is not who it must be.
    Identity {
        /// Who it says it is.
        received: Identity,
        /// Who the connection expects.
        expected: Identity,
    },
    /// The peer wants somebody else than who we are.
    LocalIdentity {
        /// Whom it wants.
        wanted: Identity,
        /// Who we are.
        ours: Identity,
    },
    /// The peer's proof does not fit the key: another key, as far as the protocol can tell.
    Key {
        /// Who the peer says it is.
        remote_id: Identity,
    },
    /// The peer refused our proof: key or identity differ, it does not say which.
    RefusedByPeer {
        /// Who we said we are.
        local_id: Identity,
    },
    /// The post-quantum pre-shared key stands in the way (RFC 8784).
    Ppk(PpkFailure),
    /// The peer speaks another version.
    Version {
        /// The major version that it asked for.
        peer: u8,
    },
    /// The peer begins phase 1 of IKEv1 in another exchange mode.
    ExchangeMode {
        /// Ours. The peer's is the other.
        ours: ExchangeMode,
    },
    /// The peer's mode is another: tunnel or transport.
    Mode,
    /// The peer answered with an error that has no better entry here.
    Notify {
        /// The notification's name.
        name: String,
    },
    /// The peer broke the protocol under a valid integrity check.
    Protocol {
        /// What it did.
        what: &'static str,
    },
    /// The datapath refused the SA.
    Backend {
        /// Its words.
        reason: String,
    },
    /// Too many SAs stand.
    Limit {
        /// Of what.
        what: &'static str,
        /// The bound.
        limit: usize,
    },
    /// The embedder ended it.
    Cancelled,
}

/// Why there is no IKE SA with, or without, a post-quantum pre-shared key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PpkFailure {
    /// It is mandatory here, and the peer does not use one.
    NotUsedByPeer,
    /// The peer names one that we do not have.
    UnknownId {
        /// The name.
        received: Vec<u8>,
    },
    /// The pre-shared key is the same, and the post-quantum one of this name is another.
    Differs {
        /// The name.
        id: Vec<u8>,
    },
    /// The peer's proof has both keys in it and does not fit: one of the two is another, and nothing tells which.
    EitherKey {
        /// The name of the post-quantum one.
        id: Vec<u8>,
    },
    /// The peer refused our proof, in which both keys are: identity or a key differs, it does not say which.
    RefusedByPeer {
        /// The name of the post-quantum one.
        id: Vec<u8>,
    },
}

/// What on the path may block an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NatBlock {
    /// Port 500 passed, port 4500 did not.
    Port4500,
    /// Not even port 500 passed.
    Port500,
    /// Port 4500, or nothing: the first encrypted message of IKEv1 went there and was not answered, which a peer with
    /// another key cannot read.
    Port4500OrKey,
    /// Nothing: the first encrypted message of IKEv1 was not answered, which a peer with another key cannot read.
    Key,
}
