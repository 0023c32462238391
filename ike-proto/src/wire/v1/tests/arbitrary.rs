//! Any payload that can be encoded.

use std::net::IpAddr;

use esp_core::sa::IpsecProtocol;
use proptest::collection::vec;
use proptest::prelude::*;

use super::codes::NotifyType;
use super::*;
use crate::wire::attribute::arbitrary::attribute;

fn transform() -> impl Strategy<Value = Transform> {
    (any::<u8>(), any::<u8>(), vec(attribute(), 0..8)).prop_map(|(number, id, attributes)| Transform {
        number,
        id,
        attributes,
    })
}

fn proposal() -> impl Strategy<Value = Proposal> {
    let spi = prop_oneof![
        vec(any::<u8>(), 0..17).prop_map(|spi| (ProtocolId::IKE, spi)),
        vec(any::<u8>(), 4).prop_map(|spi| (ProtocolId::ESP, spi)),
        vec(any::<u8>(), 4).prop_map(|spi| (ProtocolId::AH, spi)),
        vec(any::<u8>(), 0..9).prop_map(|spi| (ProtocolId(77), spi)),
    ];
    (any::<u8>(), spi, vec(transform(), 0..6)).prop_map(|(number, (protocol, spi), transforms)| Proposal {
        number,
        protocol,
        spi,
        transforms,
    })
}

fn delete() -> impl Strategy<Value = DeletePayload> {
    let protocol = prop_oneof![Just(IpsecProtocol::Esp), Just(IpsecProtocol::Ah)];
    let cookies = any::<([u8; 8], [u8; 8])>().prop_map(|(i, r)| (IkeSpi(i), IkeSpi(r)));
    prop_oneof![
        vec(cookies, 0..4).prop_map(DeletePayload::Isakmp),
        (protocol, vec(any::<u32>(), 0..9))
            .prop_map(|(protocol, spis)| DeletePayload::Child { protocol, spis }),
    ]
}

fn numbering() -> impl Strategy<Value = NatNumbering> {
    prop_oneof![Just(NatNumbering::Rfc3947), Just(NatNumbering::Draft)]
}

/// A payload whose octets live for the whole test run: leaking them spares an owned twin of every type.
pub(super) fn payload() -> impl Strategy<Value = Payload<'static>> {
    let octets = |size: std::ops::Range<usize>| vec(any::<u8>(), size).prop_map(|octets| &*octets.leak());
    let id =
        (any::<u8>(), any::<u8>(), any::<u16>(), octets(0..40)).prop_map(|(kind, protocol, port, data)| {
            Payload::Id(IdPayload { kind: IdType(kind), protocol, port, data })
        });
    let notify = (any::<(u32, u8, u16)>(), octets(0..20), octets(0..40)).prop_map(
        |((doi, protocol, kind), spi, data)| {
            let (protocol, kind) = (ProtocolId(protocol), NotifyType(kind));
            Payload::Notify(NotifyPayload { doi, protocol, spi, kind, data })
        },
    );
    let cert = || (any::<u8>(), octets(0..60)).prop_map(|(encoding, data)| CertPayload { encoding, data });
    let fragment = (any::<u16>(), 1..=u8::MAX, any::<bool>(), octets(1..90))
        .prop_map(|(id, number, last, data)| Payload::Fragment(FragmentPayload { id, number, last, data }));
    prop_oneof![
        vec(proposal(), 1..5).prop_map(|proposals| Payload::Sa(SaPayload { proposals })),
        octets(0..300).prop_map(|data| Payload::Ke(KePayload { data })),
        id,
        cert().prop_map(Payload::Cert),
        cert().prop_map(Payload::CertRequest),
        octets(0..70).prop_map(|data| Payload::Hash(HashPayload { data })),
        octets(0..70).prop_map(|data| Payload::Signature(SignaturePayload { data })),
        octets(8..257).prop_map(|data| Payload::Nonce(NoncePayload { data })),
        notify,
        delete().prop_map(Payload::Delete),
        octets(0..40).prop_map(|data| Payload::VendorId(VendorIdPayload { data })),
        (numbering(), octets(0..70))
            .prop_map(|(numbering, hash)| Payload::NatD(NatDPayload { numbering, hash })),
        (numbering(), any::<IpAddr>())
            .prop_map(|(numbering, address)| Payload::NatOa(NatOaPayload { numbering, address })),
        fragment,
    ]
}
