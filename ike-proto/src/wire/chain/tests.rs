use super::*;

fn walk_all(first: u8, octets: &[u8]) -> Result<Vec<RawPayload<'_>>, DecodeError> {
    walk(PayloadType(first), &mut Reader::new(octets), |kind| kind == PayloadType::SK)
}

#[test]
fn payloads_follow_each_other() {
    let octets = [41, 0x80, 0, 5, 0xaa, 0, 0x7f, 0, 4];
    let chain = walk_all(40, &octets).unwrap();
    assert_eq!(chain.len(), 2);
    assert_eq!((chain[0].kind, chain[0].critical, chain[0].body), (PayloadType::NONCE, true, &[0xaa][..]));
    assert_eq!((chain[1].kind, chain[1].critical, chain[1].offset), (PayloadType::NOTIFY, false, 5));
}

/// The "next payload" of an Encrypted payload names what is inside: the chain ends there.
#[test]
fn an_encrypted_payload_is_the_last() {
    let chain = walk_all(46, &[41, 0, 0, 4]).unwrap();
    assert_eq!((chain.len(), chain[0].next), (1, PayloadType::NOTIFY));
}

/// a length shorter than the head, or beyond the message.
#[test]
fn x_22_lengths_are_checked() {
    assert!(matches!(walk_all(40, &[0, 0, 0, 3]), Err(DecodeError::Invalid { value: 3, .. })));
    assert!(matches!(
        walk_all(40, &[0, 0, 0, 5]),
        Err(DecodeError::Truncated { offset: 4, need: 1, have: 0, .. })
    ));
    assert!(matches!(walk_all(40, &[41, 0, 0, 4]), Err(DecodeError::Truncated { offset: 4, .. })));
}

/// no datagram makes more payloads than the bound.
#[test]
fn x_26_the_number_of_payloads_is_bounded() {
    let octets = [43, 0, 0, 4].repeat(limits::MAX_PAYLOADS + 1);
    assert!(matches!(walk_all(43, &octets), Err(DecodeError::TooMany { limit: limits::MAX_PAYLOADS, .. })));
}
