use core::time::Duration;

use esp_core::sa::{IpsecProtocol, Mode};
use esp_core::selector::Selectors;
use esp_core::suite::Integrity;

use super::{assert_connected, assert_gone, assert_settled, command, connected, main_with, s};
use crate::config::ExchangeMode;
use crate::endpoint::Command;
use crate::suite::DhGroup;
use crate::testing::{CONNECTION, Pair, Side, cidr, selectors};

/// `count` networks in each of the two ranges.
fn many(count: u8) -> Pair {
    main_with(|side, config| {
        let nets = |range: u8| (0..count).map(|n| cidr(&format!("10.{range}.{n}.0/24")).into()).collect();
        let (local, remote) = if side == Side::A { (1, 2) } else { (2, 1) };
        config.child.selectors = Selectors { local: nets(local), remote: nets(remote) };
    })
}

fn assert_all_pairs(pair: &mut Pair, count: u8) {
    for a in 0..count {
        for b in 0..count {
            let (local, remote) = (format!("10.1.{a}.0/24"), format!("10.2.{b}.0/24"));
            assert!(pair.packet_of(Side::A, &selectors(&local, &remote)), "{local} {remote}");
            assert!(pair.packet_of(Side::B, &selectors(&remote, &local)), "{remote} {local}");
        }
    }
}

/// CONF-4: one pair of IPsec SAs for each pair of subnets.
#[test]
fn each_pair_of_subnets_has_its_sas() {
    let mut pair = many(3);
    pair.connect();
    assert_eq!((pair.counts(Side::A), pair.counts(Side::B)), ((1, 9), (1, 9)), "{:#?}", pair.transcript);
    assert_all_pairs(&mut pair, 3);
    command(&mut pair, Side::B, Command::Terminate);
    pair.run(s(10));
    assert_gone(&pair);
}

/// CONF-4: four hundred quick modes, a few at a time, and a new phase 1 takes all of them over.
#[test]
fn twenty_by_twenty_subnets_come_up_without_a_storm() {
    let mut pair = many(20);
    pair.command(Side::A, Command::Initiate(CONNECTION));
    let mut most = 0;
    for _ in 0..300 {
        let before = pair.sent.len();
        pair.run(Duration::from_millis(10));
        most = most.max(pair.sent.len() - before);
    }
    assert_eq!((pair.counts(Side::A), pair.counts(Side::B)), ((1, 400), (1, 400)));
    assert!(most <= 64, "{most} datagrams in 10 ms");
    assert_all_pairs(&mut pair, 20);
    command(&mut pair, Side::B, Command::RekeyIke);
    pair.run(s(60));
    assert_eq!((pair.counts(Side::A), pair.counts(Side::B)), ((1, 400), (1, 400)));
    assert_all_pairs(&mut pair, 20);
}

/// F-11: a key exchange of its own in each quick mode.
#[test]
fn perfect_forward_secrecy() {
    for group in [DhGroup::Modp768, DhGroup::Modp1024, DhGroup::Modp1536, DhGroup::Modp2048] {
        let mut pair = main_with(|_, config| config.child.proposals[0].groups = vec![group]);
        pair.connect();
        assert_connected(&mut pair);
        let child = pair.b.endpoint.child_sas(CONNECTION, pair.now).next().unwrap();
        assert_eq!(child.pfs, Some(group));
        assert!(pair.transcript[6].ends_with("HASH SA NONCE KE ID ID"), "{:#?}", pair.transcript);
    }
}

/// F-18: AH in all its algorithms.
#[test]
fn ah_is_negotiated() {
    for integrity in [Integrity::HmacMd5_96, Integrity::HmacSha1_96, Integrity::HmacSha256_128] {
        let mut pair = main_with(|_, config| {
            let proposal = &mut config.child.proposals[0];
            proposal.protocol = IpsecProtocol::Ah;
            proposal.ciphers.clear();
            proposal.integrities = vec![integrity];
        });
        pair.connect();
        assert_connected(&mut pair);
        assert_eq!(pair.a.datapath.outbound().unwrap().protocol, IpsecProtocol::Ah);
        command(&mut pair, Side::A, Command::Terminate);
        pair.run(s(10));
        assert_gone(&pair);
    }
}

#[test]
fn transport_mode_is_negotiated() {
    let mut pair = main_with(|side, config| {
        config.child.mode = Mode::Transport;
        let (a, b) = ("192.0.2.1/32", "192.0.2.2/32");
        config.child.selectors = if side == Side::A { selectors(a, b) } else { selectors(b, a) };
    });
    pair.connect();
    assert_connected(&mut pair);
    assert_eq!(pair.a.datapath.outbound().unwrap().mode, Mode::Transport);
}

/// F-10: IPv6 subnets, hosts, and what is one end's subnet may be the other's part of a larger one.
#[test]
fn subnets_of_both_families_and_parts_of_subnets() {
    for (a, b) in
        [("2001:db8:1::/48", "2001:db8:2::/48"), ("10.1.0.7/32", "10.2.0.0/16"), ("0.0.0.0/0", "10.2.0.0/16")]
    {
        let mut pair = main_with(|side, config| {
            config.child.selectors = if side == Side::A { selectors(a, b) } else { selectors(b, a) };
        });
        pair.connect();
        assert_connected(&mut pair);
    }
    let mut pair = main_with(|side, config| {
        if side == Side::A {
            config.child.selectors = selectors("10.1.3.0/24", "10.2.0.0/17");
        }
    });
    pair.connect();
    assert_connected(&mut pair);
    assert_eq!(pair.b.datapath.outbound().unwrap().selectors, selectors("10.2.0.0/17", "10.1.3.0/24"));
}

/// CONN-2: the embedder's wish to connect makes what is missing, and nothing twice.
#[test]
fn what_is_missing_is_made() {
    let mut pair = connected(ExchangeMode::Main);
    command(&mut pair, Side::B, Command::Initiate);
    pair.run(s(5));
    assert_settled(&mut pair);
    let key = pair.a.datapath.sas(esp_core::sa::Direction::Inbound)[0].key();
    let limit = esp_core::command::Limit::Bytes;
    pair.input(
        Side::B,
        crate::endpoint::Input::Sa(esp_core::command::SaEvent::HardLimit {
            key: pair.b.datapath.sas(esp_core::sa::Direction::Inbound)[0].key(),
            limit,
        }),
    );
    pair.run(s(20));
    assert_ne!(pair.counts(Side::A).0, 0);
    command(&mut pair, Side::B, Command::Initiate);
    pair.run(s(20));
    assert_settled(&mut pair);
    assert_ne!(pair.a.datapath.sas(esp_core::sa::Direction::Inbound)[0].key(), key);
}
