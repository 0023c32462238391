//! Proposals to and from the Security Association payload of IKEv2 (RFC 7296 §3.3).

use alloc::vec::Vec;

use esp_core::sa::{IpsecProtocol, Spi};
use esp_core::suite::{Cipher, CipherFamily, Integrity, SaSuite};

use super::{ChildProposal, DhGroup, IkeProposal, IkeSuite, Prf};
use crate::wire::codes::{DhId, EncrId, EsnId, IntegId, PrfId, ProtocolId, TransformType};
use crate::wire::header::IkeSpi;
use crate::wire::v2::{Proposal, SaPayload, Transform};

/// Which exchange a Child SA is negotiated in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChildExchange {
    /// IKE_AUTH: there is no key exchange for the Child SA, so no group is offered, and one that is offered is not
    /// looked at (RFC 7296 §1.2).
    Auth,
    /// CREATE_CHILD_SA: with a key exchange where the proposal has groups.
    Create,
}

/// Offers proposals for an IKE SA, numbered from 1 in their order, those that cannot stand on the wire whole as two. `spi` is given only when an IKE SA is rekeyed
/// (RFC 7296 §2.18). What is more than a payload can number is left out.
pub fn offer_ike(proposals: &[IkeProposal], spi: Option<IkeSpi>) -> SaPayload {
    let spi: Vec<u8> = spi.map(|spi| Vec::from(spi.0)).unwrap_or_default();
    let numbered = (1_u8..=u8::MAX).zip(proposals.iter().flat_map(IkeProposal::halves));
    let proposals = numbered.map(|(number, proposal)| Proposal {
        number,
        protocol: ProtocolId::IKE,
        spi: spi.clone(),
        transforms: ike_transforms(&proposal),
    });
    SaPayload { proposals: proposals.collect() }
}

/// Offers proposals for a Child SA, numbered from 1 in their order; `spi` is that of our inbound packets.
pub fn offer_child(proposals: &[ChildProposal], spi: Spi, exchange: ChildExchange) -> SaPayload {
    let numbered = (1_u8..=u8::MAX).zip(proposals.iter().flat_map(ChildProposal::halves));
    let proposals = numbered.map(|(number, proposal)| Proposal {
        number,
        protocol: proposal.protocol.into(),
        spi: spi.to_be_bytes().to_vec(),
        transforms: child_transforms(&proposal, exchange),
    });
    SaPayload { proposals: proposals.collect() }
}

/// Answers with what was chosen for an IKE SA, under the number it was offered with.
pub fn answer_ike(suite: IkeSuite, number: u8, spi: Option<IkeSpi>) -> SaPayload {
    let chosen = IkeProposal {
        ciphers: Vec::from([suite.cipher]),
        integrities: suite.integrity.into_iter().collect(),
        prfs: Vec::from([suite.prf]),
        groups: Vec::from([suite.dh]),
    };
    renumbered(offer_ike(&[chosen], spi), number)
}

/// Answers with what was chosen for a Child SA, under the number it was offered with.
pub fn answer_child(
    protocol: IpsecProtocol,
    suite: SaSuite,
    group: Option<DhGroup>,
    number: u8,
    spi: Spi,
) -> SaPayload {
    let chosen = ChildProposal {
        protocol,
        ciphers: suite.cipher().into_iter().collect(),
        integrities: suite.integrity().into_iter().collect(),
        groups: group.into_iter().collect(),
        esn: Vec::from([suite.esn()]),
    };
    renumbered(offer_child(&[chosen], spi, ChildExchange::Create), number)
}

fn renumbered(mut payload: SaPayload, number: u8) -> SaPayload {
    for proposal in &mut payload.proposals {
        proposal.number = number;
    }
    payload
}

fn ike_transforms(proposal: &IkeProposal) -> Vec<Transform> {
    let ciphers = proposal.ciphers.iter().map(|cipher| cipher_to_wire(*cipher));
    let prfs = proposal.prfs.iter().map(|prf| prf_to_wire(*prf));
    let integrities = proposal.integrities.iter().map(|integrity| integrity_to_wire(*integrity));
    let groups = proposal.groups.iter().map(|group| Transform::new(TransformType::DH, group.number()));
    ciphers.chain(prfs).chain(integrities).chain(groups).collect()
}

fn child_transforms(proposal: &ChildProposal, exchange: ChildExchange) -> Vec<Transform> {
    let groups = match exchange {
        ChildExchange::Auth => &[],
        ChildExchange::Create => proposal.groups.as_slice(),
    };
    let ciphers = proposal.ciphers.iter().map(|cipher| cipher_to_wire(*cipher));
    let integrities = proposal.integrities.iter().map(|integrity| integrity_to_wire(*integrity));
    let groups = groups.iter().map(|group| Transform::new(TransformType::DH, group.number()));
    let esn = proposal.esn.iter().map(|esn| Transform::new(TransformType::ESN, esn_to_wire(*esn).0));
    ciphers.chain(integrities).chain(groups).chain(esn).collect()
}

fn cipher_to_wire(cipher: Cipher) -> Transform {
    let id = encr_id(cipher).0;
    if has_key_length(cipher) {
        Transform::with_key_length(TransformType::ENCR, id, cipher.key_bits())
    } else {
        Transform::new(TransformType::ENCR, id)
    }
}

/// AES has its key length in an attribute, the others have one key length and no attribute (RFC 7296 §3.3.5,
/// RFC 7634 §4).
fn has_key_length(cipher: Cipher) -> bool {
    match cipher.family() {
        CipherFamily::Null | CipherFamily::TripleDesCbc | CipherFamily::ChaCha20Poly1305 => false,
        CipherFamily::AesCbc
        | CipherFamily::AesCtr
        | CipherFamily::AesGcm
        | CipherFamily::AesCcm
        | CipherFamily::AesGmac => true,
    }
}

fn encr_id(cipher: Cipher) -> EncrId {
    match (cipher.family(), cipher.tag_len()) {
        (CipherFamily::Null, _) => EncrId::NULL,
        (CipherFamily::TripleDesCbc, _) => EncrId::TRIPLE_DES,
        (CipherFamily::AesCbc, _) => EncrId::AES_CBC,
        (CipherFamily::AesCtr, _) => EncrId::AES_CTR,
        (CipherFamily::AesGcm, Some(8)) => EncrId::AES_GCM_8,
        (CipherFamily::AesGcm, Some(12)) => EncrId::AES_GCM_12,
        (CipherFamily::AesGcm, _) => EncrId::AES_GCM_16,
        (CipherFamily::AesCcm, Some(8)) => EncrId::AES_CCM_8,
        (CipherFamily::AesCcm, Some(12)) => EncrId::AES_CCM_12,
        (CipherFamily::AesCcm, _) => EncrId::AES_CCM_16,
        (CipherFamily::AesGmac, _) => EncrId::AES_GMAC,
        (CipherFamily::ChaCha20Poly1305, _) => EncrId::CHACHA20_POLY1305,
    }
}

/// The cipher that a transform stands for, if it is one of ours.
pub fn cipher_from_wire(transform: &Transform) -> Option<Cipher> {
    if transform.kind != TransformType::ENCR {
        return None;
    }
    let key_length = transform.key_length();
    let fits = |cipher: &Cipher| {
        encr_id(*cipher).0 == transform.id
            && if has_key_length(*cipher) {
                key_length == Some(cipher.key_bits())
            } else {
                transform.attributes.is_empty()
            }
    };
    Cipher::ALL.iter().copied().find(fits)
}

const fn prf_id(prf: Prf) -> PrfId {
    match prf {
        Prf::HmacMd5 => PrfId::HMAC_MD5,
        Prf::HmacSha1 => PrfId::HMAC_SHA1,
        Prf::HmacSha256 => PrfId::HMAC_SHA256,
        Prf::HmacSha384 => PrfId::HMAC_SHA384,
        Prf::HmacSha512 => PrfId::HMAC_SHA512,
        Prf::AesXcbc => PrfId::AES_XCBC,
        Prf::AesCmac => PrfId::AES_CMAC,
    }
}

fn prf_to_wire(prf: Prf) -> Transform {
    Transform::new(TransformType::PRF, prf_id(prf).0)
}

/// The pseudo-random function that a transform stands for, if it is one of ours.
pub fn prf_from_wire(transform: &Transform) -> Option<Prf> {
    let id = PrfId(plain_id(transform, TransformType::PRF)?);
    Prf::ALL.into_iter().find(|prf| prf_id(*prf) == id)
}

fn integrity_to_wire(integrity: Integrity) -> Transform {
    Transform::new(TransformType::INTEG, integ_id(integrity).0)
}

fn integ_id(integrity: Integrity) -> IntegId {
    match integrity {
        Integrity::HmacMd5_96 => IntegId::HMAC_MD5_96,
        Integrity::HmacSha1_96 => IntegId::HMAC_SHA1_96,
        Integrity::HmacSha256_128 => IntegId::HMAC_SHA256_128,
        Integrity::HmacSha384_192 => IntegId::HMAC_SHA384_192,
        Integrity::HmacSha512_256 => IntegId::HMAC_SHA512_256,
        Integrity::AesXcbc96 => IntegId::AES_XCBC_96,
        Integrity::AesCmac96 => IntegId::AES_CMAC_96,
        Integrity::Aes128Gmac => IntegId::AES_128_GMAC,
        Integrity::Aes192Gmac => IntegId::AES_192_GMAC,
        Integrity::Aes256Gmac => IntegId::AES_256_GMAC,
    }
}

/// The integrity algorithm that a transform stands for, if it is one of ours.
pub fn integrity_from_wire(transform: &Transform) -> Option<Integrity> {
    let id = IntegId(plain_id(transform, TransformType::INTEG)?);
    Integrity::ALL.iter().copied().find(|integrity| integ_id(*integrity) == id)
}

/// Whether a transform says that there is no integrity algorithm, as one may beside a cipher that authenticates
/// (RFC 7296 §3.3).
pub fn is_no_integrity(transform: &Transform) -> bool {
    plain_id(transform, TransformType::INTEG).map(IntegId) == Some(IntegId::NONE)
}

/// The group that a transform stands for: `Some(None)` for "none", `None` where it is not one of ours.
pub fn group_from_wire(transform: &Transform) -> Option<Option<DhGroup>> {
    match DhId(plain_id(transform, TransformType::DH)?) {
        DhId::NONE => Some(None),
        DhId(number) => DhGroup::from_number(number).map(Some),
    }
}

fn esn_to_wire(esn: bool) -> EsnId {
    if esn { EsnId::YES } else { EsnId::NO }
}

/// Whether a transform stands for extended sequence numbers or for none.
pub fn esn_from_wire(transform: &Transform) -> Option<bool> {
    match EsnId(plain_id(transform, TransformType::ESN)?) {
        EsnId::NO => Some(false),
        EsnId::YES => Some(true),
        _ => None,
    }
}

/// The id of a transform of `kind` without attributes. One with attributes is another algorithm than the plain one
/// (RFC 7296 §3.3.6).
fn plain_id(transform: &Transform, kind: TransformType) -> Option<u16> {
    (transform.kind == kind && transform.attributes.is_empty()).then_some(transform.id)
}
