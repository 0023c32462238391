use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::crypto::v1_keys::{exchange_iv, phase_1_iv};
use crate::suite::Hash;
use crate::wire::codes::ExchangeType;
use crate::wire::header::{Flags, IkeSpi};
use crate::wire::v1::{HashPayload, Payload, VendorIdPayload, decode_padded_chain};

const CIPHERS: [Cipher; 4] = [Cipher::TripleDesCbc, Cipher::Aes128Cbc, Cipher::Aes192Cbc, Cipher::Aes256Cbc];

fn keys(cipher: Cipher) -> ProtectKeys {
    let octets = (1..).take(cipher.key_len()).collect::<Vec<u8>>();
    ProtectKeys { cipher, enc_key: SecretBytes::from(octets) }
}

fn first_iv(cipher: Cipher) -> Iv {
    phase_1_iv(Hash::Sha1, cipher, &[1; 96], &[2; 96])
}

fn header(message_id: u32) -> Header {
    let exchange = ExchangeType::QUICK_MODE;
    Header::v1(IkeSpi([1; 8]), IkeSpi([2; 8]), exchange, Flags::default(), message_id)
}

fn vendor_of(len: usize) -> MessageBuilder {
    let mut inner = MessageBuilder::new();
    inner.push(&Payload::VendorId(VendorIdPayload { data: &vec![7; len] }));
    inner
}

/// F-6: zeros fill up the block, and none where it is full; the header counts them.
#[test]
fn f_6_padding() {
    for cipher in CIPHERS {
        let keys = keys(cipher);
        for len in 0..40 {
            let inner = vendor_of(len);
            let sealed = seal(&header(7), &inner, &keys, &first_iv(cipher)).unwrap();
            let message = Message::decode(&sealed.datagram).unwrap();
            assert!(message.header.flags.is_v1_encrypted());
            assert_eq!(message.header.length as usize, sealed.datagram.len());
            let expected = (len + 4).next_multiple_of(cipher.block_len());
            assert_eq!(sealed.datagram.len(), 28 + expected);

            let opened = open(&message, &keys, &first_iv(cipher)).unwrap();
            let (chain, padding) = opened.plain.split_at(len + 4);
            assert_eq!((opened.first, chain), (inner.first(), inner.chain().unwrap()));
            assert!(padding.iter().all(|octet| *octet == 0));
            assert_eq!(decode_padded_chain(opened.first, &opened.plain).unwrap().items.len(), 1);
        }
    }
}

/// F-5: messages of an exchange follow each other by their last block; another exchange has a vector of its own.
#[test]
fn f_5_the_chain_of_vectors() {
    for cipher in CIPHERS {
        let keys = keys(cipher);
        let iv = first_iv(cipher);
        let first = seal(&header(7), &vendor_of(30), &keys, &iv).unwrap();
        let block = cipher.block_len();
        assert_eq!(first.next_iv.octets(), &first.datagram[first.datagram.len() - block..]);
        let second = seal(&header(7), &vendor_of(3), &keys, &first.next_iv).unwrap();

        let opened = open(&Message::decode(&first.datagram).unwrap(), &keys, &iv).unwrap();
        assert_eq!(opened.next_iv, first.next_iv);
        let message = Message::decode(&second.datagram).unwrap();
        let right = open(&message, &keys, &opened.next_iv).unwrap();
        assert_eq!(&right.plain[..7], vendor_of(3).chain().unwrap());
        let wrong = open(&message, &keys, &iv).unwrap();
        assert_ne!(&wrong.plain[..7], vendor_of(3).chain().unwrap());

        let a = exchange_iv(Hash::Sha1, cipher, &second.next_iv, 1);
        let b = exchange_iv(Hash::Sha1, cipher, &second.next_iv, 2);
        assert_ne!(a, b);
    }
}

/// F-5: a message that fails does not move the vector, and what is sealed again is the identical octets.
#[test]
fn f_5_nothing_moves_by_itself() {
    let keys = keys(Cipher::Aes128Cbc);
    let iv = first_iv(Cipher::Aes128Cbc);
    let good = seal(&header(7), &vendor_of(9), &keys, &iv).unwrap();
    assert_eq!(seal(&header(7), &vendor_of(9), &keys, &iv).unwrap(), good);

    let forged = [&good.datagram[..28], &[0x5a; 16]].concat();
    let garbage = open(&Message::decode(&forged).unwrap(), &keys, &iv).unwrap();
    assert!(decode_padded_chain(garbage.first, &garbage.plain).is_err());
    let opened = open(&Message::decode(&good.datagram).unwrap(), &keys, &iv).unwrap();
    assert_eq!(&opened.plain[..13], vendor_of(9).chain().unwrap());
}

/// RFC 3602 §4, case 1: a block of text under a published key and vector, so that the cipher is the one that others speak.
#[test]
fn a_published_block() {
    use hex_literal::hex;
    let cipher = Cipher::Aes128Cbc;
    let enc_key = SecretBytes::copy_from(&hex!("06a9214036b8a15b512e03d534120006"));
    let keys = ProtectKeys { cipher, enc_key };
    let iv = Iv(hex!("3dafba429d9eb430b422da802c9fac41").to_vec());
    let text = hex!("e353779c1079aeb82708942dbe77181a");
    let datagram = [&seal(&header(1), &vendor_of(9), &keys, &iv).unwrap().datagram[..28], &text].concat();
    let opened = open(&Message::decode(&datagram).unwrap(), &keys, &iv).unwrap();
    assert_eq!(&opened.plain[..], b"Single block msg");
    assert_eq!(opened.next_iv.octets(), &text);
}

#[test]
fn what_is_not_encrypted_is_not_opened() {
    let keys = keys(Cipher::TripleDesCbc);
    let iv = first_iv(Cipher::TripleDesCbc);
    let clear = vendor_of(4).encode(&header(1)).unwrap();
    assert_eq!(open(&Message::decode(&clear).unwrap(), &keys, &iv), Err(ProtectError::NotEncrypted));
    let sealed = seal(&header(1), &vendor_of(4), &keys, &iv).unwrap().datagram;
    for len in [0, 1, 7, 9, 15, 17] {
        let mut datagram = [&sealed[..28], &vec![0; len]].concat();
        datagram[27] = u8::try_from(28 + len).unwrap();
        let error = open(&Message::decode(&datagram).unwrap(), &keys, &iv).unwrap_err();
        assert_eq!(error, ProtectError::Unaligned { len, block: 8 });
    }
}

/// no encryption at all, keys and vectors that do not fit.
#[test]
fn x_7_unusable_keys_are_refused() {
    let good = keys(Cipher::Aes128Cbc);
    let iv = first_iv(Cipher::Aes128Cbc);
    let datagram = seal(&header(1), &vendor_of(4), &good, &iv).unwrap().datagram;
    let message = Message::decode(&datagram).unwrap();
    let short = SecretBytes::copy_from(&[0; 8]);
    let null = ProtectKeys { cipher: Cipher::Null, enc_key: SecretBytes::default() };
    for bad in [null, ProtectKeys { enc_key: short, ..good.clone() }] {
        assert_eq!(open(&message, &bad, &iv), Err(ProtectError::Key(bad.cipher)));
        assert_eq!(seal(&header(1), &vendor_of(4), &bad, &iv), Err(SealError::Key(bad.cipher)));
    }
    let wrong = Iv(vec![0; 8]);
    assert_eq!(open(&message, &good, &wrong), Err(ProtectError::Key(good.cipher)));
    assert_eq!(seal(&header(1), &vendor_of(4), &good, &wrong), Err(SealError::Key(good.cipher)));
}

#[test]
fn what_is_too_long_is_not_sealed() {
    let keys = keys(Cipher::Aes128Cbc);
    let mut inner = vendor_of(65_480);
    let iv = first_iv(Cipher::Aes128Cbc);
    assert!(matches!(seal(&header(1), &inner, &keys, &iv), Err(SealError::Encode(_))));
    inner.push(&Payload::Hash(HashPayload { data: &[0; 16] }));
    assert!(matches!(seal(&header(1), &inner, &keys, &iv), Err(SealError::Encode(_))));
}

proptest! {
    /// Any encrypted octets: no panic, and what they decrypt to neither.
    #[test]
    fn arbitrary_contents_do_no_harm(text in vec(any::<u8>(), 0..200), first in 0..=u8::MAX) {
        let keys = keys(Cipher::TripleDesCbc);
        let header = Header {
            flags: Flags::V1_ENCRYPTION,
            next_payload: PayloadType(first),
            length: u32::try_from(28 + text.len()).unwrap(),
            ..header(1)
        };
        let mut writer = Writer::new();
        header.encode(&mut writer);
        writer.put(&text);
        let datagram = writer.finish().unwrap();
        let message = Message::decode(&datagram).unwrap();
        if let Ok(opened) = open(&message, &keys, &first_iv(Cipher::TripleDesCbc)) {
            let _ = decode_padded_chain(opened.first, &opened.plain);
        }
    }
}
