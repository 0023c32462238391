//! The bodies over generated octets, so that every test run has a little of them. Those of the codecs run with theirs.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// What an outsider does: any datagram, an old one changed or not, and waiting.
fn action() -> impl Strategy<Value = Vec<u8>> {
    let any_datagram = (any::<u8>(), vec(any::<u8>(), 0..80)).prop_map(|(number, octets)| {
        let len = u16::try_from(octets.len()).unwrap().to_be_bytes();
        [&[0, number][..], &len, &octets].concat()
    });
    let replay = (0..12_u8).prop_map(|number| vec![1, number, 0, 0, 0]);
    let changed = (0..12_u8, any::<u8>(), 0..2_u8, any::<u8>())
        .prop_map(|(number, place, high, bits)| vec![1, number, place, high, bits]);
    let wait = any::<u8>().prop_map(|seconds| vec![3, seconds]);
    prop_oneof![any_datagram, replay, changed, wait]
}

/// A message of any payloads in an exchange that there is.
fn message() -> impl Strategy<Value = Vec<u8>> {
    let payload = (33..54_u8, vec(any::<u8>(), 0..40))
        .prop_map(|(kind, body)| [&[kind, u8::try_from(body.len()).unwrap()][..], &body].concat());
    (34..38_u8, vec(payload, 0..5)).prop_map(|(exchange, payloads)| {
        [&[exchange, u8::try_from(payloads.len()).unwrap()][..], &payloads.concat()].concat()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn an_outsider_ends_nothing(choice in 0..8_u8, actions in vec(action(), 0..12)) {
        outsider(&[&[choice][..], &actions.concat()].concat());
    }

    #[test]
    fn an_insider_harms_itself_alone(choice in any::<u8>(), messages in vec(message(), 0..8)) {
        insider(&[&[choice][..], &messages.concat()].concat());
    }
}
