//! libreswan's dialect of `ipsec.conf`.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use esp_core::net::Cidr;
use esp_core::suite::CipherFamily;

use super::ipsec_conf::{auto, conn_name, marked, yes_no};
use super::secrets;
use super::sheet::{Sheet, line};
use crate::algorithms::{DhGroup, IkeAuthentication};
use crate::link::LinkEnd;
use crate::proposal::{Proposal, Spelling};
use crate::text::list;

pub(super) fn write(sheet: &mut Sheet<'_>) {
    let link = sheet.link;
    check(sheet);
    sheet.introduce();
    let ike = sheet.spell("ike", Spelling::Libreswan, &Proposal::from(&link.ike));
    let ipsec = sheet.spell("ipsec", Spelling::Libreswan, &Proposal::from(&link.ipsec));
    let families = [true, false].map(|v4| {
        let of =
            |end: &LinkEnd| end.subnets.iter().copied().filter(|s| s.is_ipv4() == v4).collect::<Vec<_>>();
        (of(&link.here), of(&link.there))
    });
    // A conn is of one family: libreswan makes a pair of every two of its subnets.
    for (index, (local, remote)) in families.iter().filter(|(local, _)| !local.is_empty()).enumerate() {
        line!(sheet, "conn {}", conn_name(sheet, index));
        line!(sheet, "    keyingtries=3");
        line!(sheet, "    authby=secret");
        line!(sheet, "    auto={}", auto(sheet));
        line!(sheet, "    type=tunnel");
        line!(sheet, "    pfs={}", yes_no(link.ipsec.pfs.group().is_some()));
        line!(sheet, "    ikev2={}", if link.is_v1() { "no" } else { "insist" });
        if link.is_aggressive() {
            line!(sheet, "    aggressive=yes");
        }
        line!(sheet, "    ike={ike}");
        line!(sheet, "    phase2={}", link.ipsec.protocol);
        line!(sheet, "    phase2alg={ipsec}");
        line!(sheet, "    ikelifetime={}s", link.ike.lifetime_secs);
        line!(sheet, "    salifetime={}s", link.ipsec.lifetime_secs);
        end(sheet, "left", &link.here, "%defaultroute", local);
        end(sheet, "right", &link.there, "%any", remote);
        line!(sheet, "    dpdaction=hold");
        line!(sheet, "    dpddelay=8s");
        line!(sheet, "    dpdtimeout=13s");
        sheet.gap();
    }
    sheet.linux_surroundings();
    sheet.finish("ipsec.conf");
    secrets::write(sheet);
}

fn end(sheet: &mut Sheet<'_>, side: &str, end: &LinkEnd, unknown: &str, subnets: &[Cidr]) {
    match end.address {
        Some(address) => line!(sheet, "    {side}={address}"),
        None => line!(sheet, "    {side}={unknown}"),
    }
    if let Some(id) = &end.id {
        line!(sheet, "    {side}id={}", marked(id));
    }
    match subnets {
        [subnet] => line!(sheet, "    {side}subnet={subnet}"),
        _ => line!(sheet, "    {side}subnets={{{}}}", braced(subnets)),
    }
    line!(sheet, "    {side}nexthop=%defaultroute");
}

fn braced(subnets: &[Cidr]) -> String {
    list(subnets).replace(", ", ",")
}

fn check(sheet: &mut Sheet<'_>) {
    let link = sheet.link;
    let groups = [("ike.dh_group", Some(link.ike.dh_group)), ("ipsec.pfs", link.ipsec.pfs.group())];
    for (field, group) in groups {
        let Some(group) = group else { continue };
        let lacks = match group {
            DhGroup::Modp1024
            | DhGroup::Modp1024Subgroup160
            | DhGroup::Modp2048Subgroup224
            | DhGroup::Modp2048Subgroup256 => {
                format!("as distributions build it, Debian's too, has no group {group}")
            }
            DhGroup::Ecp256 | DhGroup::Ecp384 | DhGroup::Ecp521 | DhGroup::Curve25519
                if link.is_v1() && field == "ipsec.pfs" =>
            {
                format!("has group {group} in IKEv1 for phase 1, not for PFS")
            }
            _ => continue,
        };
        let fix = "Choose group 14 at both ends, or a libreswan built with that group";
        sheet.warning(field, format!("libreswan {lacks}"), fix);
    }
    let (encryption, authentication) = (link.ike.encryption, link.ike.authentication);
    if encryption.cipher().family() == CipherFamily::AesCcm {
        let message = format!("libreswan has {encryption} for ESP, not for IKE");
        sheet.error("ike.encryption", message, "Choose AES-GCM at both ends");
    }
    if authentication == IkeAuthentication::AesCmac {
        let message = format!("libreswan has {authentication} for ESP, not for IKE");
        sheet.error("ike.authentication", message, "Choose sha2-256 at both ends");
    }
    if !link.is_v1() && link.pairs().len() > 1 {
        let message = "libreswan makes a Child SA for each pair of subnets, not one for all of them";
        sheet.warning("ike.version", message, "Nothing: the gateway accepts one Child SA for each pair");
    }
}
