//! Address translation on the path (RFC 7296 §2.23).

use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use esp_core::secret::ct_eq;

use crate::crypto::nat_detection::nat_detection_hash;
use crate::wire::IkeSpi;

/// What is known of address translation on the path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Nat {
    /// We are behind a NAT.
    pub(crate) local: bool,
    /// The peer is behind a NAT, or says so to get ESP carried in UDP.
    pub(crate) remote: bool,
    /// Both can move to port 4500, found or not.
    pub(crate) supported: bool,
    /// ESP is carried in UDP.
    pub(crate) encap: bool,
}

impl Nat {
    /// Compares the hashes of a peer with what we see: `sources` are of addresses that the message may have come
    /// from, `destination` of the one it was sent to. Without both kinds the peer does not do NAT traversal.
    pub(crate) fn detect(
        spis: (IkeSpi, IkeSpi),
        sources: &[&[u8]],
        destination: Option<&[u8]>,
        local: SocketAddr,
        remote: SocketAddr,
    ) -> Self {
        let Some(destination) = destination else { return Self::default() };
        if sources.is_empty() {
            return Self::default();
        }
        let seen_remote = nat_detection_hash(spis.0, spis.1, remote);
        let seen_local = nat_detection_hash(spis.0, spis.1, local);
        Self {
            local: !ct_eq(&seen_local, destination),
            remote: !sources.iter().any(|source| ct_eq(&seen_remote, source)),
            supported: true,
            encap: false,
        }
    }

    /// Whether a NAT was found.
    pub(crate) fn found(&self) -> bool {
        self.local || self.remote
    }

    /// The hash of our own address; of an address that is nobody's where ESP shall be carried in UDP although there
    /// is no NAT, so that the peer finds one.
    pub(crate) fn source_hash(spis: (IkeSpi, IkeSpi), local: SocketAddr, pretend: bool) -> [u8; 20] {
        let nobody = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);
        nat_detection_hash(spis.0, spis.1, if pretend { nobody } else { local })
    }
}
