use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::wire::codes::{ExchangeType, NotifyType};
use crate::wire::header::{Flags, IkeSpi};
use crate::wire::v2::{NotifyPayload, VendorIdPayload, decode_chain};

const CIPHERS: [Cipher; 4] = [Cipher::TripleDesCbc, Cipher::Aes128Cbc, Cipher::Aes192Cbc, Cipher::Aes256Cbc];
const INTEGRITIES: [Integrity; 3] =
    [Integrity::HmacMd5_96, Integrity::HmacSha1_96, Integrity::HmacSha256_128];

fn keys(cipher: Cipher, integrity: Integrity) -> ProtectKeys {
    let key = |seed: usize, len: usize| {
        let octets: Vec<u8> = (0..len).map(|place| u8::try_from((place * 7 + seed) % 251).unwrap()).collect();
        SecretBytes::from(octets)
    };
    let (enc_key, int_key) = (key(1, cipher.key_len()), key(2, integrity.key_len()));
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
    let start = datagram.len() - keys.integrity.icv_len();
    let (covered, place) = datagram.split_at_mut(start);
    place.copy_from_slice(mac::icv(keys.integrity, keys.int_key.expose(), &[covered]).unwrap().as_slice());
}

/// Every suite, with content of every length modulo the block.
#[test]
fn what_is_sealed_can_be_opened() {
    for cipher in CIPHERS {
        for integrity in INTEGRITIES {
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

/// F-32: a check value with any one bit changed is wrong, wherever the bit is.
#[test]
fn f_32_every_bit_is_covered() {
    let keys = keys(Cipher::Aes128Cbc, Integrity::HmacSha256_128);
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
    cbc_mode::encrypt(keys.cipher, keys.enc_key.expose(), &[0; 16], &mut text).unwrap();
    body[16..32].copy_from_slice(&text);
    assert_eq!(message(&body), Err(ProtectError::Padding { pad: 255, len: 16 }));

    let clear = MessageBuilder::new().encode(&header()).unwrap();
    assert_eq!(open(&Message::decode(&clear).unwrap(), &keys), Err(ProtectError::NotEncrypted));
}

/// keys that do not fit their algorithms, and no encryption at all.
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
    ] {
        assert_eq!(open(&message, &bad), Err(ProtectError::Key(bad.cipher, bad.integrity)));
        let iv = vec![0; bad.cipher.iv_len()];
        let unsealed = seal(&header(), &MessageBuilder::new(), &bad, &iv);
        assert_eq!(unsealed, Err(SealError::Key(bad.cipher, bad.integrity)));
    }
    let wrong_iv = seal(&header(), &MessageBuilder::new(), &good, &[0; 8]);
    assert_eq!(wrong_iv, Err(SealError::Key(good.cipher, good.integrity)));
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
        if authentic && body.len() >= keys.integrity.icv_len() {
            fix_icv(&mut datagram, &keys);
        }
        if let Ok(opened) = open(&Message::decode(&datagram).unwrap(), &keys) {
            let _ = decode_chain(opened.first, &opened.plain);
        }
    }
}
