//! Exponentiation modulo the primes of the groups, in constant time for a given length of the exponent.

use alloc::vec::Vec;

use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{U256, U384, U768, U1024, U1536, U2048, Uint};
use zeroize::{Zeroize, Zeroizing};

use super::modp_primes as primes;
use crate::suite::DhGroup;

static GROUP_1: FixedMontyParams<{ U768::LIMBS }> = params(&U768::from_be_hex(primes::P_768));
static GROUP_2: FixedMontyParams<{ U1024::LIMBS }> = params(&U1024::from_be_hex(primes::P_1024));
static GROUP_5: FixedMontyParams<{ U1536::LIMBS }> = params(&U1536::from_be_hex(primes::P_1536));
static GROUP_14: FixedMontyParams<{ U2048::LIMBS }> = params(&U2048::from_be_hex(primes::P_2048));
static GROUP_24: FixedMontyParams<{ U2048::LIMBS }> = params(&U2048::from_be_hex(primes::P_2048_SUB_256));
static GENERATOR_24: U2048 = U2048::from_be_hex(primes::G_2048_SUB_256);
static ORDER_24: U256 = U256::from_be_hex(primes::Q_2048_SUB_256);

/// Evaluated by the compiler alone: a prime that is even would not compile.
const fn params<const LIMBS: usize>(prime: &Uint<LIMBS>) -> FixedMontyParams<LIMBS> {
    FixedMontyParams::new_vartime(prime.to_odd().expect_copied("the primes are odd"))
}

/// A secret exponent, of at most 384 bits.
pub(super) struct Exponent {
    value: Zeroizing<U384>,
    bits: u32,
}

impl Exponent {
    /// Reads an exponent, the high octet first. Only its length shows in the time that it takes.
    pub(super) fn from_array<const LEN: usize>(octets: &[u8; LEN]) -> Self {
        const { assert!(LEN <= U384::BYTES) };
        let mut padded = Zeroizing::new([0; U384::BYTES]);
        for (place, octet) in padded.iter_mut().rev().zip(octets.iter().rev()) {
            *place = *octet;
        }
        let bits = u32::try_from(LEN).map_or(U384::BITS, |len| len.saturating_mul(8));
        Self { value: Zeroizing::new(U384::from_be_slice(padded.as_slice())), bits }
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

/// The generator to the power of `exponent`, as long as the modulus.
pub(super) fn generator_power(group: DhGroup, exponent: &Exponent) -> Vec<u8> {
    match group {
        DhGroup::Modp768 => power(&GROUP_1, &U768::from_u8(2), exponent),
        DhGroup::Modp1024 => power(&GROUP_2, &U1024::from_u8(2), exponent),
        DhGroup::Modp1536 => power(&GROUP_5, &U1536::from_u8(2), exponent),
        DhGroup::Modp2048 => power(&GROUP_14, &U2048::from_u8(2), exponent),
        DhGroup::Modp2048Sub256 => power(&GROUP_24, &GENERATOR_24, exponent),
    }
}

/// A peer's public value, once it is checked, to the power of `exponent`, as long as the modulus.
pub(super) fn public_power(group: DhGroup, public: &[u8], exponent: &Exponent) -> Result<Vec<u8>, BadValue> {
    match group {
        DhGroup::Modp768 => Ok(power(&GROUP_1, &checked(&GROUP_1, public)?, exponent)),
        DhGroup::Modp1024 => Ok(power(&GROUP_2, &checked(&GROUP_2, public)?, exponent)),
        DhGroup::Modp1536 => Ok(power(&GROUP_5, &checked(&GROUP_5, public)?, exponent)),
        DhGroup::Modp2048 => Ok(power(&GROUP_14, &checked(&GROUP_14, public)?, exponent)),
        DhGroup::Modp2048Sub256 => {
            let value = checked(&GROUP_24, public)?;
            let form = FixedMontyForm::new(&value, &GROUP_24);
            if form.pow_vartime(&ORDER_24) != FixedMontyForm::one(&GROUP_24) {
                return Err(BadValue::Subgroup);
            }
            Ok(power(&GROUP_24, &value, exponent))
        }
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
