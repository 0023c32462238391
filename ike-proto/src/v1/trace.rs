//! Messages as operators write them.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::SocketAddr;

use crate::diagnose::{Event, MessageTrace};
use crate::endpoint::ConnectionId;
use crate::sa::Effects;
use crate::wire::header::Header;
use crate::wire::v1::{Chain, Payload};

/// A payload's name; a notification says what it notifies.
pub(crate) fn payload_name(payload: &Payload<'_>) -> String {
    match payload {
        Payload::Notify(notify) => format!("N({})", notify.kind),
        payload => payload.kind().to_string(),
    }
}

/// The names of payloads.
pub(crate) fn payload_names(chain: &Chain<'_>) -> Vec<String> {
    chain.payloads().map(payload_name).collect()
}

/// Tells that a message went out or came in.
pub(crate) fn message(
    fx: &mut Effects<'_>,
    connection: Option<ConnectionId>,
    remote: SocketAddr,
    sent: bool,
    header: &Header,
    payloads: Vec<String>,
    len: usize,
) {
    fx.event(Event::Message(MessageTrace {
        connection,
        sent,
        remote,
        exchange: header.exchange.name().unwrap_or("an unknown exchange"),
        response: false,
        message_id: header.message_id,
        payloads,
        len,
    }));
}
