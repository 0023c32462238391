use core::time::Duration;

use super::*;
use crate::suite::v1_codec::lifetime::{DOI, IKE};
use crate::wire::v1::{decode_attributes, encode_attributes};

fn pair(kind: u16, duration: u32) -> [Attribute; 2] {
    [Attribute::basic(1, kind), Attribute::number(2, duration)]
}

/// F-12: RESPONDER-LIFETIME of both phases comes back; a duration that fits has two octets, a longer one four.
#[test]
fn f_12_responder_lifetimes_come_back() {
    for seconds in [1, 3_600, 65_535, 65_536, 86_400] {
        let time = Duration::from_secs(seconds);
        assert_eq!(decode_ike_lifetime(&encode_ike_lifetime(time)), Some(seconds));
        let child = decode_child_lifetime(&encode_child_lifetime(time));
        assert_eq!((child.seconds, child.kilobytes), (Some(seconds), None));
        let octets = encode_child_lifetime(time);
        assert_eq!(octets.len(), if seconds < 65_536 { 8 } else { 12 });
    }
    let octets = encode_ike_lifetime(Duration::from_secs(300));
    assert_eq!(octets, [0x80, 0x0b, 0, 1, 0x80, 0x0c, 1, 0x2c]);
}

/// F-12: about an ISAKMP SA some peers use the numbers of phase 2.
#[test]
fn f_12_either_numbering_in_phase_1() {
    assert_eq!(decode_ike_lifetime(&encode_child_lifetime(Duration::from_secs(300))), Some(300));
    assert_eq!(decode_ike_lifetime(&[]), None);
    assert_eq!(decode_ike_lifetime(&[0x80]), None);
}

/// F-12: pairs in any order; of two of one type the shorter counts; zero says nothing.
#[test]
fn f_12_pairs() {
    let both = [pair(2, 4_000), pair(1, 3_600)].concat();
    let life = DOI.decode(&both).unwrap();
    assert_eq!((life.seconds, life.kilobytes), (Some(3_600), Some(4_000)));
    let twice = [pair(1, 3_600), pair(1, 60)].concat();
    assert_eq!(DOI.decode(&twice).unwrap().seconds, Some(60));
    assert_eq!(DOI.decode(&pair(1, 0)).unwrap(), Lifetime::default());
    assert_eq!(DOI.decode(&[]), Some(Lifetime::default()));
    assert_eq!(IKE.decode(&both), Some(Lifetime::default()), "other numbers");
}

/// F-12: a type without a duration, a duration without a type, an unknown type, a duration of no octets.
#[test]
fn f_12_broken_pairs() {
    let [kind, duration] = pair(1, 3_600);
    let empty = Attribute { kind: 2, value: AttributeValue::Variable(Vec::new()) };
    let broken = [
        vec![kind.clone()],
        vec![duration.clone()],
        vec![duration.clone(), kind.clone()],
        vec![kind.clone(), kind.clone(), duration.clone()],
        pair(3, 3_600).to_vec(),
        vec![kind, empty],
    ];
    for attributes in broken {
        assert_eq!(DOI.decode(&attributes), None, "{attributes:?}");
        let data = encode_attributes(&attributes).unwrap();
        assert_eq!(decode_attributes(&data).unwrap(), attributes);
        assert_eq!(decode_child_lifetime(&data), Lifetime::default());
    }
}
