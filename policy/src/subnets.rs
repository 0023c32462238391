//! Subnets as tenants write them (TUN-5).

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use esp_core::net::{Cidr, CidrError};

/// Why a text is no subnet, or not one more subnet of a list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubnetError {
    /// A blank before, in or after the text.
    #[error("`{given}` contains blanks; write `{corrected}`")]
    Blank {
        /// What was given.
        given: String,
        /// The same without blanks.
        corrected: String,
    },
    /// The prefix length is longer than the address.
    #[error("the prefix length of `{given}` is beyond {max}; the longest for this address is {corrected}")]
    Length {
        /// What was given.
        given: String,
        /// The longest length of this family.
        max: u8,
        /// The address alone.
        corrected: String,
    },
    /// The length has zeros in front, which some read as octal.
    #[error("the prefix length of `{given}` has a leading zero; write `{corrected}`")]
    LeadingZero {
        /// What was given.
        given: String,
        /// The same without the zeros.
        corrected: Cidr,
    },
    /// The subnet stands in the list already.
    #[error("{subnet} stands in the list already, as entry {first}; remove this one")]
    Duplicate {
        /// The subnet.
        subnet: Cidr,
        /// Where it stood first, counted from 1.
        first: usize,
    },
    /// It is wrong in another way.
    #[error(transparent)]
    Cidr(#[from] CidrError),
}

/// A wrong line in a list of subnets with one in each line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {error}")]
pub struct SubnetLineError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    #[source]
    pub error: SubnetError,
}

/// Reads one subnet. The error holds the corrected value wherever there is one.
pub fn parse_subnet(text: &str) -> Result<Cidr, SubnetError> {
    if text.contains(char::is_whitespace) {
        let corrected: String = text.split_whitespace().collect();
        let corrected = match parse_subnet(&corrected) {
            Err(SubnetError::Cidr(CidrError::HostBits { corrected, .. })) => corrected.to_string(),
            _ => corrected,
        };
        return Err(SubnetError::Blank { given: text.to_string(), corrected });
    }
    let cidr = match text.parse::<Cidr>() {
        Err(CidrError::Length { text: given, max }) => {
            let address = given.split('/').next().unwrap_or_default();
            let corrected = format!("{address}/{max}");
            return Err(SubnetError::Length { given, max, corrected });
        }
        other => other?,
    };
    match text.split_once('/') {
        Some((_, length)) if length.len() > 1 && length.starts_with('0') => {
            Err(SubnetError::LeadingZero { given: text.to_string(), corrected: cidr })
        }
        _ => Ok(cidr),
    }
}

/// Reads a list with one subnet in each line, as a form of a console hands it over, and reports every wrong line. A
/// line break at the end is allowed; an empty line is not.
pub fn parse_subnets(text: &str) -> Result<Vec<Cidr>, Vec<SubnetLineError>> {
    let mut subnets = Vec::new();
    let mut errors = Vec::new();
    for (index, text) in text.lines().enumerate() {
        let line = index.saturating_add(1);
        match parse_subnet(text) {
            Ok(subnet) => subnets.push((line, subnet)),
            Err(error) => errors.push(SubnetLineError { line, error }),
        }
    }
    let mut seen = alloc::collections::BTreeMap::new();
    for (line, subnet) in &subnets {
        let first = *seen.entry(*subnet).or_insert(*line);
        if first != *line {
            let error = SubnetError::Duplicate { subnet: *subnet, first };
            errors.push(SubnetLineError { line: *line, error });
        }
    }
    errors.sort_by_key(|error| error.line);
    if errors.is_empty() { Ok(subnets.into_iter().map(|(_, subnet)| subnet).collect()) } else { Err(errors) }
}

/// How serde reads and writes one subnet: as text.
pub(crate) mod single {
    use core::fmt;

    use esp_core::net::Cidr;
    use serde::de::{DeserializeSeed, Error, Visitor};
    use serde::{Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(subnet: &Cidr, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(subnet)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cidr, D::Error> {
        NotIn(&[]).deserialize(deserializer)
    }

    /// Reads a subnet that is not in a list yet. Refusing it here, not after the list, is what lets the parser of a
    /// text give the line of the entry at fault.
    pub(crate) struct NotIn<'a>(pub(crate) &'a [Cidr]);

    impl<'de> DeserializeSeed<'de> for NotIn<'_> {
        type Value = Cidr;

        fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cidr, D::Error> {
            deserializer.deserialize_str(self)
        }
    }

    impl Visitor<'_> for NotIn<'_> {
        type Value = Cidr;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a subnet such as 10.0.0.0/16 or 2001:db8::/32")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Cidr, E> {
            let subnet = super::parse_subnet(text).map_err(E::custom)?;
            match self.0.iter().position(|other| *other == subnet) {
                Some(index) => {
                    Err(E::custom(super::SubnetError::Duplicate { subnet, first: index.saturating_add(1) }))
                }
                None => Ok(subnet),
            }
        }
    }
}

/// How serde reads and writes a subnet that may be absent; use it with `default` and `skip_serializing_if`.
pub(crate) mod optional {
    use esp_core::net::Cidr;
    use serde::{Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(subnet: &Option<Cidr>, serializer: S) -> Result<S::Ok, S::Error> {
        match subnet {
            Some(subnet) => super::single::serialize(subnet, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Cidr>, D::Error> {
        super::single::deserialize(deserializer).map(Some)
    }
}

/// How serde reads and writes a list of subnets: as a sequence of texts.
pub(crate) mod list {
    use alloc::string::ToString;
    use alloc::vec::Vec;
    use core::fmt;

    use esp_core::net::Cidr;
    use serde::de::{SeqAccess, Visitor};
    use serde::ser::SerializeSeq;
    use serde::{Deserializer, Serializer};

    use super::single::NotIn;

    pub(crate) fn serialize<S: Serializer>(subnets: &[Cidr], serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(subnets.len()))?;
        for subnet in subnets {
            seq.serialize_element(&subnet.to_string())?;
        }
        seq.end()
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Cidr>, D::Error> {
        deserializer.deserialize_seq(List)
    }

    struct List;

    impl<'de> Visitor<'de> for List {
        type Value = Vec<Cidr>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of subnets such as [\"10.0.0.0/16\"]")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Vec<Cidr>, A::Error> {
            let mut subnets = Vec::new();
            while let Some(subnet) = entries.next_element_seed(NotIn(&subnets))? {
                subnets.push(subnet);
            }
            Ok(subnets)
        }
    }
}

#[cfg(test)]
mod tests;
