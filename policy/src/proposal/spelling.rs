//! The spellings, and what each of them has words for.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::tables::{self, Table};
use super::{Encryption, Group, Integrity, Prf, Proposal, ProposalError, read, write};

/// A language's way to write proposals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Spelling {
    /// strongSwan, in `ipsec.conf` and `swanctl.conf`; the product's own.
    StrongSwan,
    /// libreswan.
    Libreswan,
    /// Cisco IOS, `crypto isakmp policy`.
    IosIkeV1,
    /// Cisco IOS, `crypto ikev2 proposal`.
    IosIkeV2,
    /// Cisco IOS, `crypto ipsec transform-set`.
    IosTransformSet,
    /// Cisco ASA, `crypto ikev1 policy`.
    AsaIkeV1,
    /// Cisco ASA, `crypto ikev2 policy`.
    AsaIkeV2,
    /// Cisco ASA, `crypto ipsec ikev1 transform-set`.
    AsaTransformSet,
    /// Cisco ASA, `crypto ipsec ikev2 ipsec-proposal`.
    AsaProposal,
    /// Juniper Junos, `security ike proposal`.
    JunosIke,
    /// Juniper Junos, `security ipsec proposal`.
    JunosIpsec,
    /// Huawei, `ike proposal` for IKEv1.
    HuaweiIkeV1,
    /// Huawei, `ike proposal` for IKEv2.
    HuaweiIkeV2,
    /// Huawei, `ipsec proposal`.
    HuaweiIpsec,
    /// H3C, `ike proposal`.
    H3cIkeV1,
    /// H3C, `ikev2 proposal`.
    H3cIkeV2,
    /// H3C, `ipsec transform-set` for IKEv1.
    H3cIpsecV1,
    /// H3C, `ipsec transform-set` for IKEv2.
    H3cIpsecV2,
}

impl Spelling {
    /// Every spelling.
    pub const ALL: &'static [Self] = &[
        Self::StrongSwan,
        Self::Libreswan,
        Self::IosIkeV1,
        Self::IosIkeV2,
        Self::IosTransformSet,
        Self::AsaIkeV1,
        Self::AsaIkeV2,
        Self::AsaTransformSet,
        Self::AsaProposal,
        Self::JunosIke,
        Self::JunosIpsec,
        Self::HuaweiIkeV1,
        Self::HuaweiIkeV2,
        Self::HuaweiIpsec,
        Self::H3cIkeV1,
        Self::H3cIkeV2,
        Self::H3cIpsecV1,
        Self::H3cIpsecV2,
    ];

    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::StrongSwan => "strongSwan",
            Self::Libreswan => "libreswan",
            Self::IosIkeV1 => "a Cisco IOS isakmp policy",
            Self::IosIkeV2 => "a Cisco IOS ikev2 proposal",
            Self::IosTransformSet => "a Cisco IOS transform set",
            Self::AsaIkeV1 => "a Cisco ASA ikev1 policy",
            Self::AsaIkeV2 => "a Cisco ASA ikev2 policy",
            Self::AsaTransformSet => "a Cisco ASA ikev1 transform set",
            Self::AsaProposal => "a Cisco ASA ikev2 ipsec-proposal",
            Self::JunosIke => "a Junos ike proposal",
            Self::JunosIpsec => "a Junos ipsec proposal",
            Self::HuaweiIkeV1 => "a Huawei ike proposal for IKEv1",
            Self::HuaweiIkeV2 => "a Huawei ike proposal for IKEv2",
            Self::HuaweiIpsec => "a Huawei ipsec proposal",
            Self::H3cIkeV1 => "an H3C ike proposal",
            Self::H3cIkeV2 => "an H3C ikev2 proposal",
            Self::H3cIpsecV1 => "an H3C ipsec transform set for IKEv1",
            Self::H3cIpsecV2 => "an H3C ipsec transform set for IKEv2",
        }
    }

    /// Writes a proposal in this spelling: one line, or one line for each setting. What the spelling keeps elsewhere
    /// is left out, such as the group of PFS that a Cisco crypto map holds.
    pub fn write(self, proposal: &Proposal) -> Result<String, ProposalError> {
        write::write(self, self.table(), proposal)
    }

    /// Reads a proposal in this spelling.
    pub fn read(self, text: &str) -> Result<Proposal, ProposalError> {
        read::read(self, self.table(), text)
    }

    /// The word for a group, for languages that keep the group of PFS apart.
    pub(crate) fn group(self, group: Group) -> Result<&'static str, ProposalError> {
        write::word(self, "Diffie-Hellman group", self.table().group.words, group, Group::name)
    }

    /// The group of a word, for languages that keep the group of PFS apart.
    pub(crate) fn read_group(self, text: &str) -> Result<Group, ProposalError> {
        let words = self.table().group.words;
        let found = words.iter().find(|(_, word)| *word == text);
        found.map(|(group, _)| *group).ok_or_else(|| {
            read::unknown(self, "Diffie-Hellman group", text, words.iter().map(|(_, word)| *word).collect())
        })
    }

    /// A proposal of the product's defaults, as an example in errors.
    pub(super) fn example(self) -> String {
        let proposal = Proposal {
            encryption: alloc::vec![Encryption::Aes128],
            integrity: alloc::vec![Integrity::Sha1],
            prf: Vec::new(),
            groups: alloc::vec![Group::Modp2048],
        };
        self.write(&proposal).unwrap_or_default().replace('\n', ", ")
    }

    fn table(self) -> &'static Table {
        match self {
            Self::StrongSwan => &tables::STRONGSWAN,
            Self::Libreswan => &tables::LIBRESWAN,
            Self::IosIkeV1 => &tables::IOS_IKEV1,
            Self::IosIkeV2 => &tables::IOS_IKEV2,
            Self::IosTransformSet => &tables::IOS_TRANSFORM_SET,
            Self::AsaIkeV1 => &tables::ASA_IKEV1,
            Self::AsaIkeV2 => &tables::ASA_IKEV2,
            Self::AsaTransformSet => &tables::ASA_TRANSFORM_SET,
            Self::AsaProposal => &tables::ASA_PROPOSAL,
            Self::JunosIke => &tables::JUNOS_IKE,
            Self::JunosIpsec => &tables::JUNOS_IPSEC,
            Self::HuaweiIkeV1 => &tables::HUAWEI_IKEV1,
            Self::HuaweiIkeV2 => &tables::HUAWEI_IKEV2,
            Self::HuaweiIpsec => &tables::HUAWEI_IPSEC,
            Self::H3cIkeV1 => &tables::H3C_IKEV1,
            Self::H3cIkeV2 => &tables::H3C_IKEV2,
            Self::H3cIpsecV1 => &tables::H3C_IPSEC_V1,
            Self::H3cIpsecV2 => &tables::H3C_IPSEC_V2,
        }
    }
}

/// The different words of a table, each once, as errors list them.
pub(super) fn listed(words: &[&str]) -> String {
    let mut list: Vec<String> = Vec::new();
    for word in words {
        if !list.iter().any(|known| known == word) {
            list.push((*word).to_string());
        }
    }
    if list.is_empty() { String::from("none") } else { list.join(", ") }
}

/// The names of the kinds, for errors.
pub(super) const KINDS: [&str; 4] =
    ["encryption algorithm", "authentication algorithm", "pseudo-random function", "Diffie-Hellman group"];

/// Where a word of a flat spelling belongs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found {
    Encryption(Encryption),
    Integrity(Integrity),
    Prf(Prf),
    Group(Group),
}

impl Found {
    /// Adds the algorithm to the list of its kind, once.
    pub(super) fn add_to(self, proposal: &mut Proposal) {
        fn add<T: PartialEq>(list: &mut Vec<T>, item: T) {
            if !list.contains(&item) {
                list.push(item);
            }
        }
        match self {
            Self::Encryption(item) => add(&mut proposal.encryption, item),
            Self::Integrity(item) => add(&mut proposal.integrity, item),
            Self::Prf(item) => add(&mut proposal.prf, item),
            Self::Group(item) => add(&mut proposal.groups, item),
        }
    }
}
