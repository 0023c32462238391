//! "Fragmentation needed" and "packet too big" from outside, about an outer packet of ours (RFC 1191, RFC 8201).

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::drop_reason::DropReason;
use crate::net::checksum::Sum;
use crate::net::ip_view::{Fragment, IpView};

#[cfg(test)]
mod tests;

const ICMP: u8 = 1;
const UDP: u8 = 17;
const ESP: u8 = 50;
const AH: u8 = 51;
const ICMPV6: u8 = 58;

/// Sizes of packets that links really carry, for routers that tell none (RFC 1191 §7.1).
const PLATEAUS: [usize; 10] = [65_535, 32_000, 17_914, 8_166, 4_352, 2_002, 1_492, 1_006, 508, 296];

/// What such a message says. Nobody signed it: anyone who can guess what we send can send it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooBig {
    /// The longest packet that the next link carries.
    pub mtu: usize,
    /// Who sent the packet that was too long: we.
    pub source: IpAddr,
    /// Whom it was for: the peer.
    pub destination: IpAddr,
    /// How long it was.
    pub packet_len: usize,
    /// The ports, where ESP was carried in UDP.
    pub ports: Option<(u16, u16)>,
    /// Whether the packet was AH and not ESP.
    pub is_ah: bool,
    /// The SPI.
    pub spi: u32,
    /// The sequence number; with extended ones the low half.
    pub sequence: u32,
}

impl TooBig {
    /// Reads `packet`, a whole IP packet that holds such a message about ESP, raw or in UDP, or AH.
    ///
    /// [`DropReason::NotTooBig`] where it holds something else, [`DropReason::BadChecksum`] where it was damaged,
    /// [`DropReason::TooShort`] where it quotes too little to tell SPI and sequence number, as a router may that quotes 8
    /// octets of ESP in UDP; else as [`IpView::parse`].
    pub fn parse(packet: &[u8]) -> Result<Self, DropReason> {
        let view = IpView::parse(packet)?;
        if view.fragment != Fragment::Whole {
            return Err(DropReason::OuterFragment);
        }
        let message = packet.get(view.header_len..view.total_len).ok_or(DropReason::BadLengthField)?;
        let (header, quoted) = message.split_first_chunk::<8>().ok_or(DropReason::TooShort)?;
        let [kind, code, _, _, m0, m1, m2, m3] = *header;
        let (start, mtu) = match (view.protocol, view.is_ipv4(), kind, code) {
            (ICMP, true, 3, 4) => (Sum::default(), u32::from(u16::from_be_bytes([m2, m3]))),
            // Whatever the code is: it says nothing (RFC 4443 §3.2).
            (ICMPV6, false, 2, _) => (
                Sum::pseudo_header(view.source, view.destination, ICMPV6, message.len()),
                u32::from_be_bytes([m0, m1, m2, m3]),
            ),
            _ => return Err(DropReason::NotTooBig),
        };
        if start.add(message).finish() != 0 {
            return Err(DropReason::BadChecksum);
        }
        let quote = Quote::parse(quoted, view.is_ipv4())?;
        let mtu = usize::try_from(mtu).unwrap_or(usize::MAX);
        quote.told(if mtu == 0 { plateau_below(quote.packet_len) } else { mtu })
    }
}

/// The next size below `len` that a link may have.
fn plateau_below(len: usize) -> usize {
    PLATEAUS.into_iter().find(|&plateau| plateau < len).unwrap_or(0)
}

/// The beginning of the packet that was too long.
struct Quote<'a> {
    source: IpAddr,
    destination: IpAddr,
    packet_len: usize,
    protocol: u8,
    payload: &'a [u8],
}

impl<'a> Quote<'a> {
    /// Only what we send is read: no extension headers, no fragments.
    fn parse(quoted: &'a [u8], is_ipv4: bool) -> Result<Self, DropReason> {
        if is_ipv4 { Self::parse_v4(quoted) } else { Self::parse_v6(quoted) }
    }

    fn parse_v4(quoted: &'a [u8]) -> Result<Self, DropReason> {
        let fixed: &[u8; 20] = quoted.first_chunk().ok_or(DropReason::TooShort)?;
        let [first, _, l0, l1, _, _, f0, f1, _, protocol, _, _, s0, s1, s2, s3, d0, d1, d2, d3] = *fixed;
        let header_len = usize::from(first & 0x0f).saturating_mul(4);
        if first >> 4 != 4 || header_len < fixed.len() {
            return Err(DropReason::Malformed);
        }
        if u16::from_be_bytes([f0, f1]) & 0x1fff != 0 {
            return Err(DropReason::OuterFragment);
        }
        Ok(Self {
            source: Ipv4Addr::new(s0, s1, s2, s3).into(),
            destination: Ipv4Addr::new(d0, d1, d2, d3).into(),
            packet_len: u16::from_be_bytes([l0, l1]).into(),
            protocol,
            payload: quoted.get(header_len..).ok_or(DropReason::TooShort)?,
        })
    }

    fn parse_v6(quoted: &'a [u8]) -> Result<Self, DropReason> {
        let (fixed, rest) = quoted.split_first_chunk::<8>().ok_or(DropReason::TooShort)?;
        let (source, rest) = rest.split_first_chunk::<16>().ok_or(DropReason::TooShort)?;
        let (destination, payload) = rest.split_first_chunk::<16>().ok_or(DropReason::TooShort)?;
        let [first, _, _, _, l0, l1, protocol, _] = *fixed;
        if first >> 4 != 6 {
            return Err(DropReason::Malformed);
        }
        Ok(Self {
            source: Ipv6Addr::from(*source).into(),
            destination: Ipv6Addr::from(*destination).into(),
            packet_len: usize::from(u16::from_be_bytes([l0, l1])).saturating_add(40),
            protocol,
            payload,
        })
    }

    fn told(&self, mtu: usize) -> Result<TooBig, DropReason> {
        let (ports, ipsec) = match (self.protocol, self.payload) {
            (UDP, [s0, s1, d0, d1, _, _, _, _, esp @ ..]) => {
                (Some((u16::from_be_bytes([*s0, *s1]), u16::from_be_bytes([*d0, *d1]))), esp)
            }
            // Next header, length and two reserved octets are before the SPI of AH (RFC 4302 §2).
            (AH, [_, _, _, _, ah @ ..]) => (None, ah),
            (ESP, esp) => (None, esp),
            (UDP | AH, _) => return Err(DropReason::TooShort),
            _ => return Err(DropReason::NotTooBig),
        };
        let [s0, s1, s2, s3, n0, n1, n2, n3] = *ipsec.first_chunk::<8>().ok_or(DropReason::TooShort)?;
        Ok(TooBig {
            mtu,
            source: self.source,
            destination: self.destination,
            packet_len: self.packet_len,
            ports,
            is_ah: self.protocol == AH,
            spi: u32::from_be_bytes([s0, s1, s2, s3]),
            sequence: u32::from_be_bytes([n0, n1, n2, n3]),
        })
    }
}
