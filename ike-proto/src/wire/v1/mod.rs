//! IKEv1 messages: ISAKMP (RFC 2408 §3) as IKE (RFC 2409) and the IPsec domain of interpretation (RFC 2407) use it.
//! Each payload has its file.

pub mod codes;

mod attribute;
mod cert;
mod chain;
mod delete;
mod fragment;
mod id;
mod message;
mod nat;
mod nonce;
mod notify;
mod opaque;
mod payload;
mod sa;
mod vendor_id;

pub use attribute::{decode_attributes, encode_attributes};
pub use cert::CertPayload;
pub use chain::{Chain, Item, decode_chain, decode_padded_chain};
pub use delete::DeletePayload;
pub use fragment::FragmentPayload;
pub use id::{IdError, IdPayload, OwnedId};
pub use message::{Content, Message, MessageBuilder};
pub use nat::{NatDPayload, NatNumbering, NatOaPayload};
pub use nonce::{NONCE_MAX, NONCE_MIN, NoncePayload};
pub use notify::{NotifyPayload, cookie_pair};
pub use opaque::{HashPayload, KePayload, SignaturePayload};
pub use payload::Payload;
pub use sa::{Proposal, SaPayload, Transform};
pub use vendor_id::{VendorId, VendorIdPayload};

#[cfg(test)]
mod tests;
