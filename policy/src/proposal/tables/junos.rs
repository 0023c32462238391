//! Junos' keywords, as they stand behind `set security ike proposal NAME` and `set security ipsec proposal NAME`.

use super::{Encryption as E, Form, Group as G, Integrity as I, Table, Words};

const CIPHERS: &[(E, &str)] = &[
    (E::TripleDes, "3des-cbc"),
    (E::Aes128, "aes-128-cbc"),
    (E::Aes192, "aes-192-cbc"),
    (E::Aes256, "aes-256-cbc"),
    (E::Des, "des-cbc"),
    (E::Aes128Gcm16, "aes-128-gcm"),
    (E::Aes192Gcm16, "aes-192-gcm"),
    (E::Aes256Gcm16, "aes-256-gcm"),
    (E::ChaCha20Poly1305, "chacha20-poly1305"),
];

/// Nothing names the function that derives keys: it goes with the authentication algorithm, and beside AES-GCM there is none
/// (Juniper CLI Reference, `proposal (Security IKE)`).
pub(in crate::proposal) const JUNOS_IKE: Table = Table {
    form: Form::Settings,
    encryption: Words::new("encryption-algorithm", CIPHERS),
    integrity: Words::new(
        "authentication-algorithm",
        &[
            (I::Md5, "md5"),
            (I::Sha1, "sha1"),
            (I::Sha256, "sha-256"),
            (I::Sha384, "sha-384"),
            (I::Sha512, "sha-512"),
        ],
    ),
    group: Words::new(
        "dh-group",
        &[
            (G::Modp768, "group1"),
            (G::Modp1024, "group2"),
            (G::Modp1536, "group5"),
            (G::Modp2048, "group14"),
            (G::Modp3072, "group15"),
            (G::Modp4096, "group16"),
            (G::Ecp256, "group19"),
            (G::Ecp384, "group20"),
            (G::Ecp521, "group21"),
            (G::Modp2048Subgroup256, "group24"),
        ],
    ),
    ..Table::NONE
};

/// The group stands in the IPsec policy (`perfect-forward-secrecy keys`).
pub(in crate::proposal) const JUNOS_IPSEC: Table = Table {
    form: Form::Settings,
    encryption: Words::new("encryption-algorithm", CIPHERS),
    integrity: Words::new(
        "authentication-algorithm",
        &[
            (I::Md5, "hmac-md5-96"),
            (I::Sha1, "hmac-sha1-96"),
            (I::Sha256, "hmac-sha-256-128"),
            (I::Sha384, "hmac-sha-384"),
            (I::Sha512, "hmac-sha-512"),
        ],
    ),
    ..Table::NONE
};
