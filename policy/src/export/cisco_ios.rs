//! Cisco IOS and IOS XE, with crypto maps.
//!
//! Keys and ids stand in a keyring and a profile of this tunnel, so that nothing of the rest of the router changes.

use alloc::format;
use alloc::string::String;
use core::net::IpAddr;

use esp_core::net::Cidr;

use super::device::{host_mask, wildcard};
use super::sheet::{Sheet, line};
use crate::identity::{Fqdn, Identity};
use crate::proposal::{Proposal, Spelling};

pub(super) fn write(sheet: &mut Sheet<'_>) {
    let name = sheet.device_name(80, true);
    let v6 = check(sheet);
    sheet.introduce();
    let Some((here, there)) = sheet.ids() else { return };
    if sheet.link.is_v1() {
        phase_1_v1(sheet, &name, &here, &there);
    } else {
        phase_1_v2(sheet, &name, &here, &there);
    }
    transform_set(sheet, &name);
    access_list(sheet, &name, v6);
    crypto_map(sheet, &name, v6);
    sheet.comment("Besides this, the router needs:");
    let own =
        sheet.link.here.address.map_or(String::from("that faces the Internet"), |own| format!("of {own}"));
    sheet.comment(&format!("- on the interface {own}: crypto map {name}"));
    sheet.comment("- other numbers than 10, if its policy 10 or map entry 10 is another tunnel's");
    sheet.comment(&format!("- no NAT of packets from {}: deny them in its NAT access list", sheet.between()));
    sheet.open_ports();
    sheet.host_routes();
    sheet.finish("cisco-ios.txt");
}

/// Whether the tunnel is IPv6's: a crypto map is of one family, addresses and subnets alike.
fn check(sheet: &mut Sheet<'_>) -> bool {
    sheet.check_device();
    let link = sheet.link;
    let subnets = link.here.subnets.iter().chain(&link.there.subnets);
    let inner = subnets.map(|subnet| !subnet.is_ipv4());
    let outer = [link.here.address, link.there.address].into_iter().flatten().map(|a| a.is_ipv6());
    let v6 = link.there.address.is_some_and(|address| address.is_ipv6());
    if inner.chain(outer).any(|other| other != v6) {
        let message =
            "a Cisco crypto map carries one family: addresses and subnets must all be IPv4 or all IPv6";
        sheet.error("subnets", message, "Divide the tunnel by family");
    }
    v6
}

fn phase_1_v1(sheet: &mut Sheet<'_>, name: &str, here: &Identity, there: &Identity) {
    let link = sheet.link;
    let policy = sheet.spell("ike", Spelling::IosIkeV1, &Proposal::from(&link.ike));
    line!(sheet, "crypto isakmp policy 10");
    sheet.lines(" ", &policy);
    line!(sheet, " authentication pre-share");
    line!(sheet, " lifetime {}", link.ike.lifetime_secs);
    if let Identity::Fqdn(own) = here {
        host_name(sheet, own);
    }
    line!(sheet, "crypto keyring {name}");
    if let Some(own) = link.here.address {
        line!(sheet, " local-address {own}");
    }
    if let Some(peer) = link.there.address {
        let key = sheet.key();
        match peer {
            IpAddr::V4(peer) => line!(sheet, " pre-shared-key address {peer} key 0 {key}"),
            IpAddr::V6(peer) => line!(sheet, " pre-shared-key address ipv6 {peer}/128 key 0 {key}"),
        }
    }
    line!(sheet, "crypto isakmp profile {name}");
    line!(sheet, " keyring {name}");
    match here {
        Identity::Fqdn(_) => line!(sheet, " self-identity fqdn"),
        Identity::Ip(_) => {
            line!(sheet, " self-identity address");
            if !sheet.id_is_address() {
                let message = format!("IOS names itself by its interface's address in IKEv1, not as {here}");
                sheet.error("ike.local_id", message, "Use IKEv2, or a domain name as id");
            }
        }
    }
    match there {
        Identity::Ip(IpAddr::V4(id)) => line!(sheet, " match identity address {id} 255.255.255.255"),
        Identity::Ip(IpAddr::V6(id)) => line!(sheet, " match identity address ipv6 {id}/128"),
        Identity::Fqdn(id) => line!(sheet, " match identity host {id}"),
    }
    line!(sheet, " keepalive 10 retry 2");
    if link.is_aggressive() {
        line!(sheet, " initiate mode aggressive");
    }
    sheet.gap();
}

/// In IKEv1 the only domain name that IOS sends is its own.
fn host_name(sheet: &mut Sheet<'_>, name: &Fqdn) {
    let message =
        format!("IOS sends its own host name as id in IKEv1: the text renames the router to {name}");
    sheet.warning(
        "ike.local_id",
        message,
        "Use IKEv2, or the address as id, if the router must keep its name",
    );
    match name.as_str().split_once('.') {
        Some((host, domain)) => {
            line!(sheet, "hostname {host}");
            line!(sheet, "ip domain name {domain}");
        }
        None => line!(sheet, "hostname {name}"),
    }
}

fn phase_1_v2(sheet: &mut Sheet<'_>, name: &str, here: &Identity, there: &Identity) {
    let link = sheet.link;
    let proposal = sheet.spell("ike", Spelling::IosIkeV2, &Proposal::from(&link.ike));
    line!(sheet, "crypto ikev2 proposal {name}");
    sheet.lines(" ", &proposal);
    line!(sheet, "crypto ikev2 policy {name}");
    if let Some(own) = link.here.address {
        line!(sheet, " match address local {own}");
    }
    line!(sheet, " proposal {name}");
    line!(sheet, "crypto ikev2 keyring {name}");
    line!(sheet, " peer {name}");
    match link.there.address {
        Some(IpAddr::V4(peer)) => line!(sheet, "  address {peer} 255.255.255.255"),
        Some(IpAddr::V6(peer)) => line!(sheet, "  address {peer}/128"),
        None => {}
    }
    line!(sheet, "  pre-shared-key 0 {}", sheet.key());
    line!(sheet, "crypto ikev2 profile {name}");
    match there {
        Identity::Ip(id @ IpAddr::V4(_)) => {
            line!(sheet, " match identity remote address {id} {}", host_mask(*id));
        }
        Identity::Ip(id) => line!(sheet, " match identity remote address {id}/128"),
        Identity::Fqdn(id) => line!(sheet, " match identity remote fqdn {id}"),
    }
    match here {
        Identity::Ip(id) => line!(sheet, " identity local address {id}"),
        Identity::Fqdn(id) => line!(sheet, " identity local fqdn {id}"),
    }
    line!(sheet, " authentication remote pre-share");
    line!(sheet, " authentication local pre-share");
    line!(sheet, " keyring local {name}");
    line!(sheet, " lifetime {}", link.ike.lifetime_secs);
    line!(sheet, " dpd 10 2 periodic");
    sheet.gap();
}

fn transform_set(sheet: &mut Sheet<'_>, name: &str) {
    let words = sheet.spell("ipsec", Spelling::IosTransformSet, &Proposal::from(&sheet.link.ipsec));
    line!(sheet, "crypto ipsec transform-set {name} {words}");
    line!(sheet, " mode tunnel");
    sheet.gap();
}

fn access_list(sheet: &mut Sheet<'_>, name: &str, v6: bool) {
    if v6 {
        line!(sheet, "ipv6 access-list {name}");
    } else {
        line!(sheet, "ip access-list extended {name}");
    }
    for pair in sheet.link.pairs() {
        if v6 {
            line!(sheet, " permit ipv6 {} {}", pair.local, pair.remote);
        } else {
            line!(sheet, " permit ip {} {}", place(&pair.local), place(&pair.remote));
        }
    }
    sheet.gap();
}

/// A subnet as an extended access list has it.
fn place(subnet: &Cidr) -> String {
    match subnet.length() {
        0 => String::from("any"),
        32 => format!("host {}", subnet.network()),
        _ => format!("{} {}", subnet.network(), wildcard(subnet)),
    }
}

fn crypto_map(sheet: &mut Sheet<'_>, name: &str, v6: bool) {
    let link = sheet.link;
    let group = sheet.spell_pfs(Spelling::IosIkeV1);
    line!(sheet, "crypto map {}{name} 10 ipsec-isakmp", if v6 { "ipv6 " } else { "" });
    if let Some(peer) = link.there.address {
        line!(sheet, " set peer {peer}");
    }
    line!(sheet, " set transform-set {name}");
    line!(sheet, " set security-association lifetime seconds {}", link.ipsec.lifetime_secs);
    if let Some(group) = group {
        line!(sheet, " set pfs group{group}");
    }
    line!(sheet, " set {} {name}", if link.is_v1() { "isakmp-profile" } else { "ikev2-profile" });
    line!(sheet, " match address {name}");
    sheet.gap();
}
