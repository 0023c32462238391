//! Security Associations.

mod params;

pub use params::{
    Direction, IpsecProtocol, Mode, ReqId, SaKey, SaKeys, SaParams, SaUsage, Spi, UdpEncap, VolumeLimits,
};
