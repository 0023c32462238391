//! The keys of a run, so that its capture can be read.

use core::fmt::Write;
use std::collections::BTreeSet;
use std::net::IpAddr;

use esp_core::sa::{Direction, IpsecProtocol, SaParams};
use esp_core::suite::{Cipher, Integrity};

/// The Security Associations of a run in the form of Wireshark's `esp_sa` table. It goes into the folder `esp_sa` of a
/// Wireshark profile, next to the capture of the same run.
///
/// It holds keys in clear. They are the keys of a simulation, made from its seed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyLog {
    lines: BTreeSet<String>,
}

impl KeyLog {
    /// Adds a Security Association. One that both of its ends add is one line.
    pub fn add(&mut self, params: &SaParams) {
        if params.protocol == IpsecProtocol::Esp {
            self.lines.insert(line(params));
        }
    }

    /// Adds all that `other` holds.
    pub fn merge(&mut self, other: &Self) {
        self.lines.extend(other.lines.iter().cloned());
    }

    /// How many Security Associations it holds.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The file.
    pub fn text(&self) -> String {
        self.lines.iter().fold(String::new(), |text, line| text + line + "\n")
    }
}

/// Addresses are left open where the packets go through a NAT box, which changes them on the way.
fn line(params: &SaParams) -> String {
    let (from, to) = match params.direction {
        Direction::Inbound => (params.remote, params.local),
        Direction::Outbound => (params.local, params.remote),
    };
    let show = |address: IpAddr| if params.encap.is_some() { "*".to_owned() } else { address.to_string() };
    let family = if params.local.is_ipv4() { "IPv4" } else { "IPv6" };
    let (cipher, integrity) = (cipher(params.suite.cipher), integrity(params.suite.integrity));
    let (encryption, authentication) =
        (hex(params.keys.encryption.expose()), hex(params.keys.integrity.expose()));
    format!(
        "\"{family}\",\"{}\",\"{}\",\"0x{}\",\"{cipher}\",\"{encryption}\",\"{integrity}\",\"{authentication}\",\"32-bit\"",
        show(from),
        show(to),
        params.spi,
    )
}

/// As Wireshark calls it.
fn cipher(cipher: Cipher) -> &'static str {
    match cipher {
        Cipher::Null => "NULL",
        Cipher::TripleDesCbc => "TripleDES-CBC [RFC2451]",
        Cipher::Aes128Cbc | Cipher::Aes192Cbc | Cipher::Aes256Cbc => "AES-CBC [RFC3602]",
    }
}

/// As Wireshark calls it.
fn integrity(integrity: Integrity) -> &'static str {
    match integrity {
        Integrity::HmacMd5_96 => "HMAC-MD5-96 [RFC2403]",
        Integrity::HmacSha1_96 => "HMAC-SHA-1-96 [RFC2404]",
        Integrity::HmacSha256_128 => "HMAC-SHA-256-128 [RFC4868]",
    }
}

fn hex(octets: &[u8]) -> String {
    octets.iter().fold("0x".to_owned(), |mut text, octet| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{octet:02x}");
        text
    })
}

#[cfg(test)]
mod tests;
