use super::*;

/// prf+ ends after 255 blocks: the counter has one octet (RFC 7296 §2.13).
#[test]
fn prf_plus_ends_after_255_blocks() {
    for function in Prf::ALL {
        let all = 255 * function.output_len();
        let seed: [&[u8]; 1] = [b"seed"];
        assert_eq!(PrfPlus::new(function, b"key", &seed).take(all).map(|octets| octets.len()), Ok(all));
        assert_eq!(PrfPlus::new(function, b"key", &seed).take(all + 1), Err(KeyMaterialExhausted));
    }
}

#[test]
fn prf_plus_is_one_stream() {
    let seed: [&[u8]; 2] = [b"se", b"ed"];
    let whole = PrfPlus::new(Prf::HmacSha1, b"key", &seed).take(100).unwrap();
    let joined: [&[u8]; 1] = [b"seed"];
    let mut stream = PrfPlus::new(Prf::HmacSha1, b"key", &joined);
    let mut octets = Vec::new();
    for len in [0, 1, 19, 20, 21, 39] {
        octets.extend_from_slice(stream.take(len).unwrap().expose());
    }
    assert_eq!(octets, whole.expose());
    let first = prf(Prf::HmacSha1, b"key", &[b"seed", &[1]]);
    assert_eq!(first.expose(), &whole.expose()[..20]);
    let second = prf(Prf::HmacSha1, b"key", &[first.expose(), b"seed", &[2]]);
    assert_eq!(second.expose(), &whole.expose()[20..40]);
}

/// F-21: our nonces have at least half the key size of every function. A peer's are only held to 16 to 256 octets, as
/// other implementations do: ours alone makes the key fresh.
#[test]
fn f_21_our_nonces_are_long_enough_for_every_prf() {
    for function in Prf::ALL {
        assert!(crate::v2::init::NONCE_LEN * 2 >= function.key_len(), "{function}");
    }
}
