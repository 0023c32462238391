//! From what a text says to a tunnel, as far as a tunnel can be that (CONF-3).

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::fault::Faults;
use super::{Connection, ImportError, Place, ReadAddress, ReadAuth, ReadId, Setting};
use crate::algorithms::{DhGroup, EspAuthentication, EspEncryption, IkeAuthentication, IkeEncryption};
use crate::algorithms::{IkeVersion, IpsecMode, IpsecProtocol, PfsChoice};
use crate::identity::Identity;
use crate::ids::TunnelId;
use crate::ike_policy::IkePolicy;
use crate::ipsec_policy::IpsecPolicy;
use crate::link::{Link, LinkEnd, NAME_PREFIX};
use crate::names::Name;
use crate::pair_index::SubnetPair;
use crate::proposal::{Proposal, ike_choice, ipsec_choice};
use crate::text::list;

impl Connection {
    /// The tunnel that this connection is, or everything in it that no tunnel can be.
    pub fn link(&self) -> Result<Link, ImportError> {
        let mut faults = Faults::default();
        let link = self.build(&mut faults);
        faults.result()?;
        link.ok_or_else(|| ImportError { faults: Vec::new() })
    }

    fn build(&self, faults: &mut Faults) -> Option<Link> {
        if let ReadAuth::Other(word) = &self.auth.value {
            let message = format!("a tunnel has a pre-shared key, not {word}");
            faults.error(self.at(&self.auth), message);
        }
        if self.transport.value {
            faults.error(self.at(&self.transport), "a tunnel is in tunnel mode, not in transport mode");
        }
        let psk = self.psk.as_ref().map(|psk| psk.value.clone());
        if psk.is_none() {
            faults.error(self.place, "there is no pre-shared key for these ends; give the secrets file too");
        }
        let ike = self.ike_policy(faults);
        let ipsec = self.ipsec_policy(faults);
        let (local, remote) = self.subnets(faults);
        let here = self.end(&self.here.address, &self.here.id, local, faults);
        let there = self.end(&self.there.address, &self.there.id, remote, faults);
        let tunnel = tunnel_id(&self.name);
        if tunnel.is_none() {
            faults.error(self.place, "the connection has no name");
        }
        let there = there?;
        Some(Link {
            tunnel: tunnel?,
            name: Name::default(),
            here: here?,
            // There is nobody to call where the peer is any (PEER-2).
            initiate: self.initiate.value && there.address.is_some(),
            there,
            psk: psk?,
            ike: ike?,
            ipsec: ipsec?,
        })
    }

    fn at<T>(&self, setting: &Setting<T>) -> Place {
        setting.place.unwrap_or(self.place)
    }

    fn ike_policy(&self, faults: &mut Faults) -> Option<IkePolicy> {
        let place = self.at(&self.ike);
        // Where both versions are accepted, the newer is what a tunnel would choose.
        let version =
            if self.versions.value.contains(&IkeVersion::V2) { IkeVersion::V2 } else { IkeVersion::V1 };
        let proposal = single(place, "phase 1", &self.ike.value, faults)?;
        let (encryption, authentication, dh_group) = ike_choice(proposal);
        let choices = Choices { place, proposal };
        let found = (
            choices.take("encryption", encryption, IkeEncryption::ALL, faults),
            choices.take("authentication", authentication, IkeAuthentication::ALL, faults),
            choices.take("Diffie-Hellman group", dh_group, DhGroup::ALL, faults),
        );
        let lifetime_secs = self.lifetime(&self.ike_lifetime, faults)?;
        Some(IkePolicy {
            version,
            encryption: found.0?,
            authentication: found.1?,
            dh_group: found.2?,
            exchange_mode: (version == IkeVersion::V1).then_some(self.mode.value),
            local_id: None,
            remote_id: None,
            lifetime_secs,
        })
    }

    fn ipsec_policy(&self, faults: &mut Faults) -> Option<IpsecPolicy> {
        let (place, protocol) = (self.at(&self.ipsec), self.protocol.value);
        let proposal = single(place, "phase 2", &self.ipsec.value, faults)?;
        let (cipher, hash, group) = ipsec_choice(proposal);
        let choices = Choices { place, proposal };
        let encryption = match protocol {
            IpsecProtocol::Esp => Some(choices.take("encryption", cipher, EspEncryption::ALL, faults)?),
            IpsecProtocol::Ah => None,
        };
        let authentication = match proposal.is_aead() {
            true => None,
            false => Some(choices.take("authentication", hash, EspAuthentication::ALL, faults)?),
        };
        let pfs = match proposal.groups.as_slice() {
            [] => PfsChoice::Disabled,
            _ => PfsChoice::Group(choices.take("PFS group", group, DhGroup::ALL, faults)?),
        };
        let lifetime_secs = self.lifetime(&self.ipsec_lifetime, faults)?;
        Some(IpsecPolicy {
            protocol,
            encryption,
            authentication,
            pfs,
            lifetime_secs,
            mode: IpsecMode::Tunnel,
        })
    }

    fn lifetime(&self, setting: &Setting<u64>, faults: &mut Faults) -> Option<u32> {
        let value = u32::try_from(setting.value).ok();
        if value.is_none() {
            faults.error(self.at(setting), format!("a lifetime of {} s is too long", setting.value));
        }
        value
    }

    fn end(
        &self,
        address: &Setting<ReadAddress>,
        id: &Setting<ReadId>,
        subnets: Vec<esp_core::net::Cidr>,
        faults: &mut Faults,
    ) -> Option<LinkEnd> {
        let (address, at_address) = match &address.value {
            ReadAddress::Any => (Some(None), address),
            ReadAddress::Is(is) => (Some(Some(*is)), address),
            ReadAddress::Named(_) => (None, address),
        };
        if address.is_none() {
            let name = &at_address.value;
            let message = format!("`{name}` is looked up by the program; a tunnel needs the address itself");
            faults.error(self.at(at_address), message);
        }
        let is = match &id.value {
            ReadId::Any => Some(None),
            ReadId::Is(is) => Some(Some(is.clone())),
            ReadId::Other(_) => None,
        };
        if is.is_none() {
            let message = format!("`{}` is neither an address nor a domain name", id.value);
            faults.error(self.at(id), message);
        }
        let (address, id) = (address?, is?);
        let id = id.or_else(|| address.map(Identity::Ip));
        Some(LinkEnd { address, id, subnets })
    }

    /// A tunnel carries every local with every remote subnet; conns that leave a pair out are no tunnel.
    fn subnets(&self, faults: &mut Faults) -> (Vec<esp_core::net::Cidr>, Vec<esp_core::net::Cidr>) {
        let (local, remote) = (self.local_subnets(), self.remote_subnets());
        for (side, subnets) in [("near", &local), ("far", &remote)] {
            if subnets.is_empty() {
                faults.error(self.place, format!("there is no subnet at the {side} end"));
            }
        }
        let mut carried = alloc::collections::BTreeSet::new();
        for child in &self.children {
            for local in &child.local.value {
                let with = |remote: &esp_core::net::Cidr| SubnetPair { local: *local, remote: *remote };
                carried.extend(child.remote.value.iter().map(with));
            }
        }
        let pairs = local.iter().flat_map(|local| {
            let with = |remote: &esp_core::net::Cidr| SubnetPair { local: *local, remote: *remote };
            remote.iter().map(with).collect::<Vec<_>>()
        });
        let same_family = |pair: &SubnetPair| pair.local.is_ipv4() == pair.remote.is_ipv4();
        if let Some(pair) = pairs.filter(same_family).find(|pair| !carried.contains(pair)) {
            let message = format!(
                "a tunnel carries every local with every remote subnet, and no conn carries {pair}; divide the tunnel"
            );
            faults.error(self.place, message);
        }
        (local, remote)
    }
}

/// The one proposal that a tunnel has.
fn single<'a>(
    place: Place,
    phase: &str,
    proposals: &'a [Proposal],
    faults: &mut Faults,
) -> Option<&'a Proposal> {
    match proposals {
        [] => {
            let message =
                format!("{phase} has no proposal, so the program's defaults hold; write the one you mean");
            faults.error(place, message);
            None
        }
        [one] if one.is_single() => Some(one),
        [one] => {
            let message = format!("`{one}` leaves a choice; a tunnel has one algorithm of each kind");
            faults.error(place, message);
            None
        }
        _ => {
            let message =
                format!("{phase} has {} proposals ({}); a tunnel has one", proposals.len(), list(proposals));
            faults.error(place, message);
            None
        }
    }
}

/// A tenant's choice that a proposal names, or a fault.
struct Choices<'a> {
    place: Place,
    proposal: &'a Proposal,
}

impl Choices<'_> {
    fn take<T: core::fmt::Display + Copy>(
        &self,
        what: &str,
        choice: Option<T>,
        all: &[T],
        faults: &mut Faults,
    ) -> Option<T> {
        if choice.is_none() {
            let proposal = self.proposal;
            let message =
                format!("`{proposal}` names no {what} that a tunnel can have, which are {}", list(all));
            faults.error(self.place, message);
        }
        choice
    }
}

/// The id of the tunnel that a connection's name stands for: what follows `ipsvpn_`, or the name itself, with a hyphen
/// for whatever an id cannot hold.
fn tunnel_id(name: &str) -> Option<TunnelId> {
    let name = name.strip_prefix(NAME_PREFIX).filter(|id| !id.is_empty()).unwrap_or(name);
    let base = name.split_once('+').map_or(name, |(base, _)| base);
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let text: String = base.chars().take(63).map(|c| if allowed(c) { c } else { '-' }).collect();
    TunnelId::new(text).ok()
}
