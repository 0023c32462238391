//! Security protocol identifiers of both versions (RFC 7296 §3.3.1, RFC 2407 §4.4.1).

use esp_core::sa::IpsecProtocol;

super::codes! {
    /// What a proposal, a Notify or a Delete is about.
    ProtocolId(u8), "protocol" {
        /// Nothing in particular: a Notify without an SPI.
        NONE = 0, "none";
        /// The IKE SA; of IKEv1 the ISAKMP SA.
        IKE = 1, "IKE";
        /// Authentication Header.
        AH = 2, "AH";
        /// Encapsulating Security Payload.
        ESP = 3, "ESP";
        /// IKEv1: compression.
        IPCOMP = 4, "IPCOMP";
    }
}

impl ProtocolId {
    /// The protocol of a Child SA, if it is one.
    pub const fn ipsec(self) -> Option<IpsecProtocol> {
        match self {
            Self::ESP => Some(IpsecProtocol::Esp),
            Self::AH => Some(IpsecProtocol::Ah),
            _ => None,
        }
    }
}

impl From<IpsecProtocol> for ProtocolId {
    fn from(protocol: IpsecProtocol) -> Self {
        match protocol {
            IpsecProtocol::Esp => Self::ESP,
            IpsecProtocol::Ah => Self::AH,
        }
    }
}
