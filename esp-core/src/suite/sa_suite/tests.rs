//! Tests of the combinations that exist.

use super::*;

/// every pair of algorithms is a suite exactly where one of the two authenticates.
#[test]
fn a_suite_authenticates_once() {
    for &cipher in Cipher::ALL {
        let alone = SaSuite::esp(cipher, None, false);
        assert_eq!(alone.is_ok(), cipher.is_aead(), "{cipher}");
        for &integrity in Integrity::ALL {
            let both = SaSuite::esp(cipher, Some(integrity), false);
            let expected = if cipher.is_aead() {
                Err(SuiteError::IntegrityBesideAead(cipher, integrity))
            } else if integrity.is_ah_only() {
                Err(SuiteError::OnlyForAh(integrity))
            } else {
                Ok((Some(cipher), Some(integrity)))
            };
            assert_eq!(both.map(|suite| (suite.cipher(), suite.integrity())), expected);
        }
    }
}

/// the refusals say what is wrong.
#[test]
fn refusals_are_for_people() {
    let text = |cipher, integrity| SaSuite::esp(cipher, integrity, false).unwrap_err().to_string();
    assert_eq!(
        text(Cipher::Aes128Ctr, None),
        "aes128ctr does not authenticate; ESP needs an integrity algorithm with it"
    );
    assert_eq!(
        text(Cipher::Aes256Gcm16, Some(Integrity::HmacSha1_96)),
        "aes256gcm16 authenticates by itself; sha1 must not stand beside it"
    );
    assert_eq!(
        text(Cipher::Null, Some(Integrity::Aes128Gmac)),
        "the integrity algorithm aes128gmac is for AH alone; for ESP it is a cipher of that name"
    );
}

#[test]
fn the_figures_are_those_of_the_algorithms() {
    let cbc = SaSuite::esp(Cipher::Aes128Cbc, Some(Integrity::HmacSha384_192), true).unwrap();
    assert_eq!((cbc.encryption_key_len(), cbc.integrity_key_len()), (16, 48));
    assert_eq!((cbc.iv_len(), cbc.block_len(), cbc.icv_len()), (16, 16, 24));
    assert_eq!((cbc.to_string().as_str(), cbc.protocol()), ("aes128-sha384-esn", IpsecProtocol::Esp));

    let gcm = SaSuite::esp(Cipher::Aes256Gcm12, None, false).unwrap();
    assert_eq!((gcm.encryption_key_len(), gcm.integrity_key_len()), (36, 0));
    assert_eq!((gcm.iv_len(), gcm.block_len(), gcm.icv_len()), (8, 1, 12));
    assert_eq!((gcm.to_string().as_str(), gcm.integrity()), ("aes256gcm12", None));

    let ah = SaSuite::ah(Integrity::Aes192Gmac, false);
    assert_eq!((ah.encryption_key_len(), ah.integrity_key_len()), (0, 28));
    assert_eq!((ah.iv_len(), ah.block_len(), ah.icv_len()), (0, 1, 24));
    assert_eq!(
        (ah.to_string().as_str(), ah.protocol(), ah.cipher()),
        ("aes192gmac", IpsecProtocol::Ah, None)
    );
}
