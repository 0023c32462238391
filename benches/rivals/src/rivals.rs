//! The primitives of OpenSSL and ring over the same packets, with the same keys: encryption and authentication alone,
//! of packets that are laid out already.

use esp_core::esp::EspHeader;
use esp_core::sa::SaParams;
use esp_core::suite::{Cipher, Integrity, SaSuite};
use openssl::cipher::{Cipher as Evp, CipherRef};
use openssl::cipher_ctx::CipherCtx;
use openssl::hash::{DigestBytes, Hasher, MessageDigest};
use ring::aead::{
    AES_128_GCM, AES_256_GCM, Aad, Algorithm, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey,
};

/// Octets behind a packet that its rivals may not touch, but see: OpenSSL's binding wants a block of room behind what it
/// encrypts in place.
pub const SLACK: usize = 16;

/// What seals and opens the ESP packets of one key, each with [`SLACK`] octets behind it.
pub trait Rival {
    /// Encrypts the text and fills the ICV; the IV stays as it is.
    fn seal(&mut self, packet: &mut [u8]);

    /// Verifies the ICV and decrypts the text. It panics where the ICV is wrong.
    fn open(&mut self, packet: &mut [u8]);
}

/// An ESP packet taken apart.
struct Parts<'a> {
    header: &'a mut [u8],
    iv: &'a mut [u8],
    text: &'a mut [u8],
    icv: &'a mut [u8],
}

fn split(suite: SaSuite, packet: &mut [u8]) -> Parts<'_> {
    let (header, rest) = packet.split_at_mut(EspHeader::LEN);
    let (iv, rest) = rest.split_at_mut(suite.iv_len());
    let (text, rest) = rest.split_at_mut(rest.len() - SLACK - suite.icv_len());
    let icv = &mut rest[..suite.icv_len()];
    Parts { header, iv, text, icv }
}

/// Runs the cipher over the text of a packet, in place.
fn apply(cipher: &mut CipherCtx, suite: SaSuite, packet: &mut [u8]) {
    let len = packet.len() - SLACK - suite.icv_len() - suite.iv_len() - EspHeader::LEN;
    let text = &mut packet[EspHeader::LEN + suite.iv_len()..];
    cipher.cipher_update_inplace(text, len).unwrap();
}

/// Key and salt of an AEAD.
fn split_salt(params: &SaParams) -> (&[u8], [u8; 4]) {
    let (key, salt) = params.keys.encryption.expose().split_last_chunk().unwrap();
    (key, *salt)
}

fn nonce(salt: [u8; 4], iv: &[u8]) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[..4].copy_from_slice(&salt);
    nonce[4..].copy_from_slice(iv);
    nonce
}

/// OpenSSL's EVP cipher in CBC mode and its HMAC, in two calls.
struct OpensslCbc {
    suite: SaSuite,
    encrypt: CipherCtx,
    decrypt: CipherCtx,
    hmac: Hmac,
}

/// HMAC with the two keyed states kept, which saves hashing the pads for every packet.
struct Hmac {
    inner: Hasher,
    outer: Hasher,
}

impl Hmac {
    fn new(integrity: Integrity, key: &[u8]) -> Self {
        let (digest, block) = match integrity {
            Integrity::HmacMd5_96 => (MessageDigest::md5(), 64),
            Integrity::HmacSha1_96 => (MessageDigest::sha1(), 64),
            Integrity::HmacSha256_128 => (MessageDigest::sha256(), 64),
            Integrity::HmacSha384_192 => (MessageDigest::sha384(), 128),
            Integrity::HmacSha512_256 => (MessageDigest::sha512(), 128),
            other => panic!("{other} is no HMAC"),
        };
        let keyed = |pad: u8| {
            let mut padded = vec![pad; block];
            padded.iter_mut().zip(key).for_each(|(octet, key)| *octet ^= key);
            let mut hasher = Hasher::new(digest).unwrap();
            hasher.update(&padded).unwrap();
            hasher
        };
        Self { inner: keyed(0x36), outer: keyed(0x5c) }
    }

    fn compute(&self, parts: [&[u8]; 3]) -> DigestBytes {
        let (mut inner, mut outer) = (self.inner.clone(), self.outer.clone());
        parts.iter().for_each(|part| inner.update(part).unwrap());
        outer.update(&inner.finish().unwrap()).unwrap();
        outer.finish().unwrap()
    }
}

impl OpensslCbc {
    fn new(params: &SaParams) -> Option<Self> {
        let cipher = match params.suite.cipher()? {
            Cipher::TripleDesCbc => Evp::des_ede3_cbc(),
            Cipher::Aes128Cbc => Evp::aes_128_cbc(),
            Cipher::Aes192Cbc => Evp::aes_192_cbc(),
            Cipher::Aes256Cbc => Evp::aes_256_cbc(),
            _ => return None,
        };
        let key = params.keys.encryption.expose();
        let (encrypt, decrypt) = contexts(cipher, key);
        let hmac = Hmac::new(params.suite.integrity()?, params.keys.integrity.expose());
        Some(Self { suite: params.suite, encrypt, decrypt, hmac })
    }
}

/// Contexts with the expanded key for both directions.
fn contexts(cipher: &CipherRef, key: &[u8]) -> (CipherCtx, CipherCtx) {
    let (mut encrypt, mut decrypt) = (CipherCtx::new().unwrap(), CipherCtx::new().unwrap());
    encrypt.encrypt_init(Some(cipher), Some(key), None).unwrap();
    decrypt.decrypt_init(Some(cipher), Some(key), None).unwrap();
    encrypt.set_padding(false);
    decrypt.set_padding(false);
    (encrypt, decrypt)
}

impl Rival for OpensslCbc {
    fn seal(&mut self, packet: &mut [u8]) {
        let iv = split(self.suite, packet).iv;
        self.encrypt.encrypt_init(None, None, Some(iv)).unwrap();
        apply(&mut self.encrypt, self.suite, packet);
        let Parts { header, iv, text, icv } = split(self.suite, packet);
        let value = self.hmac.compute([header, iv, text]);
        icv.copy_from_slice(&value[..icv.len()]);
    }

    fn open(&mut self, packet: &mut [u8]) {
        let Parts { header, iv, text, icv } = split(self.suite, packet);
        let value = self.hmac.compute([header, iv, text]);
        assert!(openssl::memcmp::eq(&value[..icv.len()], icv));
        self.decrypt.decrypt_init(None, None, Some(iv)).unwrap();
        apply(&mut self.decrypt, self.suite, packet);
    }
}

/// OpenSSL's EVP cipher of a combined mode.
struct OpensslAead {
    suite: SaSuite,
    salt: [u8; 4],
    encrypt: CipherCtx,
    decrypt: CipherCtx,
}

impl OpensslAead {
    fn new(params: &SaParams) -> Option<Self> {
        let cipher = match params.suite.cipher()? {
            Cipher::Aes128Gcm16 => Evp::aes_128_gcm(),
            Cipher::Aes256Gcm16 => Evp::aes_256_gcm(),
            Cipher::ChaCha20Poly1305 => Evp::chacha20_poly1305(),
            _ => return None,
        };
        let (key, salt) = split_salt(params);
        let (encrypt, decrypt) = contexts(cipher, key);
        Some(Self { suite: params.suite, salt, encrypt, decrypt })
    }
}

impl Rival for OpensslAead {
    fn seal(&mut self, packet: &mut [u8]) {
        let Parts { header, iv, .. } = split(self.suite, packet);
        self.encrypt.encrypt_init(None, None, Some(&nonce(self.salt, iv))).unwrap();
        self.encrypt.cipher_update(header, None).unwrap();
        apply(&mut self.encrypt, self.suite, packet);
        self.encrypt.cipher_final(&mut []).unwrap();
        self.encrypt.tag(split(self.suite, packet).icv).unwrap();
    }

    fn open(&mut self, packet: &mut [u8]) {
        let Parts { header, iv, icv, .. } = split(self.suite, packet);
        self.decrypt.decrypt_init(None, None, Some(&nonce(self.salt, iv))).unwrap();
        self.decrypt.set_tag(icv).unwrap();
        self.decrypt.cipher_update(header, None).unwrap();
        apply(&mut self.decrypt, self.suite, packet);
        self.decrypt.cipher_final(&mut []).unwrap();
    }
}

/// ring's AEAD.
struct RingAead {
    suite: SaSuite,
    salt: [u8; 4],
    key: LessSafeKey,
}

impl RingAead {
    fn new(params: &SaParams) -> Option<Self> {
        let algorithm: &'static Algorithm = match params.suite.cipher()? {
            Cipher::Aes128Gcm16 => &AES_128_GCM,
            Cipher::Aes256Gcm16 => &AES_256_GCM,
            Cipher::ChaCha20Poly1305 => &CHACHA20_POLY1305,
            _ => return None,
        };
        let (key, salt) = split_salt(params);
        let key = LessSafeKey::new(UnboundKey::new(algorithm, key).unwrap());
        Some(Self { suite: params.suite, salt, key })
    }
}

impl Rival for RingAead {
    fn seal(&mut self, packet: &mut [u8]) {
        let Parts { header, iv, text, icv } = split(self.suite, packet);
        let nonce = Nonce::assume_unique_for_key(nonce(self.salt, iv));
        let tag = self.key.seal_in_place_separate_tag(nonce, Aad::from(&*header), text).unwrap();
        icv.copy_from_slice(tag.as_ref());
    }

    fn open(&mut self, packet: &mut [u8]) {
        let iv = split(self.suite, packet).iv;
        let nonce = Nonce::assume_unique_for_key(nonce(self.salt, iv));
        let end = packet.len() - SLACK;
        let (header, rest) = packet[..end].split_at_mut(EspHeader::LEN);
        let sealed = &mut rest[self.suite.iv_len()..];
        self.key.open_in_place(nonce, Aad::from(&*header), sealed).unwrap();
    }
}

/// One of OpenSSL for each Security Association.
pub fn openssl(params: &[SaParams]) -> Option<Vec<Box<dyn Rival>>> {
    let one = |params: &SaParams| -> Option<Box<dyn Rival>> {
        match OpensslCbc::new(params) {
            Some(cbc) => Some(Box::new(cbc)),
            None => Some(Box::new(OpensslAead::new(params)?)),
        }
    };
    params.iter().map(one).collect()
}

/// One of ring for each Security Association; `None` where ring has not the algorithms.
pub fn ring(params: &[SaParams]) -> Option<Vec<Box<dyn Rival>>> {
    params.iter().map(|params| Some(Box::new(RingAead::new(params)?) as Box<dyn Rival>)).collect()
}
