//! The choice of one suite, and the check that the peer's choice was among what it was offered (RFC 7296 §2.7, §3.3.6).
//!
//! Only algorithms of our own enums are ever chosen, so whatever is chosen can also be used.

use esp_core::sa::{IpsecProtocol, Spi};
use esp_core::suite::{Cipher, Integrity, SaSuite};
use thiserror::Error;

use super::v2_codec::{self, ChildExchange};
use super::{ChildProposal, DhGroup, IkeProposal, IkeSuite};
use crate::crypto::{encryption, mac};
use crate::wire::codes::{ProtocolId, TransformType};
use crate::wire::header::IkeSpi;
use crate::wire::v2::{Proposal, SaPayload, Transform};

/// What was chosen for an IKE SA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChosenIke {
    /// The algorithms.
    pub suite: IkeSuite,
    /// The number of the proposal.
    pub number: u8,
    /// The SPI that the peer put into the proposal: when an IKE SA is rekeyed, its SPI of the new one.
    pub spi: Option<IkeSpi>,
}

/// What was chosen for a Child SA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChosenChild {
    /// ESP or AH.
    pub protocol: IpsecProtocol,
    /// The algorithms.
    pub suite: SaSuite,
    /// The group of the Child SA's own key exchange, if there is one.
    pub group: Option<DhGroup>,
    /// The number of the proposal.
    pub number: u8,
    /// The peer's SPI: that of our outbound packets.
    pub spi: Spi,
}

/// Why an answer is not a choice among what was offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AnswerError {
    /// There is not exactly one proposal.
    #[error("the answer has {0} proposals where exactly one is allowed")]
    ProposalCount(usize),
    /// No proposal with this number was offered.
    #[error("the answer chooses proposal {0}, which was not offered")]
    UnknownNumber(u8),
    /// There is not exactly one transform of each type.
    #[error("the answer does not have exactly one transform of each type that was offered")]
    NotOneOfEach,
    /// A transform is not among those of the proposal it chooses.
    #[error("the answer chooses an algorithm that proposal {0} does not offer")]
    NotOffered(u8),
    /// The SPI is missing, of the wrong size or a reserved value.
    #[error("the answer has no usable SPI")]
    Spi,
}

/// Chooses for an IKE SA: the first of our proposals, and in it the first of each of our algorithms, that one of the
/// peer's proposals also has. `None` where nothing fits.
pub fn select_ike(configured: &[IkeProposal], offered: &SaPayload) -> Option<ChosenIke> {
    first_fit(configured, offered, |ours, theirs| {
        let suite = common_ike(ours, theirs)?;
        Some(ChosenIke { suite, number: theirs.number, spi: ike_spi(theirs).ok()? })
    })
}

/// Chooses for a Child SA, as [`select_ike`] does. A proposal whose SPI is reserved is not chosen.
pub fn select_child(
    configured: &[ChildProposal],
    offered: &SaPayload,
    exchange: ChildExchange,
) -> Option<ChosenChild> {
    first_fit(configured, offered, |ours, theirs| {
        let (suite, group) = common_child(ours, theirs, exchange)?;
        let (protocol, spi) = (ours.protocol, child_spi(theirs)?);
        Some(ChosenChild { protocol, suite, group, number: theirs.number, spi })
    })
}

/// Checks the answer to what [`offer_ike`](v2_codec::offer_ike) offered.
///
/// # Errors
/// The answer is not a choice among `offered`.
pub fn check_ike_answer(offered: &[IkeProposal], answer: &SaPayload) -> Result<ChosenIke, AnswerError> {
    let theirs = only_proposal(answer)?;
    let ours = answered(offered.iter().flat_map(IkeProposal::halves), theirs)?;
    let types = [
        (TransformType::ENCR, true),
        (TransformType::PRF, true),
        (TransformType::INTEG, !leaves_integrity_out(theirs)),
        (TransformType::DH, true),
    ];
    one_of_each(theirs, &types)?;
    let suite = common_ike(&ours, theirs).ok_or(AnswerError::NotOffered(theirs.number))?;
    Ok(ChosenIke { suite, number: theirs.number, spi: ike_spi(theirs)? })
}

/// Checks the answer to what [`offer_child`](v2_codec::offer_child) offered.
///
/// # Errors
/// The answer is not a choice among `offered`.
pub fn check_child_answer(
    offered: &[ChildProposal],
    answer: &SaPayload,
    exchange: ChildExchange,
) -> Result<ChosenChild, AnswerError> {
    let theirs = only_proposal(answer)?;
    let ours = answered(offered.iter().flat_map(ChildProposal::halves), theirs)?;
    let encryption = ours.protocol == IpsecProtocol::Esp;
    let types = [
        (TransformType::ENCR, encryption),
        (TransformType::INTEG, !(encryption && leaves_integrity_out(theirs))),
        (TransformType::DH, exchange == ChildExchange::Create && !ours.groups.is_empty()),
        (TransformType::ESN, true),
    ];
    one_of_each(theirs, &types)?;
    let (suite, group) =
        common_child(&ours, theirs, exchange).ok_or(AnswerError::NotOffered(theirs.number))?;
    let spi = child_spi(theirs).ok_or(AnswerError::Spi)?;
    Ok(ChosenChild { protocol: ours.protocol, suite, group, number: theirs.number, spi })
}

fn first_fit<P, C>(
    configured: &[P],
    offered: &SaPayload,
    fit: impl Fn(&P, &Proposal) -> Option<C>,
) -> Option<C> {
    configured.iter().find_map(|ours| offered.proposals.iter().find_map(|theirs| fit(ours, theirs)))
}

fn only_proposal(answer: &SaPayload) -> Result<&Proposal, AnswerError> {
    match answer.proposals.as_slice() {
        [theirs] => Ok(theirs),
        all => Err(AnswerError::ProposalCount(all.len())),
    }
}

/// The proposal that was offered under the number of the answer.
fn answered<P>(mut offered: impl Iterator<Item = P>, theirs: &Proposal) -> Result<P, AnswerError> {
    let place = usize::from(theirs.number).checked_sub(1);
    place.and_then(|place| offered.nth(place)).ok_or(AnswerError::UnknownNumber(theirs.number))
}

/// Whether an answer has no integrity algorithm because its cipher authenticates by itself. It may also say "none".
fn leaves_integrity_out(answer: &Proposal) -> bool {
    let is_aead = |transform: &Transform| v2_codec::cipher_from_wire(transform).is_some_and(Cipher::is_aead);
    answer.of_type(TransformType::ENCR).all(is_aead) && answer.of_type(TransformType::INTEG).next().is_none()
}

/// Whether there is one transform of each type that is wanted, and nothing else.
fn one_of_each(answer: &Proposal, types: &[(TransformType, bool)]) -> Result<(), AnswerError> {
    let good = |(kind, wanted): &(TransformType, bool)| answer.of_type(*kind).count() == usize::from(*wanted);
    let wanted = types.iter().filter(|(_, wanted)| *wanted).count();
    if types.iter().all(good) && answer.transforms.len() == wanted {
        Ok(())
    } else {
        Err(AnswerError::NotOneOfEach)
    }
}

fn common_ike(ours: &IkeProposal, theirs: &Proposal) -> Option<IkeSuite> {
    let types = [TransformType::ENCR, TransformType::PRF, TransformType::INTEG, TransformType::DH];
    if theirs.protocol != ProtocolId::IKE || !only_types(theirs, &types) {
        return None;
    }
    let ciphers = ours.ciphers.iter().filter(|cipher| encryption::supports(**cipher));
    let integrities = ours.integrities.iter().filter(|integrity| mac::supports(**integrity));
    let (cipher, integrity) = common_protection(ciphers, integrities, theirs)?;
    Some(IkeSuite {
        cipher,
        integrity,
        prf: first_common(&ours.prfs, theirs, v2_codec::prf_from_wire)?,
        dh: first_common(&ours.groups, theirs, |transform| v2_codec::group_from_wire(transform)?)?,
    })
}

/// The first of our ciphers that the peer has in a proposal in which it can be used: one that authenticates by itself
/// without an integrity algorithm, every other with one of ours (X-6, RFC 7296 §3.3).
fn common_protection<'a>(
    ciphers: impl Iterator<Item = &'a Cipher>,
    integrities: impl Iterator<Item = &'a Integrity> + Clone,
    theirs: &Proposal,
) -> Option<(Cipher, Option<Integrity>)> {
    let offered =
        |cipher: &Cipher| theirs.transforms.iter().any(|t| v2_codec::cipher_from_wire(t) == Some(*cipher));
    let no_integrity = theirs.of_type(TransformType::INTEG).all(v2_codec::is_no_integrity);
    let integrity = || first_common(integrities.clone(), theirs, v2_codec::integrity_from_wire);
    ciphers.copied().filter(offered).find_map(|cipher| match cipher.is_aead() {
        true => no_integrity.then_some((cipher, None)),
        false => Some((cipher, Some(integrity()?))),
    })
}

fn common_child(
    ours: &ChildProposal,
    theirs: &Proposal,
    exchange: ChildExchange,
) -> Option<(SaSuite, Option<DhGroup>)> {
    let types = match ours.protocol {
        IpsecProtocol::Esp => {
            &[TransformType::ENCR, TransformType::INTEG, TransformType::DH, TransformType::ESN][..]
        }
        IpsecProtocol::Ah => &[TransformType::INTEG, TransformType::DH, TransformType::ESN][..],
    };
    if theirs.protocol != ours.protocol.into() || !only_types(theirs, types) {
        return None;
    }
    let esn = first_common(&ours.esn, theirs, v2_codec::esn_from_wire)?;
    let suite = match ours.protocol {
        IpsecProtocol::Esp => {
            let (cipher, integrity) =
                common_protection(ours.ciphers.iter(), ours.integrities.iter(), theirs)?;
            SaSuite::esp(cipher, integrity, esn).ok()?
        }
        IpsecProtocol::Ah => {
            SaSuite::ah(first_common(&ours.integrities, theirs, v2_codec::integrity_from_wire)?, esn)
        }
    };
    let group = match exchange {
        ChildExchange::Auth => None,
        ChildExchange::Create => common_group(ours, theirs)?,
    };
    Some((suite, group))
}

/// The group of a Child SA's own key exchange; `Some(None)` where neither side wants one.
fn common_group(ours: &ChildProposal, theirs: &Proposal) -> Option<Option<DhGroup>> {
    if !ours.groups.is_empty() {
        return first_common(&ours.groups, theirs, |transform| v2_codec::group_from_wire(transform)?)
            .map(Some);
    }
    let mut offered = theirs.of_type(TransformType::DH).peekable();
    let none = |transform: &Transform| v2_codec::group_from_wire(transform) == Some(None);
    (offered.peek().is_none() || offered.any(none)).then_some(None)
}

/// The first of our algorithms that is among the peer's transforms.
fn first_common<'a, A: Copy + PartialEq + 'a>(
    ours: impl IntoIterator<Item = &'a A>,
    theirs: &Proposal,
    from_wire: impl Fn(&Transform) -> Option<A>,
) -> Option<A> {
    let offers = |algorithm: &&A| theirs.transforms.iter().any(|t| from_wire(t) == Some(**algorithm));
    ours.into_iter().find(offers).copied()
}

/// A proposal with a type of transform that is not expected must be refused whole (RFC 7296 §3.3.6).
fn only_types(theirs: &Proposal, types: &[TransformType]) -> bool {
    theirs.transforms.iter().all(|transform| types.contains(&transform.kind))
}

fn ike_spi(proposal: &Proposal) -> Result<Option<IkeSpi>, AnswerError> {
    if proposal.spi.is_empty() {
        return Ok(None);
    }
    match proposal.spi.as_slice().try_into().map(IkeSpi) {
        Ok(spi) if !spi.is_zero() => Ok(Some(spi)),
        _ => Err(AnswerError::Spi),
    }
}

fn child_spi(proposal: &Proposal) -> Option<Spi> {
    Spi::new(u32::from_be_bytes(proposal.spi.as_slice().try_into().ok()?))
}

#[cfg(test)]
mod tests;
