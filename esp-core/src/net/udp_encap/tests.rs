//! Tests of telling ESP and IKE apart on port 4500.

use super::*;

#[test]
fn each_kind_is_recognised() {
    assert_eq!(classify(&[0xff]), UdpPayload::KeepAlive);
    assert_eq!(classify(&[0, 0, 0, 0, 1, 2]), UdpPayload::Ike(&[1, 2]));
    let esp = [0, 0, 1, 0, 0, 0, 0, 1, 9];
    assert_eq!(classify(&esp), UdpPayload::Esp(&esp));
}

/// F-15: a keep-alive is one octet 0xFF and nothing else.
#[test]
fn what_is_too_short_is_malformed() {
    for payload in [&[][..], &[0], &[0xff, 0xff], &[0; 3], &[0; 4], &[1, 2, 3, 4], &[1, 0, 0, 0, 0, 0, 0, 1]]
    {
        assert_eq!(classify(payload), UdpPayload::Malformed, "{payload:?}");
    }
}
