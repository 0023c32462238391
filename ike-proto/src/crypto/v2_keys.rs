//! The keys of IKEv2: of an IKE SA, of the one that replaces it, and of Child SAs (RFC 7296 §2.14, §2.17, §2.18).

use esp_core::sa::SaKeys;
use esp_core::secret::SecretBytes;
use esp_core::suite::{Integrity, SaSuite};

use super::prf::{KeyMaterialExhausted, PrfPlus, prf};
use super::v2_protect::ProtectKeys;
use crate::suite::{IkeSuite, Prf};
use crate::wire::header::IkeSpi;

/// The keys of an IKE SA. Each is wiped when it is dropped.
#[derive(Clone, Debug)]
pub struct IkeKeys {
    /// SK_d, from which the keys of Child SAs and of the next IKE SA come.
    pub sk_d: SecretBytes,
    /// SK_ei and SK_ai, of messages that the original initiator sends.
    pub protect_i: ProtectKeys,
    /// SK_er and SK_ar, of messages that the original responder sends.
    pub protect_r: ProtectKeys,
    /// SK_pi, which ties the initiator's identity to its AUTH.
    pub sk_pi: SecretBytes,
    /// SK_pr, which ties the responder's identity to its AUTH.
    pub sk_pr: SecretBytes,
}

/// What an IKE SA's keys come from beside a secret.
#[derive(Clone, Copy, Debug)]
pub struct KeySeed<'a> {
    /// The nonce of the exchange's initiator, without payload head.
    pub nonce_i: &'a [u8],
    /// The nonce of the exchange's responder.
    pub nonce_r: &'a [u8],
    /// The initiator's SPI of the IKE SA that the keys are for.
    pub spi_i: IkeSpi,
    /// The responder's SPI of the IKE SA that the keys are for.
    pub spi_r: IkeSpi,
}

impl IkeKeys {
    /// The keys of the first IKE SA: SKEYSEED = prf(Ni | Nr, g^ir) (RFC 7296 §2.14).
    ///
    /// # Errors
    /// None for any suite there is.
    pub fn derive(
        suite: IkeSuite,
        shared: &SecretBytes,
        seed: &KeySeed<'_>,
    ) -> Result<Self, KeyMaterialExhausted> {
        Self::expand(suite, &skeyseed(suite.prf, shared, seed), seed)
    }

    /// The keys of an IKE SA that replaces another: SKEYSEED = prf(SK_d, g^ir | Ni | Nr) with the old SK_d and the old
    /// function, and everything after it with the new ones (RFC 7296 §2.18). The initiator is the one who rekeys.
    ///
    /// # Errors
    /// None for any suite there is.
    pub fn derive_rekey(
        old_prf: Prf,
        old_sk_d: &SecretBytes,
        suite: IkeSuite,
        shared: &SecretBytes,
        seed: &KeySeed<'_>,
    ) -> Result<Self, KeyMaterialExhausted> {
        Self::expand(suite, &skeyseed_rekey(old_prf, old_sk_d, shared, seed), seed)
    }

    /// The keys after a post-quantum pre-shared key was mixed in: SK_d = prf+(PPK, SK_d'), and the same with SK_pi and
    /// SK_pr. What protects messages stays (RFC 8784 §3).
    ///
    /// # Errors
    /// None for any function there is.
    pub fn with_ppk(&self, function: Prf, ppk: &[u8]) -> Result<Self, KeyMaterialExhausted> {
        let mixed = |key: &SecretBytes| PrfPlus::new(function, ppk, &[key.expose()]).take(function.key_len());
        Ok(Self {
            sk_d: mixed(&self.sk_d)?,
            sk_pi: mixed(&self.sk_pi)?,
            sk_pr: mixed(&self.sk_pr)?,
            ..self.clone()
        })
    }

    fn expand(
        suite: IkeSuite,
        skeyseed: &SecretBytes,
        seed: &KeySeed<'_>,
    ) -> Result<Self, KeyMaterialExhausted> {
        let parts: [&[u8]; 4] = [seed.nonce_i, seed.nonce_r, &seed.spi_i.0, &seed.spi_r.0];
        let mut stream = PrfPlus::new(suite.prf, skeyseed.expose(), &parts);
        let sk_d = stream.take(suite.prf.key_len())?;
        let int_len = suite.integrity.map_or(0, Integrity::key_len);
        let sk_ai = stream.take(int_len)?;
        let sk_ar = stream.take(int_len)?;
        let sk_ei = stream.take(suite.cipher.key_len())?;
        let sk_er = stream.take(suite.cipher.key_len())?;
        let sk_pi = stream.take(suite.prf.key_len())?;
        let sk_pr = stream.take(suite.prf.key_len())?;
        let protect = |enc_key, int_key| ProtectKeys {
            cipher: suite.cipher,
            integrity: suite.integrity,
            enc_key,
            int_key,
        };
        Ok(Self { sk_d, protect_i: protect(sk_ei, sk_ai), protect_r: protect(sk_er, sk_ar), sk_pi, sk_pr })
    }
}

fn skeyseed(function: Prf, shared: &SecretBytes, seed: &KeySeed<'_>) -> SecretBytes {
    // The nonces are the key. HMAC takes a key of any length, so neither is cut.
    let part = |nonce: &'_ [u8]| match function.nonce_part() {
        Some(len) => nonce.get(..len).unwrap_or(nonce).to_vec(),
        None => nonce.to_vec(),
    };
    let key = [part(seed.nonce_i), part(seed.nonce_r)].concat();
    prf(function, &key, &[shared.expose()])
}

fn skeyseed_rekey(
    function: Prf,
    sk_d: &SecretBytes,
    shared: &SecretBytes,
    seed: &KeySeed<'_>,
) -> SecretBytes {
    prf(function, sk_d.expose(), &[shared.expose(), seed.nonce_i, seed.nonce_r])
}

/// The keys of both directions of a Child SA.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChildKeys {
    /// Of packets from the initiator of the exchange that made it to the responder.
    pub initiator_to_responder: SaKeys,
    /// Of packets the other way.
    pub responder_to_initiator: SaKeys,
}

/// The keys of a Child SA: KEYMAT = prf+(SK_d, Ni | Nr), with a key exchange of its own prf+(SK_d, g^ir | Ni | Nr)
/// (RFC 7296 §2.17). The nonces are those of the exchange that makes it: of IKE_SA_INIT for the first.
///
/// # Errors
/// None for any suite there is.
pub fn child_keys(
    function: Prf,
    sk_d: &SecretBytes,
    shared: Option<&SecretBytes>,
    nonce_i: &[u8],
    nonce_r: &[u8],
    suite: SaSuite,
) -> Result<ChildKeys, KeyMaterialExhausted> {
    let parts = [shared.map(SecretBytes::expose).unwrap_or_default(), nonce_i, nonce_r];
    let mut stream = PrfPlus::new(function, sk_d.expose(), &parts);
    let mut direction = || -> Result<SaKeys, KeyMaterialExhausted> {
        Ok(SaKeys {
            encryption: stream.take(suite.encryption_key_len())?,
            integrity: stream.take(suite.integrity_key_len())?,
        })
    };
    Ok(ChildKeys { initiator_to_responder: direction()?, responder_to_initiator: direction()? })
}

#[cfg(test)]
mod tests;
