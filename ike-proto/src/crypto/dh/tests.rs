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

/// The groups whose values are numbers modulo a prime.
const MODP: [DhGroup; 11] = [
    DhGroup::Modp768,
    DhGroup::Modp1024,
    DhGroup::Modp1536,
    DhGroup::Modp2048,
    DhGroup::Modp3072,
    DhGroup::Modp4096,
    DhGroup::Modp6144,
    DhGroup::Modp8192,
    DhGroup::Modp1024Sub160,
    DhGroup::Modp2048Sub224,
    DhGroup::Modp2048Sub256,
];
const ECP: [DhGroup; 3] = [DhGroup::Ecp256, DhGroup::Ecp384, DhGroup::Ecp521];

/// A private value with a secret number that is known.
fn from_octets(group: DhGroup, octets: &[u8]) -> DhPrivate {
    let modp = |modp| Secret::Modp(modp, Exponent::from_slice(octets));
    let secret = match group {
        DhGroup::Modp768 => modp(&modp::GROUP_1),
        DhGroup::Modp1024 => modp(&modp::GROUP_2),
        DhGroup::Modp1536 => modp(&modp::GROUP_5),
        DhGroup::Modp2048 => modp(&modp::GROUP_14),
        DhGroup::Modp3072 => modp(&modp::GROUP_15),
        DhGroup::Modp4096 => modp(&modp::GROUP_16),
        DhGroup::Modp6144 => modp(&modp::GROUP_17),
        DhGroup::Modp8192 => modp(&modp::GROUP_18),
        DhGroup::Modp1024Sub160 => modp(&modp::GROUP_22),
        DhGroup::Modp2048Sub224 => modp(&modp::GROUP_23),
        DhGroup::Modp2048Sub256 => modp(&modp::GROUP_24),
        DhGroup::Ecp256 => Secret::Ecp256(SecretKey::from_slice(octets).unwrap()),
        DhGroup::Ecp384 => Secret::Ecp384(SecretKey::from_slice(octets).unwrap()),
        DhGroup::Ecp521 => Secret::Ecp521(SecretKey::from_slice(octets).unwrap()),
        DhGroup::Curve25519 => Secret::Curve25519(StaticSecret::from(<[u8; 32]>::try_from(octets).unwrap())),
    };
    DhPrivate::from_secret(group, secret)
}

fn prime(group: DhGroup) -> Vec<u8> {
    use crate::crypto::modp_primes as primes;
    hex(match group {
        DhGroup::Modp768 => primes::P_768,
        DhGroup::Modp1024 => primes::P_1024,
        DhGroup::Modp1536 => primes::P_1536,
        DhGroup::Modp2048 => primes::P_2048,
        DhGroup::Modp3072 => primes::P_3072,
        DhGroup::Modp4096 => primes::P_4096,
        DhGroup::Modp6144 => primes::P_6144,
        DhGroup::Modp8192 => primes::P_8192,
        DhGroup::Modp1024Sub160 => primes::P_1024_SUB_160,
        DhGroup::Modp2048Sub224 => primes::P_2048_SUB_224,
        DhGroup::Modp2048Sub256 => primes::P_2048_SUB_256,
        DhGroup::Ecp256 | DhGroup::Ecp384 | DhGroup::Ecp521 | DhGroup::Curve25519 => {
            panic!("{group} has no such prime")
        }
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
        let ours = DhGroup::from_number(number.parse().unwrap()).unwrap();
        assert_eq!(prime(ours), hex(group["p"].as_str().unwrap()));
    }
    for case in json["vectors"].as_array().unwrap() {
        let number = case["group"].as_u64().unwrap();
        let group = DhGroup::from_number(u16::try_from(number).unwrap()).unwrap();
        let field = |name: &str| hex(case[name].as_str().unwrap());
        let (i, r) = (from_octets(group, &field("x_i")), from_octets(group, &field("x_r")));
        assert_eq!(i.public(), field("pub_i"));
        assert_eq!(r.public(), field("pub_r"));
        assert_eq!(i.agree(r.public()).unwrap().expose(), field("shared"));
        assert_eq!(r.agree(i.public()).unwrap().expose(), field("shared"));
        count += 1;
    }
    println!("{count} vectors");
    assert_eq!(count, MODP.len());
}

#[test]
fn both_sides_agree() {
    for group in DhGroup::ALL {
        let (a, b) = pair(group, group.number().into());
        let (one, two) = (a.agree(b.public()).unwrap(), b.agree(a.public()).unwrap());
        assert_eq!(one, two);
        assert_eq!((a.public().len(), one.len()), (group.public_len(), group.shared_len()));
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
    for group in MODP {
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

/// X-5, F-29: in groups 22 to 24 a value must be in the subgroup.
#[test]
fn x_5_small_subgroups_are_checked() {
    for group in [DhGroup::Modp1024Sub160, DhGroup::Modp2048Sub224, DhGroup::Modp2048Sub256] {
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
}

/// F-29: what is no point of a curve is refused: another second coordinate, zeros, coordinates at and above the prime.
#[test]
fn f_29_points_must_lie_on_the_curve() {
    for group in ECP {
        let (a, b) = pair(group, 6);
        let mut off = b.public().to_vec();
        *off.last_mut().unwrap() ^= 1;
        let swapped = [&b.public()[group.shared_len()..], &b.public()[..group.shared_len()]].concat();
        for value in [off, swapped, std::vec![0; group.public_len()], std::vec![0xff; group.public_len()]] {
            assert_eq!(a.agree(&value), Err(DhError::Point(group)));
        }
    }
}

/// F-29: a value of Curve25519 that gives zeros, or is none of the field in disguise of one, is refused; every other
/// published vector is met.
#[test]
fn f_29_curve25519_vectors() {
    let Some(text) = vectors::read("wycheproof/x25519_test.json") else { return };
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let (mut met, mut zeros) = (0, 0);
    for case in json["testGroups"][0]["tests"].as_array().unwrap() {
        let field = |name: &str| hex(case[name].as_str().unwrap());
        let shared = from_octets(DhGroup::Curve25519, &field("private")).agree(&field("public"));
        if field("shared") == [0; 32] {
            assert_eq!(shared, Err(DhError::ZeroSecret(DhGroup::Curve25519)), "{case}");
            zeros += 1;
        } else {
            assert_eq!(shared.unwrap().expose(), field("shared"), "{case}");
            met += 1;
        }
    }
    println!("{met} vectors, {zeros} of zeros");
    assert!(met > 400 && zeros > 0);
}

struct EcpVector {
    group: DhGroup,
    secret: &'static str,
    public: &'static str,
    peer: &'static str,
    shared: &'static str,
}

/// RFC 5903 §8.
const ECP_VECTORS: [EcpVector; 3] = [
    EcpVector {
        group: DhGroup::Ecp256,
        secret: "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
        public: concat!(
            "dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c37725811805271a0461cdb8252d61f1c45",
            "6fa3e59ab1f45b33accf5f58389e0577b8990bb3",
        ),
        peer: concat!(
            "d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf6356fbf3ca366cc23e8157854c",
            "13c58d6aac23f046ada30f8353e74f33039872ab",
        ),
        shared: "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de",
    },
    EcpVector {
        group: DhGroup::Ecp384,
        secret: concat!(
            "099f3c7034d4a2c699884d73a375a67f7624ef7c6b3c0f160647b67414dce655e35b538041e649ee3faef896",
            "783ab194",
        ),
        public: concat!(
            "667842d7d180ac2cde6f74f37551f55755c7645c20ef73e31634fe72b4c55ee6de3ac808acb4bdb4c88732ae",
            "e95f41aa9482ed1fc0eeb9cafc4984625ccfc23f65032149e0e144ada024181535a0f38eeb9fcff3c2c947da",
            "e69b4c634573a81c",
        ),
        peer: concat!(
            "e558dbef53eecde3d3fccfc1aea08a89a987475d12fd950d83cfa41732bc509d0d1ac43a0336def96fda41d0",
            "774a3571dcfbec7aacf3196472169e838430367f66eebe3c6e70c416dd5f0c68759dd1fff83fa40142209dff",
            "5eaad96db9e6386c",
        ),
        shared: concat!(
            "11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4d603135569b9e9d09cf5d4a2",
            "70f59746",
        ),
    },
    EcpVector {
        group: DhGroup::Ecp521,
        secret: concat!(
            "0037ade9319a89f4dabdb3ef411aaccca5123c61acab57b5393dce47608172a095aa85a30fe1c2952c6771d9",
            "37ba9777f5957b2639bab072462f68c27a57382d4a52",
        ),
        public: concat!(
            "0015417e84dbf28c0ad3c278713349dc7df153c897a1891bd98bab4357c9ecbee1e3bf42e00b8e380aeae57c",
            "2d107564941885942af5a7f4601723c4195d176ced3e017cae20b6641d2eeb695786d8c946146239d099e18e",
            "1d5a514c739d7cb4a10ad8a788015ac405d7799dc75e7b7d5b6cf2261a6a7f1507438bf01beb6ca3926f9582",
        ),
        peer: concat!(
            "00d0b3975ac4b799f5bea16d5e13e9af971d5e9b984c9f39728b5e5739735a219b97c356436adc6e95bb0352",
            "f6be64a6c2912d4ef2d0433ced2b6171640012d9460f015c68226383956e3bd066e797b623c27ce0eac2f551",
            "a10c2c724d9852077b87220b6536c5c408a1d2aebb8e86d678ae49cb57091f4732296579ab44fcd17f0fc56a",
        ),
        shared: concat!(
            "01144c7d79ae6956bc8edb8e7c787c4521cb086fa64407f97894e5e6b2d79b04d1427e73ca4baa240a347868",
            "59810c06b3c715a3a8cc3151f2bee417996d19f3ddea",
        ),
    },
];

#[test]
fn f_29_ecp_vectors() {
    for vector in ECP_VECTORS {
        let ours = from_octets(vector.group, &hex(vector.secret));
        assert_eq!(ours.public(), hex(vector.public));
        assert_eq!(ours.agree(&hex(vector.peer)).unwrap().expose(), hex(vector.shared));
    }
}

/// An exponent has exactly the bits that it was asked for.
#[test]
fn exponents_have_their_length() {
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    for bits in [1, 2, 159, 223, 255, 256, 288, 336, 384, 416, 512] {
        for _ in 0..20 {
            assert_eq!(Exponent::generate(bits, &mut rng).bits_set(), bits);
        }
    }
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
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// Any octets as a public value: an answer or an error, never a panic.
    #[test]
    fn any_public_value_is_answered(octets in proptest::collection::vec(any::<u8>(), 30..=260)) {
        for group in DhGroup::ALL {
            let (a, _) = pair(group, 5);
            for len in [octets.len(), group.public_len().min(octets.len())] {
                let _ = a.agree(&octets[..len]);
            }
        }
    }
}
