use super::*;

/// GW-3, PEER-1, TUN-2, IKE-8, SEC-5: the product's numbers.
#[test]
fn product_numbers() {
    let limits = Limits::default();
    let counts =
        [limits.tunnels_per_gateway, limits.tunnels_per_peer, limits.local_subnets, limits.remote_subnets];
    assert_eq!(counts, [20; 4]);
    assert_eq!((limits.ike_lifetime_secs, limits.ipsec_lifetime_secs), (3_600..=86_400, 3_600..=86_400));
}

/// SEC-2: sha2-256 is the library's, not the product's.
#[test]
fn sec_2_library_is_wider() {
    assert!(!Limits::product().esp_authentication.contains(&EspAuthentication::Sha2_256));
    assert!(Limits::library().esp_authentication.contains(&EspAuthentication::Sha2_256));
}
