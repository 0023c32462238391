//! F-15: the forms of NAT traversal that devices spoke before RFC 3947.

use core::time::Duration;

use super::{MODES, assert_settled, command, pair_with, s};
use crate::endpoint::Command;
use crate::testing::{CONNECTION, Fate, Pair, Side};
use crate::wire::v1::VendorId;

const FORMS: [VendorId; 5] = [
    VendorId::NatT,
    VendorId::NatTDraft03,
    VendorId::NatTDraft02LineFeed,
    VendorId::NatTDraft02,
    VendorId::NatTDraft00,
];

const NAT_D: u8 = 20;
const NAT_D_DRAFT: u8 = 130;

fn place_of(payload: &[u8], form: VendorId) -> Option<usize> {
    payload.windows(form.octets().len()).position(|window| window == form.octets())
}

/// The types of a message's payloads; of an encrypted message only the first.
fn types(message: &[u8]) -> Vec<u8> {
    let mut types = vec![message[16]];
    let encrypted = message[19] & 1 != 0;
    let mut at = 28;
    while !encrypted && at < message.len() {
        types.push(message[at]);
        at += usize::from(u16::from_be_bytes([message[at + 2], message[at + 3]]));
    }
    types
}

/// Lets the ends connect, as if each knew no form of NAT traversal but `kept`: nothing authenticates vendor ids.
fn connect_with(pair: &mut Pair, kept: VendorId) {
    let others = FORMS.into_iter().filter(move |form| *form != kept);
    let foreign = others.clone();
    pair.set_filter(move |_, datagram| {
        let told = foreign.clone().any(|form| place_of(&datagram.payload, form).is_some());
        if told { Fate::Lose } else { Fate::Deliver }
    });
    pair.command(Side::A, Command::Initiate(CONNECTION));
    let mut seen = 0;
    for _ in 0..20 {
        for mut datagram in pair.sent.split_off(seen) {
            let before = datagram.payload.clone();
            for form in others.clone() {
                if let Some(at) = place_of(&datagram.payload, form) {
                    datagram.payload[at..at + form.octets().len()].fill(0xee);
                }
            }
            if datagram.payload != before {
                pair.inject(datagram.clone());
            }
            pair.sent.push(datagram);
            seen += 1;
        }
        pair.run(Duration::from_millis(50));
    }
    pair.run(s(5));
}

#[test]
fn f_15_drafts_are_spoken() {
    for mode in MODES {
        for kept in FORMS {
            let mut pair = pair_with(mode, |side, config| config.nat.force_encapsulation = side == Side::A);
            connect_with(&mut pair, kept);
            assert_settled(&mut pair);
            let payloads: Vec<u8> = pair.sent.iter().flat_map(|datagram| types(&datagram.payload)).collect();
            let (new, old) = (payloads.contains(&NAT_D), payloads.contains(&NAT_D_DRAFT));
            assert_eq!((new, old), (kept == VendorId::NatT, kept != VendorId::NatT), "{mode:?} {kept:?}");
            for side in [Side::A, Side::B] {
                let encap = pair.peer(side).datapath.outbound().unwrap().encap;
                assert_eq!(encap.map(|encap| encap.local_port), Some(4500), "{mode:?} {kept:?}");
            }
            command(&mut pair, Side::B, Command::RekeyChild);
            pair.run(s(90));
            assert_settled(&mut pair);
        }
    }
}
