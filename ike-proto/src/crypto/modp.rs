//! Exponentiation modulo the primes of the groups, in constant time for a given length of the exponent.

use alloc::vec::Vec;

use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{U256, U512, U768, U1024, U1536, U2048, U3072, U4096, U6144, U8192, Uint};
use rand_core::CryptoRng;
use zeroize::{Zeroize, Zeroizing};

use super::modp_primes as primes;

/// A group of numbers modulo a prime.
pub(super) struct Modp<const LIMBS: usize> {
    params: FixedMontyParams<LIMBS>,
    generator: Uint<LIMBS>,
    /// The order of the subgroup that the generator makes, where it is much smaller than the group.
    order: Option<U256>,
}

pub(super) static GROUP_1: Modp<{ U768::LIMBS }> = safe(&U768::from_be_hex(primes::P_768));
pub(super) static GROUP_2: Modp<{ U1024::LIMBS }> = safe(&U1024::from_be_hex(primes::P_1024));
pub(super) static GROUP_5: Modp<{ U1536::LIMBS }> = safe(&U1536::from_be_hex(primes::P_1536));
pub(super) static GROUP_14: Modp<{ U2048::LIMBS }> = safe(&U2048::from_be_hex(primes::P_2048));
pub(super) static GROUP_15: Modp<{ U3072::LIMBS }> = safe(&U3072::from_be_hex(primes::P_3072));
pub(super) static GROUP_16: Modp<{ U4096::LIMBS }> = safe(&U4096::from_be_hex(primes::P_4096));
pub(super) static GROUP_17: Modp<{ U6144::LIMBS }> = safe(&U6144::from_be_hex(primes::P_6144));
pub(super) static GROUP_18: Modp<{ U8192::LIMBS }> = safe(&U8192::from_be_hex(primes::P_8192));
pub(super) static GROUP_22: Modp<{ U1024::LIMBS }> = Modp {
    params: params(&U1024::from_be_hex(primes::P_1024_SUB_160)),
    generator: U1024::from_be_hex(primes::G_1024_SUB_160),
    order: Some(U256::from_be_hex(primes::Q_1024_SUB_160)),
};
pub(super) static GROUP_23: Modp<{ U2048::LIMBS }> = Modp {
    params: params(&U2048::from_be_hex(primes::P_2048_SUB_224)),
    generator: U2048::from_be_hex(primes::G_2048_SUB_224),
    order: Some(U256::from_be_hex(primes::Q_2048_SUB_224)),
};
pub(super) static GROUP_24: Modp<{ U2048::LIMBS }> = Modp {
    params: params(&U2048::from_be_hex(primes::P_2048_SUB_256)),
    generator: U2048::from_be_hex(primes::G_2048_SUB_256),
    order: Some(U256::from_be_hex(primes::Q_2048_SUB_256)),
};

/// A group whose prime is safe: (p-1)/2 is a prime too, and the generator is 2.
const fn safe<const LIMBS: usize>(prime: &Uint<LIMBS>) -> Modp<LIMBS> {
    Modp { params: params(prime), generator: Uint::from_u8(2), order: None }
}

/// Evaluated by the compiler alone: a prime that is even would not compile.
const fn params<const LIMBS: usize>(prime: &Uint<LIMBS>) -> FixedMontyParams<LIMBS> {
    FixedMontyParams::new_vartime(prime.to_odd().expect_copied("the primes are odd"))
}

/// A secret exponent, of at most 512 bits.
#[cfg_attr(test, derive(Clone))]
pub(super) struct Exponent {
    value: Zeroizing<U512>,
    bits: u32,
}

impl Exponent {
    /// Draws an exponent of exactly `bits` bits: the highest is set, so that it is never zero.
    pub(super) fn generate(bits: u32, rng: &mut dyn CryptoRng) -> Self {
        let bits = bits.clamp(1, U512::BITS);
        let mut octets = Zeroizing::new([0; U512::BYTES]);
        rng.fill_bytes(octets.as_mut_slice());
        let random = Zeroizing::new(U512::from_be_slice(octets.as_slice()));
        let highest = U512::ONE.wrapping_shl(bits.saturating_sub(1));
        let below = highest.wrapping_sub(&U512::ONE);
        Self { value: Zeroizing::new(random.bitand(&below).bitor(&highest)), bits }
    }

    /// Reads an exponent, the high octet first.
    #[cfg(test)]
    pub(super) fn from_slice(octets: &[u8]) -> Self {
        let mut padded = [0; U512::BYTES];
        padded[U512::BYTES - octets.len()..].copy_from_slice(octets);
        Self { value: Zeroizing::new(U512::from_be_slice(&padded)), bits: U512::BITS }
    }

    /// How many bits the number takes.
    #[cfg(test)]
    pub(super) fn bits_set(&self) -> u32 {
        self.value.bit_width_vartime()
    }
}

/// Why a value is not one that a peer who follows the protocol can have sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadValue {
    /// Its length is not that of the modulus.
    Length,
    /// It is not between 1 and p-1, both excluded.
    Range,
    /// It is not a power of the generator.
    Subgroup,
}

/// What is computed in a group, whatever its size.
pub(super) trait Power: Sync {
    /// The generator to the power of `exponent`, as long as the modulus.
    fn generator_power(&self, exponent: &Exponent) -> Vec<u8>;

    /// A peer's public value, once it is checked, to the power of `exponent`, as long as the modulus.
    fn public_power(&self, public: &[u8], exponent: &Exponent) -> Result<Vec<u8>, BadValue>;
}

impl<const LIMBS: usize> Power for Modp<LIMBS> {
    fn generator_power(&self, exponent: &Exponent) -> Vec<u8> {
        power(&self.params, &self.generator, exponent)
    }

    fn public_power(&self, public: &[u8], exponent: &Exponent) -> Result<Vec<u8>, BadValue> {
        let value = checked(&self.params, public)?;
        if let Some(order) = &self.order {
            let form = FixedMontyForm::new(&value, &self.params);
            if form.pow_vartime(order) != FixedMontyForm::one(&self.params) {
                return Err(BadValue::Subgroup);
            }
        }
        Ok(power(&self.params, &value, exponent))
    }
}

/// Reads a public value and checks 1 < y < p-1 (RFC 6989 §2.1).
fn checked<const LIMBS: usize>(
    params: &FixedMontyParams<LIMBS>,
    public: &[u8],
) -> Result<Uint<LIMBS>, BadValue> {
    if public.len() != Uint::<LIMBS>::BYTES {
        return Err(BadValue::Length);
    }
    let value = Uint::from_be_slice(public);
    let highest = params.modulus().as_ref().wrapping_sub(&Uint::ONE);
    if value > Uint::ONE && value < highest { Ok(value) } else { Err(BadValue::Range) }
}

fn power<const LIMBS: usize>(
    params: &FixedMontyParams<LIMBS>,
    base: &Uint<LIMBS>,
    exponent: &Exponent,
) -> Vec<u8> {
    let mut form = FixedMontyForm::new(base, params).pow_bounded_exp(&*exponent.value, exponent.bits);
    let value = Zeroizing::new(form.retrieve());
    form.as_montgomery_mut().zeroize();
    let octets = Zeroizing::new(value.to_be_bytes());
    octets.as_ref().to_vec()
}
