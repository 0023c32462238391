//! HA-1: what a gateway is, as data, and another that goes on with it.

use esp_core::time::Instant;
use ipsec_gateway::{EXPORT_VERSION, Gateway, GatewayConfig, GatewayExport, Output};
use ipsec_io_sim::plan::End;
use ipsec_policy::Timestamp;
use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;

use crate::{SECOND, at, connected, gateway, tunnel};

fn import(now: Instant, export: &GatewayExport) -> Gateway {
    // What this node would have configured by itself is of no matter.
    let config = GatewayConfig::new(export.configuration.gateways[0].clone());
    let rng = Box::new(ChaCha8Rng::seed_from_u64(9));
    Gateway::import(now, config, export.clone(), rng).unwrap().0
}

/// What a connected gateway that has carried 40 packets exports.
fn exported() -> (Instant, GatewayExport) {
    let mut net = connected(|config| {
        let began: Timestamp = "2026-01-31T12:00:00Z".parse().unwrap();
        config.gateway.created = Some(began);
    });
    assert_eq!(net.ping(End::Left, 20, SECOND / 10).received, 20);
    let plan = ipsec_io_sim::PingSeries::new("198.51.100.77".parse().unwrap(), 7, SECOND / 10);
    let host = net.left.host;
    net.world.act(host, |host, context| host.start_pings(context, plan));
    net.world.run_until(at(15));
    let export = gateway(&net, End::Left).export(net.world.now());
    assert_eq!(export.counters[1].tunnel.as_ref(), Some(tunnel(&net, End::Left)));
    (net.world.now(), export)
}

/// HA-1: as data and back it is the same, with keys where they are asked for and without where they are not.
#[test]
fn ha_1_data_and_back() {
    let (_, export) = exported();
    assert_eq!((export.counters.len(), export.associations.len()), (2, 2));
    for association in &export.associations {
        assert_eq!((association.packets, association.sequence, association.protocol), (20, 20, 50));
    }
    let json = serde_json::to_string(&export.exposed()).unwrap();
    assert_eq!(serde_json::from_str::<GatewayExport>(&json).unwrap(), export);
    let key = "a-key-of-the-simulation";
    assert!(json.contains(key));
    assert!(!serde_json::to_string(&export).unwrap().contains(key));
    assert!(!format!("{export:?}").contains(key));
}

/// HA-1: export, import, export is the identity, but for the Security Associations, which another node does not have; its
/// clock shows something else, and it connects at once.
#[test]
fn ha_1_export_import_export() {
    let (_, export) = exported();
    for now in [at(0), at(7), at(1_000_000)] {
        let mut imported = import(now, &export);
        let again = imported.export(now);
        assert_eq!(again.configuration, export.configuration);
        if now >= at(15) {
            assert_eq!(again.counters, export.counters);
        }
        let counted = |export: &GatewayExport| {
            export.counters.iter().map(|c| (c.tunnel.clone(), c.traffic, c.drops.clone())).collect::<Vec<_>>()
        };
        assert_eq!(counted(&again), counted(&export));
        assert_eq!(counted(&export)[0].2, [("NoPolicy".to_string(), 7)].into());
        assert_eq!(again.associations, []);
        assert_eq!(import(now, &again).export(now), again);
        let sends = std::iter::from_fn(|| match imported.poll_output() {
            Output::Timeout(_) => None,
            output => Some(matches!(output, Output::Transmit(_))),
        });
        assert!(sends.into_iter().any(|sent| sent), "it begins to connect");
    }
}

/// HA-1: what this node cannot read is refused, and says why.
#[test]
fn ha_1_what_is_refused() {
    let (_, export) = exported();
    let refusal = |export: GatewayExport| {
        let config = GatewayConfig::new(exported().1.configuration.gateways[0].clone());
        let rng = Box::new(ChaCha8Rng::seed_from_u64(9));
        Gateway::import(at(0), config, export, rng).unwrap_err().to_string()
    };
    let newer = GatewayExport { version: EXPORT_VERSION + 1, ..export.clone() };
    assert!(refusal(newer).contains("version 2 of the format is unknown"));
    let mut none = export.clone();
    none.configuration.gateways.clear();
    assert!(refusal(none).contains("there are 0 gateways in it"));
    let mut orphan = export;
    orphan.configuration.peers.clear();
    assert!(refusal(orphan).contains("which is not in it"));
}
