//! IP, UDP and ICMP echo packets, built and read independently of the code under test, so that a mistake there cannot
//! hide behind the same mistake here.

mod checksum;
mod icmp;
mod ip;
mod udp;

pub use icmp::{Echo, build_echo, build_too_big, parse_echo, parse_too_big};
pub use ip::{HEADER_V4, HEADER_V6, IpPacket, build_ip, forwarded, parse_ip};
pub use udp::{UdpDatagram, build_udp, parse_udp};

/// IP protocol number of ICMP.
pub const ICMP: u8 = 1;
/// IP protocol number of UDP.
pub const UDP: u8 = 17;
/// IP protocol number of ESP.
pub const ESP: u8 = 50;
/// IP protocol number of AH.
pub const AH: u8 = 51;
/// IP protocol number of ICMPv6.
pub const ICMPV6: u8 = 58;

/// The port of IKE.
pub const IKE_PORT: u16 = 500;
/// The port of IKE and ESP behind a NAT (RFC 3948).
pub const NAT_T_PORT: u16 = 4500;

/// A packet in one line, for traces.
pub fn summary(packet: &[u8]) -> String {
    let Some(ip) = parse_ip(packet) else {
        return format!("{} octets that are no IP packet", packet.len());
    };
    if let Some(udp) = parse_udp(&ip) {
        return format!("{} > {} {}", udp.source, udp.destination, udp_summary(&udp));
    }
    let what = match (ip.protocol, parse_echo(&ip)) {
        (_, Some(echo)) => echo.to_string(),
        (ESP, None) => esp_summary(ip.payload),
        (ICMP | ICMPV6, None) => match parse_too_big(&ip) {
            Some((to, mtu)) => format!("a packet to {to} is too big: {mtu} octets pass"),
            None => format!("ICMP, {} octets", ip.payload.len()),
        },
        (UDP, None) => "UDP with a wrong length or checksum".to_owned(),
        (protocol, None) => format!("protocol {protocol}, {} octets", ip.payload.len()),
    };
    format!("{} > {} {what}", ip.source, ip.destination)
}

fn udp_summary(udp: &UdpDatagram<'_>) -> String {
    let is_nat_t = [udp.source.port(), udp.destination.port()].contains(&NAT_T_PORT);
    match udp.payload {
        [0xff] if is_nat_t => "NAT keep-alive".to_owned(),
        [0, 0, 0, 0, ..] if is_nat_t => format!("IKE in UDP, {} octets", udp.payload.len()),
        _ if is_nat_t => format!("{} in UDP", esp_summary(udp.payload)),
        _ => format!("UDP, {} octets", udp.payload.len()),
    }
}

fn esp_summary(payload: &[u8]) -> String {
    match esp_header(payload) {
        Some((spi, sequence)) => format!("ESP {spi:08x} seq {sequence}, {} octets", payload.len()),
        None => format!("ESP cut off after {} octets", payload.len()),
    }
}

/// SPI and sequence number of an ESP packet (RFC 4303 §2).
pub fn esp_header(payload: &[u8]) -> Option<(u32, u32)> {
    let (spi, rest) = payload.split_first_chunk()?;
    let sequence = rest.first_chunk()?;
    Some((u32::from_be_bytes(*spi), u32::from_be_bytes(*sequence)))
}

/// The ESP packet that an IP packet carries, raw or in UDP on port 4500.
pub fn esp_payload<'a>(ip: &IpPacket<'a>) -> Option<&'a [u8]> {
    if ip.protocol == ESP {
        return Some(ip.payload);
    }
    let udp = parse_udp(ip)?;
    let is_nat_t = [udp.source.port(), udp.destination.port()].contains(&NAT_T_PORT);
    let is_esp = udp.payload.len() > 8 && !udp.payload.starts_with(&[0, 0, 0, 0]);
    (is_nat_t && is_esp).then_some(udp.payload)
}

#[cfg(test)]
mod tests;
