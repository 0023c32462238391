//! The part of a nonce that comes with the key and is in no packet.

use zeroize::ZeroizeOnDrop;

use crate::crypt::KeyError;

/// Octets of the initialisation vector in a packet, for every mode that has a salt.
const IV_LEN: usize = 8;

/// A salt: three octets for AES-CCM, four for the other modes.
#[derive(Clone, ZeroizeOnDrop)]
pub(super) struct Salt {
    octets: [u8; 4],
    len: usize,
}

/// Salt and initialisation vector, one behind the other.
pub(super) struct Nonce {
    octets: [u8; 4 + IV_LEN],
    len: usize,
}

impl Salt {
    /// The nonce of a packet. `None` where `iv` has not eight octets.
    pub(super) fn nonce(&self, iv: &[u8]) -> Option<Nonce> {
        let iv: &[u8; IV_LEN] = iv.try_into().ok()?;
        let mut octets = [0; 4 + IV_LEN];
        let both = self.octets.iter().take(self.len).chain(iv);
        octets.iter_mut().zip(both).for_each(|(place, octet)| *place = *octet);
        Some(Nonce { octets, len: self.len.saturating_add(IV_LEN) })
    }
}

impl Nonce {
    pub(super) fn as_slice(&self) -> &[u8] {
        self.octets.get(..self.len).unwrap_or_default()
    }
}

/// Splits key material of `expected` octets into the key and the salt behind it.
pub(super) fn split_salt<'a>(
    name: &'static str,
    expected: usize,
    salt_len: usize,
    material: &'a [u8],
) -> Result<(&'a [u8], Salt), KeyError> {
    let error = KeyError::Length { name, expected, given: material.len() };
    if material.len() != expected {
        return Err(error);
    }
    let at = expected.checked_sub(salt_len).ok_or(error)?;
    let (key, salt) = material.split_at_checked(at).ok_or(error)?;
    let mut octets = [0; 4];
    octets.iter_mut().zip(salt).for_each(|(place, octet)| *place = *octet);
    Ok((key, Salt { octets, len: salt_len }))
}
