//! How large an inner packet may be.

use core::net::IpAddr;

/// Octets of an IPv4 header without options.
const IPV4_HEADER: u16 = 20;
/// Octets of an IPv6 header.
const IPV6_HEADER: u16 = 40;
/// Octets of a UDP header (RFC 3948 §2.1).
const UDP_HEADER: u16 = 8;
/// Octets of SPI and sequence number (RFC 4303 §2).
const ESP_HEADER: u16 = 8;
/// The longest initialisation vector, and the longest block that padding rounds up to: AES-CBC.
const LONGEST_BLOCK: u16 = 16;
/// Octets of the longest check value: HMAC-SHA2-256-128.
const LONGEST_ICV: u16 = 16;
/// Octets of pad length and next header.
const ESP_TRAILER: u16 = 2;

/// The least MTU that a link must have to carry IPv6 (RFC 8200 §5).
pub const LEAST_MTU: u16 = 1280;

/// The MTU of an inner link whose packets still fit into one outer packet of `outer_mtu` octets, whichever algorithms
/// are negotiated and whether or not ESP is carried in UDP.
///
/// From the outer MTU go the outer IP header (20 or 40), the UDP header (8), the ESP header (8), the initialisation
/// vector (16) and the check value (16). What is left is cut to whole cipher blocks (16), the last of which ends with
/// the two octets of the ESP trailer. An Ethernet of 1500 thus gives 1422 over IPv4 and 1406 over IPv6.
///
/// It is never less than [`LEAST_MTU`], because Linux takes IPv6 off a link below that; on such a path the largest
/// packets leave as fragments.
pub fn inner_mtu(outer_mtu: u16, gateway: IpAddr) -> u16 {
    let ip_header = if gateway.is_ipv4() { IPV4_HEADER } else { IPV6_HEADER };
    let room = outer_mtu.saturating_sub(ip_header + UDP_HEADER + ESP_HEADER + LONGEST_BLOCK + LONGEST_ICV);
    let whole_blocks = room - room % LONGEST_BLOCK;
    whole_blocks.saturating_sub(ESP_TRAILER).max(LEAST_MTU)
}

#[cfg(test)]
mod tests;
