use std::vec::Vec;

use super::*;

const SIGNED: SignedOctets<'static> =
    SignedOctets { message: b"the first message", peer_nonce: &[7; 32], id_body: &[2, 0, 0, 0, b'a'] };

/// a proof is right only whole and under its own method: not empty, zero, cut, longer, of another method, of the
/// other end, of another message or of another key.
#[test]
fn x_20_only_the_whole_proof_proves() {
    let key = PreSharedKey::new(b"a key").unwrap();
    let (sk_pi, sk_pr) = (SecretBytes::copy_from(&[1; 20]), SecretBytes::copy_from(&[2; 20]));
    for prf in Prf::ALL {
        let method = Method::PreSharedKey(&key);
        let proof = method.prove(prf, &sk_pi, &SIGNED);
        let proof = proof.expose();
        let verify = |code, data: &[u8]| method.verify(prf, &sk_pi, &SIGNED, (code, data));
        assert_eq!(proof.len(), prf.output_len());
        assert!(verify(AuthMethod::SHARED_KEY, proof));
        assert_eq!(method.code(), AuthMethod::SHARED_KEY);

        assert!(!verify(AuthMethod::SHARED_KEY, &[]), "empty");
        assert!(!verify(AuthMethod::SHARED_KEY, &std::vec![0; proof.len()]), "zero");
        for len in 1..proof.len() {
            assert!(!verify(AuthMethod::SHARED_KEY, &proof[..len]), "cut to {len}");
        }
        let longer = [proof, &[0]].concat();
        assert!(!verify(AuthMethod::SHARED_KEY, &longer), "longer");
        let mut flipped: Vec<u8> = proof.to_vec();
        flipped[0] ^= 0x80;
        assert!(!verify(AuthMethod::SHARED_KEY, &flipped));
        for code in (0..=u8::MAX).map(AuthMethod).filter(|code| *code != AuthMethod::SHARED_KEY) {
            assert!(!verify(code, proof), "{code}");
        }
        assert!(!method.verify(prf, &sk_pr, &SIGNED, (AuthMethod::SHARED_KEY, proof)), "the other end's");
        let other = SignedOctets { message: b"another message", ..SIGNED };
        assert!(!method.verify(prf, &sk_pi, &other, (AuthMethod::SHARED_KEY, proof)));
        let another = PreSharedKey::new(b"another key").unwrap();
        let another = Method::PreSharedKey(&another);
        assert!(!another.verify(prf, &sk_pi, &SIGNED, (AuthMethod::SHARED_KEY, proof)));
    }
}
