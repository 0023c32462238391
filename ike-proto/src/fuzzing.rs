//! Bodies of fuzz targets: each takes any octets and panics only where this crate is wrong.

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
    if let Ok(again) = builder.encode(&message.header) {
        let decoded = v1::Message::decode(&again);
        assert!(decoded.is_ok(), "what was encoded does not decode: {decoded:?}");
    }
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
