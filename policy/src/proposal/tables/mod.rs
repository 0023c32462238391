//! The words of each spelling. The first word of an algorithm is the one that is written; the others are read too.

mod cisco;
mod h3c;
mod huawei;
mod junos;
mod libreswan;
mod strongswan;

pub(super) use cisco::{
    ASA_IKEV1, ASA_IKEV2, ASA_PROPOSAL, ASA_TRANSFORM_SET, IOS_IKEV1, IOS_IKEV2, IOS_TRANSFORM_SET,
};
pub(super) use h3c::{H3C_IKEV1, H3C_IKEV2, H3C_IPSEC_V1, H3C_IPSEC_V2};
pub(super) use huawei::{HUAWEI_IKEV1, HUAWEI_IKEV2, HUAWEI_IPSEC};
pub(super) use junos::{JUNOS_IKE, JUNOS_IPSEC};
pub(super) use libreswan::LIBRESWAN;
pub(super) use strongswan::STRONGSWAN;

use super::algorithms::{Encryption, Group, Integrity, Prf};

/// How the words of a proposal are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `aes128-sha1-modp1024`: one word, its parts separated by hyphens, the group after `before_group`.
    Joined {
        /// What stands before the group.
        before_group: char,
    },
    /// `esp-aes 256 esp-sha-hmac`: words in a line.
    Line,
    /// `encryption aes` and `group 2`: a line for each algorithm, the setting's name first.
    Settings,
}

/// The words of one kind of algorithm, and the setting they stand in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words<T: 'static> {
    /// The name of the setting, where the form has settings.
    pub(super) setting: &'static str,
    /// The words. Nothing can be said where there are none.
    pub(super) words: &'static [(T, &'static str)],
}

impl<T> Words<T> {
    const NONE: Self = Self { setting: "", words: &[] };

    const fn new(setting: &'static str, words: &'static [(T, &'static str)]) -> Self {
        Self { setting, words }
    }
}

/// All words of a spelling.
#[derive(Clone, Copy, Debug)]
pub(super) struct Table {
    pub(super) form: Form,
    pub(super) encryption: Words<Encryption>,
    pub(super) integrity: Words<Integrity>,
    /// The words of integrity where there is no encryption, that is with AH, if they are others.
    pub(super) ah: Words<Integrity>,
    pub(super) prf: Words<Prf>,
    pub(super) group: Words<Group>,
    /// The line that must stand beside a cipher that authenticates by itself, if one must.
    pub(super) beside_aead: Option<&'static str>,
}

impl Table {
    /// Settings of which there are none, for what a spelling keeps elsewhere or cannot say.
    const NONE: Self = Self {
        form: Form::Settings,
        encryption: Words::NONE,
        integrity: Words::NONE,
        ah: Words::NONE,
        prf: Words::NONE,
        group: Words::NONE,
        beside_aead: None,
    };
}
