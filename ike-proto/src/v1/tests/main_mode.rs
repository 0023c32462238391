use esp_core::suite::{Cipher, Integrity};

use super::{assert_connected, assert_settled, main_with};
use crate::suite::DhGroup;
use crate::testing::{Side, ike_proposal};

/// F-1, F-2, F-4, F-5, F-7: both ends prove the key and derive the same keys.
#[test]
fn two_endpoints_connect() {
    let mut pair = main_with(|_, _| {});
    pair.connect();
    assert_eq!(pair.counts(Side::A), (1, 1), "{:#?} {:#?}", pair.transcript, pair.b.events);
    assert_settled(&mut pair);
    assert_eq!(
        pair.transcript[..6],
        [
            "A IDENTITY_PROTECTION request 0: SA VID VID VID VID VID VID VID",
            "B IDENTITY_PROTECTION request 0: SA VID VID VID",
            "A IDENTITY_PROTECTION request 0: KE NONCE NAT-D NAT-D",
            "B IDENTITY_PROTECTION request 0: KE NONCE NAT-D NAT-D",
            "A IDENTITY_PROTECTION request 0: ID HASH N(INITIAL-CONTACT)",
            "B IDENTITY_PROTECTION request 0: ID HASH",
        ]
    );
}

/// IKE-2, IKE-3: every algorithm of the product in both phases.
#[test]
fn every_suite_connects() {
    for cipher in [Cipher::TripleDesCbc, Cipher::Aes128Cbc, Cipher::Aes192Cbc, Cipher::Aes256Cbc] {
        for integrity in [Integrity::HmacMd5_96, Integrity::HmacSha1_96, Integrity::HmacSha256_128] {
            let mut pair = main_with(|_, config| {
                config.ike_proposals = vec![ike_proposal(cipher, integrity, DhGroup::Modp768)];
                config.child.proposals[0].ciphers = vec![cipher];
                config.child.proposals[0].integrities = vec![integrity];
            });
            pair.connect();
            assert_connected(&mut pair);
        }
    }
}

/// IKE-5, F-3, F-11: every group in both phases.
#[test]
fn every_group_connects() {
    for group in DhGroup::ALL {
        let mut pair = main_with(|_, config| {
            config.ike_proposals[0].groups = vec![group];
            config.child.proposals[0].groups = vec![group];
        });
        pair.connect();
        assert_connected(&mut pair);
    }
}
