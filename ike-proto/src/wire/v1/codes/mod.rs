//! Numbers of ISAKMP, of IKE and of the IPsec domain of interpretation, as IANA keeps them. Payload types, exchange
//! types, identity types and protocols are shared with IKEv2, see [`crate::wire::codes`].

mod attribute;
mod notify;
mod transform;

pub use attribute::{
    AuthAlgorithm, AuthenticationMethod, DoiAttribute, EncapsulationMode, Encryption, GroupType, Hash,
    IkeAttribute, LifeType,
};
pub use notify::NotifyType;
pub use transform::{AhTransform, EspTransform, IsakmpTransform};

/// The IPsec domain of interpretation (RFC 2407 §4.2).
pub const DOI_IPSEC: u32 = 1;
/// The situation without labels of secrecy or integrity, which is the only one that is used (RFC 2407 §4.2.1).
pub const SITUATION_IDENTITY_ONLY: u32 = 1;
