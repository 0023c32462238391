use proptest::collection::vec;
use proptest::prelude::*;

use super::arbitrary::payload;
use super::*;
use crate::wire::limits;

fn build(payloads: &[Payload<'_>]) -> MessageBuilder {
    let mut builder = MessageBuilder::new();
    for payload in payloads {
        builder.push(payload);
    }
    builder
}

fn clear<'a>(message: &'a Message<'a>) -> &'a Chain<'a> {
    let Content::Clear(chain) = &message.content else { panic!("{message:?}") };
    chain
}

proptest! {
    /// Every codec: what is encoded decodes to what it was, and to the octets it was encoded as.
    #[test]
    fn payloads_come_back(payloads in vec(payload(), 0..6)) {
        let builder = build(&payloads);
        let datagram = builder.encode(&header()).unwrap();
        let message = Message::decode(&datagram).unwrap();
        prop_assert_eq!(message.header.length as usize, datagram.len());
        let chain = clear(&message);
        prop_assert!(chain.payloads().eq(&payloads));
        let again: Vec<u8> = chain.items.iter().flat_map(|item| {
            let len = u16::try_from(item.raw.body.len() + 4).unwrap().to_be_bytes();
            [&[item.raw.next.0, 0, len[0], len[1]], item.raw.body].concat()
        }).collect();
        prop_assert_eq!(again, builder.chain().unwrap());
    }

    /// F-7: a hash in front covers all that is behind it, and no padding, whatever the padding is.
    #[test]
    fn f_7_what_a_hash_covers(
        hash in vec(any::<u8>(), 0..40),
        payloads in vec(payload(), 0..6),
        padding in vec(any::<u8>(), 0..20),
    ) {
        let rest = build(&payloads);
        let mut builder = MessageBuilder::new();
        builder.push(&Payload::Hash(HashPayload { data: &hash })).append(&rest);
        let octets = [builder.chain().unwrap(), &padding].concat();
        let chain = decode_padded_chain(builder.first(), &octets).unwrap();
        prop_assert_eq!(chain.hashed(), Some((&hash[..], rest.chain().unwrap())));
    }

    /// Every codec: cut anywhere it is refused, with the header's length corrected or not.
    #[test]
    fn truncated_messages_are_refused(payloads in vec(payload(), 1..4), cut in any::<prop::sample::Index>()) {
        let datagram = build(&payloads).encode(&header()).unwrap();
        let len = cut.index(datagram.len());
        let mut short = datagram[..len].to_vec();
        prop_assert!(Message::decode(&short).is_err());
        if let Some(place) = short.get_mut(24..28) {
            place.copy_from_slice(&u32::try_from(len).unwrap().to_be_bytes());
            prop_assert!(Message::decode(&short).is_err());
        }
    }

    /// Any octets: no panic, and what decodes encodes to something that decodes.
    #[test]
    fn arbitrary_octets_do_no_harm(mut octets in vec(any::<u8>(), 0..400), as_message in any::<bool>()) {
        if as_message && octets.len() >= 28 {
            octets[17] = 0x10;
            octets[19] &= !1;
            let len = u32::try_from(octets.len()).unwrap();
            octets[24..28].copy_from_slice(&len.to_be_bytes());
        }
        crate::fuzzing::decode_v1(&octets);
    }

    /// A valid message with a few octets changed: no panic.
    #[test]
    fn changed_messages_do_no_harm(
        payloads in vec(payload(), 1..4),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut datagram = build(&payloads).encode(&header()).unwrap();
        for (place, octet) in changes {
            let place = place.index(datagram.len());
            datagram[place] = octet;
        }
        crate::fuzzing::decode_v1(&datagram);
    }

    /// Any body under any type, as it may stand in an encrypted message: no panic.
    #[test]
    fn arbitrary_bodies_do_no_harm(kind in 0..=u8::MAX, body in vec(any::<u8>(), 0..120)) {
        crate::fuzzing::decode_v1_chain(&[&[kind][..], &chain_of_one(&body)].concat());
    }
}

/// F-4: the octets of a Security Association are kept as they came, also those without a meaning.
#[test]
fn f_4_the_octets_of_an_sa_are_kept() {
    let transform = [0, 0xaa, 0, 12, 1, 1, 0xbb, 0xcc, 0x80, 1, 0, 7];
    let proposal = [&[0, 0xdd, 0, 20, 1, 1, 0, 1][..], &transform].concat();
    let body = [&[0, 0, 0, 1, 0, 0, 0, 1][..], &proposal].concat();
    let octets = chain_of_one(&body);
    let chain = decode_chain(PayloadType::V1_SA, &octets).unwrap();
    assert_eq!(chain.body(PayloadType::V1_SA), Some(&body[..]));
    let Some(Payload::Sa(sa)) = chain.payloads().next() else { panic!("{chain:?}") };
    assert_ne!(sa.body().unwrap(), body, "what is encoded anew has zeros there");
    assert_eq!(chain.body(PayloadType::V1_KE), None);
}

/// F-4: the body of an identity is what came: type, protocol, port, and the data.
#[test]
fn f_4_the_body_of_an_identity() {
    let octets = chain_of_one(&[11, 17, 0x01, 0xf4, b'a', 0, b'b']);
    let chain = decode_chain(PayloadType::V1_ID, &octets).unwrap();
    let Some(Payload::Id(id)) = chain.payloads().next() else { panic!("{chain:?}") };
    assert_eq!(id.body(), octets[4..]);
    assert_eq!((id.protocol, id.port, id.data), (17, 500, &b"a\0b"[..]));
}

/// F-6, F-7: a hash covers nothing where it does not come first.
#[test]
fn f_7_a_hash_comes_first() {
    let mut builder = MessageBuilder::new();
    builder.push(&Payload::VendorId(VendorIdPayload { data: b"x" }));
    builder.push(&Payload::Hash(HashPayload { data: &[1; 16] }));
    let chain = decode_chain(builder.first(), builder.chain().unwrap()).unwrap();
    assert_eq!(chain.hashed(), None);
    assert_eq!(decode_chain(PayloadType::NONE, &[]).unwrap().hashed(), None);
}

/// too much to encode is an error, not a wrong message.
#[test]
fn x_22_builders_refuse_too_much() {
    let big = [0; 65_500];
    let mut builder = build(&[Payload::VendorId(VendorIdPayload { data: &big })]);
    assert!(builder.encode(&header()).is_err(), "the header no longer fits");
    builder.push(&Payload::VendorId(VendorIdPayload { data: &big }));
    assert!(builder.chain().is_err());

    let many = vec![Payload::VendorId(VendorIdPayload { data: b"" }); limits::MAX_PAYLOADS + 1];
    assert_eq!(build(&many).chain().unwrap_err().field, "payloads");
    assert!(build(&[Payload::Sa(SaPayload::default())]).chain().is_err());
    let spi = [0; 256];
    let notify = NotifyPayload { spi: &spi, ..NotifyPayload::new(codes::NotifyType::CONNECTED, &[]) };
    assert_eq!(build(&[Payload::Notify(notify)]).chain().unwrap_err().field, "Notification SPI");
    let transforms = vec![Transform { number: 1, id: 1, attributes: Vec::new() }; 256];
    let proposal = Proposal { number: 1, protocol: ProtocolId::IKE, spi: Vec::new(), transforms };
    assert_eq!(SaPayload { proposals: vec![proposal] }.body().unwrap_err().field, "transforms");
}
