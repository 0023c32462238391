//! What an offer and a configuration differ in, by name. Neither version of IKE says it on the wire; this finds it.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use alloc::{format, vec};
use core::fmt;

use super::{ChildProposal, IkeProposal};
use crate::wire::codes::{DhId, EncrId, EsnId, IntegId, PrfId, TransformType};
use crate::wire::v2::{Proposal, SaPayload, Transform};

/// The one way of authentication that is spoken.
const PRE_SHARED_KEY: &str = "pre-shared key";

/// A kind of algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// IKE, ESP or AH.
    Protocol,
    /// The encryption.
    Encryption,
    /// The integrity protection, which IKEv1 calls authentication.
    Integrity,
    /// The pseudo-random function.
    Prf,
    /// IKEv1: how the sides prove who they are. A pre-shared key is the only way that is spoken.
    Method,
    /// The Diffie-Hellman group; of a Child SA, perfect forward secrecy.
    DhGroup,
    /// Extended sequence numbers.
    Esn,
}

impl Field {
    /// Every field, in the order in which people speak of them.
    pub const ALL: [Self; 7] = [
        Self::Protocol,
        Self::Encryption,
        Self::Integrity,
        Self::Prf,
        Self::Method,
        Self::DhGroup,
        Self::Esn,
    ];
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Protocol => "protocol",
            Self::Encryption => "encryption",
            Self::Integrity => "integrity",
            Self::Prf => "pseudo-random function",
            Self::Method => "authentication method",
            Self::DhGroup => "Diffie-Hellman group",
            Self::Esn => "extended sequence numbers",
        })
    }
}

/// A proposal as names, in the spelling of strongSwan: also what we cannot speak ourselves has one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// IKE, ESP or AH.
    pub protocol: String,
    /// Encryption.
    pub encryption: Vec<String>,
    /// Integrity.
    pub integrity: Vec<String>,
    /// Pseudo-random functions.
    pub prf: Vec<String>,
    /// IKEv1: how the sides prove who they are, where it is not by a pre-shared key.
    pub method: Option<String>,
    /// Groups. "none" or nothing means no key exchange.
    pub groups: Vec<String>,
    /// "esn" and "noesn".
    pub esn: Vec<String>,
}

impl Offer {
    /// Reads a peer's proposal.
    pub fn from_v2(proposal: &Proposal) -> Self {
        let names = |kind| proposal.of_type(kind).map(transform_name).collect();
        Self {
            protocol: proposal.protocol.to_string(),
            encryption: names(TransformType::ENCR),
            // "None" beside a cipher that authenticates says the same as nothing.
            integrity: proposal
                .of_type(TransformType::INTEG)
                .filter(|t| t.id != 0)
                .map(transform_name)
                .collect(),
            prf: names(TransformType::PRF),
            method: None,
            groups: names(TransformType::DH),
            esn: names(TransformType::ESN),
        }
    }

    /// Reads every proposal of a payload.
    pub fn all_from_v2(payload: &SaPayload) -> Vec<Self> {
        payload.proposals.iter().map(Self::from_v2).collect()
    }

    fn of(&self, field: Field) -> Vec<String> {
        match field {
            Field::Protocol => vec![self.protocol.clone()],
            Field::Encryption => self.encryption.clone(),
            Field::Integrity => self.integrity.clone(),
            Field::Prf => self.prf.clone(),
            Field::Method => vec![self.method.clone().unwrap_or_else(|| PRE_SHARED_KEY.to_string())],
            Field::DhGroup if self.groups.is_empty() => vec!["none".to_string()],
            Field::DhGroup => self.groups.clone(),
            Field::Esn => self.esn.clone(),
        }
    }

    fn differs(&self, other: &Self, field: Field) -> bool {
        let (a, b) = (self.of(field), other.of(field));
        let both_empty = a.is_empty() && b.is_empty();
        !both_empty && !a.iter().any(|name| b.contains(name))
    }
}

impl From<&IkeProposal> for Offer {
    fn from(proposal: &IkeProposal) -> Self {
        Self {
            protocol: "IKE".to_string(),
            encryption: texts(&proposal.ciphers),
            integrity: texts(&proposal.integrities),
            prf: texts(&proposal.prfs),
            method: None,
            groups: texts(&proposal.groups),
            esn: Vec::new(),
        }
    }
}

impl From<&ChildProposal> for Offer {
    fn from(proposal: &ChildProposal) -> Self {
        Self {
            protocol: proposal.protocol.to_string(),
            encryption: texts(&proposal.ciphers),
            integrity: texts(&proposal.integrities),
            prf: Vec::new(),
            method: None,
            groups: texts(&proposal.groups),
            esn: proposal.esn.iter().map(|esn| if *esn { "esn" } else { "noesn" }.to_string()).collect(),
        }
    }
}

impl fmt::Display for Offer {
    /// Prints the proposal as strongSwan writes one: a pseudo-random function only where its hash is not that of
    /// the integrity algorithm, sequence numbers only where they are extended.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let implied =
            |prf: &&String| !self.integrity.iter().any(|name| prf.strip_prefix("prf") == Some(name));
        let esn: &[String] = match self.esn.as_slice() {
            [only] if only == EsnId::NO.name().unwrap_or_default() => &[],
            names => names,
        };
        let prf = self.prf.iter().filter(implied);
        let names = self.encryption.iter().chain(&self.integrity).chain(prf).chain(&self.groups).chain(esn);
        for (place, name) in names.enumerate() {
            write!(f, "{}{name}", if place == 0 { "" } else { "-" })?;
        }
        self.method.as_ref().map_or(Ok(()), |method| write!(f, " with {method}"))
    }
}

/// One field in which two proposals have nothing in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldDifference {
    /// Which.
    pub field: Field,
    /// What the peer offers.
    pub theirs: Vec<String>,
    /// What we are configured for.
    pub ours: Vec<String>,
}

impl fmt::Display for FieldDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list =
            |names: &[String]| if names.is_empty() { "nothing".to_string() } else { names.join(" or ") };
        write!(f, "{}: the peer has {}, we have {}", self.field, list(&self.theirs), list(&self.ours))
    }
}

/// What two lists of proposals differ in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// The fields of the closest pair of proposals that have nothing in common. Empty where that pair has something
    /// in common in every field, or where one list is empty.
    pub fields: Vec<FieldDifference>,
    /// All that the peer offers.
    pub theirs: Vec<Offer>,
    /// All that we are configured for.
    pub ours: Vec<Offer>,
}

impl Difference {
    /// Compares each of the peer's proposals with each of ours, and keeps the pair that differs in the fewest fields.
    /// `fields` says which fields are compared; the group is left out where there is no key exchange to negotiate.
    pub fn between(theirs: Vec<Offer>, ours: Vec<Offer>, fields: &[Field]) -> Self {
        let pairs = theirs.iter().flat_map(|a| ours.iter().map(move |b| (a, b)));
        let differing = |(a, b): (&Offer, &Offer)| -> Vec<FieldDifference> {
            // Where one side's ciphers authenticate by themselves, it is the encryption alone that differs.
            let other_kind =
                a.integrity.is_empty() != b.integrity.is_empty() && a.differs(b, Field::Encryption);
            // And what of ESP and AH differs besides is of no interest.
            let other_protocol = fields.contains(&Field::Protocol) && a.differs(b, Field::Protocol);
            let skip = |field: &Field| match field {
                Field::Protocol => false,
                Field::Integrity => other_kind || other_protocol,
                _ => other_protocol,
            };
            let fields = fields.iter().copied().filter(|field| a.differs(b, *field) && !skip(field));
            fields.map(|field| FieldDifference { field, theirs: a.of(field), ours: b.of(field) }).collect()
        };
        let fields = pairs.map(differing).min_by_key(Vec::len).unwrap_or_default();
        Self { fields, theirs, ours }
    }

    /// The group differs, since all else was accepted before; which one the peer has is not known.
    pub fn of_group_alone(ours: Vec<Offer>) -> Self {
        let mut groups: Vec<String> = ours.iter().flat_map(|offer| offer.of(Field::DhGroup)).collect();
        groups.dedup();
        let group = FieldDifference { field: Field::DhGroup, theirs: Vec::new(), ours: groups };
        Self { fields: vec![group], theirs: Vec::new(), ours }
    }

    /// The names of the fields.
    pub fn field_names(&self) -> Vec<Field> {
        self.fields.iter().map(|difference| difference.field).collect()
    }
}

/// The name of a transform, with its key length where it has one.
pub fn transform_name(transform: &Transform) -> String {
    let name = match transform.kind {
        TransformType::ENCR => return encryption_name(transform),
        TransformType::PRF => PrfId(transform.id).to_string(),
        TransformType::INTEG => IntegId(transform.id).to_string(),
        TransformType::DH => DhId(transform.id).to_string(),
        TransformType::ESN => EsnId(transform.id).to_string(),
        kind => format!("{kind} {}", transform.id),
    };
    with_attributes(name, transform)
}

/// strongSwan puts the key length between the cipher and its mode: aes256gcm16.
fn encryption_name(transform: &Transform) -> String {
    let name = EncrId(transform.id).to_string();
    match (transform.key_length(), name.strip_prefix("aes")) {
        (Some(bits), Some(mode)) => format!("aes{bits}{mode}"),
        (Some(bits), None) => format!("{name}{bits}"),
        (None, Some(_)) if transform.attributes.is_empty() => format!("{name} without a key length"),
        _ => with_attributes(name, transform),
    }
}

fn with_attributes(name: String, transform: &Transform) -> String {
    if transform.attributes.is_empty() { name } else { format!("{name} with unexpected attributes") }
}

fn texts(values: &[impl fmt::Display]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests;
