use super::*;
use crate::fixtures::{inventory, scn_2};
use crate::subscription::{ChargeMode, Subscription};

fn named(texts: &[&str]) -> Query {
    Query { columns: texts.iter().map(|text| (*text).to_string()).collect(), ..Query::default() }
}

fn texts(listing: &Listing) -> Vec<String> {
    let line = |row: &Vec<Cell>| row.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    listing.rows.iter().map(line).collect()
}

/// GW-6: the columns of a gateway's row, times of creation and expiry included.
#[test]
fn gw_6_gateways() {
    let mut inventory = inventory();
    inventory.add_tunnel(scn_2()).unwrap();
    let mut gateway = inventory.gateway(&"g-1".parse().unwrap()).unwrap().clone();
    gateway.created = Some("2026-01-31T08:00:00Z".parse().unwrap());
    gateway.subscription = gateway.created.map(|at| Subscription::new(ChargeMode::Monthly, at, 1).unwrap());
    inventory.replace_gateway(gateway).unwrap();
    let listing = gateways(&inventory, &Query::default()).unwrap();
    assert_eq!(
        texts(&listing),
        [
            "office g-1 vpc-1 10.0.192.0/24 106.75.234.78 1 2026-01-31T08:00:00Z 2026-02-28T08:00:00Z monthly running",
            "office g-2 vpc-1 10.0.192.0/24 106.75.234.79 0    running",
        ]
    );
}

/// GW-6, PEER-1: peers and tunnels have columns of their own.
#[test]
fn gw_6_peers_and_tunnels() {
    let mut inventory = inventory();
    inventory.add_tunnel(scn_2()).unwrap();
    let listing = peers(&inventory, &named(&["id", "address", "tunnels"])).unwrap();
    assert_eq!(texts(&listing), ["p-1 1.1.1.1 1", "p-2 1.1.1.2 0"]);
    let state = |_: &crate::TunnelId| Some("connected".to_string());
    let wanted = named(&["id", "local-subnets", "phase-1", "phase-2", "connection"]);
    let listing = tunnels(&inventory, &wanted, state).unwrap();
    let row = "t-1 10.0.192.0/24 IKEv2 aes128-sha1-modp1024 esp aes128-sha1, modp1024 connected";
    assert_eq!(texts(&listing), [row]);
}

/// GW-6: search, order and a column that does not exist.
#[test]
fn gw_6_search_and_sort() {
    let inventory = inventory();
    let ids = |query: Query| texts(&gateways(&inventory, &query).unwrap());
    let id = |search: &str| Query { search: search.into(), ..named(&["id"]) };
    assert_eq!(ids(id("234.79")), ["g-2"]);
    assert_eq!(ids(id("ofice 78")), ["g-1"]);
    assert!(ids(id("nowhere")).is_empty());
    let sort = Some(Sort { column: "external-ip".into(), descending: true });
    assert_eq!(ids(Query { sort, ..named(&["id"]) }), ["g-2", "g-1"]);
    let error = gateways(&inventory, &named(&["colour"])).unwrap_err().to_string();
    assert!(error.contains("`colour` is no column; write one of name, id, vpc"), "{error}");
}

/// GW-6: numbers are sorted as numbers.
#[test]
fn gw_6_counts_are_numbers() {
    let rows = [9, 10, 8].map(|count| vec![Cell::count(count)]).into_iter();
    let sort = Some(Sort { column: "tunnels".into(), descending: false });
    let listing = Listing::new("x", &["tunnels"], rows, &Query { sort, ..Query::default() }).unwrap();
    assert_eq!(texts(&listing), ["8", "9", "10"]);
}
