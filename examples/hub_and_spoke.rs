//! One gateway and twenty peers (SCN-6): all tunnels connect at once, each spoke reaches only its own subnets, and what
//! happens to one of them is nothing to the others. Told with the figures that the hub's gateway keeps.
#![allow(clippy::print_stdout, reason = "it tells a story")]

use std::error::Error;
use std::time::Duration;

use ipsec_gateway::{Gateway, metrics_page};
use ipsec_io_sim::{Network, Office, network};

type Outcome = Result<(), Box<dyn Error>>;

const SECOND: Duration = Duration::from_secs(1);
const SPOKES: usize = 20;
/// The spoke whose line is cut.
const CUT: usize = 7;

fn main() -> Outcome {
    let mut net = build();
    println!(
        "A hub at 106.75.234.78 with 10.0.192.0/20, and {SPOKES} spokes; both ends of every tunnel begin at once."
    );
    require(net.connect(SECOND * 20), "not connected within 20 s")?;
    println!("All {SPOKES} tunnels were connected after {} s.", net.world.now());
    net.world.run_for(SECOND * 10);

    println!("\nEvery spoke pings the hub, and the hub every spoke, ten times:");
    let hub_host = net.host(0, 0);
    let mut series = Vec::new();
    for place in 1..=SPOKES {
        let spoke = net.host(place, 0);
        series.push((spoke, net.start_pings(spoke, hub_host, 10)));
        series.push((hub_host, net.start_pings(hub_host, spoke, 10)));
    }
    net.world.run_for(SECOND * 10);
    let answered: u64 =
        series.iter().map(|(host, series)| net.world.node(*host).report(*series).received).sum();
    println!("  {answered} of {} answered", SPOKES * 20);
    require(answered == (SPOKES * 20) as u64, "a ping was lost")?;

    println!("\nSpoke 1 pings spoke 2, which is behind another tunnel:");
    let (one, two) = (net.host(1, 0), net.host(2, 0));
    let report = net.ping(one, two, 3);
    println!(
        "  {} of {} answered: a gateway carries what its tunnels select, and nothing else",
        report.received, report.sent
    );
    require(report.received == 0, "one spoke reached another")?;

    println!("\nThe line of spoke {CUT} is cut. A minute of pings from all spokes later:");
    let link = net.at(CUT).outer;
    net.world.link_mut(link).set_up(false);
    let hosts: Vec<_> = (1..=SPOKES).map(|place| net.host(place, 0)).collect();
    let series: Vec<_> = hosts.into_iter().map(|host| (host, net.start_pings(host, hub_host, 600))).collect();
    net.world.run_for(SECOND * 70);
    let lost = (1..)
        .zip(&series)
        .filter(|(_, (host, series))| net.world.node(*host).report(*series).received != 600);
    let lost: Vec<usize> = lost.map(|(place, _)| place).collect();
    println!("  pings were lost at spokes {lost:?}");
    require(lost == [CUT], "another spoke lost pings")?;

    let hub = net.gateway(0).gateway().ok_or("the hub does not run")?;
    figures(&net, hub)?;
    println!("\nA part of the hub's page for Prometheus:");
    for line in
        metrics_page([hub]).lines().filter(|line| line.contains("spoke-7\"") || line.contains("gateway_sent"))
    {
        println!("  {line}");
    }
    Ok(())
}

/// What the hub's gateway has kept of the last minutes.
fn figures(net: &Network, hub: &Gateway) -> Outcome {
    let now = net.world.now();
    println!("\nWhat the hub keeps, in steps of 10 s (kbit/s out, packets in and out):");
    for place in [1, CUT] {
        let id = format!("to-spoke-{place}").parse()?;
        let history = hub.history(Some(&id), now.saturating_sub(SECOND * 60), now).ok_or("no such tunnel")?;
        let steps: Vec<String> = history
            .points
            .iter()
            .map(|point| {
                let (bits, traffic) = (point.bandwidth_out(), point.traffic);
                format!(
                    "{}.{} {}/{}",
                    bits / 1_000,
                    bits % 1_000 / 100,
                    traffic.packets_in,
                    traffic.packets_out
                )
            })
            .collect();
        println!("  spoke {place:2}: {}", steps.join("  "));
    }
    let counters = hub.counters(None).ok_or("the gateway counts")?;
    println!("  in all: {} packets in, {} out", counters.traffic.packets_in, counters.traffic.packets_out);
    for (reason, count) in &counters.drops {
        println!("  dropped: {count} ({reason})");
    }
    Ok(())
}

fn build() -> Network {
    let hub = Office::new("hub", "106.75.234.78", &[("10.0.192.0/20", "10.0.192.10")]);
    let spoke = |number: usize| {
        let (subnet, host) = (format!("10.{number}.0.0/16"), format!("10.{number}.0.10"));
        Office::new(&format!("spoke-{number}"), &format!("113.31.115.{number}"), &[(&subnet, &host)])
    };
    let key = |number: usize| format!("the-key-of-spoke-{number}");
    let spokes = (1..=SPOKES).map(|number| spoke(number).tunnel_to(&hub, &key(number), |_| {}));
    let all =
        (1..=SPOKES).fold(hub.clone(), |all, number| all.tunnel_to(&spoke(number), &key(number), |_| {}));
    network(1, &std::iter::once(all).chain(spokes).collect::<Vec<_>>())
}

fn require(holds: bool, otherwise: &str) -> Outcome {
    if holds { Ok(()) } else { Err(otherwise.into()) }
}
