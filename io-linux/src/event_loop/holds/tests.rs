use esp_core::sa::{IpsecProtocol, Mode, ReqId};
use esp_core::selector::Selectors;

use super::*;

fn net(text: &str) -> Cidr {
    text.parse().unwrap()
}

fn policy(id: u64, remote: &[&str]) -> PolicyParams {
    PolicyParams {
        id: PolicyId(id),
        selectors: Selectors {
            local: vec![net("10.1.0.0/16").into()],
            remote: remote.iter().map(|text| net(text).into()).collect(),
        },
        action: PolicyAction::Protect {
            reqid: ReqId(1),
            protocol: IpsecProtocol::Esp,
            mode: Mode::Tunnel,
            local: "192.0.2.1".parse().unwrap(),
            remote: None,
        },
        priority: 1,
    }
}

/// a destination is held from the first policy that protects it to the last.
#[test]
fn x_30_held_from_the_first_policy_to_the_last() {
    let mut holds = Holds::default();
    assert_eq!(holds.add(&policy(1, &["10.2.0.0/16"])).begin, [net("10.2.0.0/16")].into());
    assert_eq!(holds.add(&policy(2, &["10.2.0.0/16"])), Change::default());
    assert_eq!(holds.remove(PolicyId(1)), Change::default());
    assert_eq!(holds.remove(PolicyId(2)).end, [net("10.2.0.0/16")].into());
}

/// a policy that is replaced lets go of what it no longer protects.
#[test]
fn x_30_a_replaced_policy_follows() {
    let mut holds = Holds::default();
    holds.add(&policy(1, &["10.2.0.0/16", "::/0"]));
    let change = holds.add(&policy(1, &["10.3.0.0/16", "::/0"]));
    assert_eq!(change, Change { begin: [net("10.3.0.0/16")].into(), end: [net("10.2.0.0/16")].into() });
    let mut bypass = policy(1, &["10.3.0.0/16"]);
    bypass.action = PolicyAction::Bypass;
    assert_eq!(holds.add(&bypass).end, [net("10.3.0.0/16"), net("::/0")].into());
}
