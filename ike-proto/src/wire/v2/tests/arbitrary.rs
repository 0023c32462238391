//! Any payload that can be encoded.

use std::net::{Ipv4Addr, Ipv6Addr};

use esp_core::sa::IpsecProtocol;
use esp_core::selector::{AddressRange, PortRange, TrafficSelector};
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::wire::attribute::arbitrary::attribute;
use crate::wire::chain::RawPayload;
use crate::wire::codes::{
    AuthMethod, CertEncoding, CfgAttributeType, CfgType, DhId, IdType, NotifyType, PayloadType, ProtocolId,
    TransformType,
};

fn transform() -> impl Strategy<Value = Transform> {
    (any::<u8>(), any::<u16>(), vec(attribute(), 0..3)).prop_map(|(kind, id, attributes)| Transform {
        kind: TransformType(kind),
        id,
        attributes,
    })
}

fn proposal() -> impl Strategy<Value = Proposal> {
    let spi = prop_oneof![
        Just((ProtocolId::IKE, Vec::new())),
        vec(any::<u8>(), 8).prop_map(|spi| (ProtocolId::IKE, spi)),
        vec(any::<u8>(), 4).prop_map(|spi| (ProtocolId::ESP, spi)),
        vec(any::<u8>(), 0..9).prop_map(|spi| (ProtocolId(77), spi)),
    ];
    (spi, vec(transform(), 0..6)).prop_map(|((protocol, spi), transforms)| Proposal {
        number: 0,
        protocol,
        spi,
        transforms,
    })
}

fn sa() -> impl Strategy<Value = SaPayload> {
    (1..200_u8, vec(proposal(), 1..5)).prop_map(|(first, mut proposals)| {
        for (number, proposal) in (first..).zip(&mut proposals) {
            proposal.number = number;
        }
        SaPayload { proposals }
    })
}

fn selector() -> impl Strategy<Value = TrafficSelector> {
    let v4 = any::<(u32, u32)>().prop_map(|(a, b)| {
        let (first, last) = (Ipv4Addr::from_bits(a.min(b)), Ipv4Addr::from_bits(a.max(b)));
        AddressRange::new(first.into(), last.into()).unwrap()
    });
    let v6 = any::<(u128, u128)>().prop_map(|(a, b)| {
        let (first, last) = (Ipv6Addr::from_bits(a.min(b)), Ipv6Addr::from_bits(a.max(b)));
        AddressRange::new(first.into(), last.into()).unwrap()
    });
    let ports = prop_oneof![
        Just(PortRange::OPAQUE),
        any::<(u16, u16)>().prop_map(|(a, b)| PortRange { first: a.min(b), last: a.max(b) }),
    ];
    (any::<u8>(), ports, prop_oneof![v4, v6]).prop_map(|(protocol, ports, addresses)| TrafficSelector {
        protocol,
        ports,
        addresses,
    })
}

fn delete() -> impl Strategy<Value = DeletePayload> {
    let protocol = prop_oneof![Just(IpsecProtocol::Esp), Just(IpsecProtocol::Ah)];
    prop_oneof![
        Just(DeletePayload::IkeSa),
        (protocol, vec(any::<u32>(), 0..9))
            .prop_map(|(protocol, spis)| DeletePayload::Child { protocol, spis }),
    ]
}

/// A payload whose octets live for the whole test run: leaking them spares an owned twin of every type.
pub(super) fn payload() -> impl Strategy<Value = Payload<'static>> {
    let octets = |size: std::ops::Range<usize>| vec(any::<u8>(), size).prop_map(|octets| &*octets.leak());
    let id = (14..255_u8, any::<[u8; 3]>(), octets(0..40)).prop_map(|(kind, reserved, data)| IdPayload {
        kind: IdType(kind),
        reserved,
        data,
    });
    let notify = (any::<u16>(), octets(4..5), octets(0..40)).prop_map(|(kind, spi, data)| NotifyPayload {
        protocol: ProtocolId::ESP,
        spi,
        kind: NotifyType(kind),
        data,
    });
    let certificate = (any::<u8>(), octets(0..60));
    let attribute = (0..0x8000_u16, octets(0..20))
        .prop_map(|(kind, value)| CfgAttribute { kind: CfgAttributeType(kind), value });
    let configuration = (any::<u8>(), vec(attribute, 0..5))
        .prop_map(|(kind, attributes)| CpPayload { kind: CfgType(kind), attributes });
    let eap = (any::<u8>(), any::<u8>(), octets(0..40)).prop_map(|(code, identifier, data)| EapPayload {
        code,
        identifier,
        data,
    });
    let selectors = || vec(selector(), 1..5).prop_map(TsPayload::new);
    prop_oneof![
        sa().prop_map(Payload::Sa),
        (any::<u16>(), octets(0..300))
            .prop_map(|(group, data)| Payload::Ke(KePayload { group: DhId(group), data })),
        id.clone().prop_map(Payload::IdI),
        id.prop_map(Payload::IdR),
        (any::<u8>(), octets(0..70))
            .prop_map(|(method, data)| Payload::Auth(AuthPayload { method: AuthMethod(method), data })),
        octets(16..257).prop_map(|data| Payload::Nonce(NoncePayload { data })),
        notify.prop_map(Payload::Notify),
        delete().prop_map(Payload::Delete),
        octets(0..40).prop_map(|data| Payload::VendorId(VendorIdPayload { data })),
        selectors().prop_map(Payload::TsI),
        selectors().prop_map(Payload::TsR),
        certificate.clone().prop_map(|(encoding, data)| Payload::Cert(CertPayload {
            encoding: CertEncoding(encoding),
            data
        })),
        certificate.prop_map(|(encoding, authorities)| Payload::CertReq(CertReqPayload {
            encoding: CertEncoding(encoding),
            authorities
        })),
        configuration.prop_map(Payload::Cp),
        eap.prop_map(Payload::Eap),
    ]
}

/// The one payload that may stand at the end of a message and says what is inside it, or nothing.
pub(super) fn last() -> impl Strategy<Value = Option<Payload<'static>>> {
    let octets = || vec(any::<u8>(), 0..100).prop_map(|octets| &*octets.leak());
    let whole = (any::<u8>(), octets())
        .prop_map(|(kind, body)| Payload::Encrypted(SkPayload { first_inner: PayloadType(kind), body }));
    let part = (any::<u8>(), 1..=u16::MAX, any::<u16>(), octets()).prop_map(|(kind, total, number, body)| {
        let (first_inner, number) = (PayloadType(kind), number % total + 1);
        Payload::EncryptedFragment(SkfPayload { first_inner, number, total, body })
    });
    prop_oneof![Just(None), whole.prop_map(Some), part.prop_map(Some)]
}

/// A payload of a type that is not known, at any place: it names its successor as every other does.
pub(super) fn unknown() -> impl Strategy<Value = (PayloadType, bool, Vec<u8>)> {
    let kind = prop_oneof![1..33_u8, 54..=255_u8];
    (kind, any::<bool>(), vec(any::<u8>(), 0..40))
        .prop_map(|(kind, critical, body)| (PayloadType(kind), critical, body))
}

/// What [`unknown`] describes, as a payload to be encoded.
pub(super) fn raw(parts: &(PayloadType, bool, Vec<u8>)) -> Payload<'_> {
    let (kind, critical, body) = parts;
    Payload::Unknown(RawPayload {
        kind: *kind,
        critical: *critical,
        next: PayloadType::NONE,
        body,
        offset: 0,
    })
}
