use super::*;

const SIGNED: SignedOctets<'_> =
    SignedOctets { message: b"the first message", peer_nonce: &[9; 32], id_body: &[2, 0, 0, 0, b'a'] };

/// F-19: the formula, with a pad of 17 characters.
#[test]
fn f_19_auth_follows_the_formula() {
    assert_eq!(KEY_PAD.len(), 17);
    let sk_p = SecretBytes::copy_from(&[3; 20]);
    for function in [Prf::HmacMd5, Prf::HmacSha1, Prf::HmacSha256] {
        let key = prf(function, b"secret", &[b"Key Pad for IKEv2"]);
        let id = prf(function, &[3; 20], &[&[2, 0, 0, 0, b'a']]);
        let octets = [&b"the first message"[..], &[9; 32], id.expose()].concat();
        let auth = psk_auth(function, b"secret", &sk_p, &SIGNED);
        assert_eq!(auth, prf(function, key.expose(), &[&octets]));
        assert!(verify_psk_auth(function, b"secret", &sk_p, &SIGNED, auth.expose()));
    }
}

/// F-19: every input counts.
#[test]
fn f_19_every_input_is_signed() {
    let sk_p = SecretBytes::copy_from(&[3; 20]);
    let auth = psk_auth(Prf::HmacSha1, b"secret", &sk_p, &SIGNED);
    let ok = |psk: &[u8], sk_p: &SecretBytes, signed: &SignedOctets<'_>| {
        verify_psk_auth(Prf::HmacSha1, psk, sk_p, signed, auth.expose())
    };
    assert!(ok(b"secret", &sk_p, &SIGNED));
    assert!(!ok(b"Secret", &sk_p, &SIGNED));
    assert!(!ok(b"secret", &SecretBytes::copy_from(&[4; 20]), &SIGNED));
    assert!(!ok(b"secret", &sk_p, &SignedOctets { message: b"another message", ..SIGNED }));
    assert!(!ok(b"secret", &sk_p, &SignedOctets { peer_nonce: &[8; 32], ..SIGNED }));
    assert!(!ok(b"secret", &sk_p, &SignedOctets { id_body: &[2, 0, 0, 1, b'a'], ..SIGNED }));
}

/// empty, zero, cut and lengthened proofs are wrong.
#[test]
fn x_20_other_proofs_are_refused() {
    let sk_p = SecretBytes::copy_from(&[3; 32]);
    let auth = psk_auth(Prf::HmacSha256, b"secret", &sk_p, &SIGNED);
    let octets = auth.expose();
    let longer = [octets, &[0]].concat();
    for received in [&[][..], &[0; 32], &octets[..31], &octets[1..], &longer] {
        assert!(!verify_psk_auth(Prf::HmacSha256, b"secret", &sk_p, &SIGNED, received));
    }
    for place in 0..octets.len() {
        let mut changed = octets.to_vec();
        changed[place] ^= 1;
        assert!(!verify_psk_auth(Prf::HmacSha256, b"secret", &sk_p, &SIGNED, &changed));
    }
}
