use proptest::collection::vec;
use proptest::prelude::*;

use super::arbitrary::{last, payload, raw, unknown};
use super::*;
use crate::wire::codes::NotifyType;
use crate::wire::limits;

fn build(payloads: &[Payload<'_>]) -> MessageBuilder {
    let mut builder = MessageBuilder::new();
    for payload in payloads {
        builder.push(payload);
    }
    builder
}

proptest! {
    /// Every codec: what is encoded decodes to what it was.
    #[test]
    fn payloads_come_back(mut payloads in vec(payload(), 0..6), last in last()) {
        payloads.extend(last);
        let datagram = build(&payloads).encode(&header()).unwrap();
        let message = Message::decode(&datagram).unwrap();
        prop_assert_eq!(message.header.length as usize, datagram.len());
        prop_assert_eq!(message.payloads, payloads);
    }

    /// A payload of any type that is not known is kept as it came, with its critical bit, wherever it stands.
    #[test]
    fn unknown_payloads_come_back(
        mut payloads in vec(payload(), 0..4), parts in unknown(), place in any::<prop::sample::Index>(),
    ) {
        let place = place.index(payloads.len() + 1);
        payloads.insert(place, raw(&parts));
        let datagram = build(&payloads).encode(&header()).unwrap();
        let decoded = Message::decode(&datagram).unwrap().payloads;
        let Payload::Unknown(kept) = &decoded[place] else { panic!("{decoded:?}") };
        prop_assert_eq!((kept.kind, kept.critical, kept.body), (parts.0, parts.1, parts.2.as_slice()));
        prop_assert_eq!(unsupported_critical(&decoded), parts.1.then_some(parts.0));
    }

    /// Every codec: cut anywhere it is refused, with the header's length corrected or not.
    #[test]
    fn truncated_messages_are_refused(mut payloads in vec(payload(), 1..4), last in last(), cut in any::<prop::sample::Index>()) {
        payloads.extend(last);
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
            octets[17] = 0x20;
            let len = u32::try_from(octets.len()).unwrap();
            octets[24..28].copy_from_slice(&len.to_be_bytes());
        }
        crate::fuzzing::decode_v2(&octets);
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
        crate::fuzzing::decode_v2(&datagram);
    }

    /// Any body under any type, as it may stand inside an Encrypted payload: no panic.
    #[test]
    fn arbitrary_bodies_do_no_harm(kind in 33..54_u8, body in vec(any::<u8>(), 0..120)) {
        let _ = decode_one(PayloadType(kind), &body);
        let head = [kind, 0, 0, 0, u8::try_from(body.len() + 4).unwrap()];
        crate::fuzzing::decode_v2_chain(&[&head[..], &body].concat());
    }
}

/// F-22: a COOKIE goes in front of payloads that are otherwise the same octets.
#[test]
fn f_22_a_cookie_is_put_in_front() {
    let nonce = [7; 32];
    let first = build(&[
        Payload::Nonce(NoncePayload { data: &nonce }),
        Payload::VendorId(VendorIdPayload { data: b"us" }),
    ]);
    let mut retry = build(&[Payload::Notify(NotifyPayload::new(NotifyType::COOKIE, b"cookie"))]);
    retry.append(&first).push(&Payload::VendorId(VendorIdPayload { data: b"more" }));

    let datagram = retry.encode(&header()).unwrap();
    let kinds: Vec<_> = Message::decode(&datagram).unwrap().payloads.iter().map(Payload::kind).collect();
    let expected = [PayloadType::NOTIFY, PayloadType::NONCE, PayloadType::VENDOR_ID, PayloadType::VENDOR_ID];
    assert_eq!(kinds, expected);
    // All but the octet that says that another payload now follows the last one.
    let (before, after) = (first.chain().unwrap(), &retry.chain().unwrap()[14..]);
    assert_eq!(before[..36], after[..36]);
    assert_eq!(before[37..], after[37..before.len()]);
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
    assert!(build(&[Payload::TsI(TsPayload::default())]).chain().is_err());
    assert!(build(&[Payload::Sa(SaPayload::default())]).chain().is_err());
}
