//! Addresses, prefixes and the headers of IP, UDP, TCP and ICMP.

pub(crate) mod checksum;
mod cidr;
mod ecn;
mod fragments;
mod icmp_error;
pub(crate) mod ip_view;
mod mss;
mod outer_header;
mod rewrite;
mod too_big;
pub(crate) mod transport;
mod tunnel_options;
mod udp_encap;

pub use checksum::ipv4_checksum;
pub use cidr::{Cidr, CidrError};
pub use ecn::Ecn;
pub use fragments::Fragments;
pub use icmp_error::IcmpError;
pub use ip_view::{Fragment, IpView};
pub(crate) use mss::clamp as clamp_mss;
pub(crate) use outer_header::prepend_udp;
pub use outer_header::{
    IPV4_HEADER_LEN, IPV6_HEADER_LEN, IPV6_MIN_MTU, OuterHeader, OuterPacket, UDP_HEADER_LEN, max_inner_len,
    strip_outer,
};
pub(crate) use rewrite::{decrement_ttl, set_ecn};
pub use too_big::TooBig;
pub use transport::OuterHeaders;
pub use tunnel_options::{DfMode, DscpMode, TunnelOptions};
pub use udp_encap::{KEEPALIVE, NON_ESP_MARKER, UdpPayload, classify};
