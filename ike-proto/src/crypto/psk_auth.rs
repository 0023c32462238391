//! Authentication by a pre-shared key (RFC 7296 §2.15).

use esp_core::secret::SecretBytes;

use super::prf::prf;
use crate::suite::Prf;

/// What separates the use of the key here from any other: 17 ASCII characters without a terminator.
const KEY_PAD: &[u8] = b"Key Pad for IKEv2";

/// What an AUTH payload signs.
#[derive(Clone, Copy, Debug)]
pub struct SignedOctets<'a> {
    /// The signer's IKE_SA_INIT message as it went over the wire the last time, after every COOKIE and
    /// INVALID_KE_PAYLOAD, without the non-ESP marker.
    pub message: &'a [u8],
    /// The other side's nonce, without payload head.
    pub peer_nonce: &'a [u8],
    /// The signer's Identification payload without its generic head, see
    /// [`IdPayload::body`](crate::wire::v2::IdPayload::body).
    pub id_body: &'a [u8],
}

/// AUTH = prf(prf(PSK, "Key Pad for IKEv2"), message | nonce | prf(SK_p, ID)). `sk_p` is the signer's: SK_pi for the
/// original initiator.
pub fn psk_auth(function: Prf, psk: &[u8], sk_p: &SecretBytes, signed: &SignedOctets<'_>) -> SecretBytes {
    let key = prf(function, psk, &[KEY_PAD]);
    let id = prf(function, sk_p.expose(), &[signed.id_body]);
    prf(function, key.expose(), &[signed.message, signed.peer_nonce, id.expose()])
}

/// Whether the data of an AUTH payload is what the key gives, compared whole and in constant time.
#[must_use]
pub fn verify_psk_auth(
    function: Prf,
    psk: &[u8],
    sk_p: &SecretBytes,
    signed: &SignedOctets<'_>,
    received: &[u8],
) -> bool {
    esp_core::secret::ct_eq(psk_auth(function, psk, sk_p, signed).expose(), received)
}

#[cfg(test)]
mod tests;
