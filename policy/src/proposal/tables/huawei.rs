//! Huawei's keywords (VRP). Firewalls of the USG series have AES-GCM in phase 2 (`aes-128-gcm-128`); whether a router has it
//! depends on its release, so it is not written.

use super::{Encryption as E, Form, Group as G, Integrity as I, Prf as P, Table, Words};

const CIPHERS: &[(E, &str)] = &[
    (E::TripleDes, "3des"),
    (E::Aes128, "aes-128"),
    (E::Aes192, "aes-192"),
    (E::Aes256, "aes-256"),
    (E::Des, "des"),
];
const HASHES: &[(I, &str)] = &[
    (I::Md5, "md5"),
    (I::Sha1, "sha1"),
    (I::Sha256, "sha2-256"),
    (I::Sha384, "sha2-384"),
    (I::Sha512, "sha2-512"),
];
const GROUPS: &[(G, &str)] = &[
    (G::Modp768, "group1"),
    (G::Modp1024, "group2"),
    (G::Modp1536, "group5"),
    (G::Modp2048, "group14"),
    (G::Modp3072, "group15"),
    (G::Modp4096, "group16"),
    (G::Modp8192, "group18"),
    (G::Ecp256, "group19"),
    (G::Ecp384, "group20"),
    (G::Ecp521, "group21"),
    (G::Modp2048Subgroup256, "group24"),
];

/// `ike proposal` for IKEv1.
pub(in crate::proposal) const HUAWEI_IKEV1: Table = Table {
    form: Form::Settings,
    encryption: Words::new("encryption-algorithm", CIPHERS),
    integrity: Words::new("authentication-algorithm", HASHES),
    group: Words::new("dh", GROUPS),
    ..Table::NONE
};

/// `ike proposal` for IKEv2.
pub(in crate::proposal) const HUAWEI_IKEV2: Table = Table {
    form: Form::Settings,
    encryption: Words::new("encryption-algorithm", CIPHERS),
    integrity: Words::new(
        "integrity-algorithm",
        &[
            (I::Md5, "hmac-md5-96"),
            (I::Sha1, "hmac-sha1-96"),
            (I::Sha256, "hmac-sha2-256"),
            (I::Sha384, "hmac-sha2-384"),
            (I::Sha512, "hmac-sha2-512"),
            (I::AesXcbc, "aes-xcbc-96"),
        ],
    ),
    prf: Words::new(
        "prf",
        &[
            (P::Md5, "hmac-md5"),
            (P::Sha1, "hmac-sha1"),
            (P::Sha256, "hmac-sha2-256"),
            (P::Sha384, "hmac-sha2-384"),
            (P::Sha512, "hmac-sha2-512"),
        ],
    ),
    group: Words::new("dh", GROUPS),
    ..Table::NONE
};

/// `ipsec proposal`. The group stands in the IPsec policy (`pfs`).
pub(in crate::proposal) const HUAWEI_IPSEC: Table = Table {
    form: Form::Settings,
    encryption: Words::new("esp encryption-algorithm", CIPHERS),
    integrity: Words::new("esp authentication-algorithm", HASHES),
    ah: Words::new("ah authentication-algorithm", HASHES),
    ..Table::NONE
};
