//! Aggressive mode (RFC 2409 §5.4): three messages, identities in clear, and a proof from which the pre-shared key can be
//! guessed.

mod initiator;
mod responder;

pub(crate) use initiator::AggressiveSent;
pub(crate) use responder::{AggressiveAnswered, respond};

use alloc::vec::Vec;

use super::draft::Draft;
use super::trace;
use crate::diagnose::{FailureReason, IkeSaName};
use crate::sa::{Core, Effects};
use crate::wire::codes::ExchangeType;
use crate::wire::header::{Flags, Header};

/// Encodes a message of aggressive mode in clear, and tells of it.
fn encode(
    core: &Core,
    fx: &mut Effects<'_>,
    name: IkeSaName,
    draft: &Draft,
) -> Result<Vec<u8>, FailureReason> {
    let header = Header::v1(name.initiator, name.responder, ExchangeType::AGGRESSIVE, Flags::default(), 0);
    let octets = draft
        .builder
        .encode(&header)
        .map_err(|_| FailureReason::Protocol { what: "a message became too long for a datagram" })?;
    trace::message(fx, core.connection, core.path.remote, true, &header, draft.names.clone(), octets.len());
    Ok(octets)
}
