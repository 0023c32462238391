//! IKEv2 messages (RFC 7296 §3). Each payload has its file.

mod auth;
mod cert;
mod cp;
mod delete;
mod eap;
mod id;
mod ke;
mod message;
mod nonce;
mod notify;
mod payload;
mod sa;
mod sk;
mod skf;
mod ts;
mod vendor_id;

pub use auth::AuthPayload;
pub use cert::{CertPayload, CertReqPayload};
pub use cp::{CfgAttribute, CpPayload};
pub use delete::DeletePayload;
pub use eap::EapPayload;
pub use id::IdPayload;
pub use ke::KePayload;
pub use message::{Message, MessageBuilder, decode_chain, unsupported_critical};
pub use nonce::{NONCE_MAX, NONCE_MIN, NoncePayload};
pub use notify::NotifyPayload;
pub use payload::Payload;
pub use sa::{Proposal, SaPayload, Transform};
pub use sk::SkPayload;
pub use skf::SkfPayload;
pub use ts::TsPayload;
pub use vendor_id::VendorIdPayload;

#[cfg(test)]
mod tests;
