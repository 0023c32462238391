//! What a side needs besides the tunnel itself (CONF-2), as comments.

use alloc::format;
use alloc::string::ToString;

use super::sheet::Sheet;
use crate::algorithms::IpsecProtocol;
use crate::text::list;

impl Sheet<'_> {
    /// What this text is.
    pub(super) fn introduce(&mut self) {
        let link = self.link;
        let address = |address: Option<_>| {
            address.map_or("any address".to_string(), |address: core::net::IpAddr| address.to_string())
        };
        let title = match link.name.as_str() {
            "" => format!("Tunnel {}", link.tunnel),
            name => format!("Tunnel {}: {name}", link.tunnel),
        };
        self.comment(&title);
        let (here, there) = (address(link.here.address), address(link.there.address));
        let (near, far) = (list(&link.here.subnets), list(&link.there.subnets));
        self.comment(&format!("here {here} with {near}; there {there} with {far}"));
        self.gap();
    }

    /// The settings of a Linux host that forwards between the tunnel and its own network.
    pub(super) fn linux_surroundings(&mut self) {
        self.comment("Besides this file, the host needs:");
        self.comment("- forwarding, and no strict check of the reverse path:");
        if self.link.here.subnets.iter().any(|subnet| subnet.is_ipv4()) {
            self.comment("    sysctl -w net.ipv4.ip_forward=1");
            self.comment("    sysctl -w net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0");
            self.comment(
                "    sysctl -w net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.all.accept_redirects=0",
            );
        }
        if self.link.here.subnets.iter().any(|subnet| !subnet.is_ipv4()) {
            self.comment("    sysctl -w net.ipv6.conf.all.forwarding=1");
        }
        self.comment(&format!("- no address translation of packets from {}", self.between()));
        self.open_ports();
        self.host_routes();
    }

    /// What a firewall must let pass.
    pub(super) fn open_ports(&mut self) {
        let (name, number) = match self.link.ipsec.protocol {
            IpsecProtocol::Esp => ("ESP", 50),
            IpsecProtocol::Ah => ("AH", 51),
        };
        let peer = self.link.there.address.map_or("the peer".to_string(), |address| address.to_string());
        self.comment(&format!(
            "- UDP 500, UDP 4500 and IP protocol {number} ({name}) open to and from {peer}"
        ));
    }

    /// What the hosts behind this end need.
    pub(super) fn host_routes(&mut self) {
        let (near, far) = (list(&self.link.here.subnets), list(&self.link.there.subnets));
        self.comment(&format!(
            "- in the hosts of {near}, or in their router: a route to {far} through this gateway"
        ));
    }

    /// The traffic of the tunnel, in words.
    pub(super) fn between(&self) -> alloc::string::String {
        format!("{} to {}", list(&self.link.here.subnets), list(&self.link.there.subnets))
    }
}
