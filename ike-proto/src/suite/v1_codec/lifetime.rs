//! Lifetimes: pairs of a type and a duration, in proposals and in RESPONDER-LIFETIME (RFC 2407 §4.5, §4.6.3.1).

use alloc::vec::Vec;
use core::time::Duration;

use crate::wire::Attribute;
use crate::wire::v1::codes::{DoiAttribute, IkeAttribute, LifeType};
use crate::wire::v1::{decode_attributes, encode_attributes};

/// What a proposal that says no lifetime means, in seconds (F-12).
pub const DEFAULT_LIFETIME: u64 = 28_800;

/// How long something lasts, as far as it was said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lifetime {
    /// Seconds.
    pub seconds: Option<u64>,
    /// Units of 1024 octets.
    pub kilobytes: Option<u64>,
}

/// The numbers of the two attributes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct LifeAttributes {
    pub(super) kind: u16,
    pub(super) duration: u16,
}

/// In phase 1.
pub(super) const IKE: LifeAttributes =
    LifeAttributes { kind: IkeAttribute::LIFE_TYPE.0, duration: IkeAttribute::LIFE_DURATION.0 };
/// In phase 2.
pub(super) const DOI: LifeAttributes =
    LifeAttributes { kind: DoiAttribute::LIFE_TYPE.0, duration: DoiAttribute::LIFE_DURATION.0 };

impl LifeAttributes {
    /// The attributes that say a lifetime.
    pub(super) fn encode(self, life: Lifetime) -> Vec<Attribute> {
        let pairs = [(LifeType::SECONDS, life.seconds), (LifeType::KILOBYTES, life.kilobytes)];
        let said = pairs.into_iter().filter_map(|(kind, duration)| Some((kind, duration?)));
        said.flat_map(|(kind, duration)| {
            let duration = u32::try_from(duration).unwrap_or(u32::MAX);
            [Attribute::basic(self.kind, kind.0), Attribute::number(self.duration, duration)]
        })
        .collect()
    }

    /// What attributes say of a lifetime; `None` where they are not pairs of a known type and a duration. Of two durations
    /// of one type the shorter counts, and one of zero says nothing.
    pub(super) fn decode<'a>(self, attributes: impl IntoIterator<Item = &'a Attribute>) -> Option<Lifetime> {
        let mut life = Lifetime::default();
        let mut kind = None;
        for attribute in attributes {
            if attribute.kind == self.kind {
                if kind.is_some() {
                    return None;
                }
                kind = Some(LifeType(u16::try_from(attribute.value.to_number()?).ok()?));
            } else if attribute.kind == self.duration {
                let place = match kind.take()? {
                    LifeType::SECONDS => &mut life.seconds,
                    LifeType::KILOBYTES => &mut life.kilobytes,
                    _ => return None,
                };
                let duration = attribute.value.to_number()?;
                if duration != 0 {
                    *place = Some(place.map_or(duration, |before: u64| before.min(duration)));
                }
            }
        }
        kind.is_none().then_some(life)
    }
}

/// The data of a RESPONDER-LIFETIME about an ISAKMP SA.
pub fn encode_ike_lifetime(lifetime: Duration) -> Vec<u8> {
    list(IKE, lifetime)
}

/// The data of a RESPONDER-LIFETIME about an IPsec SA.
pub fn encode_child_lifetime(lifetime: Duration) -> Vec<u8> {
    list(DOI, lifetime)
}

fn list(numbers: LifeAttributes, lifetime: Duration) -> Vec<u8> {
    let life = Lifetime { seconds: Some(lifetime.as_secs()), kilobytes: None };
    // A few octets always fit.
    encode_attributes(&numbers.encode(life)).unwrap_or_default()
}

/// The seconds that a RESPONDER-LIFETIME about an ISAKMP SA says. Peers number the attributes as in phase 1 or as in phase
/// 2; both are read, since the numbers do not overlap.
pub fn decode_ike_lifetime(data: &[u8]) -> Option<u64> {
    let attributes = decode_attributes(data).ok()?;
    let seconds = |numbers: LifeAttributes| numbers.decode(&attributes)?.seconds;
    seconds(IKE).or_else(|| seconds(DOI))
}

/// What a RESPONDER-LIFETIME about an IPsec SA says.
pub fn decode_child_lifetime(data: &[u8]) -> Lifetime {
    let attributes = decode_attributes(data).unwrap_or_default();
    DOI.decode(&attributes).unwrap_or_default()
}
