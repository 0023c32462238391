//! Bodies of fuzz targets: each takes any octets and panics only where this crate is wrong.

use crate::wire::v2::{Message, MessageBuilder};

/// Decodes an IKEv2 message, encodes what was decoded and decodes that again.
pub fn decode_v2(data: &[u8]) {
    let Ok(message) = Message::decode(data) else { return };
    let mut builder = MessageBuilder::new();
    for payload in &message.payloads {
        builder.push(payload);
    }
    if let Ok(again) = builder.encode(&message.header) {
        let decoded = Message::decode(&again);
        assert!(decoded.is_ok(), "what was encoded does not decode: {decoded:?}");
    }
}
