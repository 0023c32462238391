use crate::testing::{Pair, Side};

/// F-19, F-20: both ends prove the key and derive the same keys.
#[test]
fn two_endpoints_connect() {
    let mut pair = Pair::new();
    pair.connect();
    assert_eq!(pair.counts(Side::A), (1, 1), "{:#?}", pair.transcript);
    assert_eq!(pair.counts(Side::B), (1, 1));
    assert!(pair.carries());
    assert_eq!(
        pair.transcript[..4],
        [
            "A IKE_SA_INIT request 0: SA KE No N(NAT_DETECTION_SOURCE_IP) N(NAT_DETECTION_DESTINATION_IP)",
            "B IKE_SA_INIT response 0: SA KE No N(NAT_DETECTION_SOURCE_IP) N(NAT_DETECTION_DESTINATION_IP)",
            "A IKE_AUTH request 1: IDi N(INITIAL_CONTACT) IDr AUTH SA TSi TSr",
            "B IKE_AUTH response 1: IDr AUTH SA TSi TSr",
        ]
    );
}
