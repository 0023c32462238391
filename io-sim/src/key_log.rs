//! The keys of a run, so that its capture can be read.

use core::fmt::Write;
use std::collections::BTreeSet;
use std::net::IpAddr;

use esp_core::sa::{Direction, IpsecProtocol, SaParams};
use esp_core::suite::{Cipher, CipherFamily, Integrity};

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
    let cipher = params.suite.cipher().unwrap_or(Cipher::Null);
    let integrity = params.suite.integrity().map_or_else(|| combined(cipher), integrity);
    let cipher = encryption(cipher);
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
fn encryption(cipher: Cipher) -> &'static str {
    match cipher.family() {
        // Wireshark knows neither of the last two, and refuses a table with a name that it does not know.
        CipherFamily::Null | CipherFamily::AesGmac | CipherFamily::AesCcm => "NULL",
        CipherFamily::TripleDesCbc => "TripleDES-CBC [RFC2451]",
        CipherFamily::AesCbc => "AES-CBC [RFC3602]",
        CipherFamily::AesCtr => "AES-CTR [RFC3686]",
        CipherFamily::AesGcm => "AES-GCM [RFC4106]",
        CipherFamily::ChaCha20Poly1305 => "ChaCha20 with Poly1305 [RFC7634]",
    }
}

/// As Wireshark calls it.
fn integrity(integrity: Integrity) -> &'static str {
    match integrity {
        Integrity::HmacMd5_96 => "HMAC-MD5-96 [RFC2403]",
        Integrity::HmacSha1_96 => "HMAC-SHA-1-96 [RFC2404]",
        Integrity::HmacSha256_128 => "HMAC-SHA-256-128 [RFC4868]",
        Integrity::HmacSha384_192 => "HMAC-SHA-384-192 [RFC4868]",
        Integrity::HmacSha512_256 => "HMAC-SHA-512-256 [RFC4868]",
        // Wireshark knows the lengths of these alone.
        Integrity::AesXcbc96 | Integrity::AesCmac96 => "ANY 96 bit authentication [no checking]",
        Integrity::Aes128Gmac | Integrity::Aes192Gmac | Integrity::Aes256Gmac => {
            "ANY 192 bit authentication [no checking]"
        }
    }
}

/// What stands in the place of the integrity where the cipher authenticates: the length of its tag.
fn combined(cipher: Cipher) -> &'static str {
    match cipher.tag_len() {
        Some(8) => "ANY 64 bit authentication [no checking]",
        Some(12) => "ANY 96 bit authentication [no checking]",
        Some(_) => "ANY 128 bit authentication [no checking]",
        None => "NULL",
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
