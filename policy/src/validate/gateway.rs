//! The rules of a VPN gateway by itself (GW-1).

use alloc::format;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::security_group;
use crate::finding::Finding;
use crate::gateway::VpnGateway;
use crate::limits::Limits;

/// Checks a gateway without a look at others.
pub(crate) fn gateway(gateway: &VpnGateway, limits: &Limits) -> Vec<Finding> {
    let at = |field: &str| format!("gateway[{}].{field}", gateway.id);
    let mut findings = Vec::new();
    if gateway.vpc.cidrs.is_empty() {
        let message = format!("VPC {} has no address space", gateway.vpc.id);
        findings.push(Finding::error("GW-1", at("vpc.cidrs"), message, "Give at least one prefix"));
    } else if !gateway.vpc.contains(&gateway.subnet) {
        let cidrs = crate::text::list(&gateway.vpc.cidrs);
        let message =
            format!("subnet {} is not inside VPC {}, which has {cidrs}", gateway.subnet, gateway.vpc.id);
        findings.push(Finding::error("GW-1", at("subnet"), message, "Choose a subnet of the VPC"));
    }
    let external = &gateway.external;
    if !is_host(external.address) {
        let message = format!("{} is not the address of one host", external.address);
        let fix = "Give the external address that peers send to";
        findings.push(Finding::error("GW-1", at("external.address"), message, fix));
    }
    if external.data_centre != gateway.data_centre {
        let message = format!(
            "external address {} is of data centre `{}`, the gateway of `{}`",
            external.address, external.data_centre, gateway.data_centre
        );
        let fix = "Bind an external address of the gateway's data centre";
        findings.push(Finding::error("GW-1", at("external.data_centre"), message, fix));
    }
    if !external.default_route {
        let message = format!("external address {} has no default route", external.address);
        let fix = "Bind an external address with a default route";
        findings.push(Finding::error("GW-1", at("external.default_route"), message, fix));
    }
    findings.extend(security_group::group(gateway, limits));
    findings
}

/// Whether `address` can be that of one host.
pub(super) fn is_host(address: IpAddr) -> bool {
    let broadcast = matches!(address, IpAddr::V4(v4) if v4.is_broadcast());
    !address.is_unspecified() && !address.is_multicast() && !broadcast
}
