use super::*;
use crate::text::list;

/// GW-3, PEER-1, TUN-2, IKE-8, SEC-5: the product's numbers.
#[test]
fn product_numbers() {
    let limits = Limits::default();
    let counts =
        [limits.tunnels_per_gateway, limits.tunnels_per_peer, limits.local_subnets, limits.remote_subnets];
    assert_eq!(counts, [20; 4]);
    assert_eq!((limits.ike_lifetime_secs, limits.ipsec_lifetime_secs), (3_600..=86_400, 3_600..=86_400));
}

/// IKE-2, IKE-3, IKE-5, SEC-2, SEC-3, SEC-4: the product's table, and whatever the library has beside it.
#[test]
fn the_library_is_wider() {
    let words = |limits: &Limits| {
        [
            list(&limits.ike_encryption),
            list(&limits.ike_authentication),
            list(&limits.dh_groups),
            list(&limits.esp_encryption),
            list(&limits.esp_authentication),
            list(&limits.pfs_groups),
        ]
    };
    let ciphers = "3des, aes128, aes192, aes256";
    let groups = "1, 2, 5, 14, 24";
    assert_eq!(
        words(&Limits::product()),
        [ciphers, "md5, sha1, sha2-256", groups, ciphers, "md5, sha1", groups]
    );
    for (product, library) in words(&Limits::product()).iter().zip(words(&Limits::library())) {
        assert!(library.len() > product.len(), "{library}");
        assert!(product.split(", ").all(|word| library.split(", ").any(|known| known == word)));
    }
}
