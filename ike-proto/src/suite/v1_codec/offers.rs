//! A peer's proposals as names, for those who have to compare them.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use alloc::{format, vec};

use super::{phase_1, phase_2};
use crate::suite::difference::Offer;
use crate::wire::codes::{EsnId, ProtocolId};
use crate::wire::v1::codes::{AhTransform, AuthenticationMethod, EspTransform, IsakmpTransform};
use crate::wire::v1::{Proposal, SaPayload, Transform};

impl Offer {
    /// Reads every suite that an ISAKMP SA is offered with: one for each transform, those that say the same once.
    pub fn all_from_v1(payload: &SaPayload) -> Vec<Self> {
        all(payload, ike_offer)
    }

    /// Reads every suite that an IPsec SA is offered with.
    pub fn all_from_v1_child(payload: &SaPayload) -> Vec<Self> {
        all(payload, child_offer)
    }
}

fn all(payload: &SaPayload, read: impl Fn(&Proposal, &Transform) -> Offer) -> Vec<Offer> {
    let mut offers = Vec::new();
    for proposal in &payload.proposals {
        for transform in &proposal.transforms {
            let offer = read(proposal, transform);
            if !offers.contains(&offer) {
                offers.push(offer);
            }
        }
    }
    offers
}

fn ike_offer(proposal: &Proposal, transform: &Transform) -> Offer {
    let said = phase_1::Said::read(transform);
    let protocol = proposal.protocol.to_string();
    if proposal.protocol != ProtocolId::IKE || transform.id != IsakmpTransform::KEY_IKE.0 {
        return Offer { protocol: format!("{protocol} with transform {}", transform.id), ..Offer::default() };
    }
    let hash = said.hash.map(|hash| hash.to_string());
    let method = said.method.filter(|method| *method != AuthenticationMethod::PRE_SHARED_KEY);
    Offer {
        protocol,
        encryption: said
            .encryption
            .iter()
            .map(|name| with_key_length(name.to_string(), said.key_length))
            .collect(),
        integrity: hash.iter().cloned().collect(),
        prf: hash.iter().map(|name| format!("prf{name}")).collect(),
        method: method.map(|method| method.to_string()),
        groups: said.group.iter().map(ToString::to_string).collect(),
        esn: Vec::new(),
    }
}

fn child_offer(proposal: &Proposal, transform: &Transform) -> Offer {
    let said = phase_2::Said::read(transform);
    let integrity = said.auth.map(|auth| auth.to_string());
    let (encryption, integrity) = match proposal.protocol {
        ProtocolId::ESP => {
            let name = EspTransform(transform.id).to_string();
            (vec![with_key_length(name, said.key_length)], integrity.into_iter().collect())
        }
        ProtocolId::AH => {
            let agrees = said.auth.and_then(super::algorithms::ah_transform);
            let name = integrity.unwrap_or_else(|| "no algorithm".to_string());
            let integrity = match AhTransform(transform.id) {
                id if agrees == Some(id) => name,
                id => format!("{name} in {id}"),
            };
            (Vec::new(), vec![integrity])
        }
        _ => (vec![format!("transform {}", transform.id)], integrity.into_iter().collect()),
    };
    let esn = if said.esn { EsnId::YES } else { EsnId::NO };
    Offer {
        protocol: proposal.protocol.to_string(),
        encryption,
        integrity,
        prf: Vec::new(),
        method: None,
        groups: said.group.iter().map(ToString::to_string).collect(),
        esn: vec![esn.to_string()],
    }
}

/// strongSwan puts the key length between the cipher and its mode: aes256gcm16. AES without one has 128 bits.
fn with_key_length(name: String, bits: Option<u16>) -> String {
    match (bits, name.strip_prefix("aes")) {
        (Some(bits), Some(mode)) => format!("aes{bits}{mode}"),
        (Some(bits), None) => format!("{name}{bits}"),
        (None, Some("")) => "aes128".to_string(),
        (None, _) => name,
    }
}
