use esp_core::suite::{Cipher, CipherFamily, Integrity};
use serde::Deserialize;

use super::*;

/// IKE-1 to IKE-4, SEC-1 to SEC-3, SEC-6: every word is read back, and an unknown one lists what is allowed.
#[test]
fn words_round_trip_and_errors_list_values() {
    fn check<T>(all: &[T], words: &str)
    where
        T: core::fmt::Display + core::str::FromStr<Err = crate::UnknownValue> + PartialEq + core::fmt::Debug,
    {
        assert_eq!(crate::text::list(all), words);
        for value in all {
            assert_eq!(value.to_string().parse::<T>().unwrap(), *value);
        }
        for wrong in ["", "AES128", "none "] {
            assert_eq!(wrong.parse::<T>().unwrap_err().allowed, words);
        }
    }
    check(IkeVersion::ALL, "v1, v2");
    check(ExchangeMode::ALL, "main, aggressive");
    check(IpsecProtocol::ALL, "esp, ah");
    check(IpsecMode::ALL, "tunnel");
    check(DhGroup::ALL, "1, 2, 5, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 31");
    let hashes = "md5, sha1, sha2-256, sha2-384, sha2-512, aesxcbc, aescmac";
    check(IkeAuthentication::ALL, hashes);
    check(EspAuthentication::ALL, hashes);
    let ciphers = "3des, aes128, aes192, aes256, aes128ctr, aes192ctr, aes256ctr, aes128gcm8, aes128gcm12, \
         aes128gcm16, aes192gcm8, aes192gcm12, aes192gcm16, aes256gcm8, aes256gcm12, aes256gcm16, aes128ccm8, \
         aes128ccm12, aes128ccm16, aes192ccm8, aes192ccm12, aes192ccm16, aes256ccm8, aes256ccm12, aes256ccm16, \
         chacha20poly1305";
    check(IkeEncryption::ALL, ciphers);
    check(EspEncryption::ALL, ciphers);
}

/// IKE-2, IKE-3, SEC-2, SEC-3: everything of the protocol's vocabulary that encrypts, and everything that authenticates
/// ESP, can be chosen.
#[test]
fn protocol_vocabulary() {
    let encrypts = |cipher: &&Cipher| !matches!(cipher.family(), CipherFamily::Null | CipherFamily::AesGmac);
    let ciphers = || Cipher::ALL.iter().filter(encrypts).copied();
    let integrities = || Integrity::ALL.iter().filter(|integrity| !integrity.is_ah_only()).copied();
    assert!(IkeEncryption::ALL.iter().map(|a| a.cipher()).eq(ciphers()));
    assert!(EspEncryption::ALL.iter().map(|a| a.cipher()).eq(ciphers()));
    assert!(IkeAuthentication::ALL.iter().map(|a| a.integrity()).eq(integrities()));
    assert!(EspAuthentication::ALL.iter().map(|a| a.integrity()).eq(integrities()));
}

/// IKE-5, SEC-4: a group is written as its number, and also read as a text or a name.
#[test]
fn groups_are_read_in_each_form() {
    #[derive(Debug, Deserialize)]
    struct Policy {
        dh: DhGroup,
        pfs: PfsChoice,
    }
    for (dh, pfs) in [("14", "14"), ("\"14\"", "\"modp2048\"")] {
        let policy: Policy = toml::from_str(&format!("dh = {dh}\npfs = {pfs}")).unwrap();
        assert_eq!(policy.dh, DhGroup::Modp2048);
        assert_eq!(policy.pfs.group(), Some(DhGroup::Modp2048));
    }
    let policy: Policy = toml::from_str("dh = 24\npfs = \"disabled\"").unwrap();
    assert_eq!((policy.dh.group_number(), policy.pfs), (24, PfsChoice::Disabled));
    for (text, message) in [
        (
            "dh = 3\npfs = 2",
            "`3` is no Diffie-Hellman group; write one of 1, 2, 5, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 31",
        ),
        (
            "dh = -2\npfs = 2",
            "`-2` is no Diffie-Hellman group; write one of 1, 2, 5, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 31",
        ),
        (
            "dh = 2\npfs = 0",
            "`0` is no PFS group; write one of 1, 2, 5, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 31, disabled",
        ),
    ] {
        assert_eq!(toml::from_str::<Policy>(text).unwrap_err().message(), message);
    }
    assert_eq!(serde_json::to_string(&DhGroup::Modp1536).unwrap(), "5");
    assert_eq!(
        serde_json::to_string(&[PfsChoice::default(), PfsChoice::Disabled]).unwrap(),
        "[2,\"disabled\"]"
    );
    assert_eq!(DhGroup::from_number(24), Ok(DhGroup::Modp2048Subgroup256));
    assert!(DhGroup::from_number(u64::MAX).is_err());
}

/// The weak choices are exactly md5, 3des, groups 1, 2, 5, 22, 23, 24 and aggressive mode.
#[test]
fn weak_choices() {
    let weak: Vec<_> =
        DhGroup::ALL.iter().filter(|g| g.weakness().is_some()).map(|g| g.group_number()).collect();
    assert_eq!(weak, [1, 2, 5, 22, 23, 24]);
    for authentication in IkeAuthentication::ALL {
        assert_eq!(authentication.weakness().is_some(), *authentication == IkeAuthentication::Md5);
    }
    for encryption in EspEncryption::ALL {
        assert_eq!(encryption.weakness().is_some(), *encryption == EspEncryption::TripleDes);
    }
    assert!(ExchangeMode::Aggressive.weakness().is_some() && ExchangeMode::Main.weakness().is_none());
}
