//! RFC 4106 and RFC 4543, which have no packets of their own: whole ESP packets against AES-GCM itself, with nonce and
//! associated data put together here as the text of the RFC says. AES-GCM itself is what the files prove.

use aes::cipher::consts::U12;
use aes::{Aes128, Aes192, Aes256};
use aes_gcm::AesGcm;
use aes_gcm::aead::{AeadInOut, KeyInit};
use esp_core::esp::{Opener, Sealer};
use esp_core::packet_buf::PacketBuf;
use esp_core::sa::{SaKeys, Spi};
use esp_core::suite::{Cipher, CipherFamily, SaSuite};

use crate::opening::open;
use crate::source::Check;

const SPI: u32 = 0x0abc_def1;
const SALT: [u8; 4] = [0xca, 0xfe, 0xba, 0xbe];
const LENGTHS: [usize; 8] = [0, 1, 2, 15, 16, 17, 64, 1_408];

/// Every cipher of either RFC, under the RFC's name.
pub fn all() -> Vec<(&'static str, Vec<Check>)> {
    let of = |family: CipherFamily| {
        let ciphers = Cipher::ALL.iter().filter(move |cipher| cipher.family() == family);
        ciphers.flat_map(|&cipher| [false, true].map(|esn| packets(cipher, esn))).flatten().collect()
    };
    vec![
        ("RFC 4106 packets against AES-GCM", of(CipherFamily::AesGcm)),
        ("RFC 4543 packets against AES-GCM", of(CipherFamily::AesGmac)),
    ]
}

fn packets(cipher: Cipher, esn: bool) -> Vec<Check> {
    let suite = SaSuite::esp(cipher, None, esn).unwrap();
    let numbers: &[u64] = if esn {
        &[1, 0xffff_ffff, 0x1_0000_0000, 0xfedc_ba98_7654_3210]
    } else {
        &[1, 0x7654_3210, 0xffff_ffff]
    };
    let each =
        |&sequence: &u64| LENGTHS.map(|len| -> Check { Box::new(move || check(suite, sequence, len)) });
    numbers.iter().flat_map(each).collect()
}

/// The sealed packet is what the RFC says to the octet, and opens.
fn check(suite: SaSuite, sequence: u64, len: usize) {
    let cipher = suite.cipher().unwrap();
    let key: Vec<u8> = (0_u8..).take(cipher.key_len() - SALT.len()).collect();
    let keys = SaKeys { encryption: [&key[..], &SALT].concat().into(), integrity: Vec::new().into() };
    let payload: Vec<u8> = (0_u8..=250).cycle().take(len).collect();
    let mut storage = vec![0; PacketBuf::HEADROOM + len + PacketBuf::TAILROOM];
    let mut packet = PacketBuf::copy_from(&mut storage, &payload).unwrap();
    let sealer = Sealer::new(suite, Spi::new(SPI).unwrap(), &keys).unwrap();
    sealer.seal(sequence, 41, &mut packet).unwrap();
    let sealed = packet.as_slice();
    let iv = sealed[8..16].try_into().unwrap();
    assert_eq!(sealed, expected(suite, &key, iv, sequence, &payload), "{suite} {sequence:#x} {len}");
    assert_eq!(open(&Opener::new(suite, &keys).unwrap(), sequence, sealed), Ok((41, payload)));
}

/// The packet by the RFC: the sealer chooses the IV, and nothing else.
fn expected(suite: SaSuite, key: &[u8], iv: [u8; 8], sequence: u64, payload: &[u8]) -> Vec<u8> {
    let low = &sequence.to_be_bytes()[4..];
    let header = [&SPI.to_be_bytes()[..], low].concat();
    // RFC 4106 §5: SPI and sequence number; an extended one whole.
    let number = sequence.to_be_bytes();
    let aad = [&SPI.to_be_bytes()[..], if suite.esn() { &number[..] } else { low }].concat();
    let mut text = payload.to_vec();
    let pad = (4 - (payload.len() + 2) % 4) % 4;
    text.extend((1_u8..).take(pad));
    text.extend([u8::try_from(pad).unwrap(), 41]);
    let protected = if suite.cipher().unwrap().family() == CipherFamily::AesGmac {
        // RFC 4543 §3.3: everything is associated data, the IV too, and nothing is encrypted.
        let tag = gcm(key, iv, &[&aad[..], &iv, &text].concat(), &[]);
        [text, tag].concat()
    } else {
        let mut sealed = gcm(key, iv, &aad, &text);
        // RFC 4106 §6: the front of the whole tag.
        sealed.truncate(text.len() + suite.icv_len());
        sealed
    };
    [header, iv.to_vec(), protected].concat()
}

/// Ciphertext and whole tag of AES-GCM under the nonce of RFC 4106 §4, salt and IV.
fn gcm(key: &[u8], iv: [u8; 8], aad: &[u8], text: &[u8]) -> Vec<u8> {
    let encrypt = match key.len() {
        16 => encrypt::<AesGcm<Aes128, U12>>,
        24 => encrypt::<AesGcm<Aes192, U12>>,
        _ => encrypt::<AesGcm<Aes256, U12>>,
    };
    encrypt(key, &[&SALT[..], &iv].concat(), aad, text)
}

fn encrypt<A: AeadInOut + KeyInit>(key: &[u8], nonce: &[u8], aad: &[u8], text: &[u8]) -> Vec<u8> {
    let (nonce, mut text) = (nonce.try_into().unwrap(), text.to_vec());
    let cipher = A::new_from_slice(key).unwrap();
    let tag = cipher.encrypt_inout_detached(nonce, aad, text[..].as_mut().into()).unwrap();
    text.extend(tag);
    text
}
