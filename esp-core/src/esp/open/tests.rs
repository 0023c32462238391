//! Tests of opening, and of sealing and opening together.

use super::*;
use crate::esp::{Sealer, max_payload_len};
use crate::sa::Spi;
use crate::suite::{Cipher, CipherFamily};
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
    let mut copy = packet.to_vec();
    let len = copy.len();
    opener.open(sequence, &mut copy)?;
    let mut packet = PacketBuf::new(&mut copy, 0, len).unwrap();
    let next_header = opener.strip(&mut packet)?;
    Ok((next_header, packet.as_slice().to_vec()))
}

/// Whether the packet is accepted, and if not, why; a packet that is not is left as it was, or zeros with AES-CCM.
fn verify(suite: SaSuite, sequence: u64, packet: &[u8]) -> Result<(), DropReason> {
    let mut copy = packet.to_vec();
    let opened = pair(suite).1.open(sequence, &mut copy);
    if opened.is_err() && suite.cipher().unwrap().family() != CipherFamily::AesCcm {
        assert_eq!(copy, packet, "{suite}");
    }
    opened
}

fn any_suite() -> impl Strategy<Value = SaSuite> {
    prop::sample::select(suites())
}

proptest! {
    #[test]
    fn what_was_sealed_opens(suite in any_suite(), sequence: u64, next_header: u8, len in 0..=65_000_usize) {
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
        prop_assert_eq!(verify(suite, 9, &sealed), Err(DropReason::BadIcv));
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
            prop_assert_eq!(verify(suite, 9, &sealed[..cut]), Err(expected), "{} {}", suite, cut);
        }
    }

    #[test]
    fn anything_is_answered(suite in any_suite(), packet: Vec<u8>, sequence: u64) {
        prop_assert!(open(&pair(suite).1, sequence, &packet).is_err());
    }
}

/// Every suite, at every length where blocks, words and packets end.
#[test]
fn lengths_at_every_edge_go_through() {
    for suite in suites() {
        let (longest, opener) = (max_payload_len(65_000, suite), pair(suite).1);
        for len in [0, 1, 15, 16, 17, 63, 64, 65, 1_407, 1_408, 1_409, 9_000, longest, 65_000] {
            let payload = octets(3, len);
            let sealed = seal(suite, 1, 41, &payload);
            assert_eq!(open(&opener, 1, &sealed), Ok((41, payload)), "{suite} {len}");
        }
    }
}

/// F-31: a packet of another 2^32 is refused by the ICV, where numbers have 64 bits.
#[test]
fn another_high_half_is_refused() {
    for suite in suites() {
        let sealed = seal(suite, 0x1_0000_0007, 4, b"payload");
        assert_eq!(verify(suite, 0x1_0000_0007, &sealed), Ok(()));
        let other = verify(suite, 7, &sealed);
        assert_eq!(other, if suite.esn() { Err(DropReason::BadIcv) } else { Ok(()) }, "{suite}");
    }
}

/// F-30: the 96-bit value of the old draft is recognised, and is not accepted.
#[test]
fn the_old_draft_of_sha256_is_recognised() {
    for suite in suites() {
        let sealed = seal(suite, 5, 4, b"payload of a peer");
        let opener = pair(suite).1;
        let cut = &sealed[..sealed.len() - 4];
        assert!(verify(suite, 5, cut).is_err());
        let sha256 = suite.integrity() == Some(Integrity::HmacSha256_128);
        assert_eq!(opener.is_draft_sha256(5, cut), sha256, "{suite}");
        assert!(!opener.is_draft_sha256(5, &sealed));
        assert!(!opener.is_draft_sha256(5, &sealed[..11]));
    }
}

/// RFC 4106 §4, RFC 4543 §3, RFC 7634 §2: the IV is another one for each packet, in the packet in clear; and counter
/// mode needs the same (RFC 3686 §4).
#[test]
fn counters_are_ivs() {
    for suite in suites().into_iter().filter(|suite| suite.iv_len() == 8) {
        if suite.cipher() == Some(Cipher::TripleDesCbc) {
            continue;
        }
        for sequence in [1, 2, u64::from(u32::MAX)] {
            assert_eq!(seal(suite, sequence, 4, b"payload")[8..16], sequence.to_be_bytes(), "{suite}");
        }
    }
}
