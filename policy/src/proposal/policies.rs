//! Between the policies that a tenant chooses and proposals.

use alloc::vec;
use alloc::vec::Vec;

use super::Proposal;
use crate::algorithms::{DhGroup, EspAuthentication, EspEncryption, IkeAuthentication, IkeEncryption};
use crate::ike_policy::IkePolicy;
use crate::ipsec_policy::IpsecPolicy;

impl From<&IkePolicy> for Proposal {
    fn from(policy: &IkePolicy) -> Self {
        let aead = policy.encryption.is_aead();
        Self {
            encryption: vec![policy.encryption.into()],
            integrity: (!aead).then(|| policy.authentication.into()).into_iter().collect(),
            prf: aead.then(|| policy.authentication.into()).into_iter().collect(),
            groups: vec![policy.dh_group.into()],
        }
    }
}

impl From<&IpsecPolicy> for Proposal {
    fn from(policy: &IpsecPolicy) -> Self {
        Self {
            encryption: policy.encryption().map(Into::into).into_iter().collect(),
            integrity: policy.authentication().map(Into::into).into_iter().collect(),
            prf: Vec::new(),
            groups: policy.pfs.group().map(Into::into).into_iter().collect(),
        }
    }
}

/// The tenant's choices of phase 1 that a proposal amounts to, each `None` where there is no such choice: the kind is
/// missing, or the library does not have the algorithm.
pub(crate) fn ike_choice(
    proposal: &Proposal,
) -> (Option<IkeEncryption>, Option<IkeAuthentication>, Option<DhGroup>) {
    let authentication = if proposal.is_aead() {
        chosen(&proposal.prf, IkeAuthentication::ALL)
    } else {
        chosen(&proposal.integrity, IkeAuthentication::ALL)
    };
    (chosen(&proposal.encryption, IkeEncryption::ALL), authentication, chosen(&proposal.groups, DhGroup::ALL))
}

/// The same for phase 2.
pub(crate) fn ipsec_choice(
    proposal: &Proposal,
) -> (Option<EspEncryption>, Option<EspAuthentication>, Option<DhGroup>) {
    (
        chosen(&proposal.encryption, EspEncryption::ALL),
        chosen(&proposal.integrity, EspAuthentication::ALL),
        chosen(&proposal.groups, DhGroup::ALL),
    )
}

/// The first offered algorithm, as a choice.
fn chosen<T: PartialEq + Copy, C: Copy + Into<T>>(offered: &[T], choices: &[C]) -> Option<C> {
    let first = offered.first()?;
    choices.iter().copied().find(|choice| (*choice).into() == *first)
}
