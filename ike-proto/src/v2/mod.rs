//! IKEv2 (RFC 7296): what is said when, in both roles. One file is one role of one exchange.

mod auth;
mod child;
mod closing;
mod collision;
mod contents;
mod draft;
mod established;
mod fragments;
mod generation;
mod gone;
mod identity;
mod ike_rekey;
mod informational;
pub(crate) mod init;
mod mobike;
mod request;
mod session;
mod trace;
mod window;

pub(crate) use child::{missing, takes_over};
pub(crate) use session::Session;
pub(crate) use trace::{message, payload_name, payload_names};
