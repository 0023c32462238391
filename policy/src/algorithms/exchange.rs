//! Which protocols a tunnel speaks, and how.

use crate::text::text_enum;

text_enum! {
    /// The version of the key exchange (IKE-1).
    #[derive(Default)]
    IkeVersion, "IKE version" {
        /// IKEv1 (RFC 2409).
        V1 = "v1",
        /// IKEv2 (RFC 7296), which handles several subnets in one exchange.
        #[default]
        V2 = "v2",
    }
}

text_enum! {
    /// The exchange of IKEv1's phase 1 (IKE-4).
    #[derive(Default)]
    ExchangeMode, "IKEv1 exchange mode" {
        /// Six messages, identities protected.
        #[default]
        Main = "main",
        /// Three messages, identities and a hash of the pre-shared key in clear.
        Aggressive = "aggressive",
    }
}

impl ExchangeMode {
    /// Why this exchange should not be chosen, if it should not.
    pub const fn weakness(self) -> Option<&'static str> {
        match self {
            Self::Main => None,
            Self::Aggressive => Some(
                "it sends a hash of the pre-shared key in clear, from which anyone on the path can guess the key",
            ),
        }
    }
}

text_enum! {
    /// What protects the packets (SEC-1).
    #[derive(Default)]
    IpsecProtocol, "IPsec protocol" {
        /// Encryption and authentication (RFC 4303).
        #[default]
        Esp = "esp",
        /// Authentication alone (RFC 4302).
        Ah = "ah",
    }
}

text_enum! {
    /// How packets are wrapped (SEC-6).
    #[derive(Default)]
    IpsecMode, "IPsec mode" {
        /// The whole packet goes into a new one between the gateways.
        #[default]
        Tunnel = "tunnel",
    }
}
