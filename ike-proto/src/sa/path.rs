//! The two ends between which messages go.

use alloc::vec::Vec;
use core::net::SocketAddr;

use esp_core::sa::UdpEncap;

/// The port of IKE and ESP in UDP where a NAT is on the path (RFC 3948 §2).
pub(crate) const NATT_PORT: u16 = 4500;

/// The four octets that tell IKE from ESP on [`NATT_PORT`] (RFC 3948 §2.2).
const NON_ESP_MARKER: [u8; 4] = [0; 4];

/// Our address and port, and the peer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Path {
    /// Ours.
    pub(crate) local: SocketAddr,
    /// The peer's.
    pub(crate) remote: SocketAddr,
}

impl Path {
    /// The same addresses on the ports that pass a NAT. The initiator moves there with IKE_AUTH (RFC 7296 §2.23). What is there
    /// already stays: a NAT may have given the peer another port.
    pub(crate) fn floated(self) -> Self {
        if self.is_floated() {
            return self;
        }
        let mut path = self;
        path.local.set_port(NATT_PORT);
        path.remote.set_port(NATT_PORT);
        path
    }

    /// The ports that carry ESP, where it is carried in UDP.
    pub(crate) fn encap(&self, encap: bool) -> Option<UdpEncap> {
        encap.then(|| UdpEncap { local_port: self.local.port(), remote_port: self.remote.port() })
    }

    /// Whether messages carry the non-ESP marker.
    pub(crate) fn is_floated(&self) -> bool {
        self.local.port() == NATT_PORT
    }

    /// An IKE message as the UDP payload that goes out on this path.
    pub(crate) fn frame(&self, message: &[u8]) -> Vec<u8> {
        if !self.is_floated() {
            return Vec::from(message);
        }
        let mut payload = Vec::with_capacity(message.len().saturating_add(NON_ESP_MARKER.len()));
        payload.extend_from_slice(&NON_ESP_MARKER);
        payload.extend_from_slice(message);
        payload
    }

    /// The IKE message in a UDP payload that came in on this path; `None` without the marker where it must be.
    pub(crate) fn unframe<'a>(&self, payload: &'a [u8]) -> Option<&'a [u8]> {
        if self.is_floated() { payload.strip_prefix(&NON_ESP_MARKER) } else { Some(payload) }
    }
}
