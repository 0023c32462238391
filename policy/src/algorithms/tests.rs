use esp_core::suite::{Cipher, Integrity};
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
    check(IkeAuthentication::ALL, "md5, sha1, sha2-256");
    check(IkeEncryption::ALL, "3des, aes128, aes192, aes256");
    check(ExchangeMode::ALL, "main, aggressive");
    check(IpsecProtocol::ALL, "esp, ah");
    check(EspAuthentication::ALL, "md5, sha1, sha2-256");
    check(EspEncryption::ALL, "3des, aes128, aes192, aes256");
    check(IpsecMode::ALL, "tunnel");
    check(DhGroup::ALL, "1, 2, 5, 14, 24");
}

/// IKE-2, IKE-3, SEC-2, SEC-3: the protocol's names of the same algorithms.
#[test]
fn protocol_vocabulary() {
    use Cipher::{Aes128Cbc, Aes192Cbc, Aes256Cbc, TripleDesCbc};
    use Integrity::{HmacMd5_96, HmacSha1_96, HmacSha256_128};
    let ciphers = [TripleDesCbc, Aes128Cbc, Aes192Cbc, Aes256Cbc];
    let integrities = [HmacMd5_96, HmacSha1_96, HmacSha256_128];
    assert!(IkeEncryption::ALL.iter().map(|a| a.cipher()).eq(ciphers));
    assert!(EspEncryption::ALL.iter().map(|a| a.cipher()).eq(ciphers));
    assert!(IkeAuthentication::ALL.iter().map(|a| a.integrity()).eq(integrities));
    assert!(EspAuthentication::ALL.iter().map(|a| a.integrity()).eq(integrities));
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
        ("dh = 3\npfs = 2", "`3` is no Diffie-Hellman group; write one of 1, 2, 5, 14, 24"),
        ("dh = -2\npfs = 2", "`-2` is no Diffie-Hellman group; write one of 1, 2, 5, 14, 24"),
        ("dh = 2\npfs = 0", "`0` is no PFS group; write one of 1, 2, 5, 14, 24, disabled"),
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

/// The weak choices of the product are exactly md5, 3des, groups 1, 2, 5, 24 and aggressive mode.
#[test]
fn weak_choices() {
    let weak: Vec<_> =
        DhGroup::ALL.iter().filter(|g| g.weakness().is_some()).map(|g| g.group_number()).collect();
    assert_eq!(weak, [1, 2, 5, 24]);
    for authentication in IkeAuthentication::ALL {
        assert_eq!(authentication.weakness().is_some(), *authentication == IkeAuthentication::Md5);
    }
    for encryption in EspEncryption::ALL {
        assert_eq!(encryption.weakness().is_some(), *encryption == EspEncryption::TripleDes);
    }
    assert!(ExchangeMode::Aggressive.weakness().is_some() && ExchangeMode::Main.weakness().is_none());
}
