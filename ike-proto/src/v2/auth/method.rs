//! How the ends of an IKE SA prove who they are (RFC 7296 §2.15): the one place that knows the methods. Another method
//! is another variant of [`Method`], and the compiler lists what it must be able to do.

use esp_core::secret::SecretBytes;

use crate::config::{ConnectionConfig, PreSharedKey};
use crate::crypto::psk_auth::{SignedOctets, psk_auth, verify_psk_auth};
use crate::suite::Prf;
use crate::wire::codes::AuthMethod;

/// A method, with what it needs of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) enum Method<'a> {
    /// Both ends have the same key.
    PreSharedKey(&'a PreSharedKey),
}

impl<'a> Method<'a> {
    /// The method of a connection.
    pub(super) fn of(config: &'a ConnectionConfig) -> Self {
        Self::PreSharedKey(&config.psk)
    }

    /// What an AUTH payload calls it.
    pub(super) fn code(self) -> AuthMethod {
        match self {
            Self::PreSharedKey(_) => AuthMethod::SHARED_KEY,
        }
    }

    /// The proof of the end whose SK_p is `sk_p`. With a post-quantum pre-shared key it is made twice, from SK_p with and
    /// without that key.
    pub(super) fn prove(self, function: Prf, sk_p: &SecretBytes, signed: &SignedOctets<'_>) -> SecretBytes {
        match self {
            Self::PreSharedKey(key) => psk_auth(function, key.expose(), sk_p, signed),
        }
    }

    /// Whether `data` under the method `code` is the proof of the end whose SK_p is `sk_p`: of this method, and whole
    ///
    pub(super) fn verify(
        self,
        function: Prf,
        sk_p: &SecretBytes,
        signed: &SignedOctets<'_>,
        (code, data): (AuthMethod, &[u8]),
    ) -> bool {
        match self {
            Self::PreSharedKey(key) => {
                code == AuthMethod::SHARED_KEY && verify_psk_auth(function, key.expose(), sk_p, signed, data)
            }
        }
    }
}

#[cfg(test)]
mod tests;
