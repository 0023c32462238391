//! Addresses, prefixes and the headers of IP and UDP.

mod cidr;
mod ip_view;
mod outer_header;
mod udp_encap;

pub use cidr::{Cidr, CidrError};
pub use ip_view::{Fragment, IpView};
pub use outer_header::{
    IPV4_HEADER_LEN, IPV6_HEADER_LEN, OuterHeader, OuterPacket, UDP_HEADER_LEN, ipv4_checksum, max_inner_len,
    strip_outer,
};
pub use udp_encap::{KEEPALIVE, NON_ESP_MARKER, UdpPayload, classify};
