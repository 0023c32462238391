//! Proposals for an ISAKMP SA.

use alloc::vec::Vec;
use core::time::Duration;

use esp_core::suite::Cipher;

use super::algorithms;
use super::lifetime::{self, DEFAULT_LIFETIME, Lifetime};
use crate::suite::select::AnswerError;
use crate::suite::{DhGroup, Hash, IkeProposal, IkeSuite};
use crate::wire::codes::{DhId, ProtocolId};
use crate::wire::v1::codes::{
    self, AuthenticationMethod, Encryption, GroupType, IkeAttribute, IsakmpTransform,
};
use crate::wire::v1::{Proposal, SaPayload, Transform};
use crate::wire::{Attribute, limits};

/// What was chosen for an ISAKMP SA.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChosenIke {
    /// The algorithms. Messages have no check value; the integrity algorithm is the one with the negotiated hash, and stands
    /// there for its name.
    pub suite: IkeSuite,
    /// The hash.
    pub hash: Hash,
    /// What the peer's transform says of the lifetime.
    pub lifetime: Duration,
    /// The answer: the peer's proposal with the one transform, its attributes as they came (RFC 2408 §4.2).
    pub answer: SaPayload,
}

/// What a transform of phase 1 says.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Said {
    pub(super) encryption: Option<Encryption>,
    pub(super) key_length: Option<u16>,
    pub(super) hash: Option<codes::Hash>,
    pub(super) method: Option<AuthenticationMethod>,
    pub(super) group: Option<DhId>,
    pub(super) life: Lifetime,
    /// Whether it says anything that is not known, or the same twice.
    pub(super) strange: bool,
}

impl Said {
    /// Reads a transform.
    pub(super) fn read(transform: &Transform) -> Self {
        let mut said = Self::default();
        let mut group_type = None;
        for attribute in &transform.attributes {
            let number = attribute.value.to_number().and_then(|number| u16::try_from(number).ok());
            let fresh = match (IkeAttribute(attribute.kind), number) {
                (IkeAttribute::ENCRYPTION, Some(n)) => said.encryption.replace(Encryption(n)).is_none(),
                (IkeAttribute::KEY_LENGTH, Some(n)) => said.key_length.replace(n).is_none(),
                (IkeAttribute::HASH, Some(n)) => said.hash.replace(codes::Hash(n)).is_none(),
                (IkeAttribute::AUTHENTICATION_METHOD, Some(n)) => {
                    said.method.replace(AuthenticationMethod(n)).is_none()
                }
                (IkeAttribute::GROUP, Some(n)) => said.group.replace(DhId(n)).is_none(),
                (IkeAttribute::GROUP_TYPE, Some(n)) => group_type.replace(GroupType(n)).is_none(),
                (IkeAttribute::LIFE_TYPE | IkeAttribute::LIFE_DURATION, _) => true,
                _ => false,
            };
            said.strange |= !fresh;
        }
        // The type of a group that is named by its number says nothing more, if it says nothing else.
        let is_ecp = matches!(said.group, Some(DhId::ECP_256 | DhId::ECP_384 | DhId::ECP_521));
        let right_type = if is_ecp { GroupType::ECP } else { GroupType::MODP };
        said.strange |= group_type.is_some_and(|kind| kind != right_type || said.group.is_none());
        match lifetime::IKE.decode(&transform.attributes) {
            Some(life) => said.life = life,
            None => said.strange = true,
        }
        said
    }

    /// The algorithms, if all of them are ours and a pre-shared key authenticates.
    fn algorithms(&self) -> Option<(Cipher, Hash, DhGroup)> {
        let cipher = algorithms::phase_1_cipher_of(self.encryption?, self.key_length)?;
        let hash = algorithms::hash_of(self.hash?)?;
        let group = DhGroup::from_number(self.group?.0)?;
        let right = self.method == Some(AuthenticationMethod::PRE_SHARED_KEY) && !self.strange;
        right.then_some((cipher, hash, group))
    }

    fn lifetime(&self) -> Duration {
        Duration::from_secs(self.life.seconds.unwrap_or(DEFAULT_LIFETIME))
    }
}

/// Offers every combination of every proposal as a transform of one proposal, as phase 1 demands (RFC 2409 §5). What is
/// more than a proposal may have is left out.
pub fn offer_ike(proposals: &[IkeProposal], lifetime: Duration) -> SaPayload {
    let suites = proposals.iter().flat_map(combinations).take(limits::MAX_TRANSFORMS);
    let transforms = (1_u8..=u8::MAX).zip(suites).map(|(number, suite)| Transform {
        number,
        id: IsakmpTransform::KEY_IKE.0,
        attributes: attributes(suite, lifetime),
    });
    let transforms = transforms.collect();
    let proposal = Proposal { number: 1, protocol: ProtocolId::IKE, spi: Vec::new(), transforms };
    SaPayload { proposals: Vec::from([proposal]) }
}

/// A cipher with its number, a hash and a group.
type Combination = ((Encryption, Option<u16>), Hash, DhGroup);

fn combinations(proposal: &IkeProposal) -> Vec<Combination> {
    let mut all = Vec::new();
    for cipher in proposal.ciphers.iter().filter_map(|cipher| algorithms::phase_1_cipher(*cipher)) {
        for hash in hashes(proposal) {
            all.extend(proposal.groups.iter().map(|group| (cipher, hash, *group)));
        }
    }
    all
}

/// The hashes of a proposal, which are those that it has both as pseudo-random function and for integrity.
fn hashes(proposal: &IkeProposal) -> impl Iterator<Item = Hash> {
    let hashes = proposal.prfs.iter().filter_map(|prf| Hash::of(*prf));
    hashes.filter(|hash| proposal.integrities.contains(&hash.integrity()))
}

fn attributes(((encryption, key_length), hash, group): Combination, lifetime: Duration) -> Vec<Attribute> {
    let basic = |kind: IkeAttribute, value| Attribute::basic(kind.0, value);
    let mut attributes = Vec::from([basic(IkeAttribute::ENCRYPTION, encryption.0)]);
    attributes.extend(key_length.map(|bits| basic(IkeAttribute::KEY_LENGTH, bits)));
    attributes.extend([
        basic(IkeAttribute::HASH, algorithms::hash_number(hash).0),
        basic(IkeAttribute::GROUP, group.number()),
        basic(IkeAttribute::AUTHENTICATION_METHOD, AuthenticationMethod::PRE_SHARED_KEY.0),
    ]);
    let life = Lifetime { seconds: Some(lifetime.as_secs()), kilobytes: None };
    attributes.extend(lifetime::IKE.encode(life));
    attributes
}

/// Chooses for an ISAKMP SA: the first of our proposals that a transform of the peer's fits, and of those that do the one
/// with the algorithms that stand first with us. `None` where nothing fits.
pub fn select_ike(configured: &[IkeProposal], offered: &SaPayload) -> Option<ChosenIke> {
    let offered: Vec<_> = offered.proposals.iter().filter(|proposal| is_alone(proposal, offered)).collect();
    configured.iter().find_map(|ours| {
        let transforms =
            offered.iter().flat_map(|theirs| theirs.transforms.iter().map(move |t| (*theirs, t)));
        let fitting = transforms.filter_map(|(theirs, transform)| {
            let said = said_of(theirs, transform)?;
            let (rank, suite, hash) = rank(ours, said.algorithms()?)?;
            Some((rank, suite, hash, said.lifetime(), theirs, transform))
        });
        let (_, suite, hash, lifetime, theirs, transform) = fitting.min_by_key(|(rank, ..)| *rank)?;
        Some(ChosenIke { suite, hash, lifetime, answer: answer(theirs, transform) })
    })
}

/// Whether a suite is among what a configuration accepts.
pub fn accepts_ike(configured: &[IkeProposal], suite: IkeSuite) -> bool {
    let Some(hash) = Hash::of(suite.prf) else { return false };
    configured.iter().any(|ours| rank(ours, (suite.cipher, hash, suite.dh)).is_some())
}

/// Checks the answer to what [`offer_ike`] offered. The numbers in it are not looked at: not every peer keeps them, and what
/// the transform says is enough to know.
///
/// # Errors
/// The answer is not a choice among `offered`.
pub fn check_ike_answer(offered: &[IkeProposal], answer: &SaPayload) -> Result<ChosenIke, AnswerError> {
    let [theirs] = answer.proposals.as_slice() else {
        return Err(AnswerError::ProposalCount(answer.proposals.len()));
    };
    let [transform] = theirs.transforms.as_slice() else { return Err(AnswerError::NotOneOfEach) };
    let chosen = said_of(theirs, transform).and_then(|said| {
        let algorithms = said.algorithms()?;
        let (_, suite, hash) = offered.iter().find_map(|ours| rank(ours, algorithms))?;
        Some(ChosenIke { suite, hash, lifetime: said.lifetime(), answer: answer.clone() })
    });
    chosen.ok_or(AnswerError::NotOffered(theirs.number))
}

/// Proposals of one number go together, and nothing goes together with an ISAKMP SA.
fn is_alone(proposal: &Proposal, payload: &SaPayload) -> bool {
    payload.proposals.iter().filter(|other| other.number == proposal.number).count() == 1
}

fn said_of(proposal: &Proposal, transform: &Transform) -> Option<Said> {
    let right = proposal.protocol == ProtocolId::IKE && transform.id == IsakmpTransform::KEY_IKE.0;
    right.then(|| Said::read(transform))
}

/// Where algorithms stand in a proposal of ours, the lowest first, if they do.
fn rank(
    ours: &IkeProposal,
    (cipher, hash, group): (Cipher, Hash, DhGroup),
) -> Option<((usize, usize, usize), IkeSuite, Hash)> {
    algorithms::phase_1_cipher(cipher)?;
    let of_cipher = ours.ciphers.iter().position(|own| *own == cipher)?;
    let of_hash = hashes(ours).position(|own| own == hash)?;
    let of_group = ours.groups.iter().position(|own| *own == group)?;
    let suite = IkeSuite { cipher, integrity: Some(hash.integrity()), prf: hash.prf(), dh: group };
    Some(((of_cipher, of_hash, of_group), suite, hash))
}

fn answer(theirs: &Proposal, transform: &Transform) -> SaPayload {
    let (spi, transforms) = (Vec::new(), Vec::from([transform.clone()]));
    let (number, protocol) = (theirs.number, theirs.protocol);
    SaPayload { proposals: Vec::from([Proposal { number, protocol, spi, transforms }]) }
}
