//! Every bound on what a peer can make us hold.

use core::time::Duration;

/// Bounds of an endpoint. What is refused at a bound is counted and, where it matters, told to the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// IKE SAs that are not established yet, in all.
    pub half_open: usize,
    /// IKE SAs that are not established yet, from one address.
    pub half_open_per_address: usize,
    /// From this many half-open IKE SAs on, an initiator must return a cookie (RFC 7296 §2.6).
    pub cookie_threshold: usize,
    /// The same for one address.
    pub cookie_threshold_per_address: usize,
    /// How long a half-open IKE SA of a responder lives.
    pub half_open_lifetime: Duration,
    /// IKE SAs in all.
    pub ike_sas: usize,
    /// Child SAs of one IKE SA, those being replaced included.
    pub child_sas: usize,
    /// Proposals of one SA payload that are looked at.
    pub proposals: usize,
    /// Transforms of one proposal that are looked at.
    pub transforms: usize,
    /// Traffic selectors of one TS payload.
    pub traffic_selectors: usize,
    /// Payloads of one message.
    pub payloads: usize,
    /// Octets of one message.
    pub message_len: usize,
    /// Cookie or group retries of one IKE_SA_INIT before the attempt fails (F-22).
    pub init_retries: u32,
    /// Fragments of one message (RFC 7383).
    pub fragments: u16,
    /// How long the rest of a message's fragments is waited for.
    pub reassembly: Duration,
    /// The largest window that a peer is allowed (RFC 7296 §2.3): so many of our answers are kept for repetition.
    pub window: u32,
    /// Unprotected notifications that are answered or told to the operator, per second.
    pub unprotected_replies_per_second: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            half_open: 1_000,
            half_open_per_address: 5,
            cookie_threshold: 30,
            cookie_threshold_per_address: 3,
            half_open_lifetime: Duration::from_secs(30),
            ike_sas: 100_000,
            child_sas: 1_024,
            proposals: 32,
            transforms: 64,
            traffic_selectors: 64,
            payloads: 64,
            message_len: 65_535,
            init_retries: 4,
            fragments: 64,
            reassembly: Duration::from_secs(30),
            window: 16,
            unprotected_replies_per_second: 10,
        }
    }
}
