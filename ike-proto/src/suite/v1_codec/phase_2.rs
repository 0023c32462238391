//! Proposals for an IPsec SA.

use alloc::vec::Vec;

use esp_core::sa::{IpsecProtocol, Spi};
use esp_core::suite::SaSuite;
use thiserror::Error;

use super::algorithms;
use super::lifetime::{self, DEFAULT_LIFETIME, Lifetime};
use crate::suite::select::AnswerError;
use crate::suite::{ChildProposal, DhGroup};
use crate::wire::codes::DhId;
use crate::wire::v1::codes::{AhTransform, AuthAlgorithm, DoiAttribute, EncapsulationMode, EspTransform};
use crate::wire::v1::{Proposal, SaPayload, Transform};
use crate::wire::{Attribute, limits};

/// What every transform of ours says beside the algorithms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChildTerms {
    /// Tunnel or transport, in UDP or not, under the number of the NAT traversal that was agreed on.
    pub mode: EncapsulationMode,
    /// Seconds that the SA lasts.
    pub seconds: u32,
    /// Units of 1024 octets that it may carry, if that is limited.
    pub kilobytes: Option<u32>,
}

/// What was chosen for an IPsec SA.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChosenChild {
    /// ESP or AH.
    pub protocol: IpsecProtocol,
    /// The algorithms.
    pub suite: SaSuite,
    /// The group of quick mode's own key exchange, if there is one.
    pub group: Option<DhGroup>,
    /// The peer's SPI: that of our outbound packets.
    pub spi: Spi,
    /// Seconds that it lasts for the peer.
    pub seconds: u64,
    /// Units of 1024 octets that it may carry for the peer, if that is limited.
    pub kilobytes: Option<u64>,
    /// The peer's proposal with the one transform.
    proposal: Proposal,
}

/// Why an offer says nothing of use about the group of quick mode's own key exchange (F-11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum GroupError {
    /// Two transforms name two groups, or one names none.
    #[error("the transforms do not all have the same group attribute")]
    Different,
    /// There is a group and no Key Exchange payload.
    #[error("the transforms have the attribute of {0}, and there is no KE payload")]
    WithoutKe(DhId),
    /// There is a Key Exchange payload and no group.
    #[error("there is a KE payload, and the transforms have no group attribute")]
    WithoutGroup,
}

/// What a transform of phase 2 says.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Said {
    pub(super) auth: Option<AuthAlgorithm>,
    pub(super) key_length: Option<u16>,
    pub(super) group: Option<DhId>,
    pub(super) mode: Option<EncapsulationMode>,
    pub(super) esn: bool,
    pub(super) life: Lifetime,
    /// Whether it says anything that is not known, or the same twice.
    pub(super) strange: bool,
}

impl Said {
    /// Reads a transform.
    pub(super) fn read(transform: &Transform) -> Self {
        let mut said = Self::default();
        for attribute in &transform.attributes {
            let number = attribute.value.to_number().and_then(|number| u16::try_from(number).ok());
            let fresh = match (DoiAttribute(attribute.kind), number) {
                (DoiAttribute::AUTH_ALGORITHM, Some(n)) => said.auth.replace(AuthAlgorithm(n)).is_none(),
                (DoiAttribute::KEY_LENGTH, Some(n)) => said.key_length.replace(n).is_none(),
                (DoiAttribute::GROUP, Some(n)) => said.group.replace(DhId(n)).is_none(),
                (DoiAttribute::ENCAPSULATION_MODE, Some(n)) => {
                    said.mode.replace(EncapsulationMode(n)).is_none()
                }
                (DoiAttribute::EXTENDED_SEQUENCE_NUMBER, Some(1)) => !core::mem::replace(&mut said.esn, true),
                (DoiAttribute::LIFE_TYPE | DoiAttribute::LIFE_DURATION, _) => true,
                _ => false,
            };
            said.strange |= !fresh;
        }
        match lifetime::DOI.decode(&transform.attributes) {
            Some(life) => said.life = life,
            None => said.strange = true,
        }
        said
    }

    /// The suite, if it is one of ours: of ESP a cipher with an integrity algorithm or one that authenticates by itself
    /// of AH an integrity algorithm with its own transform (F-18).
    fn suite(&self, protocol: IpsecProtocol, id: u8) -> Option<SaSuite> {
        let integrity = match self.auth {
            Some(auth) => Some(algorithms::integrity_of(auth)?),
            None => None,
        };
        let suite = match protocol {
            IpsecProtocol::Esp => {
                let cipher = algorithms::esp_cipher_of(EspTransform(id), self.key_length)?;
                SaSuite::esp(cipher, integrity, self.esn).ok()?
            }
            IpsecProtocol::Ah => {
                let right = self.auth.and_then(algorithms::ah_transform) == Some(AhTransform(id));
                let integrity = integrity.filter(|_| right && self.key_length.is_none())?;
                SaSuite::ah(integrity, self.esn)
            }
        };
        (!self.strange).then_some(suite)
    }

    /// Whether the mode is ours, under whichever number. Where a transform says none, it is what the peers agreed on.
    fn is_of_mode(&self, ours: EncapsulationMode) -> bool {
        self.mode.is_none_or(|mode| mode_of(mode).is_some() && mode_of(mode) == mode_of(ours))
    }
}

/// Whether a mode is tunnel mode, and whether it is in UDP.
const fn mode_of(mode: EncapsulationMode) -> Option<(bool, bool)> {
    match mode {
        EncapsulationMode::TUNNEL => Some((true, false)),
        EncapsulationMode::TRANSPORT => Some((false, false)),
        EncapsulationMode::UDP_TUNNEL | EncapsulationMode::UDP_TUNNEL_DRAFT => Some((true, true)),
        EncapsulationMode::UDP_TRANSPORT | EncapsulationMode::UDP_TRANSPORT_DRAFT => Some((false, true)),
        _ => None,
    }
}

/// Offers every combination of each proposal as transforms of one of its own, numbered from 1; `spi` is that of our inbound
/// packets. There is one Key Exchange payload for all of them, so the proposals must not have more than one group (F-11).
/// What is more than a payload can number is left out.
pub fn offer_child(proposals: &[ChildProposal], spi: Spi, terms: &ChildTerms) -> SaPayload {
    let numbered = (1_u8..=u8::MAX).zip(proposals.iter().take(limits::MAX_PROPOSALS));
    let proposals = numbered.map(|(number, proposal)| {
        let transforms = combinations(proposal).into_iter().take(limits::MAX_TRANSFORMS);
        let transforms = (1_u8..=u8::MAX).zip(transforms);
        Proposal {
            number,
            protocol: proposal.protocol.into(),
            spi: spi.to_be_bytes().to_vec(),
            transforms: transforms
                .map(|(number, combination)| combination.transform(number, terms))
                .collect(),
        }
    });
    SaPayload { proposals: proposals.filter(|proposal| !proposal.transforms.is_empty()).collect() }
}

/// One suite with its numbers.
#[derive(Clone, Copy)]
struct Combination {
    id: u8,
    key_length: Option<u16>,
    auth: Option<AuthAlgorithm>,
    group: Option<DhGroup>,
    esn: bool,
}

fn combinations(proposal: &ChildProposal) -> Vec<Combination> {
    let groups: Vec<_> = match proposal.groups.as_slice() {
        [] => Vec::from([None]),
        groups => groups.iter().copied().map(Some).collect(),
    };
    let mut all = Vec::new();
    for (id, key_length, auth) in protections(proposal) {
        for group in &groups {
            let of_esn = |esn: &bool| Combination { id, key_length, auth, group: *group, esn: *esn };
            all.extend(proposal.esn.iter().map(of_esn));
        }
    }
    all
}

/// Transform id, key length and authentication attribute of each suite that the proposal's algorithms make.
fn protections(proposal: &ChildProposal) -> Vec<(u8, Option<u16>, Option<AuthAlgorithm>)> {
    let auths = proposal.integrities.iter().filter_map(|integrity| algorithms::auth_algorithm(*integrity));
    if proposal.protocol == IpsecProtocol::Ah {
        let numbers = auths.filter_map(|auth| Some((algorithms::ah_transform(auth)?.0, None, Some(auth))));
        return numbers.collect();
    }
    let mut all = Vec::new();
    for cipher in &proposal.ciphers {
        let Some((id, key_length)) = algorithms::esp_cipher(*cipher) else { continue };
        if cipher.is_aead() {
            all.push((id.0, key_length, None));
        } else {
            all.extend(auths.clone().map(|auth| (id.0, key_length, Some(auth))));
        }
    }
    all
}

impl Combination {
    fn transform(self, number: u8, terms: &ChildTerms) -> Transform {
        let basic = |kind: DoiAttribute, value| Attribute::basic(kind.0, value);
        let mut attributes = Vec::new();
        attributes.extend(self.group.map(|group| basic(DoiAttribute::GROUP, group.number())));
        attributes.extend(self.key_length.map(|bits| basic(DoiAttribute::KEY_LENGTH, bits)));
        attributes.extend(self.auth.map(|auth| basic(DoiAttribute::AUTH_ALGORITHM, auth.0)));
        attributes.push(basic(DoiAttribute::ENCAPSULATION_MODE, terms.mode.0));
        let life =
            Lifetime { seconds: Some(terms.seconds.into()), kilobytes: terms.kilobytes.map(u64::from) };
        attributes.extend(lifetime::DOI.encode(life));
        if self.esn {
            attributes.push(basic(DoiAttribute::EXTENDED_SEQUENCE_NUMBER, 1));
        }
        Transform { number, id: self.id, attributes }
    }
}

/// The group of quick mode's own key exchange. Every transform names the same one where there is a Key Exchange payload, and
/// none does where there is not (F-11).
///
/// # Errors
/// One without the other, or transforms that differ.
pub fn offered_group(offered: &SaPayload, with_ke: bool) -> Result<Option<DhId>, GroupError> {
    let transforms = offered.proposals.iter().flat_map(|proposal| &proposal.transforms);
    let mut groups = transforms.map(|transform| Said::read(transform).group);
    let group = groups.next().flatten();
    if groups.any(|other| other != group) {
        return Err(GroupError::Different);
    }
    match (group, with_ke) {
        (Some(group), false) => Err(GroupError::WithoutKe(group)),
        (None, true) => Err(GroupError::WithoutGroup),
        _ => Ok(group),
    }
}

/// Chooses for an IPsec SA: the first of our proposals that a transform of the peer's fits, and of those that do the one
/// with the algorithms that stand first with us. Proposals that go together with others (of one number) are not chosen, nor
/// those with a reserved SPI.
pub fn select_child(
    configured: &[ChildProposal],
    offered: &SaPayload,
    terms: &ChildTerms,
) -> Option<ChosenChild> {
    let alone = |proposal: &&Proposal| {
        offered.proposals.iter().filter(|other| other.number == proposal.number).count() == 1
    };
    configured.iter().find_map(|ours| {
        let proposals = offered.proposals.iter().filter(alone);
        let transforms = proposals.flat_map(|theirs| theirs.transforms.iter().map(move |t| (theirs, t)));
        let fitting = transforms.filter_map(|(theirs, transform)| fit(ours, theirs, transform, terms));
        fitting.min_by_key(|(rank, _)| *rank).map(|(_, chosen)| chosen)
    })
}

/// Answers with what was chosen: the peer's transform as it came, and our SPI (RFC 2408 §4.2).
pub fn answer_child(chosen: &ChosenChild, spi: Spi) -> SaPayload {
    let proposal = Proposal { spi: spi.to_be_bytes().to_vec(), ..chosen.proposal.clone() };
    SaPayload { proposals: Vec::from([proposal]) }
}

/// Checks the answer to what [`offer_child`] offered. The numbers in it are not looked at.
///
/// # Errors
/// The answer is not a choice among `offered`.
pub fn check_child_answer(
    offered: &[ChildProposal],
    answer: &SaPayload,
    terms: &ChildTerms,
) -> Result<ChosenChild, AnswerError> {
    let [theirs] = answer.proposals.as_slice() else {
        return Err(AnswerError::ProposalCount(answer.proposals.len()));
    };
    let [transform] = theirs.transforms.as_slice() else { return Err(AnswerError::NotOneOfEach) };
    if peer_spi(theirs).is_none() {
        return Err(AnswerError::Spi);
    }
    let chosen = offered.iter().find_map(|ours| fit(ours, theirs, transform, terms));
    chosen.map(|(_, chosen)| chosen).ok_or(AnswerError::NotOffered(theirs.number))
}

/// Where the algorithms of a transform stand in a proposal of ours, the lowest first.
type Rank = (usize, usize, usize, usize);

fn fit(
    ours: &ChildProposal,
    theirs: &Proposal,
    transform: &Transform,
    terms: &ChildTerms,
) -> Option<(Rank, ChosenChild)> {
    let protocol = theirs.protocol.ipsec().filter(|protocol| *protocol == ours.protocol)?;
    let said = Said::read(transform);
    let suite = said.suite(protocol, transform.id)?;
    let of_cipher = match suite.cipher() {
        Some(cipher) => ours.ciphers.iter().position(|own| *own == cipher)?,
        None => 0,
    };
    let of_integrity = match suite.integrity() {
        Some(integrity) => ours.integrities.iter().position(|own| *own == integrity)?,
        None => 0,
    };
    let (of_group, group) = match said.group {
        None => (0, ours.groups.is_empty().then_some(None)?),
        Some(id) => {
            let group = DhGroup::from_number(id.0)?;
            (ours.groups.iter().position(|own| *own == group)?, Some(group))
        }
    };
    let of_esn = ours.esn.iter().position(|own| *own == said.esn)?;
    if !said.is_of_mode(terms.mode) {
        return None;
    }
    let chosen = ChosenChild {
        protocol,
        suite,
        group,
        spi: peer_spi(theirs)?,
        seconds: said.life.seconds.unwrap_or(DEFAULT_LIFETIME),
        kilobytes: said.life.kilobytes,
        proposal: Proposal { transforms: Vec::from([transform.clone()]), ..theirs.clone() },
    };
    Some(((of_cipher, of_integrity, of_group, of_esn), chosen))
}

fn peer_spi(proposal: &Proposal) -> Option<Spi> {
    Spi::new(u32::from_be_bytes(proposal.spi.as_slice().try_into().ok()?))
}
