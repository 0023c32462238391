//! Authentication algorithms (IKE-2, SEC-2).

use esp_core::suite::Integrity;

use crate::text::text_enum;

/// Why MD5 should not be chosen.
const MD5: &str = "MD5 is broken as a hash, and no standard has allowed it for years";

text_enum! {
    /// What authenticates the messages of IKE and derives its keys (IKE-2).
    #[derive(Default)]
    IkeAuthentication, "IKE authentication algorithm" {
        /// HMAC-MD5.
        Md5 = "md5",
        /// HMAC-SHA1.
        #[default]
        Sha1 = "sha1",
        /// HMAC-SHA2-256.
        Sha2_256 = "sha2-256",
    }
}

impl IkeAuthentication {
    /// The algorithm in the protocol's vocabulary.
    pub const fn integrity(self) -> Integrity {
        match self {
            Self::Md5 => Integrity::HmacMd5_96,
            Self::Sha1 => Integrity::HmacSha1_96,
            Self::Sha2_256 => Integrity::HmacSha256_128,
        }
    }

    /// Why this algorithm should not be chosen, if it should not.
    pub const fn weakness(self) -> Option<&'static str> {
        match self {
            Self::Md5 => Some(MD5),
            Self::Sha1 | Self::Sha2_256 => None,
        }
    }
}

text_enum! {
    /// What authenticates the packets of ESP and AH (SEC-2).
    #[derive(Default)]
    EspAuthentication, "IPsec authentication algorithm" {
        /// HMAC-MD5.
        Md5 = "md5",
        /// HMAC-SHA1.
        #[default]
        Sha1 = "sha1",
        /// HMAC-SHA2-256, beyond the product's table.
        Sha2_256 = "sha2-256",
    }
}

impl EspAuthentication {
    /// The algorithm in the protocol's vocabulary.
    pub const fn integrity(self) -> Integrity {
        match self {
            Self::Md5 => Integrity::HmacMd5_96,
            Self::Sha1 => Integrity::HmacSha1_96,
            Self::Sha2_256 => Integrity::HmacSha256_128,
        }
    }

    /// Why this algorithm should not be chosen, if it should not.
    pub const fn weakness(self) -> Option<&'static str> {
        match self {
            Self::Md5 => Some(MD5),
            Self::Sha1 | Self::Sha2_256 => None,
        }
    }
}
