//! How the outer header of a tunnel follows from the inner one (RFC 4301 §5.1.2).

use crate::net::ecn::Ecn;
use crate::net::ip_view::IpView;

#[cfg(test)]
mod tests;

/// What stands in the outer header's DSCP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DscpMode {
    /// What stands in the inner one: the path treats the packet as its sender wants. It tells an observer which packets
    /// of the tunnel are of one class.
    #[default]
    Copy,
    /// Always this value, 0 to 63; only its low six bits count.
    Fixed(u8),
}

/// What stands in the DF bit of an outer IPv4 header (RFC 4301 §8.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DfMode {
    /// What stands in the inner one; over an inner IPv6 packet, which routers do not fragment either, it is set.
    #[default]
    Copy,
    /// Set: the path fragments no packet.
    Set,
    /// Clear: a packet that is too long for the path is fragmented on the way, whatever its sender wants, and no
    /// ICMP tells him. For paths that lose ICMP.
    Clear,
}

/// What an operator may choose of a tunnel's headers, for each Security Association (RFC 4301 §4.4.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TunnelOptions {
    /// The outer DSCP.
    pub dscp: DscpMode,
    /// The outer DF bit.
    pub df: DfMode,
    /// The flow label of an outer IPv6 header, of which 20 bits count. It is not copied from inside: two inner flows of
    /// different hosts may have the same (RFC 4301 §5.1.2.2 note 8).
    pub flow_label: u32,
    /// The time to live or hop limit of the outer header.
    pub hop_limit: u8,
    /// Whether the maximum segment size that TCP handshakes announce through the tunnel, in either direction, is lowered
    /// to what fits into it.
    pub clamp_mss: bool,
}

impl Default for TunnelOptions {
    fn default() -> Self {
        Self {
            dscp: DscpMode::default(),
            df: DfMode::default(),
            flow_label: 0,
            hop_limit: 64,
            clamp_mss: false,
        }
    }
}

impl TunnelOptions {
    /// The type of service or traffic class of the outer header: DSCP as chosen, ECN by RFC 6040 §4.1.
    pub fn outer_tos(&self, inner: &IpView) -> u8 {
        let dscp = match self.dscp {
            DscpMode::Copy => inner.tos & !3,
            DscpMode::Fixed(value) => value << 2,
        };
        dscp | Ecn::of(inner.tos).on_entry().bits()
    }

    /// The DF bit of an outer IPv4 header.
    pub fn outer_dont_fragment(&self, inner: &IpView) -> bool {
        match self.df {
            DfMode::Copy => inner.dont_fragment,
            DfMode::Set => true,
            DfMode::Clear => false,
        }
    }
}
