use super::*;

/// SEC-1 to SEC-6: an empty table is the product's default.
#[test]
fn sec_defaults() {
    let policy: IpsecPolicy = toml::from_str("").unwrap();
    assert_eq!(policy, IpsecPolicy::default());
    assert_eq!((policy.protocol, policy.mode), (IpsecProtocol::Esp, IpsecMode::Tunnel));
    assert_eq!(
        (policy.encryption(), policy.authentication()),
        (Some(EspEncryption::Aes128), Some(EspAuthentication::Sha1))
    );
    assert_eq!((policy.pfs.to_string().as_str(), policy.lifetime_secs), ("2", 86_400));
}

/// SEC-1: AH encrypts nothing.
#[test]
fn sec_1_ah_has_no_cipher() {
    let policy: IpsecPolicy = toml::from_str("protocol = \"ah\"").unwrap();
    assert_eq!(policy.encryption(), None);
}

/// SEC-2, SEC-3: beside a cipher that authenticates by itself there is nothing.
#[test]
fn aead_has_no_authentication() {
    let policy: IpsecPolicy = toml::from_str("encryption = \"aes256gcm16\"").unwrap();
    assert_eq!((policy.encryption(), policy.authentication()), (Some(EspEncryption::Aes256Gcm16), None));
}

/// SEC-6: there is no other mode than tunnel.
#[test]
fn sec_6_transport_is_refused() {
    let error = toml::from_str::<IpsecPolicy>("mode = \"transport\"").unwrap_err();
    assert_eq!(error.message(), "`transport` is no IPsec mode; write one of tunnel");
}
