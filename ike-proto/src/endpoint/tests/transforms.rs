//! Every transform, with both ends ours: negotiated, used for a packet each way, and again after both kinds of rekey.

use esp_core::sa::IpsecProtocol;
use esp_core::suite::{Cipher, Integrity};

use super::{assert_settled, s};
use crate::config::ConnectionConfig;
use crate::crypto::{encryption, mac};
use crate::diagnose::Event;
use crate::endpoint::Command;
use crate::suite::{DhGroup, Prf};
use crate::testing::{CONNECTION, Pair, Side};

/// Connects, rekeys the Child SA and the IKE SA, and returns the algorithms as they were told.
fn connect(change: impl Fn(&mut ConnectionConfig)) -> (String, String) {
    let mut pair = Pair::with(|_, config| change(config));
    pair.connect();
    pair.command(Side::A, Command::RekeyChild(CONNECTION));
    pair.run(s(20));
    pair.command(Side::B, Command::RekeyIke(CONNECTION));
    pair.run(s(60));
    assert_settled(&mut pair);
    let mut told = (String::new(), String::new());
    for event in &pair.b.events {
        match event {
            Event::IkeRekeyed { sa, .. } => told.0 = sa.suite.to_string(),
            Event::ChildRekeyed { child, .. } => told.1 = child.suite.to_string(),
            _ => {}
        }
    }
    told
}

#[test]
fn every_encryption_of_ike() {
    for cipher in Cipher::ALL.iter().copied().filter(|cipher| encryption::supports(*cipher)) {
        let (ike, _) = connect(|config| {
            let proposal = &mut config.ike_proposals[0];
            proposal.ciphers = vec![cipher];
            proposal.groups = vec![DhGroup::Modp768];
        });
        let rest = if cipher.is_aead() { "prfsha1" } else { "sha1" };
        assert_eq!(ike, format!("{cipher}-{rest}-modp768"));
    }
}

#[test]
fn every_integrity_of_ike() {
    for integrity in Integrity::ALL.iter().copied().filter(|integrity| mac::supports(*integrity)) {
        let (ike, _) = connect(|config| config.ike_proposals[0].integrities = vec![integrity]);
        assert!(ike.starts_with(&format!("aes128-{integrity}-")), "{ike}");
    }
}

#[test]
fn every_pseudo_random_function() {
    for prf in Prf::ALL {
        let (ike, _) = connect(|config| config.ike_proposals[0].prfs = vec![prf]);
        assert!(ike.contains(prf.name()), "{ike}");
    }
}

/// For IKE and for PFS.
#[test]
fn every_group() {
    for group in DhGroup::ALL {
        let (ike, _) = connect(|config| {
            config.ike_proposals[0].groups = vec![group];
            config.child.proposals[0].groups = vec![group];
        });
        assert!(ike.ends_with(group.name()), "{ike}");
    }
}

#[test]
fn every_suite_of_esp() {
    for cipher in Cipher::ALL.iter().copied() {
        for integrity in Integrity::ALL.iter().copied().filter(|integrity| !integrity.is_ah_only()) {
            if cipher.is_aead() && integrity != Integrity::HmacSha1_96 {
                continue;
            }
            let mut pair = Pair::with(|_, config| {
                let proposal = &mut config.child.proposals[0];
                proposal.ciphers = vec![cipher];
                proposal.integrities = if cipher.is_aead() { Vec::new() } else { vec![integrity] };
                proposal.esn = vec![true];
            });
            pair.connect();
            assert_settled(&mut pair);
            let suite = pair.a.datapath.outbound().unwrap().suite;
            assert_eq!((suite.cipher(), suite.esn()), (Some(cipher), true));
            assert_eq!(suite.integrity(), (!cipher.is_aead()).then_some(integrity));
        }
    }
}

#[test]
fn every_suite_of_ah() {
    for integrity in Integrity::ALL.iter().copied() {
        let (_, child) = connect(|config| {
            let proposal = &mut config.child.proposals[0];
            proposal.protocol = IpsecProtocol::Ah;
            proposal.ciphers = Vec::new();
            proposal.integrities = vec![integrity];
        });
        assert_eq!(child, integrity.name());
    }
}

/// Several of each kind, several proposals, ciphers that authenticate among others: the answer is one of what both have.
#[test]
fn many_choices_meet() {
    let mut pair = Pair::with(|side, config| {
        let proposal = config.ike_proposals[0].clone();
        let mut wide = proposal.clone();
        wide.ciphers =
            vec![Cipher::Aes256Gcm16, Cipher::Aes256Cbc, Cipher::ChaCha20Poly1305, Cipher::Aes128Cbc];
        wide.integrities = vec![Integrity::HmacSha512_256, Integrity::HmacSha1_96];
        wide.prfs = Prf::ALL.to_vec();
        wide.groups = vec![DhGroup::Curve25519, DhGroup::Ecp256, DhGroup::Modp1024];
        let mut narrow = wide.clone();
        narrow.ciphers = vec![Cipher::TripleDesCbc, Cipher::Aes256Cbc];
        narrow.groups = vec![DhGroup::Ecp256];
        config.ike_proposals = if side == Side::A { vec![wide, proposal] } else { vec![narrow, proposal] };
        let child = config.child.proposals[0].clone();
        let mut combined = child.clone();
        combined.ciphers = vec![Cipher::Aes128Gcm16, Cipher::Aes128Cbc];
        combined.esn = vec![true, false];
        config.child.proposals = if side == Side::A { vec![combined] } else { vec![child] };
    });
    pair.connect();
    assert_settled(&mut pair);
    let told = pair.a.events.iter().find_map(|event| match event {
        Event::IkeEstablished { sa, .. } => Some(sa.suite.to_string()),
        _ => None,
    });
    assert_eq!(told.as_deref(), Some("aes256-sha512-prfmd5-ecp256"));
}
