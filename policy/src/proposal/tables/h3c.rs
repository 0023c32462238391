//! H3C's keywords (Comware 7). In each list those that are there with IKEv2 alone stand last (H3C's Security Configuration
//! Guide, "Algorithms available only for IKEv2").

use super::{Encryption as E, Form, Group as G, Integrity as I, Prf as P, Table, Words};

/// Those of ESP. IKE itself has no AES-GCM.
const CIPHERS: &[(E, &str)] = &[
    (E::TripleDes, "3des-cbc"),
    (E::Aes128, "aes-cbc-128"),
    (E::Aes192, "aes-cbc-192"),
    (E::Aes256, "aes-cbc-256"),
    (E::Des, "des-cbc"),
    (E::Aes128Ctr, "aes-ctr-128"),
    (E::Aes192Ctr, "aes-ctr-192"),
    (E::Aes256Ctr, "aes-ctr-256"),
    (E::Camellia128, "camellia-cbc-128"),
    (E::Camellia256, "camellia-cbc-256"),
    (E::Aes128Gcm16, "gcm-128"),
    (E::Aes192Gcm16, "gcm-192"),
    (E::Aes256Gcm16, "gcm-256"),
];
const CIPHERS_OF_IKEV1: &[(E, &str)] = CIPHERS.split_at(5).0;
const CIPHERS_OF_IKEV2: &[(E, &str)] = CIPHERS.split_at(10).0;

const HASHES: &[(I, &str)] = &[
    (I::Md5, "md5"),
    (I::Sha1, "sha1"),
    (I::Sha256, "sha256"),
    (I::Sha384, "sha384"),
    (I::Sha512, "sha512"),
    (I::AesXcbc, "aes-xcbc-mac"),
];
const HASHES_OF_IKEV1: &[(I, &str)] = HASHES.split_at(5).0;

const GROUPS: &[(G, &str)] = &[
    (G::Modp768, "group1"),
    (G::Modp1024, "group2"),
    (G::Modp1536, "group5"),
    (G::Modp2048, "group14"),
    (G::Modp2048Subgroup256, "group24"),
    (G::Ecp256, "group19"),
    (G::Ecp384, "group20"),
];
const GROUPS_OF_IKEV1: &[(G, &str)] = GROUPS.split_at(5).0;

const PFS: &[(G, &str)] = &[
    (G::Modp768, "dh-group1"),
    (G::Modp1024, "dh-group2"),
    (G::Modp1536, "dh-group5"),
    (G::Modp2048, "dh-group14"),
    (G::Modp2048Subgroup256, "dh-group24"),
    (G::Ecp256, "dh-group19"),
    (G::Ecp384, "dh-group20"),
];
const PFS_OF_IKEV1: &[(G, &str)] = PFS.split_at(5).0;

/// `ike proposal`.
pub(in crate::proposal) const H3C_IKEV1: Table = Table {
    form: Form::Settings,
    encryption: Words::new("encryption-algorithm", CIPHERS_OF_IKEV1),
    integrity: Words::new(
        "authentication-algorithm",
        &[
            (I::Md5, "md5"),
            (I::Sha1, "sha"),
            (I::Sha256, "sha256"),
            (I::Sha384, "sha384"),
            (I::Sha512, "sha512"),
        ],
    ),
    group: Words::new("dh", GROUPS_OF_IKEV1),
    ..Table::NONE
};

/// `ikev2 proposal`.
pub(in crate::proposal) const H3C_IKEV2: Table = Table {
    form: Form::Settings,
    encryption: Words::new("encryption", CIPHERS_OF_IKEV2),
    integrity: Words::new("integrity", HASHES),
    prf: Words::new(
        "prf",
        &[
            (P::Md5, "md5"),
            (P::Sha1, "sha1"),
            (P::Sha256, "sha256"),
            (P::Sha384, "sha384"),
            (P::Sha512, "sha512"),
        ],
    ),
    group: Words::new("dh", GROUPS),
    ..Table::NONE
};

/// `ipsec transform-set` for IKEv1, the group of PFS included.
pub(in crate::proposal) const H3C_IPSEC_V1: Table = Table {
    form: Form::Settings,
    encryption: Words::new("esp encryption-algorithm", CIPHERS_OF_IKEV1),
    integrity: Words::new("esp authentication-algorithm", HASHES_OF_IKEV1),
    ah: Words::new("ah authentication-algorithm", HASHES_OF_IKEV1),
    group: Words::new("pfs", PFS_OF_IKEV1),
    ..Table::NONE
};

/// The same for IKEv2.
pub(in crate::proposal) const H3C_IPSEC_V2: Table = Table {
    form: Form::Settings,
    encryption: Words::new("esp encryption-algorithm", CIPHERS),
    integrity: Words::new("esp authentication-algorithm", HASHES),
    ah: Words::new("ah authentication-algorithm", HASHES),
    group: Words::new("pfs", PFS),
    ..Table::NONE
};
