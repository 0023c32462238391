//! Any attribute.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

pub(in crate::wire) fn attribute() -> impl Strategy<Value = Attribute> {
    let value = prop_oneof![
        any::<u16>().prop_map(AttributeValue::Basic),
        vec(any::<u8>(), 0..20).prop_map(AttributeValue::Variable),
    ];
    (0..BASIC, value).prop_map(|(kind, value)| Attribute { kind, value })
}
