//! One difference, and the list of them.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::import::Place;
use crate::text::text_enum;

text_enum! {
    /// The field of a tunnel that differs, by its path in the model.
    Field, "field of a tunnel" {
        /// The version of IKE.
        Version = "ike.version",
        /// The exchange mode of IKEv1.
        ExchangeMode = "ike.exchange_mode",
        /// How the ends prove who they are.
        Method = "ike.method",
        /// All proposals of phase 1, where the text has none.
        IkeProposal = "ike",
        /// The encryption of phase 1.
        IkeEncryption = "ike.encryption",
        /// The authentication of phase 1.
        IkeAuthentication = "ike.authentication",
        /// The group of phase 1.
        DhGroup = "ike.dh_group",
        /// The lifetime of phase 1.
        IkeLifetime = "ike.lifetime_secs",
        /// Our address, as the peer has it.
        LocalAddress = "gateway.external",
        /// The peer's address.
        RemoteAddress = "peer.address",
        /// Our id, as the peer expects it.
        LocalId = "ike.local_id",
        /// The peer's id.
        RemoteId = "ike.remote_id",
        /// The pre-shared key.
        Psk = "psk",
        /// Our subnets.
        LocalSubnets = "local_subnets",
        /// The subnets behind the peer.
        RemoteSubnets = "remote_subnets",
        /// Pairs of subnets that the peer does not carry, though it has both subnets.
        Pairs = "subnet pairs",
        /// ESP or AH.
        Protocol = "ipsec.protocol",
        /// All proposals of phase 2, where the text has none.
        IpsecProposal = "ipsec",
        /// The encryption of phase 2.
        EspEncryption = "ipsec.encryption",
        /// The authentication of phase 2.
        EspAuthentication = "ipsec.authentication",
        /// The group of PFS.
        Pfs = "ipsec.pfs",
        /// The lifetime of phase 2.
        IpsecLifetime = "ipsec.lifetime_secs",
        /// Tunnel mode.
        Mode = "ipsec.mode",
        /// Who starts.
        Initiate = "initiate",
    }
}

/// How grave a difference is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// The tunnel will not connect, or will not carry its traffic.
    Fatal,
    /// It depends on what the text does not say.
    Doubtful,
    /// It may be so.
    Harmless,
}

/// One field in which the two ends differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The field.
    pub field: Field,
    /// How grave it is.
    pub weight: Weight,
    /// What our side has.
    pub here: String,
    /// What the peer's text has.
    pub there: String,
    /// Where the peer's text has it; `None` if it is the program's default.
    pub place: Option<Place>,
    /// What to change.
    pub change: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: here {}, there {}", self.field, self.here, self.there)?;
        if let Some(place) = self.place {
            write!(f, " ({place})")?;
        }
        write!(f, ". {}", self.change)
    }
}

/// Collects differences.
#[derive(Debug, Default)]
pub(super) struct Differences(Vec<Difference>);

impl Differences {
    pub(super) fn fatal(
        &mut self,
        field: Field,
        here: impl ToString,
        there: impl ToString,
        place: Option<Place>,
        change: impl Into<String>,
    ) {
        self.add(Weight::Fatal, field, [here.to_string(), there.to_string()], place, change.into());
    }

    pub(super) fn doubtful(
        &mut self,
        field: Field,
        here: impl ToString,
        there: impl ToString,
        place: Option<Place>,
        change: impl Into<String>,
    ) {
        self.add(Weight::Doubtful, field, [here.to_string(), there.to_string()], place, change.into());
    }

    pub(super) fn harmless(
        &mut self,
        field: Field,
        here: impl ToString,
        there: impl ToString,
        place: Option<Place>,
        change: impl Into<String>,
    ) {
        self.add(Weight::Harmless, field, [here.to_string(), there.to_string()], place, change.into());
    }

    fn add(
        &mut self,
        weight: Weight,
        field: Field,
        [here, there]: [String; 2],
        place: Option<Place>,
        change: String,
    ) {
        self.0.push(Difference { field, weight, here, there, place, change });
    }

    /// Whether a field differs already in a way that is more than told.
    pub(super) fn has(&self, field: Field) -> bool {
        self.0.iter().any(|difference| difference.field == field && difference.weight != Weight::Harmless)
    }

    pub(super) fn into_vec(self) -> Vec<Difference> {
        self.0
    }
}
