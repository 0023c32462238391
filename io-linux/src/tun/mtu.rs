//! How large an inner packet may be.

use core::net::IpAddr;

use esp_core::net::max_inner_len;
use esp_core::sa::UdpEncap;
use esp_core::suite::{Cipher, Integrity, SaSuite, SuiteError};

/// The algorithms of the product that take the most room: the longest blocks and the longest check value.
const LARGEST_SUITE: Result<SaSuite, SuiteError> =
    SaSuite::esp(Cipher::Aes256Cbc, Some(Integrity::HmacSha256_128), false);

/// ESP in UDP takes more room than bare ESP; the ports do not matter.
const IN_UDP: UdpEncap = UdpEncap { local_port: 4500, remote_port: 4500 };

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
    let inner =
        LARGEST_SUITE.map_or(0, |suite| max_inner_len(outer_mtu.into(), gateway, suite, Some(IN_UDP)));
    u16::try_from(inner).unwrap_or(outer_mtu).max(LEAST_MTU)
}

#[cfg(test)]
mod tests;
