use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::crypto::vectors::{self, hex};
use crate::wire::codes::{ExchangeType, NotifyType};
use crate::wire::header::{Flags, IkeSpi};
use crate::wire::v2::{NotifyPayload, VendorIdPayload, decode_chain};

/// Every pair of algorithms that IKE messages can be protected with.
fn suites() -> Vec<(Cipher, Option<Integrity>)> {
    let mut suites = Vec::new();
    for cipher in Cipher::ALL.iter().copied().filter(|cipher| encryption::supports(*cipher)) {
        if cipher.is_aead() {
            suites.push((cipher, None));
        } else {
            let integrities = Integrity::ALL.iter().copied().filter(|integrity| mac::supports(*integrity));
            suites.extend(integrities.map(|integrity| (cipher, Some(integrity))));
        }
    }
    suites
}

fn keys(cipher: Cipher, integrity: impl Into<Option<Integrity>>) -> ProtectKeys {
    let integrity = integrity.into();
    let key = |seed: usize, len: usize| {
        let octets: Vec<u8> = (0..len).map(|place| u8::try_from((place * 7 + seed) % 251).unwrap()).collect();
        SecretBytes::from(octets)
    };
    let (enc_key, int_key) = (key(1, cipher.key_len()), key(2, integrity.map_or(0, Integrity::key_len)));
    ProtectKeys { cipher, integrity, enc_key, int_key }
}

fn header() -> Header {
    Header::v2(IkeSpi([1; 8]), IkeSpi([2; 8]), ExchangeType::INFORMATIONAL, Flags::INITIATOR, 3)
}

fn sealed(inner: &MessageBuilder, keys: &ProtectKeys) -> Vec<u8> {
    seal(&header(), inner, keys, &[0x5a; 16][..keys.cipher.iv_len()]).unwrap()
}

/// Computes the check value of a datagram anew, as a peer who has the keys could.
fn fix_icv(datagram: &mut [u8], keys: &ProtectKeys) {
    let integrity = keys.integrity.unwrap();
    let start = datagram.len() - integrity.icv_len();
    let (covered, place) = datagram.split_at_mut(start);
    place.copy_from_slice(mac::icv(integrity, keys.int_key.expose(), &[covered]).unwrap().as_slice());
}

/// Every suite, with content of every length modulo the block.
#[test]
fn what_is_sealed_can_be_opened() {
    for (cipher, integrity) in suites() {
        let keys = keys(cipher, integrity);
        for len in 0..40 {
            let mut inner = MessageBuilder::new();
            inner.push(&Payload::VendorId(VendorIdPayload { data: &vec![7; len] }));
            let datagram = sealed(&inner, &keys);
            let message = Message::decode(&datagram).unwrap();
            let opened = open(&message, &keys).unwrap();
            assert_eq!((opened.first, &opened.plain[..]), (inner.first(), inner.chain().unwrap()));
            assert_eq!(decode_chain(opened.first, &opened.plain).unwrap().len(), 1);
        }
    }
}

/// RFC 7634, appendix B: a whole Encrypted payload with ChaCha20-Poly1305, sealed and opened.
#[test]
fn chacha20_poly1305_vector() {
    let Some(text) = vectors::read("rfc/rfc7634.json") else { return };
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let field = |name: &str| hex(json["ikev2"][name].as_str().unwrap());
    let spi = |name: &str| IkeSpi(field(name).try_into().unwrap());
    let key = hex(json["esp"]["keymat"].as_str().unwrap());
    let keys = ProtectKeys { enc_key: SecretBytes::copy_from(&key), ..keys(Cipher::ChaCha20Poly1305, None) };
    let header = Header::v2(spi("ispi"), spi("rspi"), ExchangeType::INFORMATIONAL, Flags::default(), 9);
    let mut inner = MessageBuilder::new();
    // SET_WINDOW_SIZE with a window of 10.
    inner.push(&Payload::Notify(NotifyPayload::new(NotifyType(0x4001), &[0, 0, 0, 10])));
    assert_eq!(inner.chain().unwrap().len(), field("notify").len());
    let payload = field("encrypted_payload");
    let datagram = seal(&header, &inner, &keys, &payload[4..12]).unwrap();
    if inner.chain().unwrap() == field("notify") {
        assert_eq!(datagram[28..], payload);
    }
    let published = [&field("aad")[..28], &payload].concat();
    let opened = open(&Message::decode(&published).unwrap(), &keys).unwrap();
    assert_eq!(opened.plain[..], field("notify"));
}

/// RFC 7383 §2.5: a message in fragments of every size, with every kind of suite.
#[test]
fn fragments_hold_the_parts_of_a_message() {
    let inner: Vec<u8> = (0..=255).collect();
    for (cipher, integrity) in suites() {
        let keys = keys(cipher, integrity);
        for message_len in [150, 201, 300, 999] {
            let capacity = fragment_capacity(&keys, message_len);
            assert!(capacity > 0);
            let parts: Vec<&[u8]> = inner.chunks(capacity).collect();
            let total = u16::try_from(parts.len()).unwrap();
            let mut opened = Vec::new();
            for (number, part) in (1..).zip(parts) {
                let fragment = Fragment { first: PayloadType::ID_I, number, total, part };
                let iv = vec![9; cipher.iv_len()];
                let datagram = seal_fragment(&header(), &fragment, &keys, &iv).unwrap();
                assert!(datagram.len() <= message_len, "{} octets of {message_len}", datagram.len());
                let message = Message::decode(&datagram).unwrap();
                let first = if number == 1 { PayloadType::ID_I } else { PayloadType::NONE };
                let content = open_fragment(&message, &keys).unwrap();
                assert_eq!(content.first, first);
                opened.extend_from_slice(&content.plain);
                assert_eq!(open(&message, &keys), Err(ProtectError::NotEncrypted), "it is no whole message");
                // the numbers are covered.
                for place in 32..36 {
                    let mut forged = datagram.clone();
                    forged[place] ^= 1;
                    if let Ok(forged) = Message::decode(&forged) {
                        assert_eq!(open_fragment(&forged, &keys), Err(ProtectError::Integrity));
                    }
                }
            }
            assert_eq!(opened, inner);
        }
    }
    let keys = keys(Cipher::Aes128Cbc, Integrity::HmacSha1_96);
    assert_eq!(fragment_capacity(&keys, 10), 0);
}

/// An empty Informational message, as liveness checks send it.
#[test]
fn an_empty_message_can_be_sealed() {
    let keys = keys(Cipher::Aes128Cbc, Integrity::HmacSha1_96);
    let datagram = sealed(&MessageBuilder::new(), &keys);
    assert_eq!(datagram.len(), 28 + 4 + 16 + 16 + 12);
    let opened = open(&Message::decode(&datagram).unwrap(), &keys).unwrap();
    assert_eq!((opened.first, opened.plain.len()), (PayloadType::NONE, 0));
}

/// F-32: a message with any one bit changed is not opened, wherever the bit is, whether the cipher authenticates or not.
#[test]
fn f_32_every_bit_is_covered() {
    let suites = [
        (Cipher::Aes128Cbc, Some(Integrity::HmacSha256_128)),
        (Cipher::Aes256Ctr, Some(Integrity::AesXcbc96)),
        (Cipher::Aes128Gcm8, None),
        (Cipher::ChaCha20Poly1305, None),
    ];
    for (cipher, integrity) in suites {
        let keys = keys(cipher, integrity);
        let mut inner = MessageBuilder::new();
        inner.push(&Payload::Notify(NotifyPayload::new(NotifyType::INITIAL_CONTACT, &[])));
        let datagram = sealed(&inner, &keys);
        for bit in 0..datagram.len() * 8 {
            let mut changed = datagram.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            if let Ok(message) = Message::decode(&changed) {
                let error = open(&message, &keys).unwrap_err();
                assert!(
                    matches!(error, ProtectError::Integrity | ProtectError::NotEncrypted),
                    "bit {bit}: {error}"
                );
            }
        }
    }
}

#[test]
fn keys_of_the_other_direction_open_nothing() {
    let ours = keys(Cipher::Aes128Cbc, Integrity::HmacSha1_96);
    let datagram = sealed(&MessageBuilder::new(), &ours);
    let message = Message::decode(&datagram).unwrap();
    let theirs = ProtectKeys { int_key: SecretBytes::copy_from(&[0; 20]), ..ours };
    assert_eq!(open(&message, &theirs), Err(ProtectError::Integrity));
}

/// Messages with a right check value and a wrong inside, and payloads that are too short for one.
#[test]
fn malformed_contents_have_a_named_reason() {
    let keys = keys(Cipher::Aes128Cbc, Integrity::HmacSha1_96);
    let message = |body: &[u8]| {
        let mut outer = MessageBuilder::new();
        outer.push(&Payload::Encrypted(SkPayload { first_inner: PayloadType::NONE, body }));
        let mut datagram = outer.encode(&header()).unwrap();
        fix_icv(&mut datagram, &keys);
        open(&Message::decode(&datagram).unwrap(), &keys)
    };
    for len in [12, 28, 43] {
        assert_eq!(message(&vec![0; len]), Err(ProtectError::TooShort { need: 44, have: len }));
    }
    assert_eq!(message(&[0; 45]), Err(ProtectError::Unaligned { len: 17, block: 16 }));

    let mut body = vec![0; 44];
    let mut text = [0xff; 16];
    encryption::encrypt(keys.cipher, keys.enc_key.expose(), &[0; 16], &mut text).unwrap();
    body[16..32].copy_from_slice(&text);
    assert_eq!(message(&body), Err(ProtectError::Padding { pad: 255, len: 16 }));

    let clear = MessageBuilder::new().encode(&header()).unwrap();
    assert_eq!(open(&Message::decode(&clear).unwrap(), &keys), Err(ProtectError::NotEncrypted));
}

/// keys that do not fit their algorithms, no encryption at all, a cipher that authenticates with an integrity
/// algorithm beside it, and one that does not without.
#[test]
fn x_7_unusable_keys_are_refused() {
    let good = keys(Cipher::Aes128Cbc, Integrity::HmacSha1_96);
    let datagram = sealed(&MessageBuilder::new(), &good);
    let message = Message::decode(&datagram).unwrap();
    let short = SecretBytes::copy_from(&[0; 8]);
    for bad in [
        ProtectKeys { cipher: Cipher::Null, enc_key: SecretBytes::default(), ..good.clone() },
        ProtectKeys { enc_key: short.clone(), ..good.clone() },
        ProtectKeys { int_key: short, ..good.clone() },
        ProtectKeys { integrity: None, ..good.clone() },
        ProtectKeys { integrity: None, int_key: SecretBytes::default(), ..good.clone() },
        keys(Cipher::Aes128Gcm16, Integrity::HmacSha1_96),
        keys(Cipher::Aes128Gmac, None),
        keys(Cipher::Aes128Cbc, Integrity::Aes128Gmac),
    ] {
        assert_eq!(open(&message, &bad), Err(ProtectError::Key(bad.cipher)));
        let iv = vec![0; bad.cipher.iv_len()];
        let unsealed = seal(&header(), &MessageBuilder::new(), &bad, &iv);
        assert_eq!(unsealed, Err(SealError::Key(bad.cipher)));
    }
    for cipher in [Cipher::Aes128Cbc, Cipher::Aes128Gcm16] {
        let integrity = (!cipher.is_aead()).then_some(Integrity::HmacSha1_96);
        let wrong_iv = seal(&header(), &MessageBuilder::new(), &keys(cipher, integrity), &[0; 7]);
        assert_eq!(wrong_iv, Err(SealError::Key(cipher)));
    }
}

#[test]
fn what_is_too_long_is_not_sealed() {
    let keys = keys(Cipher::Aes128Cbc, Integrity::HmacSha1_96);
    let mut inner = MessageBuilder::new();
    inner.push(&Payload::VendorId(VendorIdPayload { data: &vec![0; 65_450] }));
    let result = seal(&header(), &inner, &keys, &[0; 16]);
    assert!(matches!(result, Err(SealError::Encode(_))), "{result:?}");
}

proptest! {
    /// Any octets in an Encrypted payload, also with a right check value: no panic.
    #[test]
    fn arbitrary_contents_do_no_harm(body in vec(any::<u8>(), 0..200), authentic in any::<bool>()) {
        let keys = keys(Cipher::TripleDesCbc, Integrity::HmacMd5_96);
        let mut outer = MessageBuilder::new();
        outer.push(&Payload::Encrypted(SkPayload { first_inner: PayloadType::SA, body: &body }));
        let mut datagram = outer.encode(&header()).unwrap();
        if authentic && body.len() >= Integrity::HmacMd5_96.icv_len() {
            fix_icv(&mut datagram, &keys);
        }
        if let Ok(opened) = open(&Message::decode(&datagram).unwrap(), &keys) {
            let _ = decode_chain(opened.first, &opened.plain);
        }
    }
}
