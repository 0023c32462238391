//! The keys of both directions: a cipher and an integrity algorithm, or one algorithm that is both.

use crate::crypt::{AeadKey, CbcDecryptor, CbcEncryptor, CtrKey, GmacKey, KeyError, MacKey};
use crate::esp::header::EspHeader;
use crate::sa::{IpsecProtocol, SaKeys};
use crate::suite::{Cipher, CipherFamily, SaSuite};

/// The keys of a suite; `C` is the cipher's direction.
#[derive(Debug)]
pub(super) enum Keys<C> {
    /// The ICV is over the encrypted packet.
    Separate(C, MacKey),
    Aead(AeadKey),
    /// Nothing is encrypted, and the IV is under the tag.
    Gmac(GmacKey),
}

/// A cipher that does not authenticate, to encrypt with.
#[derive(Debug)]
pub(super) enum EncryptKey {
    Null,
    Cbc(CbcEncryptor),
    Ctr(CtrKey),
}

/// A cipher that does not authenticate, to decrypt with.
#[derive(Debug)]
pub(super) enum DecryptKey {
    Null,
    Cbc(CbcDecryptor),
    Ctr(CtrKey),
}

/// A direction of a cipher that does not authenticate.
pub(super) trait CipherKey: Sized {
    /// Expands `key`.
    fn expand(cipher: Cipher, key: &[u8]) -> Result<Self, KeyError>;
}

impl CipherKey for EncryptKey {
    fn expand(cipher: Cipher, key: &[u8]) -> Result<Self, KeyError> {
        if let Some(cbc) = CbcEncryptor::new(cipher, key) {
            cbc.map(Self::Cbc)
        } else if let Some(ctr) = CtrKey::new(cipher, key) {
            ctr.map(Self::Ctr)
        } else {
            no_key(cipher, key).map(|()| Self::Null)
        }
    }
}

impl CipherKey for DecryptKey {
    fn expand(cipher: Cipher, key: &[u8]) -> Result<Self, KeyError> {
        if let Some(cbc) = CbcDecryptor::new(cipher, key) {
            cbc.map(Self::Cbc)
        } else if let Some(ctr) = CtrKey::new(cipher, key) {
            ctr.map(Self::Ctr)
        } else {
            no_key(cipher, key).map(|()| Self::Null)
        }
    }
}

fn no_key(cipher: Cipher, key: &[u8]) -> Result<(), KeyError> {
    let expected = cipher.key_len();
    if expected == 0 && key.is_empty() {
        return Ok(());
    }
    Err(KeyError::Length { name: cipher.name(), expected, given: key.len() })
}

impl<C: CipherKey> Keys<C> {
    /// Expands the keys of a suite of ESP.
    pub(super) fn new(suite: SaSuite, keys: &SaKeys) -> Result<Self, KeyError> {
        let cipher = suite.cipher().ok_or(KeyError::Protocol { suite, needed: IpsecProtocol::Esp })?;
        let encryption = keys.encryption.expose();
        if let Some(integrity) = suite.integrity() {
            let mac = MacKey::new(integrity, keys.integrity.expose())?;
            return Ok(Self::Separate(C::expand(cipher, encryption)?, mac));
        }
        if !keys.integrity.is_empty() {
            let given = keys.integrity.len();
            return Err(KeyError::Length { name: "no integrity algorithm", expected: 0, given });
        }
        if cipher.family() == CipherFamily::AesGmac {
            return GmacKey::new(cipher.name(), cipher.key_len(), encryption).map(Self::Gmac);
        }
        let key = AeadKey::new(cipher, encryption);
        key.ok_or(KeyError::Protocol { suite, needed: IpsecProtocol::Esp })?.map(Self::Aead)
    }
}

impl Keys<EncryptKey> {
    /// The two keys of a suite whose packets are encrypted faster side by side.
    pub(super) fn side_by_side(&self) -> Option<(&CbcEncryptor, &MacKey)> {
        match self {
            Self::Separate(EncryptKey::Cbc(cipher), mac) if cipher.is_aes() => Some((cipher, mac)),
            _ => None,
        }
    }
}

impl EncryptKey {
    /// Writes the IV of the packet that `sequence` names and encrypts. `None` where a length is wrong.
    pub(super) fn encrypt(&self, sequence: u64, iv: &mut [u8], text: &mut [u8]) -> Option<()> {
        match self {
            Self::Null => iv.is_empty().then_some(()),
            Self::Cbc(key) => {
                key.derive_iv(sequence, iv)?;
                key.encrypt(iv, text)
            }
            Self::Ctr(key) => {
                write_counter_iv(sequence, iv)?;
                key.apply(iv, text)
            }
        }
    }
}

impl DecryptKey {
    /// Decrypts. `None` where a length is wrong.
    pub(super) fn decrypt(&self, iv: &[u8], text: &mut [u8]) -> Option<()> {
        match self {
            Self::Null => iv.is_empty().then_some(()),
            Self::Cbc(key) => key.decrypt(iv, text),
            Self::Ctr(key) => key.apply(iv, text),
        }
    }
}

/// The IV of a mode that needs it to be another for every packet, and nothing more: the sequence number, which never
/// comes twice (RFC 3686 §4, RFC 4106 §3.1, RFC 7634 §2).
pub(super) fn write_counter_iv(sequence: u64, iv: &mut [u8]) -> Option<()> {
    *iv.first_chunk_mut()? = sequence.to_be_bytes();
    Some(())
}

/// What a combined mode authenticates beside what it encrypts: the SPI and the whole sequence number (RFC 4106 §5).
pub(super) struct AssociatedData {
    octets: [u8; 12],
    len: usize,
}

impl AssociatedData {
    pub(super) fn new(suite: SaSuite, spi: u32, high: [u8; 4], low: u32) -> Self {
        let [s0, s1, s2, s3] = spi.to_be_bytes();
        let [h0, h1, h2, h3] = high;
        let [l0, l1, l2, l3] = low.to_be_bytes();
        if suite.esn() {
            Self { octets: [s0, s1, s2, s3, h0, h1, h2, h3, l0, l1, l2, l3], len: 12 }
        } else {
            Self { octets: [s0, s1, s2, s3, l0, l1, l2, l3, 0, 0, 0, 0], len: 8 }
        }
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        self.octets.get(..self.len).unwrap_or_default()
    }
}

/// An ESP packet taken apart, so that each part can be changed.
pub(super) struct Parts<'a> {
    pub(super) header: &'a mut [u8],
    pub(super) iv: &'a mut [u8],
    pub(super) text: &'a mut [u8],
    pub(super) icv: &'a mut [u8],
}

impl<'a> Parts<'a> {
    /// `None` where `packet` is shorter than everything but the text.
    pub(super) fn split(suite: SaSuite, packet: &'a mut [u8]) -> Option<Self> {
        let (header, rest) = packet.split_at_mut_checked(EspHeader::LEN)?;
        let (iv, rest) = rest.split_at_mut_checked(suite.iv_len())?;
        let text_len = rest.len().checked_sub(suite.icv_len())?;
        let (text, icv) = rest.split_at_mut_checked(text_len)?;
        Some(Self { header, iv, text, icv })
    }
}
