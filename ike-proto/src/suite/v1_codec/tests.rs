mod child;
mod ike;
mod lifetimes;
mod offers;

use std::vec::Vec;

use esp_core::sa::{IpsecProtocol, Spi};
use esp_core::suite::{Cipher, Integrity};

use super::*;
use crate::suite::{ChildProposal, DhGroup, Hash, IkeProposal, Prf};
use crate::wire::codes::{DhId, ProtocolId};
use crate::wire::v1::codes::{AuthAlgorithm, DoiAttribute, EncapsulationMode, EspTransform, IkeAttribute};
use crate::wire::v1::{Proposal, SaPayload, Transform};
use crate::wire::{Attribute, AttributeValue};

/// A proposal for an ISAKMP SA.
fn ike(ciphers: &[Cipher], hashes: &[Hash], groups: &[DhGroup]) -> IkeProposal {
    IkeProposal {
        ciphers: ciphers.to_vec(),
        integrities: hashes.iter().map(|hash| hash.integrity()).collect(),
        prfs: hashes.iter().map(|hash| hash.prf()).collect(),
        groups: groups.to_vec(),
    }
}

/// A proposal for ESP.
fn esp(ciphers: &[Cipher], integrities: &[Integrity], groups: &[DhGroup]) -> ChildProposal {
    ChildProposal {
        protocol: IpsecProtocol::Esp,
        ciphers: ciphers.to_vec(),
        integrities: integrities.to_vec(),
        groups: groups.to_vec(),
        esn: vec![false],
    }
}

/// The first transform of a payload.
fn first(payload: &mut SaPayload) -> &mut Transform {
    &mut payload.proposals[0].transforms[0]
}

/// Replaces a value of the first transform.
fn set(payload: &mut SaPayload, kind: u16, value: u16) {
    for attribute in &mut first(payload).attributes {
        if attribute.kind == kind {
            attribute.value = AttributeValue::Basic(value);
        }
    }
}

/// What comes through the wire.
fn sent(payload: &SaPayload) -> SaPayload {
    use crate::wire::v1::{MessageBuilder, Payload, decode_chain};
    let mut builder = MessageBuilder::new();
    builder.push(&Payload::Sa(payload.clone()));
    let chain = decode_chain(builder.first(), builder.chain().unwrap()).unwrap();
    let Some(Payload::Sa(again)) = chain.payloads().next() else { panic!("{chain:?}") };
    again.clone()
}
