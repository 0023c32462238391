//! What the two ends agree on, in the words of both programs.

use std::fmt;

/// Which key exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exchange {
    /// IKEv2.
    V2,
    /// IKEv1, its phase 1 in main mode.
    V1Main,
    /// IKEv1, its phase 1 in aggressive mode.
    V1Aggressive,
}

/// Every one of the product's (IKE-1, IKE-4).
pub(crate) const EXCHANGES: [Exchange; 3] = [Exchange::V2, Exchange::V1Main, Exchange::V1Aggressive];

impl Exchange {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::V2 => "ikev2",
            Self::V1Main => "ikev1-main",
            Self::V1Aggressive => "ikev1-aggressive",
        }
    }

    /// Lines of a strongSwan connection.
    pub(crate) fn theirs(self) -> &'static str {
        match self {
            Self::V2 => "version = 2",
            Self::V1Main => "version = 1",
            Self::V1Aggressive => "version = 1\naggressive = yes",
        }
    }

    /// Lines of a tunnel of our configuration file.
    pub(crate) fn ours(self) -> &'static str {
        match self {
            Self::V2 => "version = \"v2\"",
            Self::V1Main => "version = \"v1\"\nexchange_mode = \"main\"",
            Self::V1Aggressive => "version = \"v1\"\nexchange_mode = \"aggressive\"",
        }
    }

    /// Whether the key must be found before the peer's identity can be read: by the addresses (RFC 2409 §5.4).
    pub(crate) fn finds_key_by_address(self) -> bool {
        self == Self::V1Main
    }

    /// Whether the first Child SA comes of an exchange of its own, which has a key exchange where the plan has PFS, rather
    /// than of IKE_AUTH, which has none.
    pub(crate) fn first_child_has_pfs(self) -> bool {
        self != Self::V2
    }

    /// Whether an SA that has been replaced may stay until its lifetime ends: in IKEv1 nothing says that it is deleted.
    pub(crate) fn keeps_replaced(self) -> bool {
        self != Self::V2
    }
}

/// An encryption algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Encryption {
    /// In a proposal of strongSwan's, and in our configuration file.
    pub(crate) name: &'static str,
    /// In strongSwan's list of SAs: the algorithm and the bits of its key, where it has a choice of them.
    pub(crate) shown: (&'static str, &'static str),
    /// Whether it authenticates by itself.
    pub(crate) is_aead: bool,
}

impl Encryption {
    const fn plain(name: &'static str, shown: (&'static str, &'static str)) -> Self {
        Self { name, shown, is_aead: false }
    }

    const fn aead(name: &'static str, shown: (&'static str, &'static str)) -> Self {
        Self { name, shown, is_aead: true }
    }
}

pub(crate) const TRIPLE_DES: Encryption = Encryption::plain("3des", ("3DES_CBC", ""));
pub(crate) const AES_128: Encryption = Encryption::plain("aes128", ("AES_CBC", "128"));
pub(crate) const AES_192: Encryption = Encryption::plain("aes192", ("AES_CBC", "192"));
pub(crate) const AES_256: Encryption = Encryption::plain("aes256", ("AES_CBC", "256"));
/// AES in counter mode (RFC 3686).
pub(crate) const CTR: [Encryption; 3] = [
    Encryption::plain("aes128ctr", ("AES_CTR", "128")),
    Encryption::plain("aes192ctr", ("AES_CTR", "192")),
    Encryption::plain("aes256ctr", ("AES_CTR", "256")),
];
/// AES-GCM with each length of key and check value (RFC 4106).
pub(crate) const GCM: [Encryption; 9] = [
    Encryption::aead("aes128gcm8", ("AES_GCM_8", "128")),
    Encryption::aead("aes128gcm12", ("AES_GCM_12", "128")),
    Encryption::aead("aes128gcm16", ("AES_GCM_16", "128")),
    Encryption::aead("aes192gcm8", ("AES_GCM_8", "192")),
    Encryption::aead("aes192gcm12", ("AES_GCM_12", "192")),
    Encryption::aead("aes192gcm16", ("AES_GCM_16", "192")),
    Encryption::aead("aes256gcm8", ("AES_GCM_8", "256")),
    Encryption::aead("aes256gcm12", ("AES_GCM_12", "256")),
    Encryption::aead("aes256gcm16", ("AES_GCM_16", "256")),
];
/// AES-CCM with each length of key and check value (RFC 4309).
pub(crate) const CCM: [Encryption; 9] = [
    Encryption::aead("aes128ccm8", ("AES_CCM_8", "128")),
    Encryption::aead("aes128ccm12", ("AES_CCM_12", "128")),
    Encryption::aead("aes128ccm16", ("AES_CCM_16", "128")),
    Encryption::aead("aes192ccm8", ("AES_CCM_8", "192")),
    Encryption::aead("aes192ccm12", ("AES_CCM_12", "192")),
    Encryption::aead("aes192ccm16", ("AES_CCM_16", "192")),
    Encryption::aead("aes256ccm8", ("AES_CCM_8", "256")),
    Encryption::aead("aes256ccm12", ("AES_CCM_12", "256")),
    Encryption::aead("aes256ccm16", ("AES_CCM_16", "256")),
];
/// ChaCha20 with Poly1305 (RFC 7634).
pub(crate) const CHACHA: Encryption = Encryption::aead("chacha20poly1305", ("CHACHA20_POLY1305", ""));
/// The product's (IKE-3, SEC-3).
pub(crate) const ENCRYPTIONS: [Encryption; 4] = [TRIPLE_DES, AES_128, AES_192, AES_256];

/// An authentication algorithm; in phase 1 also what keys are derived with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Authentication {
    /// In a proposal of strongSwan's.
    pub(crate) name: &'static str,
    /// In our configuration file.
    pub(crate) ours: &'static str,
    /// In strongSwan's list of SAs: as integrity protection and as pseudo-random function.
    pub(crate) shown: (&'static str, &'static str),
}

pub(crate) const MD5: Authentication =
    Authentication { name: "md5", ours: "md5", shown: ("HMAC_MD5_96", "PRF_HMAC_MD5") };
pub(crate) const SHA1: Authentication =
    Authentication { name: "sha1", ours: "sha1", shown: ("HMAC_SHA1_96", "PRF_HMAC_SHA1") };
pub(crate) const SHA2_256: Authentication =
    Authentication { name: "sha256", ours: "sha2-256", shown: ("HMAC_SHA2_256_128", "PRF_HMAC_SHA2_256") };
pub(crate) const SHA2_384: Authentication =
    Authentication { name: "sha384", ours: "sha2-384", shown: ("HMAC_SHA2_384_192", "PRF_HMAC_SHA2_384") };
pub(crate) const SHA2_512: Authentication =
    Authentication { name: "sha512", ours: "sha2-512", shown: ("HMAC_SHA2_512_256", "PRF_HMAC_SHA2_512") };
pub(crate) const XCBC: Authentication =
    Authentication { name: "aesxcbc", ours: "aesxcbc", shown: ("AES_XCBC_96", "PRF_AES128_XCBC") };
pub(crate) const CMAC: Authentication =
    Authentication { name: "aescmac", ours: "aescmac", shown: ("AES_CMAC_96", "PRF_AES128_CMAC") };
/// The product's for phase 1 (IKE-2).
pub(crate) const AUTHENTICATIONS: [Authentication; 3] = [MD5, SHA1, SHA2_256];
/// The product's for phase 2 (SEC-2).
pub(crate) const ESP_AUTHENTICATIONS: [Authentication; 2] = [MD5, SHA1];

/// A Diffie-Hellman group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Group {
    /// In our configuration file.
    pub(crate) number: u8,
    /// In a proposal of strongSwan's.
    pub(crate) name: &'static str,
    /// In strongSwan's list of SAs.
    pub(crate) shown: &'static str,
}

pub(crate) const MODP_768: Group = Group { number: 1, name: "modp768", shown: "MODP_768" };
pub(crate) const MODP_1024: Group = Group { number: 2, name: "modp1024", shown: "MODP_1024" };
pub(crate) const MODP_1536: Group = Group { number: 5, name: "modp1536", shown: "MODP_1536" };
pub(crate) const MODP_2048: Group = Group { number: 14, name: "modp2048", shown: "MODP_2048" };
pub(crate) const MODP_2048_256: Group = Group { number: 24, name: "modp2048s256", shown: "MODP_2048_256" };
pub(crate) const ECP_256: Group = Group { number: 19, name: "ecp256", shown: "ECP_256" };
pub(crate) const CURVE_25519: Group = Group { number: 31, name: "curve25519", shown: "CURVE_25519" };
/// What the library has beyond the product, group 14 with it.
pub(crate) const MODERN_GROUPS: [Group; 11] = [
    MODP_2048,
    Group { number: 15, name: "modp3072", shown: "MODP_3072" },
    Group { number: 16, name: "modp4096", shown: "MODP_4096" },
    Group { number: 17, name: "modp6144", shown: "MODP_6144" },
    Group { number: 18, name: "modp8192", shown: "MODP_8192" },
    ECP_256,
    Group { number: 20, name: "ecp384", shown: "ECP_384" },
    Group { number: 21, name: "ecp521", shown: "ECP_521" },
    Group { number: 22, name: "modp1024s160", shown: "MODP_1024_160" },
    Group { number: 23, name: "modp2048s224", shown: "MODP_2048_224" },
    CURVE_25519,
];
/// The product's (IKE-5, SEC-4).
pub(crate) const GROUPS: [Group; 5] = [MODP_768, MODP_1024, MODP_1536, MODP_2048, MODP_2048_256];

/// The algorithms of phase 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Phase1 {
    pub(crate) encryption: Encryption,
    pub(crate) authentication: Authentication,
    pub(crate) group: Group,
}

/// What protects packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    Esp,
    /// It encrypts nothing.
    Ah,
}

impl Protocol {
    /// In our configuration file, and in both peers'.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Esp => "esp",
            Self::Ah => "ah",
        }
    }
}

/// The algorithms of phase 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Phase2 {
    pub(crate) protocol: Protocol,
    /// Of no account with AH.
    pub(crate) encryption: Encryption,
    pub(crate) authentication: Authentication,
    /// The group of perfect forward secrecy.
    pub(crate) pfs: Option<Group>,
}

/// Everything that the two ends agree on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Suite {
    pub(crate) exchange: Exchange,
    pub(crate) ike: Phase1,
    pub(crate) esp: Phase2,
}

impl Phase2 {
    /// Whether its cipher authenticates by itself.
    pub(crate) fn is_aead(&self) -> bool {
        self.protocol == Protocol::Esp && self.encryption.is_aead
    }

    pub(crate) const fn esp(
        encryption: Encryption,
        authentication: Authentication,
        pfs: Option<Group>,
    ) -> Self {
        Self { protocol: Protocol::Esp, encryption, authentication, pfs }
    }

    pub(crate) const fn ah(authentication: Authentication, pfs: Option<Group>) -> Self {
        Self { protocol: Protocol::Ah, encryption: AES_128, authentication, pfs }
    }
}

impl Suite {
    /// The same algorithms in both phases.
    pub(crate) const fn same(encryption: Encryption, authentication: Authentication, group: Group) -> Self {
        Self {
            exchange: Exchange::V2,
            ike: Phase1 { encryption, authentication, group },
            esp: Phase2::esp(encryption, authentication, Some(group)),
        }
    }

    /// The same algorithms with this key exchange.
    pub(crate) fn with(self, exchange: Exchange) -> Self {
        Self { exchange, ..self }
    }
}

/// As in a proposal of strongSwan's. Beside a cipher that authenticates by itself the authentication names the
/// pseudo-random function alone.
impl fmt::Display for Phase1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let function = if self.encryption.is_aead { "prf" } else { "" };
        let (encryption, authentication, group) =
            (self.encryption.name, self.authentication.name, self.group.name);
        write!(f, "{encryption}-{function}{authentication}-{group}")
    }
}

/// As in a proposal of strongSwan's.
impl fmt::Display for Phase2 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (encryption, authentication) = (self.encryption.name, self.authentication.name);
        match self.protocol {
            Protocol::Ah => write!(f, "{authentication}")?,
            Protocol::Esp if self.is_aead() => write!(f, "{encryption}")?,
            Protocol::Esp => write!(f, "{encryption}-{authentication}")?,
        }
        self.pfs.map_or(Ok(()), |group| write!(f, "-{}", group.name))
    }
}
