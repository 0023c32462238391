//! Two gateways in a simulated Internet: a real handshake, protected traffic, rekeys, and what an eavesdropper saw.
//!
//! Runs anywhere, without root. The octets are those that go over a real wire; only time and cables are simulated.
#![allow(clippy::print_stdout, reason = "it tells a story")]

use std::error::Error;
use std::time::Duration;

use esp_core::time::Instant;
use ipsec_gateway::{Command, ConnectionState, Severity};
use ipsec_io_sim::plan::End;
use ipsec_io_sim::topology::{TwoGateways, TwoGatewaysOptions, two_gateways};
use ipsec_io_sim::{CaptureId, PingReport};

type Outcome = Result<(), Box<dyn Error>>;

/// Where the packets of the outer link are written.
const CAPTURE: &str = "target/quickstart.pcap";

fn main() -> Outcome {
    let mut story = Story::new();
    story.handshake()?;
    story.associations();
    story.pings()?;
    story.rekeys()?;
    story.eavesdropper()?;
    story.teardown()
}

/// The world, and how far its log was told.
struct Story {
    net: TwoGateways,
    capture: CaptureId,
    /// Entries of the left gateway's log that were told.
    told: usize,
}

impl Story {
    fn new() -> Self {
        let mut options = TwoGatewaysOptions::scn4();
        // Both could begin, and one outcome would be left. With one that begins the story is easier to follow.
        options.right.initiate = false;
        let mut net = two_gateways(4, &options);
        let capture = net.world.capture([net.left.outer]);
        Self { net, capture, told: 0 }
    }

    /// IKE_SA_INIT and IKE_AUTH, as the left gateway's log has them.
    fn handshake(&mut self) -> Outcome {
        println!(
            "Two gateways of one cloud, two private networks, the Internet between them (10 ms each way):\n"
        );
        println!("  10.0.192.10 ── [106.75.234.78] ══ Internet ══ [106.75.234.74] ── 192.168.1.10");
        println!("  10.0.192.0/20         aes128-sha1-modp1024, a shared key        192.168.0.0/16\n");
        println!("The left one connects by itself, the right one answers. The left gateway's log:");
        let connected = self.net.connect(Duration::from_secs(10));
        self.told = self.tell(End::Left, self.told);
        require(connected, "the tunnel did not connect within 10 s")
    }

    /// Both SAs and the routes.
    fn associations(&self) {
        println!("\nWhat stands now:");
        for (name, site) in [("left", &self.net.left), ("right", &self.net.right)] {
            let node = self.net.world.node(site.gateway);
            let Some(status) = node.status(&site.tunnel) else { continue };
            println!("  {name:5} {}", status.state);
            if let Some(ike) = &status.ike {
                println!("        IKE SA  {}  {}  peer {}", ike.name, ike.suite, ike.remote_id);
            }
            for child in &status.children {
                let (protocol, inbound, outbound) = (child.protocol, child.inbound, child.outbound);
                println!("        {protocol} SA  {inbound} in, {outbound} out  {}", child.suite);
                println!("        carries {}", child.selectors);
            }
            for route in node.gateway().into_iter().flat_map(|gateway| gateway.routes()) {
                println!("        route   {} through the tunnel, for {:?}", route.destination, route.sources);
            }
        }
    }

    /// Ten pings in each direction.
    fn pings(&mut self) -> Outcome {
        println!("\nTen pings from each host to the other, through ESP:");
        let before = self.net.world.oracle().esp_packets();
        for (end, names) in
            [(End::Left, "10.0.192.10 → 192.168.1.10"), (End::Right, "192.168.1.10 → 10.0.192.10")]
        {
            let report = self.net.ping(end, 10, Duration::from_millis(100));
            println!("  {names}: {}", in_words(&report));
            require(report.is_clean() && report.received == 10, "a ping was lost")?;
        }
        let carried = self.net.world.oracle().esp_packets() - before;
        println!("  seen on the outer links: {carried} ESP packets");
        require(carried >= 40, "the pings did not go through ESP")
    }

    /// The Child SA and the IKE SA are replaced while pings go on.
    fn rekeys(&mut self) -> Outcome {
        println!("\nNow both SAs are replaced while 200 pings go each way, one every 20 ms:");
        let interval = Duration::from_millis(20);
        let series = [End::Left, End::Right].map(|end| (end, self.net.start_pings(end, 200, interval)));
        let before = self.names();
        self.net.world.run_for(Duration::from_secs(1));
        self.operate(Command::RekeyChild(self.net.left.tunnel.clone()));
        self.net.world.run_for(Duration::from_secs(1));
        self.operate(Command::RekeyIke(self.net.left.tunnel.clone()));
        self.net.world.run_for(Duration::from_secs(10));
        self.told = self.tell(End::Left, self.told);
        let after = self.names();
        require(before.0 != after.0, "the IKE SA is the same as before")?;
        require(before.1 != after.1, "the Child SA is the same as before")?;
        for (end, series) in series {
            let report = self.net.report(end, series);
            println!("  pings from the {end}: {}", in_words(&report));
            require(report.is_clean() && report.sent == 200, "a ping was lost during a rekey")?;
        }
        Ok(())
    }

    /// What went over the outer link.
    fn eavesdropper(&mut self) -> Outcome {
        let oracle = self.net.world.oracle();
        let pcap = self.net.world.pcap(self.capture);
        println!("\nWhat an eavesdropper on the Internet saw:");
        println!("  {} packets on the left gateway's link, kept in {CAPTURE}", pcap.packets());
        println!(
            "  {} inner packets were delivered; in clear on the outer links: {}",
            oracle.inner_delivered(),
            oracle.violation_count()
        );
        for violation in oracle.violations() {
            println!("  {violation:?}");
        }
        require(oracle.violation_count() == 0, "something went over the wire that must not")?;
        std::fs::create_dir_all("target")?;
        Ok(std::fs::write(CAPTURE, pcap.as_bytes())?)
    }

    /// Both gateways remove their tunnels.
    fn teardown(&mut self) -> Outcome {
        println!("\nThe left gateway's tunnel is deleted. The right gateway's log:");
        let (left, right) = (self.net.left.clone(), self.net.right.clone());
        let node = self.net.world.node(right.gateway);
        let log = node.gateway().and_then(|gateway| gateway.log(Some(&right.tunnel)));
        let told = log.map_or(0, |log| log.entries().len());
        let id = left.tunnel.clone();
        self.net.world.act(left.gateway, |node, context| {
            node.with_gateway(context, |gateway, now| gateway.remove_tunnel(now, &id))
        });
        self.net.world.run_for(Duration::from_millis(500));
        self.tell(End::Right, told);
        let id = right.tunnel.clone();
        let state = self.net.world.node(right.gateway).status(&right.tunnel).map(|status| status.state);
        require(state == Some(ConnectionState::Connecting), "the right gateway did not notice")?;
        self.net.world.act(right.gateway, |node, context| {
            node.with_gateway(context, |gateway, now| gateway.remove_tunnel(now, &id))
        });
        self.net.world.run_for(Duration::from_secs(30));
        println!("What is left, half a minute later:");
        let mut left_over = 0;
        for (name, site) in [("left", &left), ("right", &right)] {
            let node = self.net.world.node(site.gateway);
            let routes = node.gateway().map_or(0, |gateway| gateway.routes().count());
            println!("  {name:5} {} SAs, {routes} routes", node.security_associations());
            left_over += node.security_associations() + routes;
        }
        require(left_over == 0, "something was left behind")?;
        println!("\nDone: connected, carried, rekeyed, torn down, and nothing in clear.");
        Ok(())
    }

    fn operate(&mut self, command: Command) {
        let gateway = self.net.left.gateway;
        self.net.world.act(gateway, |node, context| node.command(context, command));
    }

    /// The names of the left gateway's SAs.
    fn names(&self) -> (Option<String>, Vec<u32>) {
        let status = self.net.world.node(self.net.left.gateway).status(&self.net.left.tunnel);
        let ike = status.as_ref().and_then(|status| status.ike.as_ref()).map(|ike| ike.name.to_string());
        (ike, status.iter().flat_map(|status| &status.children).map(|child| child.inbound.get()).collect())
    }

    /// Tells what was added to a gateway's log after the first `told` entries, and returns how many there are now.
    fn tell(&self, end: End, told: usize) -> usize {
        let site = self.net.site(end);
        let node = self.net.world.node(site.gateway);
        let Some(log) = node.gateway().and_then(|gateway| gateway.log(Some(&site.tunnel))) else {
            return told;
        };
        for entry in log.entries().skip(told).filter(|entry| entry.severity != Severity::Warning) {
            println!("  {:>9}  {}", millis(entry.at), entry.text);
        }
        log.entries().len()
    }
}

fn millis(at: Instant) -> String {
    format!("{:.1} ms", at.as_micros() as f64 / 1_000.0)
}

fn in_words(report: &PingReport) -> String {
    format!("{} sent, {} answered, the slowest after {:?}", report.sent, report.received, report.slowest)
}

fn require(holds: bool, otherwise: &str) -> Outcome {
    if holds { Ok(()) } else { Err(otherwise.into()) }
}
