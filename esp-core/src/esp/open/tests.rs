//! Tests of opening, and of sealing and opening together.

use super::*;
use crate::esp::Sealer;
use crate::sa::Spi;
use crate::testing::*;
use proptest::prelude::*;

fn pair(suite: SaSuite) -> (Sealer, Opener) {
    let keys = keys(suite, 1);
    (Sealer::new(suite, Spi::new(0x1234).unwrap(), &keys).unwrap(), Opener::new(suite, &keys).unwrap())
}

fn seal(suite: SaSuite, sequence: u64, next_header: u8, payload: &[u8]) -> Vec<u8> {
    let mut storage = storage(payload.len());
    let mut packet = PacketBuf::copy_from(&mut storage, payload).unwrap();
    pair(suite).0.seal(sequence, next_header, &mut packet).unwrap();
    packet.as_slice().to_vec()
}

fn open(opener: &Opener, sequence: u64, packet: &[u8]) -> Result<(u8, Vec<u8>), DropReason> {
    opener.verify(sequence, packet)?;
    let mut copy = packet.to_vec();
    let len = copy.len();
    let mut packet = PacketBuf::new(&mut copy, 0, len).unwrap();
    let next_header = opener.decrypt(&mut packet)?;
    Ok((next_header, packet.as_slice().to_vec()))
}

fn any_suite() -> impl Strategy<Value = SaSuite> {
    prop::sample::select(suites())
}

proptest! {
    #[test]
    fn what_was_sealed_opens(suite in any_suite(), sequence: u64, next_header: u8, len in 0..2_000_usize) {
        let payload = octets(2, len);
        let sealed = seal(suite, sequence, next_header, &payload);
        prop_assert_eq!(open(&pair(suite).1, sequence, &sealed), Ok((next_header, payload)));
    }

    /// one bit off, anywhere.
    #[test]
    fn any_flipped_bit_is_refused(suite in any_suite(), len in 0..200_usize, bit: prop::sample::Index) {
        let mut sealed = seal(suite, 9, 4, &octets(2, len));
        let bit = bit.index(sealed.len() * 8);
        sealed[bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(pair(suite).1.verify(9, &sealed), Err(DropReason::BadIcv));
    }

    /// shorter than header, IV and ICV, or cut anywhere else.
    #[test]
    fn any_truncation_is_refused(suite in any_suite(), len in 0..200_usize) {
        let sealed = seal(suite, 9, 4, &octets(2, len));
        let smallest = 8 + suite.iv_len() + suite.block_len().max(2) + suite.icv_len();
        for cut in 0..sealed.len() {
            let text = cut.saturating_sub(8 + suite.iv_len() + suite.icv_len());
            let expected = if cut < smallest {
                DropReason::TooShort
            } else if text % suite.block_len() != 0 {
                DropReason::NotBlockAligned
            } else {
                DropReason::BadIcv
            };
            prop_assert_eq!(pair(suite).1.verify(9, &sealed[..cut]), Err(expected), "{} {}", suite, cut);
        }
    }

    #[test]
    fn anything_is_answered(suite in any_suite(), packet: Vec<u8>, sequence: u64) {
        prop_assert!(open(&pair(suite).1, sequence, &packet).is_err());
    }
}

#[test]
fn long_packets_go_through() {
    for suite in suites() {
        for len in [9_000, 65_000] {
            let payload = octets(3, len);
            let sealed = seal(suite, 1, 41, &payload);
            assert_eq!(open(&pair(suite).1, 1, &sealed), Ok((41, payload)), "{suite}");
        }
    }
}

/// F-31: a packet of another 2^32 is refused by the ICV, where numbers have 64 bits.
#[test]
fn another_high_half_is_refused() {
    for suite in suites() {
        let sealed = seal(suite, 0x1_0000_0007, 4, b"payload");
        assert_eq!(pair(suite).1.verify(0x1_0000_0007, &sealed), Ok(()));
        let other = pair(suite).1.verify(7, &sealed);
        assert_eq!(other, if suite.esn() { Err(DropReason::BadIcv) } else { Ok(()) }, "{suite}");
    }
}

/// The sample packets of RFC 3602 §4 carry no ICV; each gets one here.
#[test]
fn rfc_3602_packets_open() {
    let suite = SUITE;
    let mut count = 0;
    for case in json_cases("rfc/rfc3602.json").into_iter().filter(|case| case.get("spi").is_some()) {
        let octets = |name: &str| hex(case[name].as_str().unwrap());
        let mut keys = keys(suite, 1);
        keys.encryption = octets("key").into();
        let sequence = u32::try_from(case["seq"].as_u64().unwrap()).unwrap();
        let mut packet = octets("spi");
        packet.extend(sequence.to_be_bytes());
        packet.extend(octets("iv"));
        packet.extend(octets("encrypted"));
        let mut icv = [0; 12];
        MacKey::new(suite.integrity().unwrap(), keys.integrity.expose())
            .unwrap()
            .compute([&packet, &[]], &mut icv);
        packet.extend(icv);
        let original = octets("original_ip_packet");
        let expected =
            if case["mode"] == "tunnel" { (4, original) } else { (original[9], original[20..].to_vec()) };
        let opener = Opener::new(suite, &keys).unwrap();
        assert_eq!(open(&opener, u64::from(sequence), &packet), Ok(expected));
        count += 1;
    }
    println!("RFC 3602: {count} whole packets opened");
}

/// F-30: the 96-bit value of the old draft is recognised, and is not accepted.
#[test]
fn the_old_draft_of_sha256_is_recognised() {
    for suite in suites() {
        let sealed = seal(suite, 5, 4, b"payload of a peer");
        let opener = pair(suite).1;
        let cut = &sealed[..sealed.len() - 4];
        assert!(opener.verify(5, cut).is_err());
        let sha256 = suite.integrity() == Some(Integrity::HmacSha256_128);
        assert_eq!(opener.is_draft_sha256(5, cut), sha256, "{suite}");
        assert!(!opener.is_draft_sha256(5, &sealed));
        assert!(!opener.is_draft_sha256(5, &sealed[..11]));
    }
}
