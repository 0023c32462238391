//! Bodies of fuzz targets: each takes any octets and panics only where this crate is wrong.

#[cfg(any(test, feature = "testing"))]
mod live;
#[cfg(test)]
mod tests;

#[cfg(any(test, feature = "testing"))]
pub use live::{insider, outsider};

use crate::wire::codes::PayloadType;
use crate::wire::{v1, v2};

/// Decodes an IKEv2 message, encodes what was decoded and decodes that again.
pub fn decode_v2(data: &[u8]) {
    let Ok(message) = v2::Message::decode(data) else { return };
    let mut builder = v2::MessageBuilder::new();
    for payload in &message.payloads {
        builder.push(payload);
    }
    if let Ok(again) = builder.encode(&message.header) {
        let decoded = v2::Message::decode(&again);
        assert!(decoded.is_ok(), "what was encoded does not decode: {decoded:?}");
    }
}

/// Decodes an IKEv1 message, encodes what was decoded and decodes that again.
pub fn decode_v1(data: &[u8]) {
    let Ok(message) = v1::Message::decode(data) else { return };
    let v1::Content::Clear(chain) = &message.content else { return };
    if let Ok(again) = build_v1(chain).encode(&message.header) {
        let decoded = v1::Message::decode(&again);
        assert!(decoded.is_ok(), "what was encoded does not decode: {decoded:?}");
    }
}

/// Decodes payloads as they stand inside an encrypted message of IKEv1, after an octet that says what the first is; what
/// was decoded comes back from its own octets.
pub fn decode_v1_chain(data: &[u8]) {
    let Some((first, octets)) = data.split_first() else { return };
    let Ok(chain) = v1::decode_padded_chain(PayloadType(*first), octets) else { return };
    if let Some((hash, covered)) = chain.hashed() {
        assert!(hash.len().saturating_add(covered.len()) <= octets.len(), "a hash covers what is not there");
    }
    let builder = build_v1(&chain);
    if let Ok(octets) = builder.chain() {
        let again = v1::decode_chain(builder.first(), octets);
        assert!(again.is_ok(), "what was encoded does not decode: {again:?}");
    }
}

/// The payloads of a chain. The selector of an identity comes back from its own octets.
fn build_v1(chain: &v1::Chain<'_>) -> v1::MessageBuilder {
    let mut builder = v1::MessageBuilder::new();
    for payload in chain.payloads() {
        builder.push(payload);
        if let v1::Payload::Id(id) = payload
            && let Ok(selector) = id.selector()
        {
            let id = v1::OwnedId::for_selector(&selector);
            assert_eq!(id.map(|id| id.payload().selector()), Some(Ok(selector)), "a selector changes");
        }
    }
    builder
}

/// Decodes payloads as they stand inside an Encrypted payload, after an octet that says what the first is; what was decoded
/// comes back from its own octets.
pub fn decode_v2_chain(data: &[u8]) {
    let Some((first, octets)) = data.split_first() else { return };
    let Ok(payloads) = v2::decode_chain(PayloadType(*first), octets) else { return };
    let mut builder = v2::MessageBuilder::new();
    for payload in &payloads {
        builder.push(payload);
    }
    // Selectors of types that are not known are counted and not kept, so that a payload of them alone is none to encode.
    let Ok(chain) = builder.chain() else { return };
    let again = v2::decode_chain(builder.first(), chain);
    assert!(again.is_ok(), "what was encoded does not decode: {again:?}");
}
