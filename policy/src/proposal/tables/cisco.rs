//! Cisco's keywords: IOS for both versions and for transform sets, and the ASA for the same.

use super::{Encryption as E, Form, Group as G, Integrity as I, Prf as P, Table, Words};

const IOS_GROUPS: &[(G, &str)] = &[
    (G::Modp768, "1"),
    (G::Modp1024, "2"),
    (G::Modp1536, "5"),
    (G::Modp2048, "14"),
    (G::Modp3072, "15"),
    (G::Modp4096, "16"),
    (G::Ecp256, "19"),
    (G::Ecp384, "20"),
    (G::Ecp521, "21"),
    (G::Modp2048Subgroup256, "24"),
];

const HASHES: &[(I, &str)] =
    &[(I::Md5, "md5"), (I::Sha1, "sha"), (I::Sha256, "sha256"), (I::Sha384, "sha384"), (I::Sha512, "sha512")];

/// `crypto isakmp policy`.
pub(in crate::proposal) const IOS_IKEV1: Table = Table {
    form: Form::Settings,
    encryption: Words::new(
        "encryption",
        &[
            (E::TripleDes, "3des"),
            (E::Aes128, "aes 128"),
            (E::Aes128, "aes"),
            (E::Aes192, "aes 192"),
            (E::Aes256, "aes 256"),
            (E::Des, "des"),
        ],
    ),
    integrity: Words::new("hash", HASHES),
    group: Words::new("group", IOS_GROUPS),
    ..Table::NONE
};

/// `crypto ikev2 proposal`.
pub(in crate::proposal) const IOS_IKEV2: Table = Table {
    form: Form::Settings,
    encryption: Words::new(
        "encryption",
        &[
            (E::TripleDes, "3des"),
            (E::Aes128, "aes-cbc-128"),
            (E::Aes192, "aes-cbc-192"),
            (E::Aes256, "aes-cbc-256"),
            (E::Aes128Gcm16, "aes-gcm-128"),
            (E::Aes256Gcm16, "aes-gcm-256"),
            (E::Des, "des"),
        ],
    ),
    integrity: Words::new(
        "integrity",
        &[
            (I::Md5, "md5"),
            (I::Sha1, "sha1"),
            (I::Sha256, "sha256"),
            (I::Sha384, "sha384"),
            (I::Sha512, "sha512"),
        ],
    ),
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
    group: Words::new("group", IOS_GROUPS),
    ..Table::NONE
};

/// `crypto ipsec transform-set`. The group stands in the crypto map (`set pfs`).
pub(in crate::proposal) const IOS_TRANSFORM_SET: Table = Table {
    form: Form::Line,
    encryption: Words::new(
        "",
        &[
            (E::TripleDes, "esp-3des"),
            (E::Aes128, "esp-aes"),
            (E::Aes128, "esp-aes 128"),
            (E::Aes192, "esp-aes 192"),
            (E::Aes256, "esp-aes 256"),
            (E::Aes128Gcm16, "esp-gcm"),
            (E::Aes192Gcm16, "esp-gcm 192"),
            (E::Aes256Gcm16, "esp-gcm 256"),
            (E::Des, "esp-des"),
            (E::Null, "esp-null"),
        ],
    ),
    integrity: Words::new(
        "",
        &[
            (I::Md5, "esp-md5-hmac"),
            (I::Sha1, "esp-sha-hmac"),
            (I::Sha256, "esp-sha256-hmac"),
            (I::Sha384, "esp-sha384-hmac"),
            (I::Sha512, "esp-sha512-hmac"),
        ],
    ),
    ah: Words::new(
        "",
        &[
            (I::Md5, "ah-md5-hmac"),
            (I::Sha1, "ah-sha-hmac"),
            (I::Sha256, "ah-sha256-hmac"),
            (I::Sha384, "ah-sha384-hmac"),
            (I::Sha512, "ah-sha512-hmac"),
        ],
    ),
    ..Table::NONE
};

const ASA_CIPHERS: &[(E, &str)] = &[
    (E::TripleDes, "3des"),
    (E::Aes128, "aes"),
    (E::Aes192, "aes-192"),
    (E::Aes256, "aes-256"),
    (E::Des, "des"),
    (E::Aes128Gcm16, "aes-gcm"),
    (E::Aes192Gcm16, "aes-gcm-192"),
    (E::Aes256Gcm16, "aes-gcm-256"),
];

/// `crypto ikev1 policy` of an ASA, which knows no SHA2 and no group 24 there.
pub(in crate::proposal) const ASA_IKEV1: Table = Table {
    form: Form::Settings,
    encryption: Words::new(
        "encryption",
        &[
            (E::TripleDes, "3des"),
            (E::Aes128, "aes"),
            (E::Aes192, "aes-192"),
            (E::Aes256, "aes-256"),
            (E::Des, "des"),
        ],
    ),
    integrity: Words::new("hash", &[(I::Md5, "md5"), (I::Sha1, "sha")]),
    group: Words::new(
        "group",
        &[(G::Modp768, "1"), (G::Modp1024, "2"), (G::Modp1536, "5"), (G::Modp2048, "14")],
    ),
    ..Table::NONE
};

/// `crypto ipsec ikev1 transform-set` of an ASA, which has no AH.
pub(in crate::proposal) const ASA_TRANSFORM_SET: Table = Table {
    form: Form::Line,
    encryption: Words::new(
        "",
        &[
            (E::TripleDes, "esp-3des"),
            (E::Aes128, "esp-aes"),
            (E::Aes192, "esp-aes-192"),
            (E::Aes256, "esp-aes-256"),
            (E::Des, "esp-des"),
            (E::Null, "esp-null"),
        ],
    ),
    integrity: Words::new("", &[(I::Md5, "esp-md5-hmac"), (I::Sha1, "esp-sha-hmac")]),
    ..Table::NONE
};

/// `crypto ikev2 policy` of an ASA. Beside AES-GCM it wants `integrity null`, in phase 2 too (Cisco ASA Series Command
/// Reference, `integrity` and `protocol esp`).
pub(in crate::proposal) const ASA_IKEV2: Table = Table {
    form: Form::Settings,
    encryption: Words::new("encryption", ASA_CIPHERS),
    integrity: Words::new("integrity", HASHES),
    prf: Words::new(
        "prf",
        &[
            (P::Md5, "md5"),
            (P::Sha1, "sha"),
            (P::Sha256, "sha256"),
            (P::Sha384, "sha384"),
            (P::Sha512, "sha512"),
        ],
    ),
    group: Words::new("group", IOS_GROUPS),
    beside_aead: Some("integrity null"),
    ..Table::NONE
};

/// `crypto ipsec ikev2 ipsec-proposal` of an ASA.
pub(in crate::proposal) const ASA_PROPOSAL: Table = Table {
    form: Form::Settings,
    encryption: Words::new("protocol esp encryption", ASA_CIPHERS),
    integrity: Words::new(
        "protocol esp integrity",
        &[
            (I::Md5, "md5"),
            (I::Sha1, "sha-1"),
            (I::Sha256, "sha-256"),
            (I::Sha384, "sha-384"),
            (I::Sha512, "sha-512"),
        ],
    ),
    beside_aead: Some("protocol esp integrity null"),
    ..Table::NONE
};
