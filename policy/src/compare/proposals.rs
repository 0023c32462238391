//! Our one proposal against those of the peer: one of them must fit.

use alloc::format;
use alloc::string::{String, ToString};

use super::difference::{Differences, Field};
use super::either;
use crate::algorithms::IpsecProtocol;
use crate::import::{Connection, Place};
use crate::link::Link;
use crate::proposal::{Prf, Proposal};
use crate::text::list;

/// The fields that a kind of algorithm belongs to in one phase.
struct Fields {
    proposal: Field,
    encryption: Field,
    authentication: Field,
    group: Field,
}

/// Which kinds of a peer's proposal do not hold our algorithm.
#[derive(Clone, Copy, Debug, Default)]
struct Misses {
    encryption: bool,
    authentication: bool,
    group: bool,
}

impl Misses {
    /// How many kinds miss. A group is what an operator changes last, so a proposal that misses it alone is nearer.
    fn count(self) -> usize {
        [self.encryption, self.authentication, self.group].into_iter().filter(|miss| *miss).count()
    }
}

pub(super) fn phase_1(ours: &Link, theirs: &Connection, found: &mut Differences) {
    let fields = Fields {
        proposal: Field::IkeProposal,
        encryption: Field::IkeEncryption,
        authentication: Field::IkeAuthentication,
        group: Field::DhGroup,
    };
    let ours = Proposal::from(&ours.ike);
    nearest(&ours, &theirs.ike.value, theirs.ike.place, &fields, found);
}

pub(super) fn phase_2(ours: &Link, theirs: &Connection, found: &mut Differences) {
    let fields = Fields {
        proposal: Field::IpsecProposal,
        encryption: Field::EspEncryption,
        authentication: Field::EspAuthentication,
        group: Field::Pfs,
    };
    let mut proposal = Proposal::from(&ours.ipsec);
    let (here, there) = (ours.ipsec.protocol, theirs.protocol.value);
    let mut their_proposals = theirs.ipsec.value.clone();
    if here != there {
        let (here, there) = (upper(here), upper(there));
        found.fatal(Field::Protocol, &here, &there, theirs.protocol.place, either(&there, &here));
        // Only one of the two has ciphers; the rest is still worth comparing.
        proposal.encryption.clear();
        their_proposals.iter_mut().for_each(|proposal| proposal.encryption.clear());
    }
    nearest(&proposal, &their_proposals, theirs.ipsec.place, &fields, found);
}

fn upper(protocol: IpsecProtocol) -> String {
    protocol.name().to_uppercase()
}

/// Tells in which kinds the proposal of the peer that comes nearest differs.
fn nearest(
    ours: &Proposal,
    theirs: &[Proposal],
    place: Option<Place>,
    fields: &Fields,
    found: &mut Differences,
) {
    let rated = theirs.iter().map(|proposal| (misses(ours, proposal), proposal));
    let Some((misses, theirs)) = rated.min_by_key(|(misses, _)| misses.count()) else {
        let change = format!("Write {ours} on the peer: its defaults differ from release to release");
        found.doubtful(fields.proposal, ours, "the program's defaults", place, change);
        return;
    };
    if misses.encryption {
        let (here, there) = (list(&ours.encryption), list(&theirs.encryption));
        found.fatal(fields.encryption, &here, &there, place, either(&there, &here));
    }
    if misses.authentication {
        let (here, there) = (hashes(ours), hashes(theirs));
        found.fatal(fields.authentication, &here, &there, place, either(&there, &here));
    }
    if misses.group {
        let named = |proposal: &Proposal| match proposal.groups.as_slice() {
            [] => "disabled".to_string(),
            groups => list(groups),
        };
        let (here, there) = (named(ours), named(theirs));
        let mut change = either(&there, &here);
        if fields.group == Field::Pfs {
            change += "; with IKEv2 the difference shows only when the first SA is replaced, hours later";
        }
        found.fatal(fields.group, &here, &there, place, change);
    }
}

/// What authenticates, and what derives keys where that is not the same.
fn hashes(proposal: &Proposal) -> String {
    match (proposal.integrity.as_slice(), proposal.prf.as_slice()) {
        ([], []) => "none".to_string(),
        (integrities, []) => list(integrities),
        ([], prfs) => list(prfs),
        (integrities, prfs) => format!("{} with {}", list(integrities), list(prfs)),
    }
}

fn misses(ours: &Proposal, theirs: &Proposal) -> Misses {
    let encryption = match ours.encryption.first() {
        Some(cipher) => !theirs.encryption.contains(cipher),
        None => !theirs.encryption.is_empty(),
    };
    // Where one end's cipher authenticates by itself and the other's does not, the cipher is the difference.
    let by_cipher = encryption && ours.is_aead() != theirs.is_aead();
    let prf = ours.prf.first().copied().or_else(|| ours.integrity.first().copied().map(Prf::of));
    let same_prf = theirs.prf.is_empty() || prf.is_none_or(|prf| theirs.prf.contains(&prf));
    let same_hash = ours.integrity.first().is_none_or(|hash| theirs.integrity.contains(hash));
    let group = match ours.groups.first() {
        Some(group) => !theirs.groups.contains(group),
        None => !theirs.groups.is_empty(),
    };
    Misses { encryption, authentication: !(by_cipher || same_hash && same_prf), group }
}
