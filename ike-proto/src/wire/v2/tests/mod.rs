mod arbitrary;
mod malformed;
mod round_trip;

use alloc::vec::Vec;

use super::*;
use crate::wire::DecodeError;
use crate::wire::codes::{ExchangeType, PayloadType};
use crate::wire::header::{Flags, Header, IkeSpi};

/// A header of a first message.
fn header() -> Header {
    Header::v2(IkeSpi([0x11; 8]), IkeSpi::ZERO, ExchangeType::IKE_SA_INIT, Flags::INITIATOR, 0)
}

/// A chain of one payload with any body.
fn decode_one(kind: PayloadType, body: &[u8]) -> Result<(), DecodeError> {
    let mut octets = Vec::from([0, 0]);
    octets.extend_from_slice(&u16::try_from(body.len() + 4).unwrap().to_be_bytes());
    octets.extend_from_slice(body);
    decode_chain(kind, &octets).map(|payloads| assert_eq!(payloads.len(), 1))
}
