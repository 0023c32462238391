//! Messages as operators write them.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::SocketAddr;

use crate::diagnose::{Event, MessageTrace};
use crate::endpoint::ConnectionId;
use crate::sa::Effects;
use crate::wire::codes::{ExchangeType, PayloadType};
use crate::wire::header::Header;
use crate::wire::v2::Payload;

/// The name of a nonce, until it is known whose it is.
const NONCE: &str = "Nonce";

/// A payload's name; a notification says what it notifies.
pub(crate) fn payload_name(payload: &Payload<'_>) -> String {
    match payload {
        Payload::Notify(notify) => format!("N({})", notify.kind),
        Payload::Delete(_) => "D".to_string(),
        Payload::Nonce(_) => NONCE.to_string(),
        Payload::VendorId(_) => "V".to_string(),
        Payload::EncryptedFragment(skf) => format!("SKF {}/{}", skf.number, skf.total),
        Payload::Unknown(raw) if raw.kind == PayloadType::NONE => "?".to_string(),
        payload => payload.kind().to_string(),
    }
}

/// The names of payloads.
pub(crate) fn payload_names(payloads: &[Payload<'_>]) -> Vec<String> {
    payloads.iter().map(payload_name).collect()
}

/// An exchange's name.
pub(crate) fn exchange_name(exchange: ExchangeType) -> &'static str {
    exchange.name().unwrap_or("an unknown exchange")
}

/// Tells that a message went out or came in.
pub(crate) fn message(
    fx: &mut Effects<'_>,
    connection: Option<ConnectionId>,
    remote: SocketAddr,
    sent: bool,
    header: &Header,
    mut payloads: Vec<String>,
    len: usize,
) {
    let nonce = if header.flags.is_response() { "Nr" } else { "Ni" };
    for name in payloads.iter_mut().filter(|name| *name == NONCE) {
        *name = nonce.to_string();
    }
    fx.event(Event::Message(MessageTrace {
        connection,
        sent,
        remote,
        exchange: exchange_name(header.exchange),
        response: header.flags.is_response(),
        message_id: header.message_id,
        payloads,
        len,
    }));
}
