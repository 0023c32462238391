//! `ipsec.secrets`, of strongSwan and of libreswan.

use alloc::format;
use alloc::string::String;

use zeroize::Zeroizing;

use super::ipsec_conf::marked;
use super::sheet::{Sheet, line};

pub(super) fn write(sheet: &mut Sheet<'_>) {
    let link = sheet.link;
    sheet.comment("Readable by root alone (chmod 600).");
    let mut selectors = String::new();
    for id in [&link.here.id, &link.there.id].into_iter().flatten() {
        selectors.push_str(&marked(id));
        selectors.push(' ');
    }
    // In IKEv1's main mode the key is needed before the peer has said what it calls itself.
    if link.is_v1() && !link.is_aggressive() && link.there.address.is_none() {
        selectors.push_str("%any ");
    }
    line!(sheet, "{selectors}: PSK {}", quoted(sheet.key()).as_str());
    sheet.finish("ipsec.secrets");
}

/// A key in quotes, which know no escape; base64 if it has a quote in it.
fn quoted(key: &str) -> Zeroizing<String> {
    Zeroizing::new(if key.contains('"') {
        format!("0s{}", base64(key.as_bytes()).as_str())
    } else {
        format!("\"{key}\"")
    })
}

/// Base64 with padding (RFC 4648 §4).
pub(super) fn base64(octets: &[u8]) -> Zeroizing<String> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = Zeroizing::new(String::with_capacity(octets.len().saturating_mul(2)));
    for chunk in octets.chunks(3) {
        let at = |index: usize| u32::from(chunk.get(index).copied().unwrap_or_default());
        let bits = (at(0) << 16) | (at(1) << 8) | at(2);
        for (index, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            let digit = DIGITS.get(((bits >> shift) & 63) as usize).copied().unwrap_or(b'=');
            text.push(if index > chunk.len() { '=' } else { char::from(digit) });
        }
    }
    text
}
