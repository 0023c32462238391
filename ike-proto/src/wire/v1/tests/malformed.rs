use super::*;
use crate::wire::{Attribute, limits};

/// F-6, 2409 §5: a nonce has 8 to 256 octets.
#[test]
fn nonce_lengths() {
    for (len, good) in [(0, false), (7, false), (8, true), (256, true), (257, false)] {
        assert_eq!(decode_one(PayloadType::V1_NONCE, &vec![0; len]).is_ok(), good, "{len} octets");
    }
}

/// no major version but 1 is read as IKEv1, and it is found out before anything else.
#[test]
fn x_1_other_versions_are_refused() {
    let datagram = MessageBuilder::new().encode(&header()).unwrap();
    assert!(Message::decode(&datagram).is_ok());
    for version in [0x00, 0x20, 0x30, 0xf0] {
        let mut other = datagram.clone();
        other[17] = version;
        other[27] = 200;
        let value = (version >> 4).into();
        let wrong = DecodeError::Invalid { field: "major version", offset: 17, value };
        assert_eq!(Message::decode(&other), Err(wrong));
    }
    let mut minor = datagram;
    minor[17] = 0x1f;
    assert!(Message::decode(&minor).is_ok(), "the minor version is ignored");
}

/// a datagram shorter than a header, and one of another length than its header says, encrypted or not.
#[test]
fn x_1_lengths() {
    let mut datagram = MessageBuilder::new().encode(&header()).unwrap();
    for encrypted in [0, 1] {
        datagram[19] = encrypted;
        for len in 0..28 {
            assert!(Message::decode(&datagram[..len]).is_err());
        }
        assert!(Message::decode(&datagram).is_ok());
        let long = [&datagram[..], &[0]].concat();
        assert_eq!(Message::decode(&long).unwrap_err().field(), "length");
    }
}

/// IKEv2's payload types are unknown here, and none of them is read as anything.
#[test]
fn x_3_v2_payload_types_are_unknown() {
    for kind in 33..=54_u8 {
        let octets = [0, 0, 0, 5, 0xff];
        let chain = decode_chain(PayloadType(kind), &octets).unwrap();
        assert!(matches!(chain.items[0].payload, Payload::Unknown(_)), "{kind}");
    }
}

/// RFC 2408 §3.2: the octet after "next payload" is zero. What a wrong key decrypted seldom has that.
#[test]
fn the_reserved_octet_is_zero() {
    for octet in [1, 0x80, 0xff] {
        let error = decode_padded_chain(PayloadType::V1_HASH, &[0, octet, 0, 4]).unwrap_err();
        let value = octet.into();
        assert_eq!(error, DecodeError::Invalid { field: "payload reserved", offset: 1, value });
    }
    let mut datagram = MessageBuilder::new()
        .push(&Payload::Hash(HashPayload { data: &[] }))
        .push(&Payload::Hash(HashPayload { data: &[] }))
        .encode(&header())
        .unwrap();
    datagram[33] = 7;
    let error = Message::decode(&datagram).unwrap_err();
    assert_eq!(error, DecodeError::Invalid { field: "payload reserved", offset: 33, value: 7 });
}

/// In clear nothing may follow the last payload but what makes the message a multiple of 4 octets long (RFC 2408 §3.6), as
/// libreswan does; decrypted, padding of a block may.
#[test]
fn octets_after_the_last_payload() {
    for len in 0..=7 {
        let octets = [&[0, 0, 0, 5, 1][..], &[0; 7][..len]].concat();
        let error = decode_chain(PayloadType::V1_HASH, &octets).err();
        let (field, value) = ("octets after the last payload", len.try_into().unwrap());
        let expected = DecodeError::Invalid { field, offset: 5, value };
        assert_eq!(error, (![0, 3].contains(&len)).then_some(expected), "{len}");
        assert!(decode_padded_chain(PayloadType::V1_HASH, &octets).is_ok());
    }
}

/// A Security Association of one proposal with one transform.
fn sa() -> Vec<u8> {
    let transform = Transform { number: 1, id: 1, attributes: vec![Attribute::number(12, 86_400)] };
    let (protocol, spi) = (ProtocolId::ESP, vec![1, 2, 3, 4]);
    let proposal = Proposal { number: 1, protocol, spi, transforms: vec![transform] };
    SaPayload { proposals: vec![proposal] }.body().unwrap()
}

/// lengths of proposals, transforms and attributes beyond what they stand in; counts and markers that lie.
#[test]
fn x_22_lengths_of_an_sa() {
    let good = sa();
    assert_eq!(good.len(), 8 + 12 + 8 + 8);
    let with = |place: usize, octet: u8| {
        let mut body = good.clone();
        body[place] = octet;
        decode_one(PayloadType::V1_SA, &body)
    };
    assert!(with(0, 0).is_ok());
    let cases = [
        (3, 0, "SA DOI"),
        (7, 3, "SA situation"),
        (8, 1, "last proposal marker"),
        (8, 2, "proposal"),
        (11, 3, "proposal"),
        (11, 29, "proposal"),
        (11, 27, "transform"),
        (14, 0, "proposal SPI size"),
        (14, 8, "proposal SPI size"),
        (14, 255, "proposal SPI size"),
        (15, 0, "octets after the last transform"),
        (15, 2, "last transform marker"),
        (15, 129, "transforms"),
        (20, 3, "last transform marker"),
        (20, 1, "last transform marker"),
        (23, 3, "transform"),
        (23, 17, "transform"),
        (23, 15, "attribute value"),
        (31, 3, "attribute type"),
        (31, 5, "attribute value"),
    ];
    for (place, octet, expected) in cases {
        assert_eq!(field(with(place, octet)), expected, "octet {place} as {octet}");
    }
}

/// the offset in an error is that in the datagram.
#[test]
fn x_22_errors_say_where() {
    let mut body = sa();
    body[31] = 5;
    let mut octets = Vec::new();
    header().encode_for_test(&mut octets, &body);
    let error = Message::decode(&octets).unwrap_err();
    let offset = 28 + 4 + 8 + 12 + 8 + 4;
    assert_eq!(error, DecodeError::Truncated { field: "attribute value", offset, need: 5, have: 4 });
}

trait EncodeForTest {
    fn encode_for_test(&self, octets: &mut Vec<u8>, sa_body: &[u8]);
}

impl EncodeForTest for Header {
    /// A message with a Security Association of any body.
    fn encode_for_test(&self, octets: &mut Vec<u8>, sa_body: &[u8]) {
        let chain = chain_of_one(sa_body);
        let length = u32::try_from(28 + chain.len()).unwrap();
        let mut writer = crate::wire::Writer::new();
        Header { next_payload: PayloadType::V1_SA, length, ..*self }.encode(&mut writer);
        writer.put(&chain);
        octets.extend(writer.finish().unwrap());
    }
}

/// more of anything than there is a bound for.
#[test]
fn x_26_counts_are_bounded() {
    let attributes = vec![Attribute::basic(1, 1); limits::MAX_V1_ATTRIBUTES + 1];
    let transform = Transform { number: 1, id: 1, attributes };
    let proposal =
        Proposal { number: 1, protocol: ProtocolId::IKE, spi: Vec::new(), transforms: vec![transform] };
    let body = SaPayload { proposals: vec![proposal.clone()] }.body().unwrap();
    assert_eq!(field(decode_one(PayloadType::V1_SA, &body)), "attributes");

    let small = Proposal { transforms: Vec::new(), ..proposal };
    let body = SaPayload { proposals: vec![small; limits::MAX_PROPOSALS + 1] }.body().unwrap();
    assert_eq!(field(decode_one(PayloadType::V1_SA, &body)), "proposals");

    let octets = [8, 0, 0, 4].repeat(limits::MAX_PAYLOADS + 1);
    assert_eq!(decode_chain(PayloadType::V1_HASH, &octets).unwrap_err().field(), "payloads");
}

#[test]
fn deletes() {
    let body = |protocol: u8, size: u8, count: u8, spis: &[u8]| {
        let head = [0, 0, 0, 1, protocol, size, 0, count];
        decode_one(PayloadType::V1_DELETE, &[&head, spis].concat())
    };
    assert!(body(1, 16, 1, &[7; 16]).is_ok());
    assert!(body(3, 4, 2, &[7; 8]).is_ok());
    assert!(body(2, 4, 0, &[]).is_ok());
    assert_eq!(field(body(1, 8, 1, &[7; 8])), "Delete SPI size");
    assert_eq!(field(body(1, 4, 1, &[7; 4])), "Delete SPI size");
    assert_eq!(field(body(3, 16, 1, &[7; 16])), "Delete SPI size");
    assert_eq!(field(body(0, 4, 1, &[7; 4])), "Delete protocol");
    assert_eq!(field(body(4, 2, 1, &[7; 2])), "Delete protocol");
    assert_eq!(field(body(3, 4, 2, &[7; 7])), "deleted SPI");
    assert_eq!(field(body(3, 4, 1, &[7; 5])), "octets after Delete");
    let too_many = [0, 0, 0, 1, 3, 4, 0xff, 0xff];
    assert_eq!(field(decode_one(PayloadType::V1_DELETE, &too_many)), "deleted SPIs");
}

/// a fragment without a body, without data, or with number 0. Its length cannot be below 8.
#[test]
fn x_18_fragments() {
    assert!(decode_one(PayloadType::V1_FRAGMENT, &[0, 1, 1, 1, 0xaa]).is_ok());
    assert_eq!(field(decode_one(PayloadType::V1_FRAGMENT, &[])), "fragment id");
    assert_eq!(field(decode_one(PayloadType::V1_FRAGMENT, &[0, 1, 1])), "fragment flags");
    assert_eq!(field(decode_one(PayloadType::V1_FRAGMENT, &[0, 1, 1, 1])), "fragment");
    assert_eq!(field(decode_one(PayloadType::V1_FRAGMENT, &[0, 1, 0, 1, 0xaa])), "fragment number");
    for len in 0..4 {
        let octets = [0, 0, 0, len, 0, 1, 1, 1];
        let error = decode_chain(PayloadType::V1_FRAGMENT, &octets).unwrap_err();
        assert_eq!(error, DecodeError::Invalid { field: "payload", offset: 2, value: len.into() });
    }
}

/// A fragment counts as one only where it stands alone.
#[test]
fn x_18_a_fragment_stands_alone() {
    let fragment = FragmentPayload { id: 1, number: 1, last: true, data: b"part" };
    let mut builder = MessageBuilder::new();
    let datagram = builder.push(&Payload::Fragment(fragment)).encode(&header()).unwrap();
    assert_eq!(Message::decode(&datagram).unwrap().fragment(), Some(fragment));
    let datagram = builder.push(&Payload::Hash(HashPayload { data: &[] })).encode(&header()).unwrap();
    assert_eq!(Message::decode(&datagram).unwrap().fragment(), None);
}

#[test]
fn original_addresses() {
    assert!(decode_one(PayloadType::V1_NAT_OA, &[1, 0, 0, 0, 10, 0, 0, 1]).is_ok());
    assert_eq!(
        field(decode_one(PayloadType::V1_NAT_OA, &[4, 0, 0, 0, 10, 0, 0, 1, 255, 0, 0, 0])),
        "NAT-OA type"
    );
    assert_eq!(field(decode_one(PayloadType::V1_NAT_OA_DRAFT, &[1, 0, 0, 0, 10, 0, 0])), "NAT-OA address");
    assert_eq!(
        field(decode_one(PayloadType::V1_NAT_OA, &[1, 0, 0, 0, 10, 0, 0, 1, 9])),
        "octets after the NAT-OA address"
    );
    assert_eq!(field(decode_one(PayloadType::V1_NAT_OA, &[5, 0, 0, 0, 10, 0, 0, 1])), "NAT-OA address");
}

#[test]
fn what_a_notification_is_about() {
    let cookies = cookie_pair(IkeSpi([1; 8]), IkeSpi([2; 8]));
    let notify = NotifyPayload::new(codes::NotifyType::R_U_THERE, &[0, 0, 0, 9]);
    let about = NotifyPayload { spi: &cookies, ..notify };
    assert_eq!(about.cookies(), Some((IkeSpi([1; 8]), IkeSpi([2; 8]))));
    assert_eq!((about.child_spi(), notify.cookies()), (None, None));
    let child = NotifyPayload { protocol: ProtocolId::ESP, spi: &[0, 0, 2, 0], ..notify };
    assert_eq!(child.child_spi().map(|(_, spi)| spi.get()), Some(512));
    assert_eq!(NotifyPayload { spi: &[0; 15], ..notify }.cookies(), None);
    assert!(codes::NotifyType::NO_PROPOSAL_CHOSEN.is_error() && !codes::NotifyType::CONNECTED.is_error());
}
