//! Identities as the types and octets of Identification payloads, which both versions share (RFC 7296 §3.5, RFC 2407
//! §4.6.2).

use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::config::Identity;
use crate::wire::codes::IdType;

/// The type and octets of an identity.
pub(crate) fn encode(identity: &Identity) -> (IdType, Vec<u8>) {
    match identity {
        Identity::Ip(IpAddr::V4(address)) => (IdType::IPV4_ADDR, address.octets().to_vec()),
        Identity::Ip(IpAddr::V6(address)) => (IdType::IPV6_ADDR, address.octets().to_vec()),
        Identity::Fqdn(name) => (IdType::FQDN, name.as_bytes().to_vec()),
        Identity::Email(name) => (IdType::RFC822_ADDR, name.as_bytes().to_vec()),
        Identity::KeyId(octets) => (IdType::KEY_ID, octets.clone()),
    }
}

/// Whether type and octets say exactly this identity: the type and every octet.
pub(crate) fn matches(identity: &Identity, kind: IdType, data: &[u8]) -> bool {
    let (own_kind, own) = encode(identity);
    own_kind == kind && own == data
}

/// Type and octets as an identity to be shown. What is not text of its type is shown as octets. It proves nothing:
/// compare with [`matches`].
pub(crate) fn shown(kind: IdType, data: &[u8]) -> Identity {
    let octets = || Identity::KeyId(data.to_vec());
    let text = || String::from_utf8(data.to_vec()).ok();
    match kind {
        IdType::IPV4_ADDR => <[u8; 4]>::try_from(data)
            .map_or_else(|_| octets(), |address| Identity::Ip(Ipv4Addr::from(address).into())),
        IdType::IPV6_ADDR => <[u8; 16]>::try_from(data)
            .map_or_else(|_| octets(), |address| Identity::Ip(Ipv6Addr::from(address).into())),
        IdType::FQDN => text().map_or_else(octets, Identity::Fqdn),
        IdType::RFC822_ADDR => text().map_or_else(octets, Identity::Email),
        _ => octets(),
    }
}
