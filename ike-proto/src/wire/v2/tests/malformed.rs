use super::*;
use crate::wire::codes::{NotifyType, ProtocolId};

fn field(result: Result<(), DecodeError>) -> &'static str {
    result.expect_err("malformed").field()
}

/// F-21: a nonce has 16 to 256 octets.
#[test]
fn f_21_nonce_lengths() {
    for (len, good) in [(0, false), (15, false), (16, true), (256, true), (257, false)] {
        assert_eq!(decode_one(PayloadType::NONCE, &vec![0; len]).is_ok(), good, "{len} octets");
    }
}

/// no major version but 2 is read as IKEv2, and it is found out before anything else.
#[test]
fn x_1_other_versions_are_refused() {
    let datagram = MessageBuilder::new().encode(&header()).unwrap();
    assert!(Message::decode(&datagram).is_ok());
    for version in [0x00, 0x10, 0x30, 0xf0] {
        let mut other = datagram.clone();
        other[17] = version;
        other[27] = 200;
        let value = (version >> 4).into();
        assert_eq!(
            Message::decode(&other),
            Err(DecodeError::Invalid { field: "major version", offset: 17, value })
        );
    }
    let mut minor = datagram;
    minor[17] = 0x2f;
    assert!(Message::decode(&minor).is_ok(), "the minor version is ignored");
}

/// IKEv1's payload types are unknown here, and matter only with the critical bit.
#[test]
fn x_3_v1_payload_types_are_unknown() {
    for kind in 1..=20_u8 {
        let plain = [0, 0, 0, 5, 0xff];
        let payloads = decode_chain(PayloadType(kind), &plain).unwrap();
        assert!(matches!(payloads[..], [Payload::Unknown(_)]));
        assert_eq!(unsupported_critical(&payloads), None);

        let critical = [0, 0x80, 0, 5, 0xff];
        let payloads = decode_chain(PayloadType(kind), &critical).unwrap();
        assert_eq!(unsupported_critical(&payloads), Some(PayloadType(kind)));
    }
}

/// a REKEY_SA must name a Child SA.
#[test]
fn x_12_rekey_sa_names_a_child() {
    let [high, low] = NotifyType::REKEY_SA.0.to_be_bytes();
    let decode = |protocol: ProtocolId, spi: &[u8]| {
        let mut body = Vec::from([protocol.0, u8::try_from(spi.len()).unwrap(), high, low]);
        body.extend_from_slice(spi);
        decode_one(PayloadType::NOTIFY, &body)
    };
    assert!(decode(ProtocolId::ESP, &[1, 2, 3, 4]).is_ok());
    assert!(decode(ProtocolId::AH, &[1, 2, 3, 4]).is_ok());
    for protocol in [ProtocolId::NONE, ProtocolId::IKE, ProtocolId(4)] {
        for spi in [&[][..], &[1, 2, 3, 4], &[0; 8]] {
            assert!(decode(protocol, spi).is_err(), "{protocol} with an SPI of {} octets", spi.len());
        }
    }
    for len in [0, 1, 3, 5, 8] {
        assert!(decode(ProtocolId::ESP, &vec![0; len]).is_err(), "ESP with an SPI of {len} octets");
    }
}

/// SPI sizes of Notify and Delete fit their protocols.
#[test]
fn x_12_spi_sizes() {
    assert_eq!(
        field(decode_one(PayloadType::NOTIFY, &[3, 8, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0])),
        "Notify SPI size"
    );
    assert_eq!(field(decode_one(PayloadType::NOTIFY, &[0, 9, 0, 11])), "Notify SPI");
    assert_eq!(
        field(decode_one(PayloadType::DELETE, &[1, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])),
        "Delete SPI size"
    );
    assert_eq!(field(decode_one(PayloadType::DELETE, &[1, 0, 0, 1])), "Delete SPI count");
    assert_eq!(field(decode_one(PayloadType::DELETE, &[3, 8, 0, 0])), "Delete SPI size");
    assert_eq!(field(decode_one(PayloadType::DELETE, &[0, 4, 0, 0])), "Delete protocol");
    assert_eq!(field(decode_one(PayloadType::DELETE, &[3, 4, 0, 2, 0, 0, 0, 0])), "deleted SPI");
    assert_eq!(field(decode_one(PayloadType::DELETE, &[3, 4, 0, 0, 0])), "octets after Delete");
    assert_eq!(field(decode_one(PayloadType::DELETE, &[3, 4, 0xff, 0xff])), "deleted SPIs");
}

/// Traffic Selectors.
#[test]
fn x_13_traffic_selectors() {
    let good = [1, 0, 0, 0, 7, 0, 0, 16, 0, 0, 0xff, 0xff, 10, 0, 0, 0, 10, 0, 0, 9];
    let with = |place: usize, octet: u8| {
        let mut body = good;
        body[place] = octet;
        decode_one(PayloadType::TS_I, &body)
    };
    assert!(decode_one(PayloadType::TS_I, &good).is_ok());
    assert_eq!(field(with(0, 0)), "TS count");
    assert_eq!(field(with(0, 2)), "TS");
    assert_eq!(field(with(7, 0)), "TS");
    assert_eq!(field(with(7, 7)), "TS last port");
    assert_eq!(field(with(7, 12)), "TS last address");
    assert_eq!(field(with(7, 17)), "TS");
    assert_eq!(field(with(4, 8)), "TS first address");
    assert_eq!(field(with(12, 11)), "TS address range");
    let reversed_ports = [1, 0, 0, 0, 7, 0, 0, 16, 1, 0, 0, 0xff, 10, 0, 0, 0, 10, 0, 0, 9];
    assert_eq!(field(decode_one(PayloadType::TS_I, &reversed_ports)), "TS port range");
    let opaque = [1, 0, 0, 0, 7, 0, 0, 16, 0xff, 0xff, 0, 0, 10, 0, 0, 0, 10, 0, 0, 9];
    assert!(decode_one(PayloadType::TS_R, &opaque).is_ok(), "opaque ports are the one reversed range");
    let mut longer = good.to_vec();
    longer.push(0);
    assert_eq!(field(decode_one(PayloadType::TS_I, &longer)), "octets after the last TS");
}

/// a selector of a type that is not understood selects nothing, and the others stay.
#[test]
fn x_13_unknown_selector_types_are_counted() {
    let body = [
        0, 0, 0, 32, 2, 0, 0, 0, 9, 0, 0, 8, 0, 0, 0, 0, 7, 0, 0, 16, 0, 0, 0xff, 0xff, 1, 1, 1, 1, 1, 1, 1,
        1,
    ];
    let payloads = decode_chain(PayloadType::TS_I, &body).unwrap();
    let [Payload::TsI(ts)] = &payloads[..] else { panic!("{payloads:?}") };
    assert_eq!((ts.selectors.len(), ts.ignored), (1, 1));
}

/// lengths, counts and markers in a Security Association payload that do not agree.
#[test]
fn x_22_security_association_payloads() {
    let good = [
        0, 0, 0, 28, 1, 1, 0, 2, // proposal 1, IKE, two transforms
        3, 0, 0, 12, 1, 0, 0, 12, 0x80, 14, 0, 128, // AES-CBC-128
        0, 0, 0, 8, 4, 0, 0, 2, // group 2
    ];
    let with = |place: usize, octet: u8| {
        let mut body = good;
        body[place] = octet;
        decode_one(PayloadType::SA, &body)
    };
    assert!(decode_one(PayloadType::SA, &good).is_ok());
    assert_eq!(field(decode_one(PayloadType::SA, &[])), "proposal", "no proposals");
    assert_eq!(field(with(0, 2)), "proposal", "another proposal is announced");
    assert_eq!(field(with(0, 1)), "last proposal marker");
    assert_eq!(field(with(3, 27)), "transform");
    assert_eq!(field(with(3, 29)), "proposal");
    assert_eq!(field(with(3, 3)), "proposal");
    assert_eq!(field(with(4, 0)), "proposal number");
    assert_eq!(field(with(5, 3)), "proposal SPI size", "X-12: ESP without an SPI");
    assert_eq!(field(with(6, 4)), "proposal SPI size", "X-12: IKE with an SPI of 4 octets");
    assert_eq!(field(with(6, 8)), "transform", "X-12: the SPI swallows a transform");
    assert_eq!(field(with(7, 0)), "octets after the last transform");
    assert_eq!(field(with(7, 1)), "last transform marker");
    assert_eq!(field(with(7, 3)), "last transform marker");
    assert_eq!(field(with(7, 255)), "transforms");
    assert_eq!(field(with(8, 0)), "last transform marker");
    assert_eq!(field(with(11, 7)), "transform id");
    assert_eq!(field(with(11, 13)), "attribute type", "one octet of the next transform");
    assert_eq!(field(with(11, 255)), "transform");
    assert_eq!(field(with(16, 0)), "attribute value", "an attribute as long as its value says");
    assert_eq!(field(with(11, 10)), "attribute value or length");
}

/// Proposal numbers count up by one (RFC 7296 §3.3.1).
#[test]
fn x_6_proposal_numbers_count_up() {
    let two = |first: u8, second: u8| {
        decode_one(PayloadType::SA, &[2, 0, 0, 8, first, 1, 0, 0, 0, 0, 0, 8, second, 1, 0, 0])
    };
    assert!(two(1, 2).is_ok());
    for (first, second) in [(0, 1), (1, 1), (1, 3), (2, 1), (255, 0)] {
        assert_eq!(field(two(first, second)), "proposal number");
    }
}

/// Identities that are addresses have an address's length; others are any octets.
#[test]
fn identities_of_addresses_have_their_length() {
    assert!(decode_one(PayloadType::ID_I, &[1, 0, 0, 0, 10, 0, 0, 1]).is_ok());
    assert!(decode_one(PayloadType::ID_I, &[1, 0, 0, 0, 10, 0, 0]).is_err());
    assert!(decode_one(PayloadType::ID_I, &[5, 0, 0, 0, 10, 0, 0, 1]).is_err());
    assert!(decode_one(PayloadType::ID_R, &[2, 0, 0, 0]).is_ok());
    assert!(decode_one(PayloadType::ID_R, &[2, 0, 0]).is_err());
}

/// F-19: the identity is signed as it came, octets without meaning included.
#[test]
fn f_19_identity_bodies_are_kept() {
    let octets = [0, 0, 0, 11, 2, 9, 8, 7, b'a', 0, b'b'];
    let payloads = decode_chain(PayloadType::ID_I, &octets).unwrap();
    let [Payload::IdI(id)] = &payloads[..] else { panic!("{payloads:?}") };
    assert_eq!(id.body(), octets[4..]);
    assert_eq!(id.data, b"a\0b", "X-21: embedded zero octets stay");
}

/// Nothing may follow the Encrypted payload.
#[test]
fn nothing_follows_an_encrypted_payload() {
    let mut octets = MessageBuilder::new()
        .push(&Payload::Encrypted(SkPayload { first_inner: PayloadType::NOTIFY, body: &[0; 48] }))
        .encode(&header())
        .unwrap();
    let message = Message::decode(&octets).unwrap();
    assert_eq!(message.encrypted().unwrap().first_inner, PayloadType::NOTIFY);
    octets.extend_from_slice(&[0, 0, 0, 4]);
    octets[27] += 4;
    assert_eq!(Message::decode(&octets).unwrap_err().field(), "octets after the last payload");
}

/// fragments with impossible numbers.
#[test]
fn x_17_fragment_numbers() {
    let decode = |number: u16, total: u16| {
        let body = [&number.to_be_bytes()[..], &total.to_be_bytes(), &[0; 40]].concat();
        decode_one(PayloadType::SKF, &body)
    };
    for (number, total) in [(1, 1), (1, 2), (2, 2), (u16::MAX, u16::MAX)] {
        assert!(decode(number, total).is_ok(), "{number} of {total}");
    }
    for (number, total) in [(0, 1), (2, 1), (0, u16::MAX), (u16::MAX, 1)] {
        assert_eq!(field(decode(number, total)), "fragment number", "{number} of {total}");
    }
    assert_eq!(field(decode(0, 0)), "total of fragments");
    assert_eq!(field(decode_one(PayloadType::SKF, &[0, 1])), "total of fragments");
    assert_eq!(field(decode_one(PayloadType::SKF, &[0])), "fragment number");
}

/// lengths in the Configuration payload.
#[test]
fn x_22_configuration_payloads() {
    let decode = |body: &[u8]| decode_one(PayloadType::CP, body);
    assert!(decode(&[1, 0, 0, 0]).is_ok());
    assert!(decode(&[1, 0, 0, 0, 0, 1, 0, 4, 10, 0, 0, 1]).is_ok());
    assert_eq!(field(decode(&[1, 0, 0])), "configuration head");
    assert_eq!(field(decode(&[1, 0, 0, 0, 0])), "configuration attribute type");
    assert_eq!(field(decode(&[1, 0, 0, 0, 0, 1, 0])), "configuration attribute length");
    assert_eq!(field(decode(&[1, 0, 0, 0, 0, 1, 0, 5, 10, 0, 0, 1])), "configuration attribute");
    let many = [&[1, 0, 0, 0][..], &[0, 1, 0, 0].repeat(65)].concat();
    assert_eq!(field(decode(&many)), "configuration attributes");
}

/// the length inside an EAP message is that of the payload.
#[test]
fn x_22_eap_lengths() {
    let decode = |body: &[u8]| decode_one(PayloadType::EAP, body);
    assert!(decode(&[3, 1, 0, 4]).is_ok());
    assert!(decode(&[1, 1, 0, 5, 1]).is_ok());
    for body in [&[1, 1, 0, 4, 1][..], &[1, 1, 0, 6, 1], &[1, 1, 0, 0, 1], &[1, 1, 0]] {
        assert_eq!(field(decode(body)), "EAP length");
    }
}

#[test]
fn certificates_name_their_encoding() {
    for kind in [PayloadType::CERT, PayloadType::CERTREQ] {
        assert!(decode_one(kind, &[4]).is_ok());
        assert!(decode_one(kind, &[]).is_err());
    }
}
