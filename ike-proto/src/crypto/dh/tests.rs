use std::vec::Vec;

use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::*;
use crate::crypto::vectors::{self, hex};

fn pair(group: DhGroup, seed: u64) -> (DhPrivate, DhPrivate) {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    (DhPrivate::generate(group, &mut rng), DhPrivate::generate(group, &mut rng))
}

fn from_octets(group: DhGroup, octets: &[u8]) -> DhPrivate {
    let mut padded = [0; 48];
    padded[48 - octets.len()..].copy_from_slice(octets);
    DhPrivate::from_exponent(group, Exponent::from_array(&padded))
}

fn prime(group: DhGroup) -> Vec<u8> {
    use crate::crypto::modp_primes as primes;
    hex(match group {
        DhGroup::Modp768 => primes::P_768,
        DhGroup::Modp1024 => primes::P_1024,
        DhGroup::Modp1536 => primes::P_1536,
        DhGroup::Modp2048 => primes::P_2048,
        DhGroup::Modp2048Sub256 => primes::P_2048_SUB_256,
    })
}

/// The prime and what is `less` below it, or above it where negative.
fn near_prime(group: DhGroup, less: i16) -> Vec<u8> {
    let mut octets = prime(group);
    let mut carry = -i32::from(less);
    for octet in octets.iter_mut().rev() {
        carry += i32::from(*octet);
        *octet = u8::try_from(carry & 0xff).unwrap();
        carry >>= 8;
    }
    octets
}

/// F-29: published exponents, public values and secrets, both ways; group 24 is RFC 5114 A.3.
#[test]
fn f_29_published_vectors() {
    let Some(text) = vectors::read("dh/modp_dh.json") else { return };
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut count = 0;
    for (number, group) in json["groups"].as_object().unwrap() {
        if let Some(ours) = DhGroup::from_number(number.parse().unwrap()) {
            assert_eq!(prime(ours), hex(group["p"].as_str().unwrap()));
        }
    }
    for case in json["vectors"].as_array().unwrap() {
        let number = case["group"].as_u64().unwrap();
        let Some(group) = DhGroup::from_number(u16::try_from(number).unwrap()) else { continue };
        let field = |name: &str| hex(case[name].as_str().unwrap());
        let (i, r) = (from_octets(group, &field("x_i")), from_octets(group, &field("x_r")));
        assert_eq!(i.public(), field("pub_i"));
        assert_eq!(r.public(), field("pub_r"));
        assert_eq!(i.agree(r.public()).unwrap().expose(), field("shared"));
        assert_eq!(r.agree(i.public()).unwrap().expose(), field("shared"));
        count += 1;
    }
    println!("{count} vectors");
    assert_eq!(count, 5);
}

#[test]
fn both_sides_agree() {
    for group in DhGroup::ALL {
        let (a, b) = pair(group, group.number().into());
        let (one, two) = (a.agree(b.public()).unwrap(), b.agree(a.public()).unwrap());
        assert_eq!(one, two);
        assert_eq!((a.public().len(), one.len()), (group.public_len(), group.public_len()));
        assert_ne!(a.public(), b.public());
    }
}

/// the value is as long as the modulus.
#[test]
fn x_4_other_lengths_are_refused() {
    for group in DhGroup::ALL {
        let (a, b) = pair(group, 1);
        let mut longer = b.public().to_vec();
        longer.insert(0, 0);
        for value in [&[][..], &[2], &b.public()[1..], &longer] {
            let expected = DhError::Length { group, need: group.public_len(), have: value.len() };
            assert_eq!(a.agree(value), Err(expected));
        }
    }
}

/// X-5, F-29: 0, 1, p-1, p and p+1 are refused, 2 and p-2 are in range.
#[test]
fn x_5_values_that_give_a_known_secret_are_refused() {
    for group in DhGroup::ALL {
        let (a, _) = pair(group, 2);
        let small = |value: u8| {
            let mut octets = std::vec![0; group.public_len()];
            *octets.last_mut().unwrap() = value;
            octets
        };
        for value in [small(0), small(1), near_prime(group, 1), near_prime(group, 0), near_prime(group, -1)] {
            assert_eq!(a.agree(&value), Err(DhError::Range(group)));
        }
        for value in [small(2), near_prime(group, 2)] {
            assert_ne!(a.agree(&value), Err(DhError::Range(group)));
        }
    }
}

/// X-5, F-29: in group 24 a value must be in the subgroup.
#[test]
fn x_5_group_24_checks_the_subgroup() {
    let group = DhGroup::Modp2048Sub256;
    let (a, b) = pair(group, 3);
    for low in 2..6 {
        let mut value = std::vec![0; group.public_len()];
        *value.last_mut().unwrap() = low;
        assert_eq!(a.agree(&value), Err(DhError::Subgroup(group)));
    }
    let mut negated = near_prime(group, 0);
    let mut borrow = 0;
    for (octet, other) in negated.iter_mut().rev().zip(b.public().iter().rev()) {
        let difference = i32::from(*octet) - i32::from(*other) - borrow;
        borrow = i32::from(difference < 0);
        *octet = u8::try_from(difference & 0xff).unwrap();
    }
    assert_eq!(a.agree(&negated), Err(DhError::Subgroup(group)), "-y has twice the order of y");
}

/// F-1: public values and secrets keep their leading zeros.
#[test]
fn f_1_leading_zeros_are_kept() {
    let group = DhGroup::Modp768;
    let a = from_octets(group, &[16]);
    assert_eq!(a.public().len(), 96);
    assert_eq!(a.public()[..93], [0; 93]);
    assert_eq!(a.public()[93..], [1, 0, 0]);
    let shared = from_octets(group, &[2]).agree(a.public()).unwrap();
    assert_eq!(shared.expose()[..91], [0; 91]);
    assert_eq!(shared.expose()[91..], [1, 0, 0, 0, 0]);
}

#[test]
fn secrets_are_not_printed() {
    let (a, _) = pair(DhGroup::Modp768, 4);
    assert_eq!(format!("{a:?}"), "DhPrivate { group: Modp768, .. }");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Any octets as a public value: an answer or an error, never a panic.
    #[test]
    fn any_public_value_is_answered(octets in proptest::collection::vec(any::<u8>(), 90..=260)) {
        for group in DhGroup::ALL {
            let (a, _) = pair(group, 5);
            for len in [octets.len(), group.public_len().min(octets.len())] {
                let _ = a.agree(&octets[..len]);
            }
        }
    }
}
