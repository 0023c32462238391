//! What passed.

use std::time::Duration;

use esp_core::sa::Direction;

/// What passed in both directions. Octets are those of the inner packets: the headers and trailers of ESP or AH are not
/// counted, since a tenant sends and receives what is inside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traffic {
    /// Octets from the peer.
    pub bytes_in: u64,
    /// Octets to the peer.
    pub bytes_out: u64,
    /// Packets from the peer.
    pub packets_in: u64,
    /// Packets to the peer.
    pub packets_out: u64,
}

impl Traffic {
    /// What passed one way.
    pub(crate) fn one_way(direction: Direction, bytes: u64, packets: u64) -> Self {
        match direction {
            Direction::Inbound => Self { bytes_in: bytes, packets_in: packets, ..Self::default() },
            Direction::Outbound => Self { bytes_out: bytes, packets_out: packets, ..Self::default() },
        }
    }

    /// Adds what passed elsewhere or later.
    pub(crate) fn add(&mut self, more: &Self) {
        self.bytes_in = self.bytes_in.saturating_add(more.bytes_in);
        self.bytes_out = self.bytes_out.saturating_add(more.bytes_out);
        self.packets_in = self.packets_in.saturating_add(more.packets_in);
        self.packets_out = self.packets_out.saturating_add(more.packets_out);
    }
}

/// `amount` in one second, where it came in `span`; 0 where no time passed.
pub(crate) fn per_second(amount: u64, span: Duration) -> u64 {
    let amount = u128::from(amount).saturating_mul(1_000_000);
    let rate = amount.checked_div(span.as_micros()).unwrap_or(0);
    u64::try_from(rate).unwrap_or(u64::MAX)
}
