//! H3C's keywords (Comware 7).

use super::{Encryption as E, Form, Group as G, Integrity as I, Prf as P, Table, Words};

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
];
const HASHES: &[(I, &str)] = &[
    (I::Md5, "md5"),
    (I::Sha1, "sha1"),
    (I::Sha256, "sha256"),
    (I::Sha384, "sha384"),
    (I::Sha512, "sha512"),
    (I::AesXcbc, "aes-xcbc-mac"),
];

/// `ike proposal`.
pub(in crate::proposal) const H3C_IKEV1: Table = Table {
    form: Form::Settings,
    encryption: Words::new(
        "encryption-algorithm",
        &[
            (E::TripleDes, "3des-cbc"),
            (E::Aes128, "aes-cbc-128"),
            (E::Aes192, "aes-cbc-192"),
            (E::Aes256, "aes-cbc-256"),
            (E::Des, "des-cbc"),
        ],
    ),
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
    ah: Words::NONE,
    prf: Words::NONE,
    group: Words::new(
        "dh",
        &[
            (G::Modp768, "group1"),
            (G::Modp1024, "group2"),
            (G::Modp1536, "group5"),
            (G::Modp2048, "group14"),
            (G::Modp2048Subgroup256, "group24"),
        ],
    ),
    beside_aead: None,
};

/// `ikev2 proposal`.
pub(in crate::proposal) const H3C_IKEV2: Table = Table {
    form: Form::Settings,
    encryption: Words::new("encryption", CIPHERS),
    integrity: Words::new("integrity", HASHES),
    ah: Words::NONE,
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
    group: Words::new(
        "dh",
        &[
            (G::Modp768, "group1"),
            (G::Modp1024, "group2"),
            (G::Modp1536, "group5"),
            (G::Modp2048, "group14"),
            (G::Ecp256, "group19"),
            (G::Ecp384, "group20"),
            (G::Modp2048Subgroup256, "group24"),
        ],
    ),
    beside_aead: None,
};

/// `ipsec transform-set`, the group of PFS included.
pub(in crate::proposal) const H3C_IPSEC: Table = Table {
    form: Form::Settings,
    encryption: Words::new("esp encryption-algorithm", CIPHERS),
    integrity: Words::new("esp authentication-algorithm", HASHES),
    ah: Words::new("ah authentication-algorithm", HASHES),
    prf: Words::NONE,
    group: Words::new(
        "pfs",
        &[
            (G::Modp768, "dh-group1"),
            (G::Modp1024, "dh-group2"),
            (G::Modp1536, "dh-group5"),
            (G::Modp2048, "dh-group14"),
            (G::Ecp256, "dh-group19"),
            (G::Ecp384, "dh-group20"),
            (G::Modp2048Subgroup256, "dh-group24"),
        ],
    ),
    beside_aead: None,
};
