//! What the command lines of devices have in common.

use alloc::format;
use alloc::string::String;
use core::net::{IpAddr, Ipv4Addr};

use esp_core::net::Cidr;

use super::sheet::Sheet;
use crate::identity::Identity;
use crate::link::NAME_PREFIX;

/// The names and numbers that a device's text gives to its objects.
impl Sheet<'_> {
    /// The name of this tunnel's objects, in `longest` characters. Longer ones, and names with a dot where the device
    /// allows none, get a checksum for the id.
    pub(super) fn device_name(&self, longest: usize, dots: bool) -> String {
        let name = self.link.connection_name();
        let fits = name.len() <= longest && (dots || !name.contains('.'));
        if fits { name } else { format!("{NAME_PREFIX}{:08x}", checksum(self.link.tunnel.as_str())) }
    }

    /// Tells what device texts leave to whoever pastes them, and refuses what none of them can carry.
    pub(super) fn check_device(&mut self) {
        let link = self.link;
        if link.there.address.is_none() {
            let message = format!("{} needs the address of the other end", self.dialect.title());
            self.error("peer", message, "Write the text for the end that the other one calls by its address");
        }
        let message = "the device probes a silent peer every 10 s or as its own rules have it, not after 8 s";
        self.warning("dpd", message, "Nothing: the two ends may differ");
        if !link.initiate {
            let message = format!("{} starts as soon as there is traffic", self.dialect.title());
            self.warning(
                "initiate",
                message,
                "Nothing: the gateway accepts an exchange that the peer starts",
            );
        }
    }

    /// Refuses IPv6 for devices whose text is written for IPv4.
    pub(super) fn only_ipv4(&mut self) {
        let link = self.link;
        let outer = [link.here.address, link.there.address].into_iter().flatten().any(|a| a.is_ipv6());
        let inner = link.here.subnets.iter().chain(&link.there.subnets).any(|subnet| !subnet.is_ipv4());
        if outer || inner {
            let message = format!("the text for {} is written for IPv4 alone", self.dialect.title());
            self.error(
                "subnets",
                message,
                "Use IPv4 addresses and subnets, or configure this device by hand",
            );
        }
    }

    /// Refuses a key with a quotation mark, which these devices may take off.
    pub(super) fn no_quotes_in_key(&mut self) {
        if self.key().contains('"') {
            let message =
                format!("{} may take the quotation mark off the pre-shared key", self.dialect.title());
            self.error("psk", message, "Choose a key without quotation marks");
        }
    }

    /// Whether the near end calls itself by the address that is written for it.
    pub(super) fn id_is_address(&self) -> bool {
        matches!((&self.link.here.id, self.link.here.address), (Some(Identity::Ip(id)), Some(own)) if *id == own)
    }

    /// The ids of both ends, where they are known; without them the text was refused already.
    pub(super) fn ids(&self) -> Option<(Identity, Identity)> {
        Some((self.link.here.id.clone()?, self.link.there.id.clone()?))
    }
}

/// A mask of ones (`255.255.255.0`).
pub(super) fn mask(subnet: &Cidr) -> Ipv4Addr {
    Ipv4Addr::from(
        u32::MAX.checked_shl(32_u32.saturating_sub(u32::from(subnet.length()))).unwrap_or_default(),
    )
}

/// A mask of zeros (`0.0.0.255`), as access lists have it.
pub(super) fn wildcard(subnet: &Cidr) -> Ipv4Addr {
    Ipv4Addr::from(!u32::from(mask(subnet)))
}

/// One host in full, with the mask that its family has.
pub(super) fn host_mask(address: IpAddr) -> &'static str {
    if address.is_ipv4() { "255.255.255.255" } else { "128" }
}

/// FNV-1a with 32 bits: the same for the same id everywhere, which is all that a name needs.
fn checksum(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |sum, octet| (sum ^ u32::from(octet)).wrapping_mul(0x0100_0193))
}
