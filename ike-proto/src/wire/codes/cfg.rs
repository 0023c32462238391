//! Types of the Configuration payload and of its attributes (RFC 7296 §3.15).

super::codes! {
    /// What a Configuration payload does.
    CfgType(u8), "configuration type" {
        /// Asks.
        REQUEST = 1, "CFG_REQUEST";
        /// Answers a request.
        REPLY = 2, "CFG_REPLY";
        /// Sets.
        SET = 3, "CFG_SET";
        /// Acknowledges what was set.
        ACK = 4, "CFG_ACK";
    }
}

super::codes! {
    /// What an attribute of a Configuration payload is.
    CfgAttributeType(u16), "configuration attribute" {
        /// An address on the internal network.
        INTERNAL_IP4_ADDRESS = 1, "INTERNAL_IP4_ADDRESS";
        /// Its mask.
        INTERNAL_IP4_NETMASK = 2, "INTERNAL_IP4_NETMASK";
        /// A name server.
        INTERNAL_IP4_DNS = 3, "INTERNAL_IP4_DNS";
        /// A NetBIOS name server.
        INTERNAL_IP4_NBNS = 4, "INTERNAL_IP4_NBNS";
        /// A DHCP server.
        INTERNAL_IP4_DHCP = 6, "INTERNAL_IP4_DHCP";
        /// The version of the sender's software.
        APPLICATION_VERSION = 7, "APPLICATION_VERSION";
        /// An address on the internal network, with its prefix length.
        INTERNAL_IP6_ADDRESS = 8, "INTERNAL_IP6_ADDRESS";
        /// A name server.
        INTERNAL_IP6_DNS = 10, "INTERNAL_IP6_DNS";
        /// A DHCP server.
        INTERNAL_IP6_DHCP = 12, "INTERNAL_IP6_DHCP";
        /// A network behind the sender.
        INTERNAL_IP4_SUBNET = 13, "INTERNAL_IP4_SUBNET";
        /// The attributes that the sender understands.
        SUPPORTED_ATTRIBUTES = 14, "SUPPORTED_ATTRIBUTES";
        /// A network behind the sender.
        INTERNAL_IP6_SUBNET = 15, "INTERNAL_IP6_SUBNET";
    }
}
