//! What this host has: addresses and links.

use std::net::IpAddr;

use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::address::{AddressAttribute, AddressMessage};
use netlink_packet_route::link::{LinkAttribute, LinkMessage};

use super::{Netlink, NetlinkError};

/// An address of this host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostAddress {
    /// The address.
    pub address: IpAddr,
    /// The index of the interface that has it.
    pub interface: u32,
}

/// An interface of this host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its index.
    pub index: u32,
    /// Its name.
    pub name: String,
    /// Octets of its largest packet.
    pub mtu: u32,
}

impl Netlink {
    /// All addresses of this host, in the kernel's order.
    pub fn addresses(&mut self) -> Result<Vec<HostAddress>, NetlinkError> {
        let mut addresses = Vec::new();
        self.dump(RouteNetlinkMessage::GetAddress(AddressMessage::default()), |entry| {
            if let RouteNetlinkMessage::NewAddress(message) = entry {
                addresses.extend(host_address(&message));
            }
        })?;
        Ok(addresses)
    }

    /// The interface that has `address`; `None` where none has it.
    pub fn interface_of(&mut self, address: IpAddr) -> Result<Option<Interface>, NetlinkError> {
        let addresses = self.addresses()?;
        let Some(found) = addresses.iter().find(|entry| entry.address == address) else { return Ok(None) };
        let mut interface = None;
        self.dump(RouteNetlinkMessage::GetLink(LinkMessage::default()), |entry| {
            if let RouteNetlinkMessage::NewLink(message) = entry
                && message.header.index == found.interface
            {
                interface = Some(Interface::new(&message));
            }
        })?;
        Ok(interface)
    }
}

impl Interface {
    fn new(message: &LinkMessage) -> Self {
        let mut interface = Self { index: message.header.index, name: String::new(), mtu: 0 };
        for attribute in &message.attributes {
            match attribute {
                LinkAttribute::IfName(name) => interface.name.clone_from(name),
                LinkAttribute::Mtu(mtu) => interface.mtu = *mtu,
                _ => {}
            }
        }
        interface
    }
}

/// On a point-to-point link `Address` is the other end's and `Local` ours; elsewhere IPv6 has `Address` only.
fn host_address(message: &AddressMessage) -> Option<HostAddress> {
    let find = |pick: fn(&AddressAttribute) -> Option<IpAddr>| message.attributes.iter().find_map(pick);
    let local = find(|attribute| match attribute {
        AddressAttribute::Local(address) => Some(*address),
        _ => None,
    });
    let address = local.or_else(|| {
        find(|attribute| match attribute {
            AddressAttribute::Address(address) => Some(*address),
            _ => None,
        })
    })?;
    Some(HostAddress { address, interface: message.header.index })
}
