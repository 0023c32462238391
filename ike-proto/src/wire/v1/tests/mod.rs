mod arbitrary;
mod identities;
mod malformed;
mod round_trip;
mod vendors;

use alloc::vec::Vec;

use super::*;
use crate::wire::DecodeError;
use crate::wire::codes::{ExchangeType, IdType, PayloadType, ProtocolId};
use crate::wire::header::{Flags, Header, IkeSpi};

/// A header of a first message.
fn header() -> Header {
    let exchange = ExchangeType::IDENTITY_PROTECTION;
    Header::v1(IkeSpi([0x11; 8]), IkeSpi::ZERO, exchange, Flags::default(), 0)
}

/// The octets of a chain of one payload with any body.
fn chain_of_one(body: &[u8]) -> Vec<u8> {
    let mut octets = Vec::from([0, 0]);
    octets.extend_from_slice(&u16::try_from(body.len() + 4).unwrap().to_be_bytes());
    octets.extend_from_slice(body);
    octets
}

/// A chain of one payload with any body.
fn decode_one(kind: PayloadType, body: &[u8]) -> Result<(), DecodeError> {
    decode_chain(kind, &chain_of_one(body)).map(|chain| assert_eq!(chain.items.len(), 1))
}

fn field(result: Result<(), DecodeError>) -> &'static str {
    result.expect_err("malformed").field()
}
