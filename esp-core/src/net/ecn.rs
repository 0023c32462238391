//! Explicit congestion notification through a tunnel (RFC 6040).

use crate::drop_reason::DropReason;

#[cfg(test)]
mod tests;

/// What the two lowest bits of type of service or traffic class say (RFC 3168 §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ecn {
    /// The flow cannot be told of congestion but by loss.
    NotCapable,
    /// The flow can be told, code point ECT(1).
    Capable1,
    /// The flow can be told, code point ECT(0).
    Capable0,
    /// A router met with congestion.
    Congestion,
}

impl Ecn {
    /// What a type of service or traffic class says.
    pub const fn of(tos: u8) -> Self {
        match tos & 3 {
            0 => Self::NotCapable,
            1 => Self::Capable1,
            2 => Self::Capable0,
            _ => Self::Congestion,
        }
    }

    /// The two bits.
    pub const fn bits(self) -> u8 {
        match self {
            Self::NotCapable => 0,
            Self::Capable1 => 1,
            Self::Capable0 => 2,
            Self::Congestion => 3,
        }
    }

    /// What the outer header of a packet says whose inner header says `self`: the same, which RFC 6040 §4.1 calls
    /// normal mode.
    pub const fn on_entry(self) -> Self {
        self
    }

    /// What a packet says that leaves the tunnel, with `self` inside and `outer` outside (RFC 6040 §4.2, figure 4).
    ///
    /// [`DropReason::CongestionWithoutEcn`] where a router marked congestion and the flow cannot be told but by loss.
    pub const fn on_exit(self, outer: Self) -> Result<Self, DropReason> {
        match (self, outer) {
            (Self::NotCapable, Self::Congestion) => Err(DropReason::CongestionWithoutEcn),
            (Self::NotCapable, _) => Ok(Self::NotCapable),
            (Self::Congestion, _) | (_, Self::Congestion) => Ok(Self::Congestion),
            (Self::Capable1, _) | (_, Self::Capable1) => Ok(Self::Capable1),
            (Self::Capable0, _) => Ok(Self::Capable0),
        }
    }
}
