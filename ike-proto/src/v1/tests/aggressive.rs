use super::{assert_settled, pair_with};
use crate::config::ExchangeMode;
use crate::testing::Side;

/// F-14: three messages.
#[test]
fn two_endpoints_connect() {
    let mut pair = pair_with(ExchangeMode::Aggressive, |_, _| {});
    pair.connect();
    assert_eq!(pair.counts(Side::A), (1, 1), "{:#?} {:#?}", pair.transcript, pair.b.events);
    assert_settled(&mut pair);
}
