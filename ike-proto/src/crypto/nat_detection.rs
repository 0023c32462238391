//! The hash by which two sides find out whether a NAT is between them (RFC 7296 §2.23).

use core::net::{IpAddr, SocketAddr};

use digest::Digest;
use sha1::Sha1;

use crate::wire::header::IkeSpi;

/// Octets of the hash.
pub const NAT_DETECTION_LEN: usize = 20;

/// SHA-1 over SPIs, address and port. Always SHA-1, whatever is negotiated; it hides nothing and proves nothing.
pub fn nat_detection_hash(spi_i: IkeSpi, spi_r: IkeSpi, address: SocketAddr) -> [u8; NAT_DETECTION_LEN] {
    let mut hash = Sha1::new();
    hash.update(spi_i.0);
    hash.update(spi_r.0);
    match address.ip() {
        IpAddr::V4(ip) => hash.update(ip.octets()),
        IpAddr::V6(ip) => hash.update(ip.octets()),
    }
    hash.update(address.port().to_be_bytes());
    hash.finalize().into()
}

#[cfg(test)]
mod tests;
