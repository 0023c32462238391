//! Between the policies that a tenant chooses and proposals.

use alloc::vec;
use alloc::vec::Vec;

use super::{Encryption, Group, Integrity, Proposal};
use crate::algorithms::{DhGroup, EspAuthentication, EspEncryption, IkeAuthentication, IkeEncryption};
use crate::ike_policy::IkePolicy;
use crate::ipsec_policy::IpsecPolicy;

impl From<&IkePolicy> for Proposal {
    fn from(policy: &IkePolicy) -> Self {
        Self {
            encryption: vec![policy.encryption.into()],
            integrity: vec![policy.authentication.into()],
            prf: Vec::new(),
            groups: vec![policy.dh_group.into()],
        }
    }
}

impl From<&IpsecPolicy> for Proposal {
    fn from(policy: &IpsecPolicy) -> Self {
        Self {
            encryption: policy.encryption().map(Into::into).into_iter().collect(),
            integrity: vec![policy.authentication.into()],
            prf: Vec::new(),
            groups: policy.pfs.group().map(Into::into).into_iter().collect(),
        }
    }
}

impl From<IkeEncryption> for Encryption {
    fn from(choice: IkeEncryption) -> Self {
        match choice {
            IkeEncryption::TripleDes => Self::TripleDes,
            IkeEncryption::Aes128 => Self::Aes128,
            IkeEncryption::Aes192 => Self::Aes192,
            IkeEncryption::Aes256 => Self::Aes256,
        }
    }
}

impl From<EspEncryption> for Encryption {
    fn from(choice: EspEncryption) -> Self {
        match choice {
            EspEncryption::TripleDes => Self::TripleDes,
            EspEncryption::Aes128 => Self::Aes128,
            EspEncryption::Aes192 => Self::Aes192,
            EspEncryption::Aes256 => Self::Aes256,
        }
    }
}

impl From<IkeAuthentication> for Integrity {
    fn from(choice: IkeAuthentication) -> Self {
        match choice {
            IkeAuthentication::Md5 => Self::Md5,
            IkeAuthentication::Sha1 => Self::Sha1,
            IkeAuthentication::Sha2_256 => Self::Sha256,
        }
    }
}

impl From<EspAuthentication> for Integrity {
    fn from(choice: EspAuthentication) -> Self {
        match choice {
            EspAuthentication::Md5 => Self::Md5,
            EspAuthentication::Sha1 => Self::Sha1,
            EspAuthentication::Sha2_256 => Self::Sha256,
        }
    }
}

impl From<DhGroup> for Group {
    fn from(choice: DhGroup) -> Self {
        match choice {
            DhGroup::Modp768 => Self::Modp768,
            DhGroup::Modp1024 => Self::Modp1024,
            DhGroup::Modp1536 => Self::Modp1536,
            DhGroup::Modp2048 => Self::Modp2048,
            DhGroup::Modp2048Subgroup256 => Self::Modp2048Subgroup256,
        }
    }
}

/// The tenant's choices of phase 1 that a proposal amounts to, each `None` where there is no such choice: the kind is
/// missing, or the product does not offer the algorithm.
pub(crate) fn ike_choice(
    proposal: &Proposal,
) -> (Option<IkeEncryption>, Option<IkeAuthentication>, Option<DhGroup>) {
    (
        chosen(&proposal.encryption, IkeEncryption::ALL),
        chosen(&proposal.integrity, IkeAuthentication::ALL),
        chosen(&proposal.groups, DhGroup::ALL),
    )
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
