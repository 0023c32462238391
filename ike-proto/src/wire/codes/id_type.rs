//! Identification types of both versions (RFC 7296 §3.5, RFC 2407 §4.6.2).

super::codes! {
    /// What the octets of an identity are.
    IdType(u8), "identity type" {
        /// Four octets of an IPv4 address.
        IPV4_ADDR = 1, "ID_IPV4_ADDR";
        /// A domain name, without a terminator.
        FQDN = 2, "ID_FQDN";
        /// A mail address, without a terminator.
        RFC822_ADDR = 3, "ID_RFC822_ADDR";
        /// IKEv1: an IPv4 address and a mask.
        IPV4_ADDR_SUBNET = 4, "ID_IPV4_ADDR_SUBNET";
        /// Sixteen octets of an IPv6 address.
        IPV6_ADDR = 5, "ID_IPV6_ADDR";
        /// IKEv1: an IPv6 address and a mask.
        IPV6_ADDR_SUBNET = 6, "ID_IPV6_ADDR_SUBNET";
        /// IKEv1: two IPv4 addresses.
        IPV4_ADDR_RANGE = 7, "ID_IPV4_ADDR_RANGE";
        /// IKEv1: two IPv6 addresses.
        IPV6_ADDR_RANGE = 8, "ID_IPV6_ADDR_RANGE";
        /// An X.500 distinguished name in DER.
        DER_ASN1_DN = 9, "ID_DER_ASN1_DN";
        /// An X.509 general name in DER.
        DER_ASN1_GN = 10, "ID_DER_ASN1_GN";
        /// Octets that only the two sides understand.
        KEY_ID = 11, "ID_KEY_ID";
        /// No identity (RFC 7619).
        NULL = 13, "ID_NULL";
    }
}
