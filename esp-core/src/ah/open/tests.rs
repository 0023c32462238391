//! Tests of verifying AH and of taking it out again.

use super::*;
use crate::ah::Sealer;
use crate::sa::Spi;
use crate::testing::*;
use core::net::Ipv6Addr;
use proptest::prelude::*;
use std::vec::Vec;

fn suites() -> impl Iterator<Item = SaSuite> {
    ah_suites()
}

fn seal(suite: SaSuite, sequence: u64, packet: &[u8]) -> Vec<u8> {
    let sealer = Sealer::new(suite, Spi::MIN, &keys(suite, 3)).unwrap();
    let mut storage = storage(packet.len());
    let mut buf = PacketBuf::copy_from(&mut storage, packet).unwrap();
    sealer.seal(sequence, &mut buf).unwrap();
    buf.as_slice().to_vec()
}

fn opener(suite: SaSuite) -> Opener {
    Opener::new(suite, &keys(suite, 3)).unwrap()
}

fn open(suite: SaSuite, sequence: u64, packet: &[u8]) -> Result<Vec<u8>, DropReason> {
    let mut storage = storage(packet.len());
    let mut buf = PacketBuf::copy_from(&mut storage, packet).unwrap();
    let opener = opener(suite);
    opener.verify(sequence, buf.as_slice())?;
    opener.remove(Mode::Transport, &mut buf)?;
    Ok(buf.as_slice().to_vec())
}

/// Packets of both families, without and with options and extension headers.
fn packets() -> Vec<Vec<u8>> {
    let (a, b) = (Ipv6Addr::LOCALHOST, Ipv6Addr::UNSPECIFIED);
    let payload = octets(4, 21);
    let extensions = [&[60, 0, 0x3e, 4, 9, 9, 9, 9][..], &[17, 0, 1, 4, 0, 0, 0, 0], &payload].concat();
    let mut with_options = inner(5);
    with_options.splice(20..20, [7, 7, 4, 1, 2, 3, 4, 1]);
    with_options[0] = 0x47;
    with_options[3] += 8;
    with_options[10..12].fill(0);
    let checksum = crate::net::ipv4_checksum(&with_options[..28]);
    with_options[10..12].copy_from_slice(&checksum.to_be_bytes());
    vec![inner(0), inner(101), with_options, ipv6(a, b, 17, &payload), ipv6(a, b, 0, &extensions)]
}

#[test]
fn a_packet_comes_out_as_it_went_in() {
    for suite in suites() {
        for packet in packets() {
            let sealed = seal(suite, 77, &packet);
            assert_eq!(open(suite, 77, &sealed), Ok(packet.clone()), "{suite}");
            // With extended numbers the high half is covered, though it is not in the packet.
            let other_half = open(suite, 77 + (1 << 32), &sealed);
            assert_eq!(other_half, if suite.esn() { Err(DropReason::BadIcv) } else { Ok(packet) });
        }
    }
}

/// Every suite, at every length where words and packets end.
#[test]
fn lengths_at_every_edge_go_through() {
    for suite in suites() {
        for len in [0, 1, 15, 16, 17, 63, 64, 65, 1_407, 1_408, 1_409, 9_000, 65_000] {
            let packet = inner(len);
            assert_eq!(open(suite, 7, &seal(suite, 7, &packet)), Ok(packet), "{suite} {len}");
        }
    }
}

/// Every bit is covered but those that routers may change: X-28 for AH.
#[test]
fn a_flipped_bit_is_refused() {
    let suite = SaSuite::ah(Integrity::HmacSha1_96, false);
    for packet in [inner(3), ipv6(Ipv6Addr::LOCALHOST, Ipv6Addr::UNSPECIFIED, 17, &octets(4, 9))] {
        let sealed = seal(suite, 77, &packet);
        let mutable: &[usize] = if packet[0] == 0x45 { &[1, 6, 7, 8, 10, 11] } else { &[1, 2, 3, 7] };
        for at in 0..sealed.len() {
            for bit in 0..8 {
                let mut forged = sealed.clone();
                forged[at] ^= 1 << bit;
                let outcome = opener(suite).verify(77, &forged);
                let may_pass = mutable.contains(&at) || (packet[0] != 0x45 && at == 0);
                assert!(outcome.is_err() || may_pass, "octet {at} bit {bit}");
                if at >= sealed.len() - packet.len() + 40 {
                    assert_eq!(outcome, Err(DropReason::BadIcv));
                }
            }
        }
    }
}

/// What routers change on the way does no harm.
#[test]
fn a_packet_passes_routers() {
    let suite = SaSuite::ah(Integrity::HmacSha1_96, false);
    let mut sealed = seal(suite, 77, &inner(3));
    (sealed[1], sealed[8]) = (0x03, 1);
    sealed[6] = 0;
    assert_eq!(opener(suite).verify(77, &sealed), Ok(()));
    let mut sealed = seal(suite, 77, &packets()[4]);
    (sealed[0], sealed[1], sealed[2], sealed[3], sealed[7]) = (0x6f, 0xff, 0xff, 0xff, 1);
    sealed[44..48].fill(0x77);
    assert_eq!(opener(suite).verify(77, &sealed), Ok(()));
}

#[test]
fn a_source_route_is_gone_when_the_packet_arrives() {
    let suite = SaSuite::ah(Integrity::HmacSha1_96, false);
    let (via, last) = ([0xa; 16], [0xb; 16]);
    let route = |left: u8, addresses: [[u8; 16]; 1]| {
        [&[17, 2, 0, left, 0, 0, 0, 0][..], &addresses.concat(), &octets(4, 9)].concat()
    };
    let sent = ipv6(Ipv6Addr::LOCALHOST, via.into(), 43, &route(1, [last]));
    let mut sealed = seal(suite, 77, &sent);
    assert_eq!(opener(suite).verify(77, &sealed), Err(DropReason::BadIcv), "still on its way");
    sealed[24..40].copy_from_slice(&last);
    sealed[43] = 0;
    sealed[48..64].copy_from_slice(&via);
    let arrived = ipv6(Ipv6Addr::LOCALHOST, last.into(), 43, &route(0, [via]));
    assert_eq!(open(suite, 77, &sealed), Ok(arrived));
}

/// RFC 4302 §2.2: the length is the ICV's with the least padding. Linux pads IPv4 to 64 bits by default, which is
/// taken; anything else is not.
#[test]
fn the_length_is_that_of_the_check_value() {
    let suite = SaSuite::ah(Integrity::HmacSha256_128, false);
    let packet = inner(40);
    let sealed = seal(suite, 77, &packet);
    for words in 0..=u8::MAX {
        let mut forged = sealed.clone();
        forged[21] = words;
        let expected = match words {
            5 => Ok(()),
            6 => Err(DropReason::BadIcv),
            _ if usize::from(words) * 4 + 8 > sealed.len() - 20 => Err(DropReason::TooShort),
            _ => Err(DropReason::BadAhLength),
        };
        assert_eq!(opener(suite).verify(77, &forged), expected, "{words}");
    }
    for len in 20..sealed.len() {
        let mut cut = sealed[..len].to_vec();
        cut[2..4].copy_from_slice(&u16::try_from(len).unwrap().to_be_bytes());
        assert!(opener(suite).verify(77, &cut).is_err(), "{len}");
    }
}

/// F-30: a peer that cuts HMAC-SHA2-256 to 96 bits is recognised by the length of its AH and by its ICV.
#[test]
fn the_draft_s_sha256_is_recognised() {
    for esn in [false, true] {
        let suite = SaSuite::ah(Integrity::HmacSha256_128, esn);
        let packet = inner(40);
        // AH as the draft has it: 24 octets.
        let mut sealed = packet[..20].to_vec();
        sealed[9] = 51;
        sealed[3] += 24;
        sealed.extend([17, 4, 0, 0, 0, 0, 1, 0, 0, 0, 0, 77]);
        sealed.extend([0; 12]);
        sealed.extend(&packet[20..]);
        let mut covered = sealed.clone();
        for mutable in [1, 6, 7, 8, 10, 11] {
            covered[mutable] = 0;
        }
        let mac = MacKey::new(suite.integrity().unwrap(), keys(suite, 3).integrity.expose()).unwrap();
        let high: &[u8] = if esn { &[0; 4] } else { &[] };
        mac.compute(0, [&covered, high], &mut sealed[32..44]);
        assert_eq!(opener(suite).verify(77, &sealed), Err(DropReason::BadAhLength));
        assert!(opener(suite).is_draft_sha256(77, &sealed));
        sealed[33] ^= 1;
        assert!(!opener(suite).is_draft_sha256(77, &sealed));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// X-28 for AH: one bit off in what no router changes, behind the IPv4 header; and cut anywhere there, with the
    /// header's length cut too.
    #[test]
    fn what_was_changed_behind_the_header_is_refused(
        suite in prop::sample::select(suites().collect::<Vec<_>>()),
        len in 0..200_usize,
        at: prop::sample::Index,
        bit in 0..8_u8,
    ) {
        let sealed = seal(suite, 77, &inner(len));
        let at = 20 + at.index(sealed.len() - 20);
        let mut forged = sealed.clone();
        forged[at] ^= 1 << bit;
        let refused = opener(suite).verify(77, &forged);
        // The length of the AH is looked at first, and may be that of another algorithm or beyond the packet.
        let by_length = at == 21 && matches!(refused, Err(DropReason::BadAhLength | DropReason::TooShort));
        prop_assert!(by_length || refused == Err(DropReason::BadIcv), "{} octet {}: {:?}", suite, at, refused);
        let mut cut = sealed[..at].to_vec();
        cut[2..4].copy_from_slice(&u16::try_from(at).unwrap().to_be_bytes());
        let whole_ah = 20 + 12 + suite.icv_len();
        let reason = if at < whole_ah { DropReason::TooShort } else { DropReason::BadIcv };
        prop_assert_eq!(opener(suite).verify(77, &cut), Err(reason), "{} {}", suite, at);
    }

    /// Any octets at all are refused without a panic.
    #[test]
    fn anything_may_come(octets in proptest::collection::vec(any::<u8>(), 0..120), first: bool, sequence: u64) {
        let suite = SaSuite::ah(Integrity::HmacSha1_96, false);
        let mut packet = octets;
        if let [version, ..] = &mut packet[..] {
            *version = if first { 0x45 } else { 0x60 };
        }
        if let Some(protocol) = packet.get_mut(if first { 9 } else { 6 }) {
            *protocol = 51;
        }
        let len = u16::try_from(packet.len()).unwrap();
        if let Some(field) = packet.get_mut(if first { 2..4 } else { 4..6 }) {
            field.copy_from_slice(&if first { len } else { len.saturating_sub(40) }.to_be_bytes());
        }
        prop_assert!(opener(suite).verify(sequence, &packet).is_err());
        let mut storage = storage(packet.len());
        let mut buf = PacketBuf::copy_from(&mut storage, &packet).unwrap();
        let _ = opener(suite).remove(Mode::Transport, &mut buf);
    }
}
