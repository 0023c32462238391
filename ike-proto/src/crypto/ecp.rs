//! Diffie-Hellman on the NIST curves (RFC 5903). The wire has both coordinates one after the other, and the secret is
//! the first coordinate.

use alloc::vec::Vec;

use p256::elliptic_curve::sec1::{FromSec1Point, ModulusSize, Sec1Point, ToSec1Point};
use p256::elliptic_curve::{AffinePoint, CurveArithmetic, FieldBytesSize, Generate, PublicKey, SecretKey};
use rand_core::CryptoRng;

/// Draws a secret number below the order of the curve.
pub(super) fn generate<C: CurveArithmetic>(rng: &mut dyn CryptoRng) -> SecretKey<C> {
    SecretKey::generate_from_rng(rng)
}

/// The point that belongs to a secret number: both coordinates.
pub(super) fn public<C>(secret: &SecretKey<C>) -> Vec<u8>
where
    C: CurveArithmetic,
    FieldBytesSize<C>: ModulusSize,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
{
    let point = secret.public_key().to_sec1_point(false);
    // The first octet says that both coordinates follow.
    point.as_bytes().get(1..).unwrap_or_default().to_vec()
}

/// The first coordinate of the point that is shared with the owner of `peer_public`. `None` where that is no point of
/// the curve: a coordinate is not below the prime, or the two do not fulfil the curve's equation (RFC 6989 §2.3).
pub(super) fn agree<C>(secret: &SecretKey<C>, peer_public: &[u8]) -> Option<Vec<u8>>
where
    C: CurveArithmetic,
    FieldBytesSize<C>: ModulusSize,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
{
    let point = Sec1Point::<C>::from_untagged_bytes(peer_public.try_into().ok()?);
    let peer = Option::<PublicKey<C>>::from(PublicKey::from_sec1_point(&point))?;
    Some(secret.diffie_hellman(&peer).raw_secret_bytes().to_vec())
}
