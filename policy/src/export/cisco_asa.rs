//! Cisco ASA. The outside interface is called `outside`, as it is on most.

use alloc::format;
use alloc::string::String;
use core::net::IpAddr;

use esp_core::net::Cidr;

use super::device::mask;
use super::sheet::{Sheet, line};
use crate::algorithms::IpsecProtocol;
use crate::identity::Identity;
use crate::proposal::{Proposal, Spelling};

pub(super) fn write(sheet: &mut Sheet<'_>) {
    let name = sheet.device_name(64, true);
    check(sheet);
    sheet.introduce();
    let (Some((here, there)), Some(peer)) = (sheet.ids(), sheet.link.there.address) else { return };
    for pair in sheet.link.pairs() {
        let (local, remote) = (place(&pair.local), place(&pair.remote));
        line!(sheet, "access-list {name} extended permit ip {local} {remote}");
    }
    sheet.gap();
    if sheet.link.is_v1() {
        phases_v1(sheet, &name);
    } else {
        phases_v2(sheet, &name);
    }
    crypto_map(sheet, &name, peer);
    identity(sheet, &here, &there, peer);
    line!(sheet, "tunnel-group {peer} type ipsec-l2l");
    line!(sheet, "tunnel-group {peer} ipsec-attributes");
    let key = sheet.key();
    if sheet.link.is_v1() {
        line!(sheet, " ikev1 pre-shared-key {key}");
    } else {
        line!(sheet, " ikev2 remote-authentication pre-shared-key {key}");
        line!(sheet, " ikev2 local-authentication pre-shared-key {key}");
    }
    line!(sheet, " isakmp keepalive threshold 10 retry 2");
    sheet.gap();
    sheet.comment("Besides this, the device needs:");
    sheet.comment("- other numbers than 10, if its policy 10 or map entry 10 is another tunnel's;");
    sheet.comment("  the entry in its own map, if the outside interface has one already");
    sheet.comment(&format!("- no NAT of packets from {} (an identity NAT rule)", sheet.between()));
    sheet.open_ports();
    sheet.host_routes();
    sheet.finish("cisco-asa.txt");
}

fn check(sheet: &mut Sheet<'_>) {
    sheet.check_device();
    if sheet.link.ipsec.protocol == IpsecProtocol::Ah {
        sheet.error("ipsec.protocol", "a Cisco ASA has no AH", "Use ESP at both ends");
    }
    if matches!(sheet.key(), "0" | "8") {
        let message = "a Cisco ASA takes this pre-shared key for the kind of the key that follows";
        sheet.error("psk", message, "Choose a longer key");
    }
    let link = sheet.link;
    let v6 = link.there.address.is_some_and(|address| address.is_ipv6());
    if link.here.subnets.iter().chain(&link.there.subnets).any(|subnet| subnet.is_ipv4() == v6) {
        let message =
            "the entry of a crypto map carries one family: address and subnets all IPv4 or all IPv6";
        sheet.error("subnets", message, "Divide the tunnel by family");
    }
}

fn phases_v1(sheet: &mut Sheet<'_>, name: &str) {
    let link = sheet.link;
    let policy = sheet.spell("ike", Spelling::AsaIkeV1, &Proposal::from(&link.ike));
    line!(sheet, "crypto ikev1 policy 10");
    line!(sheet, " authentication pre-share");
    sheet.lines(" ", &policy);
    line!(sheet, " lifetime {}", link.ike.lifetime_secs);
    line!(sheet, "crypto ikev1 enable outside");
    if link.ipsec.protocol == IpsecProtocol::Esp {
        let words = sheet.spell("ipsec", Spelling::AsaTransformSet, &Proposal::from(&link.ipsec));
        line!(sheet, "crypto ipsec ikev1 transform-set {name} {words}");
    }
    sheet.gap();
}

fn phases_v2(sheet: &mut Sheet<'_>, name: &str) {
    let link = sheet.link;
    let policy = sheet.spell("ike", Spelling::AsaIkeV2, &Proposal::from(&link.ike));
    line!(sheet, "crypto ikev2 policy 10");
    sheet.lines(" ", &policy);
    line!(sheet, " lifetime seconds {}", link.ike.lifetime_secs);
    line!(sheet, "crypto ikev2 enable outside");
    if link.ipsec.protocol == IpsecProtocol::Esp {
        let words = sheet.spell("ipsec", Spelling::AsaProposal, &Proposal::from(&link.ipsec));
        line!(sheet, "crypto ipsec ikev2 ipsec-proposal {name}");
        sheet.lines(" ", &words);
    }
    sheet.gap();
}

fn crypto_map(sheet: &mut Sheet<'_>, name: &str, peer: IpAddr) {
    let link = sheet.link;
    let entry = "crypto map outside_map 10";
    let pfs = sheet.spell_pfs(Spelling::AsaIkeV2);
    line!(sheet, "{entry} match address {name}");
    if let Some(group) = pfs {
        line!(sheet, "{entry} set pfs group{group}");
    }
    line!(sheet, "{entry} set peer {peer}");
    if link.is_v1() {
        line!(sheet, "{entry} set ikev1 transform-set {name}");
        if link.is_aggressive() {
            let group = sheet.link.ike.dh_group;
            line!(sheet, "{entry} set ikev1 phase1-mode aggressive group{group}");
        }
    } else {
        line!(sheet, "{entry} set ikev2 ipsec-proposal {name}");
    }
    line!(sheet, "{entry} set security-association lifetime seconds {}", link.ipsec.lifetime_secs);
    line!(sheet, "crypto map outside_map interface outside");
    sheet.gap();
}

/// The ASA names itself by its address or its own host name, and knows a peer by its address.
fn identity(sheet: &mut Sheet<'_>, here: &Identity, there: &Identity, peer: IpAddr) {
    match here {
        Identity::Fqdn(name) => {
            let message = format!("an ASA sends its own host name as id, which must be {name}");
            sheet.warning("ike.local_id", message, "Give the device that name, or use its address as id");
            line!(sheet, "crypto isakmp identity hostname");
        }
        Identity::Ip(id) => {
            if sheet.link.here.address.is_some_and(|own| own != *id) {
                let message = format!("an ASA names itself by its interface's address, not as {id}");
                sheet.error("ike.local_id", message, "Set the id to the address of its outside interface");
            }
            line!(sheet, "crypto isakmp identity address");
        }
    }
    if *there != Identity::Ip(peer) {
        let message = format!("an ASA finds the tunnel group by the peer's address, not by its id {there}");
        sheet.warning(
            "ike.remote_id",
            message,
            "Use the peer's address as its id, if the tunnel does not connect",
        );
    }
}

/// A subnet as an access list of an ASA has it.
fn place(subnet: &Cidr) -> String {
    match (subnet.is_ipv4(), subnet.length()) {
        (true, 0) => String::from("any4"),
        (true, _) => format!("{} {}", subnet.network(), mask(subnet)),
        (false, _) => format!("{subnet}"),
    }
}
