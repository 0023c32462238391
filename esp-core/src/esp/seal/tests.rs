//! Tests of sealing alone; with opening they are in `esp/open/tests.rs`.

use super::*;
use crate::testing::*;

fn sealer(suite: SaSuite) -> Sealer {
    Sealer::new(suite, Spi::new(0x1234).unwrap(), &keys(suite, 1)).unwrap()
}

fn seal(suite: SaSuite, sequence: u64, payload: &[u8]) -> Vec<u8> {
    let mut storage = storage(payload.len());
    let mut packet = PacketBuf::copy_from(&mut storage, payload).unwrap();
    sealer(suite).seal(sequence, 4, &mut packet).unwrap();
    packet.as_slice().to_vec()
}

#[test]
fn the_packet_is_laid_out_as_rfc_4303_says() {
    for suite in suites() {
        let sealed = seal(suite, 0x5_0000_0007, &octets(1, 61));
        assert_eq!(sealed[..8], [0, 0, 0x12, 0x34, 0, 0, 0, 7], "{suite}");
        let text = sealed.len() - 8 - suite.iv_len() - suite.icv_len();
        assert_eq!(text % suite.block_len().max(4), 0);
        assert!(text >= 63 && text < 63 + suite.block_len().max(4));
    }
}

/// F-31: with extended numbers the high half is under the ICV; without, it is not.
#[test]
fn the_high_half_of_the_sequence_number_is_authenticated_but_not_sent() {
    for suite in suites().into_iter().filter(|suite| suite.cipher() == Some(crate::suite::Cipher::Null)) {
        let (low, high) = (seal(suite, 7, b"payload"), seal(suite, 0x1_0000_0007, b"payload"));
        let covered = low.len() - suite.icv_len();
        assert_eq!(low[..covered], high[..covered]);
        assert_eq!(low[covered..] != high[covered..], suite.esn(), "{suite}");
    }
}

#[test]
fn without_room_nothing_is_changed() {
    for suite in suites() {
        let sealed_len = seal(suite, 1, &octets(1, 50)).len();
        let head = 8 + suite.iv_len();
        let tail = sealed_len - 50 - head;
        let mut exact = octets(1, head + 50 + tail);
        let mut packet = PacketBuf::new(&mut exact, head, 50).unwrap();
        sealer(suite).seal(1, 4, &mut packet).unwrap();
        for (head, tail) in [(head - 1, tail), (head, tail - 1), (0, 0)] {
            let mut small = octets(1, head + 50 + tail);
            let before = small.clone();
            let mut packet = PacketBuf::new(&mut small, head, 50).unwrap();
            assert_eq!(sealer(suite).seal(1, 4, &mut packet), Err(DropReason::BufferTooSmall));
            assert_eq!(packet.len(), 50);
            assert_eq!(small, before);
        }
    }
}

#[test]
fn the_longest_payload_fits_and_one_octet_more_does_not() {
    for suite in suites() {
        for limit in 0..200 {
            let longest = max_payload_len(limit, suite);
            if longest > 0 {
                assert!(seal(suite, 1, &octets(1, longest)).len() <= limit, "{suite} {limit}");
            }
            assert!(seal(suite, 1, &octets(1, longest + 1)).len() > limit, "{suite} {limit}");
        }
    }
}

#[test]
fn keys_of_the_wrong_length_are_refused() {
    for suite in suites() {
        let mut wrong = keys(suite, 1);
        wrong.integrity = crate::secret::SecretBytes::copy_from(&[1; 5]);
        let spi = Spi::new(0x1234).unwrap();
        assert!(Sealer::new(suite, spi, &wrong).is_err());
    }
}
