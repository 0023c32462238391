//! Authentication algorithms (IKE-2, SEC-2).

use esp_core::suite::Integrity;

use crate::proposal;
use crate::text::text_enum;

/// Declares what can be chosen, once for IKE and once for ESP and AH: a tenant may be allowed one and not the other.
macro_rules! authentications {
    ($($(#[$meta:meta])* $name:ident = $integrity:ident, $proposal:ident, $text:literal;)+) => {
        text_enum! {
            /// What authenticates the messages of IKE, unless the encryption does so itself, and derives its keys (IKE-2).
            #[derive(Default)]
            IkeAuthentication, "IKE authentication algorithm" {
                $($(#[$meta])* $name = $text),+
            }
        }

        text_enum! {
            /// What authenticates the packets of ESP, unless the encryption does so itself, and of AH (SEC-2).
            #[derive(Default)]
            EspAuthentication, "IPsec authentication algorithm" {
                $($(#[$meta])* $name = $text),+
            }
        }

        authentications!(@vocabulary IkeAuthentication, $($name = $integrity, $proposal;)+);
        authentications!(@vocabulary EspAuthentication, $($name = $integrity, $proposal;)+);

        impl From<IkeAuthentication> for proposal::Prf {
            fn from(choice: IkeAuthentication) -> Self {
                match choice {
                    $(IkeAuthentication::$name => Self::$proposal,)+
                }
            }
        }
    };
    (@vocabulary $choice:ident, $($name:ident = $integrity:ident, $proposal:ident;)+) => {
        impl $choice {
            /// The algorithm in the protocol's vocabulary.
            pub const fn integrity(self) -> Integrity {
                match self {
                    $(Self::$name => Integrity::$integrity,)+
                }
            }

            /// Why this algorithm should not be chosen, if it should not.
            pub const fn weakness(self) -> Option<&'static str> {
                weakness(self.integrity())
            }
        }

        impl From<$choice> for proposal::Integrity {
            fn from(choice: $choice) -> Self {
                match choice {
                    $($choice::$name => Self::$proposal,)+
                }
            }
        }
    };
}

authentications! {
    /// HMAC-MD5.
    Md5 = HmacMd5_96, Md5, "md5";
    /// HMAC-SHA1.
    #[default]
    Sha1 = HmacSha1_96, Sha1, "sha1";
    /// HMAC-SHA2-256.
    Sha2_256 = HmacSha256_128, Sha256, "sha2-256";
    /// HMAC-SHA2-384.
    Sha2_384 = HmacSha384_192, Sha384, "sha2-384";
    /// HMAC-SHA2-512.
    Sha2_512 = HmacSha512_256, Sha512, "sha2-512";
    /// AES-XCBC-MAC (RFC 3566).
    AesXcbc = AesXcbc96, AesXcbc, "aesxcbc";
    /// AES-CMAC (RFC 4494).
    AesCmac = AesCmac96, AesCmac, "aescmac";
}

const fn weakness(integrity: Integrity) -> Option<&'static str> {
    match integrity {
        Integrity::HmacMd5_96 => Some("MD5 is broken as a hash, and no standard has allowed it for years"),
        _ => None,
    }
}
