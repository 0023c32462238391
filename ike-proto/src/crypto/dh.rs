//! Diffie-Hellman (RFC 7296 §2.14, RFC 2409 §5).

use alloc::vec::Vec;
use core::fmt;

use esp_core::secret::SecretBytes;
use p256::NistP256;
use p256::elliptic_curve::SecretKey;
use p384::NistP384;
use p521::NistP521;
use rand_core::CryptoRng;
use thiserror::Error;
use x25519_dalek::{PublicKey, StaticSecret};

use super::ecp;
use super::modp::{self, BadValue, Exponent, Power};
use crate::suite::DhGroup;

/// Why a peer's public value is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DhError {
    /// Its length is not that of the group's values (RFC 7296 §3.4).
    #[error("the public value of {group} has {have} octets and must have {need}")]
    Length {
        /// The group.
        group: DhGroup,
        /// Octets of a value of the group.
        need: usize,
        /// Octets of the value.
        have: usize,
    },
    /// It is 0, 1, p-1 or more, and would make the shared secret known to anybody (RFC 6989 §2.1).
    #[error("the public value of {0} lies outside 2 to p-2")]
    Range(DhGroup),
    /// It lies outside the subgroup of prime order, and would give away a part of our exponent (RFC 6989 §2.2).
    #[error("the public value of {0} is not in the group's subgroup of prime order")]
    Subgroup(DhGroup),
    /// It is no point of the curve, and would give away a part of our secret (RFC 6989 §2.3).
    #[error("the public value of {0} is not a point of the curve")]
    Point(DhGroup),
    /// It makes a shared secret of zeros, which is known to anybody (RFC 8031 §2).
    #[error("the public value of {0} gives a shared secret of zeros")]
    ZeroSecret(DhGroup),
}

/// What of a key exchange nobody else may know.
#[cfg_attr(test, derive(Clone))]
enum Secret {
    Modp(&'static dyn Power, Exponent),
    Ecp256(SecretKey<NistP256>),
    Ecp384(SecretKey<NistP384>),
    Ecp521(SecretKey<NistP521>),
    Curve25519(StaticSecret),
}

/// A secret number and the public value that belongs to it. Used for one key exchange and dropped, which wipes it.
#[cfg_attr(test, derive(Clone))]
pub struct DhPrivate {
    group: DhGroup,
    secret: Secret,
    public: Vec<u8>,
}

impl DhPrivate {
    /// Draws a secret number and computes the public value.
    ///
    /// Exponents have at least twice the strength of their group (RFC 7919 §5.2, appendix A), which is all that a
    /// longer one could bring out; in a group with a small subgroup they are below its order.
    pub fn generate(group: DhGroup, rng: &mut dyn CryptoRng) -> Self {
        let mut modp = |modp, bits| Secret::Modp(modp, Exponent::generate(bits, rng));
        let secret = match group {
            DhGroup::Modp768 => modp(&modp::GROUP_1, 256),
            DhGroup::Modp1024 => modp(&modp::GROUP_2, 256),
            DhGroup::Modp1536 => modp(&modp::GROUP_5, 256),
            DhGroup::Modp2048 => modp(&modp::GROUP_14, 256),
            DhGroup::Modp3072 => modp(&modp::GROUP_15, 288),
            DhGroup::Modp4096 => modp(&modp::GROUP_16, 336),
            DhGroup::Modp6144 => modp(&modp::GROUP_17, 384),
            DhGroup::Modp8192 => modp(&modp::GROUP_18, 416),
            DhGroup::Modp1024Sub160 => modp(&modp::GROUP_22, 159),
            DhGroup::Modp2048Sub224 => modp(&modp::GROUP_23, 223),
            DhGroup::Modp2048Sub256 => modp(&modp::GROUP_24, 255),
            DhGroup::Ecp256 => Secret::Ecp256(ecp::generate(rng)),
            DhGroup::Ecp384 => Secret::Ecp384(ecp::generate(rng)),
            DhGroup::Ecp521 => Secret::Ecp521(ecp::generate(rng)),
            DhGroup::Curve25519 => {
                let mut octets = zeroize::Zeroizing::new([0; 32]);
                rng.fill_bytes(octets.as_mut_slice());
                Secret::Curve25519(StaticSecret::from(*octets))
            }
        };
        Self::from_secret(group, secret)
    }

    fn from_secret(group: DhGroup, secret: Secret) -> Self {
        let public = match &secret {
            Secret::Modp(modp, exponent) => modp.generator_power(exponent),
            Secret::Ecp256(secret) => ecp::public(secret),
            Secret::Ecp384(secret) => ecp::public(secret),
            Secret::Ecp521(secret) => ecp::public(secret),
            Secret::Curve25519(secret) => PublicKey::from(secret).as_bytes().to_vec(),
        };
        Self { group, secret, public }
    }

    /// The group.
    pub const fn group(&self) -> DhGroup {
        self.group
    }

    /// The public value, as long as [`DhGroup::public_len`] says.
    pub fn public(&self) -> &[u8] {
        &self.public
    }

    /// The secret that is shared with the owner of `peer_public`, as long as [`DhGroup::shared_len`] says.
    ///
    /// # Errors
    /// A value that is none of the group, or one that would make the secret a known one (F-29).
    pub fn agree(&self, peer_public: &[u8]) -> Result<SecretBytes, DhError> {
        let group = self.group;
        let length = DhError::Length { group, need: group.public_len(), have: peer_public.len() };
        if peer_public.len() != group.public_len() {
            return Err(length);
        }
        let on_curve = |shared: Option<Vec<u8>>| shared.ok_or(DhError::Point(group));
        let shared = match &self.secret {
            Secret::Modp(modp, exponent) => {
                modp.public_power(peer_public, exponent).map_err(|bad| match bad {
                    BadValue::Length => length,
                    BadValue::Range => DhError::Range(group),
                    BadValue::Subgroup => DhError::Subgroup(group),
                })?
            }
            Secret::Ecp256(secret) => on_curve(ecp::agree(secret, peer_public))?,
            Secret::Ecp384(secret) => on_curve(ecp::agree(secret, peer_public))?,
            Secret::Ecp521(secret) => on_curve(ecp::agree(secret, peer_public))?,
            Secret::Curve25519(secret) => {
                let peer: [u8; 32] = peer_public.try_into().map_err(|_| length)?;
                let shared = secret.diffie_hellman(&PublicKey::from(peer));
                if !shared.was_contributory() {
                    return Err(DhError::ZeroSecret(group));
                }
                shared.as_bytes().to_vec()
            }
        };
        Ok(SecretBytes::from(shared))
    }
}

impl fmt::Debug for DhPrivate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DhPrivate").field("group", &self.group).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
