use super::*;

/// IKE-1, IKE-2, IKE-3, IKE-5, IKE-8: an empty table is the product's default.
#[test]
fn ike_defaults() {
    let policy: IkePolicy = toml::from_str("").unwrap();
    assert_eq!(policy, IkePolicy::default());
    assert_eq!(policy.version, IkeVersion::V2);
    assert_eq!((policy.authentication, policy.encryption), (IkeAuthentication::Sha1, IkeEncryption::Aes128));
    assert_eq!((policy.dh_group.group_number(), policy.lifetime_secs), (2, 86_400));
}

/// IKE-4: main mode is the default of IKEv1, and IKEv2 has no mode.
#[test]
fn ike_4_default_mode() {
    let v1: IkePolicy = toml::from_str("version = \"v1\"").unwrap();
    assert_eq!(v1.exchange_mode(), Some(ExchangeMode::Main));
    assert_eq!(IkePolicy::default().exchange_mode(), None);
}

#[test]
fn round_trips_and_refuses_unknown_fields() {
    let policy = IkePolicy {
        local_id: Some("vpn.example".parse().unwrap()),
        remote_id: Some("1.1.1.1".parse().unwrap()),
        ..IkePolicy::default()
    };
    assert_eq!(toml::from_str::<IkePolicy>(&toml::to_string(&policy).unwrap()).unwrap(), policy);
    let error = toml::from_str::<IkePolicy>("encrypton = \"3des\"").unwrap_err();
    assert!(error.message().contains("unknown field `encrypton`"), "{error}");
}
