use super::*;
use crate::wire::codes::IdType;

fn payload(kind: IdType, data: &[u8]) -> IdPayload<'_> {
    IdPayload::new(kind, data)
}

/// Every kind goes to the wire and is known again there.
#[test]
fn every_kind_comes_back() {
    for identity in [
        Identity::Ip("192.0.2.1".parse().unwrap()),
        Identity::Ip("2001:db8::1".parse().unwrap()),
        Identity::Fqdn("gateway.example".into()),
        Identity::Email("someone@example.org".into()),
        Identity::KeyId(Vec::from([0, 1, 0xff])),
    ] {
        let (kind, data) = encode(&identity);
        assert!(matches(&identity, &payload(kind, &data)));
        assert_eq!(shown(&payload(kind, &data)), identity);
    }
}

/// the type and every octet must agree: no zero octet ends a name, nothing stands for anything else, and neither
/// a shorter nor a longer one is the same.
#[test]
fn x_21_identities_are_compared_whole() {
    let expected = Identity::Fqdn("peer.example".into());
    let long = ["peer.example", &"x".repeat(60_000)].concat();
    for other in [
        "peer.example\0",
        "peer.example\0.attacker.example",
        "\0peer.example",
        "peer.exampl",
        "peer.example.",
        "PEER.EXAMPLE",
        "*",
        "*.example",
        "%any",
        "",
        &long,
    ] {
        assert!(!matches(&expected, &payload(IdType::FQDN, other.as_bytes())), "{other:.40}");
    }
    for kind in [IdType::RFC822_ADDR, IdType::KEY_ID, IdType::NULL, IdType::DER_ASN1_DN, IdType(0)] {
        assert!(!matches(&expected, &payload(kind, b"peer.example")), "{kind}");
    }
    assert!(matches(&expected, &payload(IdType::FQDN, b"peer.example")));
    assert!(
        !matches(&Identity::Fqdn("*".into()), &payload(IdType::FQDN, b"peer.example")),
        "we have no wildcards either"
    );
    let address = Identity::Ip("1.2.3.4".parse().unwrap());
    assert!(!matches(&address, &payload(IdType::FQDN, b"1.2.3.4")));
    assert!(!matches(&address, &payload(IdType::KEY_ID, &[1, 2, 3, 4])));
}

/// what a peer says is shown for what it is, with nothing in it that a log would act on.
#[test]
fn x_23_odd_identities_are_shown_escaped() {
    let line = shown(&payload(IdType::FQDN, b"a\nb\0c\"")).to_string();
    assert!(!line.contains('\n') && !line.contains('\0'), "{line}");
    assert_eq!(shown(&payload(IdType::FQDN, &[0xff, 0xfe])), Identity::KeyId(Vec::from([0xff, 0xfe])));
    assert_eq!(shown(&payload(IdType::IPV4_ADDR, &[1, 2, 3])), Identity::KeyId(Vec::from([1, 2, 3])));
}
