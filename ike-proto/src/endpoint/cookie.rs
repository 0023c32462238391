//! Cookies that cost no memory (RFC 7296 §2.6).

use alloc::vec::Vec;
use core::net::IpAddr;
use core::time::Duration;

use esp_core::secret::{SecretBytes, ct_eq};
use esp_core::time::Instant;
use rand_core::CryptoRng;

use crate::crypto::prf::prf;
use crate::suite::Prf;
use crate::wire::IkeSpi;

/// How long a secret makes cookies. It is honoured for as long again.
const SECRET_LIFE: Duration = Duration::from_secs(60);

/// The secrets that cookies are made of: the present one, and the one before.
#[derive(Debug, Default)]
#[cfg_attr(test, derive(Clone))]
pub(super) struct CookieJar {
    present: Option<(u8, SecretBytes, Instant)>,
    before: Option<(u8, SecretBytes, Instant)>,
}

impl CookieJar {
    /// The cookie of an initiator: the secret's number, and a MAC over nonce, address and SPI.
    pub(super) fn make(
        &mut self,
        now: Instant,
        rng: &mut dyn CryptoRng,
        nonce: &[u8],
        peer: IpAddr,
        spi: IkeSpi,
    ) -> Vec<u8> {
        if self.present.as_ref().is_none_or(|(_, _, made)| *made + SECRET_LIFE <= now) {
            let number = self.present.as_ref().map_or(0, |(number, _, _)| number.wrapping_add(1));
            let mut octets = [0; 32];
            rng.fill_bytes(&mut octets);
            self.before = self.present.replace((number, SecretBytes::copy_from(&octets), now));
        }
        self.present
            .as_ref()
            .map(|(number, secret, _)| cookie(*number, secret, nonce, peer, spi))
            .unwrap_or_default()
    }

    /// Whether a cookie is one of ours for this initiator. Compared in constant time (F-32).
    pub(super) fn verify(
        &self,
        now: Instant,
        received: &[u8],
        nonce: &[u8],
        peer: IpAddr,
        spi: IkeSpi,
    ) -> bool {
        [&self.present, &self.before].into_iter().flatten().any(|(number, secret, made)| {
            now <= *made + SECRET_LIFE * 2 && ct_eq(&cookie(*number, secret, nonce, peer, spi), received)
        })
    }
}

fn cookie(number: u8, secret: &SecretBytes, nonce: &[u8], peer: IpAddr, spi: IkeSpi) -> Vec<u8> {
    let address = match peer {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => address.octets(),
    };
    let mac = prf(Prf::HmacSha256, secret.expose(), &[&spi.0, &address, nonce]);
    let mut cookie = Vec::with_capacity(mac.len().saturating_add(1));
    cookie.push(number);
    cookie.extend_from_slice(mac.expose());
    cookie
}
