//! The keys and hashes of IKEv1 with a pre-shared key (RFC 2409 §5, §5.4, §5.5, §5.7, Appendix B).

use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use esp_core::sa::{IpsecProtocol, SaKeys, Spi};
use esp_core::secret::{SecretBytes, ct_eq};
use esp_core::suite::{Cipher, SaSuite};
use zeroize::Zeroizing;

use super::hash::digest;
use super::prf::prf;
use super::v1_protect::{Iv, ProtectKeys};
use crate::suite::Hash;
use crate::wire::codes::ProtocolId;
use crate::wire::header::IkeSpi;

/// What both sides said in clear while they agreed on the keys of phase 1. Values are bodies, without payload heads.
#[derive(Clone, Copy, Debug)]
pub struct Phase1Seed<'a> {
    /// Ni_b, the initiator's nonce.
    pub nonce_i: &'a [u8],
    /// Nr_b, the responder's nonce.
    pub nonce_r: &'a [u8],
    /// CKY-I.
    pub cookie_i: IkeSpi,
    /// CKY-R.
    pub cookie_r: IkeSpi,
    /// g^xi, as long as the modulus.
    pub public_i: &'a [u8],
    /// g^xr, as long as the modulus.
    pub public_r: &'a [u8],
}

/// The keys of an ISAKMP SA. Each is wiped when it is dropped.
#[derive(Clone, Debug)]
pub struct Phase1Keys {
    hash: Hash,
    skeyid: SecretBytes,
    skeyid_d: SecretBytes,
    skeyid_a: SecretBytes,
    protect: ProtectKeys,
}

impl Phase1Keys {
    /// SKEYID and what comes from it (F-1), and the key that messages are encrypted with (F-2). `psk` is the pre-shared
    /// key, `shared` is g^xy, as long as the modulus.
    pub fn derive(
        hash: Hash,
        cipher: Cipher,
        psk: &[u8],
        shared: &SecretBytes,
        seed: &Phase1Seed<'_>,
    ) -> Self {
        let function = hash.prf();
        let (gxy, i, r) = (shared.expose(), &seed.cookie_i.0, &seed.cookie_r.0);
        let skeyid = prf(function, psk, &[seed.nonce_i, seed.nonce_r]);
        let key = skeyid.expose();
        let skeyid_d = prf(function, key, &[gxy, i, r, &[0]]);
        let skeyid_a = prf(function, key, &[skeyid_d.expose(), gxy, i, r, &[1]]);
        let skeyid_e = prf(function, key, &[skeyid_a.expose(), gxy, i, r, &[2]]);
        let protect = ProtectKeys { cipher, enc_key: encryption_key(hash, &skeyid_e, cipher.key_len()) };
        Self { hash, skeyid, skeyid_d, skeyid_a, protect }
    }

    /// The negotiated hash.
    pub const fn hash(&self) -> Hash {
        self.hash
    }

    /// The key that messages are encrypted with.
    pub const fn protect(&self) -> &ProtectKeys {
        &self.protect
    }

    /// HASH_I = prf(SKEYID, g^xi | g^xr | CKY-I | CKY-R | SAi_b | IDii_b) (F-4). `sa_i` is the body of the initiator's
    /// Security Association payload with all that it offered, `id_i` that of its Identification payload.
    pub fn hash_i(&self, seed: &Phase1Seed<'_>, sa_i: &[u8], id_i: &[u8]) -> SecretBytes {
        let (i, r) = (&seed.cookie_i.0, &seed.cookie_r.0);
        self.prf(&self.skeyid, &[seed.public_i, seed.public_r, i, r, sa_i, id_i])
    }

    /// HASH_R = prf(SKEYID, g^xr | g^xi | CKY-R | CKY-I | SAi_b | IDir_b) (F-4). `sa_i` is the initiator's here too.
    pub fn hash_r(&self, seed: &Phase1Seed<'_>, sa_i: &[u8], id_r: &[u8]) -> SecretBytes {
        let (i, r) = (&seed.cookie_i.0, &seed.cookie_r.0);
        self.prf(&self.skeyid, &[seed.public_r, seed.public_i, r, i, sa_i, id_r])
    }

    /// HASH(1) of quick mode, and the hash of an Informational exchange: prf(SKEYID_a, M-ID | payloads), where the
    /// payloads are those behind the Hash with their generic heads (F-7),
    /// [`Chain::hashed`](crate::wire::v1::Chain::hashed).
    pub fn hash_1(&self, message_id: u32, payloads: &[u8]) -> SecretBytes {
        self.prf(&self.skeyid_a, &[&message_id.to_be_bytes(), payloads])
    }

    /// HASH(2) of quick mode = prf(SKEYID_a, M-ID | Ni_b | payloads) (F-7), with quick mode's own nonce.
    pub fn hash_2(&self, message_id: u32, nonce_i: &[u8], payloads: &[u8]) -> SecretBytes {
        self.prf(&self.skeyid_a, &[&message_id.to_be_bytes(), nonce_i, payloads])
    }

    /// HASH(3) of quick mode = prf(SKEYID_a, 0 | M-ID | Ni_b | Nr_b) (F-7), with quick mode's own nonces.
    pub fn hash_3(&self, message_id: u32, nonce_i: &[u8], nonce_r: &[u8]) -> SecretBytes {
        self.prf(&self.skeyid_a, &[&[0], &message_id.to_be_bytes(), nonce_i, nonce_r])
    }

    /// The keys of an IPsec SA of one direction: KEYMAT = K1 | K2 | …, K1 = prf(SKEYID_d, [g(qm)^xy |] protocol | SPI |
    /// Ni_b | Nr_b), K2 = prf(SKEYID_d, K1 | the same) (F-3). `spi` is the one that the receiver of the direction chose,
    /// `shared` the secret of quick mode's own key exchange, if there was one, the nonces quick mode's own.
    pub fn child_keys(
        &self,
        protocol: IpsecProtocol,
        spi: Spi,
        shared: Option<&SecretBytes>,
        nonce_i: &[u8],
        nonce_r: &[u8],
        suite: SaSuite,
    ) -> SaKeys {
        let gxy = shared.map(SecretBytes::expose).unwrap_or_default();
        let seed: [&[u8]; 5] = [gxy, &[ProtocolId::from(protocol).0], &spi.to_be_bytes(), nonce_i, nonce_r];
        let (encryption, integrity) = (suite.encryption_key_len(), suite.integrity_key_len());
        let keymat = chained(self.hash, &self.skeyid_d, &seed, &seed, encryption.saturating_add(integrity));
        let (encryption, integrity) = keymat.split_at_checked(encryption).unwrap_or_default();
        SaKeys {
            encryption: SecretBytes::copy_from(encryption),
            integrity: SecretBytes::copy_from(integrity),
        }
    }

    fn prf(&self, key: &SecretBytes, parts: &[&[u8]]) -> SecretBytes {
        prf(self.hash.prf(), key.expose(), parts)
    }
}

/// Whether a received hash is the one it should be, compared whole and in constant time.
#[must_use]
pub fn verify_hash(expected: &SecretBytes, received: &[u8]) -> bool {
    ct_eq(expected.expose(), received)
}

/// Ka: the first octets of SKEYID_e where it is long enough; where not, K1 | K2 | … with K1 = prf(SKEYID_e, 0) and K2 =
/// prf(SKEYID_e, K1) (F-2).
fn encryption_key(hash: Hash, skeyid_e: &SecretBytes, len: usize) -> SecretBytes {
    match skeyid_e.expose().get(..len) {
        Some(enough) => SecretBytes::copy_from(enough),
        None => SecretBytes::copy_from(&chained(hash, skeyid_e, &[&[0]], &[], len)),
    }
}

/// `len` octets of K1 | K2 | …, K1 = prf(key, first), Kn = prf(key, Kn-1 | next).
fn chained(hash: Hash, key: &SecretBytes, first: &[&[u8]], next: &[&[u8]], len: usize) -> Zeroizing<Vec<u8>> {
    let capacity = len.saturating_add(hash.output_len());
    let mut octets = Zeroizing::new(Vec::with_capacity(capacity));
    let mut block = prf(hash.prf(), key.expose(), first);
    octets.extend_from_slice(block.expose());
    while octets.len() < len {
        let mut parts = Vec::from([block.expose()]);
        parts.extend_from_slice(next);
        let following = prf(hash.prf(), key.expose(), &parts);
        octets.extend_from_slice(following.expose());
        block = following;
    }
    octets.truncate(len);
    octets
}

/// The first initialisation vector of phase 1: hash(g^xi | g^xr), cut to a block (F-5).
pub fn phase_1_iv(hash: Hash, cipher: Cipher, public_i: &[u8], public_r: &[u8]) -> Iv {
    Iv::cut(digest(hash, &[public_i, public_r]), cipher)
}

/// The first initialisation vector of an exchange behind phase 1: hash(last block of phase 1 | M-ID), cut to a block
/// (F-5). An error Informational before phase 1 ends takes the vector that stands then.
pub fn exchange_iv(hash: Hash, cipher: Cipher, last_of_phase_1: &Iv, message_id: u32) -> Iv {
    Iv::cut(digest(hash, &[last_of_phase_1.octets(), &message_id.to_be_bytes()]), cipher)
}

/// The hash of a NAT-D payload: over both cookies, address and port, with the negotiated hash (F-15).
pub fn nat_detection_hash(hash: Hash, cookie_i: IkeSpi, cookie_r: IkeSpi, address: SocketAddr) -> Vec<u8> {
    let port = address.port().to_be_bytes();
    match address.ip() {
        IpAddr::V4(ip) => digest(hash, &[&cookie_i.0, &cookie_r.0, &ip.octets(), &port]),
        IpAddr::V6(ip) => digest(hash, &[&cookie_i.0, &cookie_r.0, &ip.octets(), &port]),
    }
}

#[cfg(test)]
mod tests;
