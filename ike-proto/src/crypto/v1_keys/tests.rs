use std::collections::BTreeMap;
use std::string::String;
use std::vec::Vec;

use esp_core::suite::Integrity;

use super::*;
use crate::crypto::vectors::{self, Line, hex};

fn function(section: &str) -> Option<Hash> {
    Some(match section {
        "SHA-1" => Hash::Sha1,
        "SHA-256" => Hash::Sha256,
        "SHA-384" => Hash::Sha384,
        "SHA-512" => Hash::Sha512,
        _ => return None,
    })
}

/// F-1: NIST's SKEYID, SKEYID_d, SKEYID_a and SKEYID_e, every case.
#[test]
fn f_1_nist_vectors() {
    let Some(text) = vectors::read("ike-kdf/ikev1_psk.subset.fax") else { return };
    let mut hash = None;
    let mut fields = BTreeMap::<String, Vec<u8>>::new();
    let mut count = BTreeMap::<Hash, usize>::new();
    for line in vectors::lines(&text) {
        match line {
            Line::Section(name) if name.starts_with("SHA-") => hash = Some(function(name).expect("a hash")),
            Line::Section(_) => {}
            Line::Field("COUNT", _) => fields.clear(),
            Line::Field(name, value) => {
                fields.insert(name.into(), hex(value));
                if name == "SKEYID_e" {
                    let hash = hash.expect("a section");
                    check(hash, &fields);
                    *count.entry(hash).or_default() += 1;
                }
            }
        }
    }
    println!("{count:?}");
    let cases = text.lines().filter(|line| line.starts_with("COUNT")).count();
    assert_eq!((cases, count.values().sum::<usize>()), (51, 51));
}

fn check(hash: Hash, fields: &BTreeMap<String, Vec<u8>>) {
    let field = |name: &str| fields[name].as_slice();
    let cookie = |name: &str| IkeSpi(field(name).try_into().unwrap());
    let seed = Phase1Seed {
        nonce_i: field("Ni"),
        nonce_r: field("Nr"),
        cookie_i: cookie("CKY_I"),
        cookie_r: cookie("CKY_R"),
        public_i: &[],
        public_r: &[],
    };
    let shared = SecretBytes::copy_from(field("g^xy"));
    let psk = field("pre-shared-key");
    let keys = Phase1Keys::derive(hash, Cipher::Aes128Cbc, psk, &shared, &seed);
    assert_eq!(keys.skeyid.expose(), field("SKEYID"));
    assert_eq!(keys.skeyid_d.expose(), field("SKEYID_d"));
    assert_eq!(keys.skeyid_a.expose(), field("SKEYID_a"));
    // F-2: AES-128 takes the first octets of SKEYID_e with each of these hashes.
    assert_eq!(keys.protect.enc_key.expose(), &field("SKEYID_e")[..16]);
}

const SEED: Phase1Seed<'static> = Phase1Seed {
    nonce_i: &[1; 16],
    nonce_r: &[2; 20],
    cookie_i: IkeSpi([3; 8]),
    cookie_r: IkeSpi([4; 8]),
    public_i: &[5; 128],
    public_r: &[6; 128],
};

fn keys(hash: Hash, cipher: Cipher) -> Phase1Keys {
    Phase1Keys::derive(hash, cipher, b"key", &SecretBytes::copy_from(&[7; 128]), &SEED)
}

/// F-2: which ciphers need the expansion with which hash, and what it is.
#[test]
fn f_2_the_encryption_key() {
    let skeyid_e = |hash: Hash| {
        let keys = keys(hash, Cipher::Aes128Cbc);
        let parts: [&[u8]; 5] = [keys.skeyid_a.expose(), &[7; 128], &[3; 8], &[4; 8], &[2]];
        prf(hash.prf(), keys.skeyid.expose(), &parts)
    };
    let cases = [
        (Hash::Md5, Cipher::Aes128Cbc, false),
        (Hash::Md5, Cipher::TripleDesCbc, true),
        (Hash::Md5, Cipher::Aes192Cbc, true),
        (Hash::Md5, Cipher::Aes256Cbc, true),
        (Hash::Sha1, Cipher::Aes128Cbc, false),
        (Hash::Sha1, Cipher::TripleDesCbc, true),
        (Hash::Sha1, Cipher::Aes192Cbc, true),
        (Hash::Sha1, Cipher::Aes256Cbc, true),
        (Hash::Sha256, Cipher::TripleDesCbc, false),
        (Hash::Sha256, Cipher::Aes256Cbc, false),
        (Hash::Sha384, Cipher::Aes256Cbc, false),
        (Hash::Sha512, Cipher::Aes256Cbc, false),
    ];
    for (hash, cipher, expands) in cases {
        let seed = skeyid_e(hash);
        let k1 = prf(hash.prf(), seed.expose(), &[&[0]]);
        let k2 = prf(hash.prf(), seed.expose(), &[k1.expose()]);
        let expected = if expands { [k1.expose(), k2.expose()].concat() } else { seed.expose().to_vec() };
        let key = keys(hash, cipher).protect.enc_key;
        assert_eq!(key.expose(), &expected[..cipher.key_len()], "{hash} {cipher}");
    }
}

/// F-4: both hashes are over the initiator's offer, with public values and cookies the signer's first.
#[test]
fn f_4_the_hashes_of_phase_1() {
    let keys = keys(Hash::Sha1, Cipher::Aes128Cbc);
    let skeyid = prf(Hash::Sha1.prf(), b"key", &[&[1; 16], &[2; 20]]);
    let of = |parts: &[&[u8]]| prf(Hash::Sha1.prf(), skeyid.expose(), parts);
    let expected = of(&[&[5; 128], &[6; 128], &[3; 8], &[4; 8], b"SAi_b", b"IDii_b"]);
    assert_eq!(keys.hash_i(&SEED, b"SAi_b", b"IDii_b"), expected);
    let expected = of(&[&[6; 128], &[5; 128], &[4; 8], &[3; 8], b"SAi_b", b"IDir_b"]);
    assert_eq!(keys.hash_r(&SEED, b"SAi_b", b"IDir_b"), expected);
}

/// F-7: the hashes of quick mode and of Informational exchanges.
#[test]
fn f_7_the_hashes_of_phase_2() {
    let keys = keys(Hash::Md5, Cipher::Aes128Cbc);
    let of = |parts: &[&[u8]]| prf(Hash::Md5.prf(), keys.skeyid_a.expose(), parts);
    assert_eq!(keys.hash_1(0x0102_0304, b"rest"), of(&[&[1, 2, 3, 4], b"rest"]));
    assert_eq!(keys.hash_2(0x0102_0304, b"Ni", b"rest"), of(&[&[1, 2, 3, 4], b"Ni", b"rest"]));
    assert_eq!(keys.hash_3(0x0102_0304, b"Ni", b"Nr"), of(&[&[0], &[1, 2, 3, 4], b"Ni", b"Nr"]));
}

/// F-32: a hash is compared whole.
#[test]
fn f_32_hashes_are_compared_whole() {
    let hash = keys(Hash::Sha256, Cipher::Aes128Cbc).hash_1(1, b"payloads");
    assert!(verify_hash(&hash, hash.expose()));
    let mut changed = hash.expose().to_vec();
    changed[31] ^= 1;
    assert!(!verify_hash(&hash, &changed));
    assert!(!verify_hash(&hash, &hash.expose()[..31]));
    assert!(!verify_hash(&hash, &[]));
    assert!(!verify_hash(&hash, &[hash.expose(), &[0]].concat()));
}

/// F-3: KEYMAT with and without a key exchange of its own, of ESP and AH, expanded where it is longer than a hash.
#[test]
fn f_3_keymat() {
    let keys = keys(Hash::Sha1, Cipher::Aes128Cbc);
    let spi = Spi::new(0x0a0b_0c0d).unwrap();
    let suite = SaSuite::esp(Cipher::Aes256Cbc, Some(Integrity::HmacSha1_96), false).unwrap();
    let of = |parts: &[&[u8]]| prf(Hash::Sha1.prf(), keys.skeyid_d.expose(), parts);
    let shared = SecretBytes::copy_from(&[9; 128]);
    for gxy in [None, Some(&shared)] {
        let prefix = gxy.map(SecretBytes::expose).unwrap_or_default();
        let seed: [&[u8]; 5] = [prefix, &[3], &[0x0a, 0x0b, 0x0c, 0x0d], b"nonce-i!", b"nonce-r!"];
        let k1 = of(&seed);
        let k2 = of(&[&[k1.expose()][..], &seed].concat());
        let k3 = of(&[&[k2.expose()][..], &seed].concat());
        let expected = [k1.expose(), k2.expose(), k3.expose()].concat();
        let made = keys.child_keys(IpsecProtocol::Esp, spi, gxy, b"nonce-i!", b"nonce-r!", suite);
        assert_eq!(made.encryption.expose(), &expected[..32]);
        assert_eq!(made.integrity.expose(), &expected[32..52]);
    }
    let ah = SaSuite::ah(Integrity::HmacMd5_96, false);
    let made = keys.child_keys(IpsecProtocol::Ah, spi, None, b"nonce-i!", b"nonce-r!", ah);
    let k1 = of(&[&[2], &[0x0a, 0x0b, 0x0c, 0x0d], b"nonce-i!", b"nonce-r!"]);
    assert_eq!(made.encryption.len(), 0, "AH has no encryption key");
    assert_eq!(made.integrity.expose(), &k1.expose()[..16]);
}

/// F-5: the vectors that exchanges start with.
#[test]
fn f_5_first_vectors() {
    use digest::Digest;
    let cbc = [(Cipher::TripleDesCbc, 8), (Cipher::Aes128Cbc, 16), (Cipher::Aes256Cbc, 16)];
    for (cipher, len) in cbc {
        let iv = phase_1_iv(Hash::Sha1, cipher, &[5; 128], &[6; 128]);
        assert_eq!(iv.octets(), &sha1::Sha1::digest([[5; 128], [6; 128]].concat())[..len]);
        let next = exchange_iv(Hash::Md5, cipher, &iv, 0x0102_0304);
        let input = [iv.octets(), &[1, 2, 3, 4]].concat();
        assert_eq!(next.octets(), &md5::Md5::digest(input)[..len]);
    }
}

/// F-15: NAT-D is of the negotiated hash, of either family, with the port in network order.
#[test]
fn f_15_nat_detection() {
    use digest::Digest;
    let (i, r) = (IkeSpi([3; 8]), IkeSpi([4; 8]));
    let of = |hash, address: &str| nat_detection_hash(hash, i, r, address.parse().unwrap());
    let head = [[3_u8; 8], [4; 8]].concat();
    let input = [&head[..], &[192, 0, 2, 7], &[0x11, 0x94]].concat();
    assert_eq!(of(Hash::Md5, "192.0.2.7:4500"), md5::Md5::digest(&input).to_vec());
    assert_eq!(of(Hash::Sha256, "192.0.2.7:4500"), sha2::Sha256::digest(&input).to_vec());
    let v6 = [&head[..], &[0x20, 1, 0xd, 0xb8], &[0; 11], &[1, 0x01, 0xf4]].concat();
    assert_eq!(of(Hash::Sha512, "[2001:db8::1]:500"), sha2::Sha512::digest(&v6).to_vec());
    assert_eq!(of(Hash::Sha384, "[2001:db8::1]:500").len(), 48);
}

#[test]
fn keys_are_not_printed() {
    let text = std::format!("{:?}", keys(Hash::Sha1, Cipher::Aes128Cbc));
    assert!(text.contains("skeyid: [20 secret octets]"), "{text}");
    assert!(text.contains("enc_key: [16 secret octets]"), "{text}");
}
