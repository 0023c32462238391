use super::*;
use crate::algorithms::IpsecProtocol;
use crate::capabilities::Capabilities;
use crate::finding::Finding;
use crate::fixtures::{errors, gateway, peer, scn_2, warnings};
use crate::{Inventory, Limits, Rules};

fn rule(text: &str) -> SecurityRule {
    toml::from_str(text).unwrap()
}

fn allow(direction: &str, protocol: &str, ports: &str) -> SecurityRule {
    let ports = if ports.is_empty() { String::new() } else { format!("ports = [{ports}]") };
    rule(&format!("verdict = \"allow\"\ndirection = \"{direction}\"\nprotocol = \"{protocol}\"\n{ports}"))
}

fn enough(protocol: &str) -> Vec<SecurityRule> {
    ["in", "out"]
        .iter()
        .flat_map(|way| {
            [allow(way, "udp", "500, 500"), allow(way, "udp", "4500, 4500"), allow(way, protocol, "")]
        })
        .collect()
}

/// What adding the tunnel of SCN-2 finds about the group of its gateway.
fn found(rules: Vec<SecurityRule>, address: &str, protocol: IpsecProtocol) -> Vec<Finding> {
    let everything = Rules { limits: Limits::library(), capabilities: Capabilities::everything() };
    let mut inventory = Inventory::new(everything);
    let mut gateway = gateway("g-1", "106.75.234.78");
    gateway.security_group = Some(SecurityGroup { name: Name::default(), rules });
    inventory.add_gateway(gateway).unwrap();
    inventory.add_peer(peer("p-1", address)).unwrap();
    let mut tunnel = scn_2();
    tunnel.ipsec.protocol = protocol;
    tunnel.ike.remote_id = Some("branch.example".parse().unwrap());
    let findings = inventory.add_tunnel(tunnel).unwrap();
    findings.into_iter().filter(|finding| finding.rule == "GW-9").collect()
}

/// GW-9: what lets UDP 500, UDP 4500 and the tunnel's own protocol pass both ways raises no warning.
#[test]
fn gw_9_enough() {
    assert_eq!(found(enough("esp"), "1.1.1.1", IpsecProtocol::Esp), []);
    assert_eq!(found(enough("51"), "1.1.1.1", IpsecProtocol::Ah), []);
    assert_eq!(
        found(vec![allow("in", "any", ""), allow("out", "any", "")], "0.0.0.0", IpsecProtocol::Esp),
        []
    );
}

/// GW-9: each thing that is missing is named, with the rule that denies it.
#[test]
fn gw_9_each_missing_one_is_named() {
    let names = ["UDP 500", "UDP 4500", "protocol 50 (ESP)"];
    for missing in 0..6 {
        let mut rules = enough("esp");
        rules.remove(missing);
        let found = found(rules, "1.1.1.1", IpsecProtocol::Esp);
        assert_eq!(warnings(&found), ["GW-9"]);
        assert!(found[0].message.contains(names[missing % 3]), "{}", found[0]);
        assert!(found[0].message.contains("no rule allows it"), "{}", found[0]);
    }
    assert!(found(enough("esp"), "1.1.1.1", IpsecProtocol::Ah)[0].message.contains("protocol 51 (AH)"));
    let deny = "verdict = \"deny\"\ndirection = \"in\"\nprotocol = \"udp\"\nremote = \"1.1.0.0/16\"";
    let mut rules = vec![rule(deny)];
    rules.extend(enough("esp"));
    let refused = found(rules.clone(), "1.1.1.1", IpsecProtocol::Esp);
    assert_eq!(refused.len(), 2);
    assert!(refused[0].message.contains("rule 1 denies it"), "{}", refused[0]);
    assert_eq!(found(rules.clone(), "2.2.2.2", IpsecProtocol::Esp), []);
    assert_eq!(
        found(rules, "0.0.0.0", IpsecProtocol::Esp).len(),
        2,
        "a peer at any address may be one that is denied"
    );
}

/// GW-9: an allowance for some addresses is none for a peer at any address.
#[test]
fn gw_9_any_peer_needs_all_addresses() {
    let mut rules = enough("esp");
    for rule in &mut rules {
        rule.remote = Some("1.1.0.0/16".parse().unwrap());
    }
    assert_eq!(found(rules.clone(), "1.1.1.1", IpsecProtocol::Esp), []);
    assert_eq!(found(rules, "0.0.0.0", IpsecProtocol::Esp).len(), 6);
}

/// GW-9: rules that say nothing are refused.
#[test]
fn gw_9_rules_by_themselves() {
    for wrong in [allow("in", "udp", "9, 8"), allow("in", "esp", "500, 500")] {
        let mut gateway = gateway("g-1", "106.75.234.78");
        gateway.security_group = Some(SecurityGroup { name: Name::default(), rules: vec![wrong] });
        let found = crate::validate::gateway(&gateway, &Limits::product());
        assert_eq!(errors(&found), ["GW-9"], "{found:?}");
    }
}

#[test]
fn protocols_are_words_or_numbers() {
    for (text, number) in [("udp", 17), ("esp", 50), ("ah", 51), ("47", 47)] {
        let protocol: ProtocolMatch = text.parse().unwrap();
        assert!(protocol.matches(number) && !protocol.matches(99));
        assert_eq!(protocol.to_string(), text);
    }
    assert!("any".parse::<ProtocolMatch>().unwrap().matches(99));
    let error = "icmp6".parse::<ProtocolMatch>().unwrap_err().to_string();
    assert!(error.contains("any, tcp, udp"), "{error}");
}
