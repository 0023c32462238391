//! H3C Comware 7, in system view.

use alloc::format;
use alloc::string::String;
use core::net::IpAddr;

use esp_core::net::Cidr;

use super::device::wildcard;
use super::sheet::{Sheet, line};
use crate::identity::Identity;
use crate::proposal::{Proposal, Spelling};

pub(super) fn write(sheet: &mut Sheet<'_>) {
    let name = sheet.device_name(63, false);
    sheet.check_device();
    sheet.only_ipv4();
    sheet.no_quotes_in_key();
    sheet.introduce();
    let (Some((here, there)), Some(peer)) = (sheet.ids(), sheet.link.there.address) else { return };
    line!(sheet, "acl advanced name {name}");
    for (index, pair) in sheet.link.pairs().iter().enumerate() {
        let number = index.saturating_mul(5);
        let (local, remote) = (place(&pair.local), place(&pair.remote));
        line!(sheet, " rule {number} permit ip source {local} destination {remote}");
    }
    sheet.gap();
    if sheet.link.is_v1() {
        phase_1_v1(sheet, &name, (&here, &there), peer);
    } else {
        phase_1_v2(sheet, &name, (&here, &there), peer);
    }
    phase_2(sheet, &name, peer);
    sheet.comment("Besides this, the device needs:");
    sheet.comment(&format!("- on the interface that faces the Internet: ipsec apply policy {name}"));
    sheet.comment("- another number than 10, if its IKE proposal 10 is another tunnel's");
    sheet.comment(&format!("- no NAT of packets from {}: deny them in its NAT access list", sheet.between()));
    sheet.open_ports();
    sheet.host_routes();
    sheet.finish("h3c.txt");
}

/// A subnet as an advanced access list has it.
fn place(subnet: &Cidr) -> String {
    match subnet.length() {
        0 => String::from("any"),
        _ => format!("{} {}", subnet.network(), wildcard(subnet)),
    }
}

fn phase_1_v1(sheet: &mut Sheet<'_>, name: &str, (here, there): (&Identity, &Identity), peer: IpAddr) {
    let link = sheet.link;
    let proposal = sheet.spell("ike", Spelling::H3cIkeV1, &Proposal::from(&link.ike));
    line!(sheet, "ike proposal 10");
    line!(sheet, " authentication-method pre-share");
    sheet.lines(" ", &proposal);
    line!(sheet, " sa duration {}", link.ike.lifetime_secs);
    line!(sheet, "ike keychain {name}");
    line!(sheet, " pre-shared-key address {peer} 255.255.255.255 key simple {}", sheet.key());
    line!(sheet, "ike profile {name}");
    line!(sheet, " keychain {name}");
    if let Some(mode) = link.ike.exchange_mode {
        line!(sheet, " exchange-mode {mode}");
    }
    line!(sheet, " local-identity {}", identity(here));
    match there {
        Identity::Ip(id) => line!(sheet, " match remote identity address {id} 255.255.255.255"),
        Identity::Fqdn(id) => line!(sheet, " match remote identity fqdn {id}"),
    }
    line!(sheet, " proposal 10");
    line!(sheet, " dpd interval 10 retry 5 periodic");
    sheet.gap();
}

fn phase_1_v2(sheet: &mut Sheet<'_>, name: &str, (here, there): (&Identity, &Identity), peer: IpAddr) {
    let link = sheet.link;
    let proposal = sheet.spell("ike", Spelling::H3cIkeV2, &Proposal::from(&link.ike));
    line!(sheet, "ikev2 proposal {name}");
    sheet.lines(" ", &proposal);
    line!(sheet, "ikev2 policy {name}");
    line!(sheet, " proposal {name}");
    if let Some(own) = link.here.address {
        line!(sheet, " match local address {own}");
    }
    line!(sheet, "ikev2 keychain {name}");
    line!(sheet, " peer {name}");
    line!(sheet, "  address {peer} 255.255.255.255");
    line!(sheet, "  pre-shared-key plaintext {}", sheet.key());
    line!(sheet, "ikev2 profile {name}");
    line!(sheet, " authentication-method local pre-share");
    line!(sheet, " authentication-method remote pre-share");
    line!(sheet, " keychain {name}");
    line!(sheet, " identity local {}", identity(here));
    match there {
        Identity::Ip(id) => line!(sheet, " match remote identity address {id} 255.255.255.255"),
        Identity::Fqdn(id) => line!(sheet, " match remote identity fqdn {id}"),
    }
    line!(sheet, " sa duration {}", link.ike.lifetime_secs);
    line!(sheet, " dpd interval 10 retry 5 periodic");
    sheet.gap();
}

fn identity(id: &Identity) -> String {
    match id {
        Identity::Ip(address) => format!("address {address}"),
        Identity::Fqdn(name) => format!("fqdn {name}"),
    }
}

fn phase_2(sheet: &mut Sheet<'_>, name: &str, peer: IpAddr) {
    let link = sheet.link;
    let spelling = if link.is_v1() { Spelling::H3cIpsecV1 } else { Spelling::H3cIpsecV2 };
    let proposal = sheet.spell("ipsec", spelling, &Proposal::from(&link.ipsec));
    line!(sheet, "ipsec transform-set {name}");
    line!(sheet, " protocol {}", link.ipsec.protocol);
    line!(sheet, " encapsulation-mode tunnel");
    sheet.lines(" ", &proposal);
    sheet.gap();
    line!(sheet, "ipsec policy {name} 10 isakmp");
    line!(sheet, " transform-set {name}");
    line!(sheet, " security acl name {name}");
    if let Some(own) = link.here.address {
        line!(sheet, " local-address {own}");
    }
    line!(sheet, " remote-address {peer}");
    line!(sheet, " {} {name}", if link.is_v1() { "ike-profile" } else { "ikev2-profile" });
    line!(sheet, " sa duration time-based {}", link.ipsec.lifetime_secs);
    if link.initiate {
        line!(sheet, " sa trigger-mode auto");
    }
    sheet.gap();
}
