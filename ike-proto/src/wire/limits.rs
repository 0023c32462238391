//! How much of anything a peer can put into one message.

/// Octets of the largest message: what fits into a UDP datagram over IPv4.
pub const MAX_MESSAGE: usize = 65_507;

/// Payloads in one chain.
pub const MAX_PAYLOADS: usize = 64;

/// Proposals in one Security Association payload.
pub const MAX_PROPOSALS: usize = 64;

/// Transforms in one proposal.
pub const MAX_TRANSFORMS: usize = 128;

/// Attributes of one transform.
pub const MAX_ATTRIBUTES: usize = 8;

/// Attributes of one transform of IKEv1, which says with them what IKEv2 says with transforms. All that the registries
/// name are fewer.
pub const MAX_V1_ATTRIBUTES: usize = 32;

/// SPIs in one Delete payload.
pub const MAX_DELETED_SPIS: usize = 1024;

/// Attributes in one Configuration payload.
pub const MAX_CFG_ATTRIBUTES: usize = 64;
