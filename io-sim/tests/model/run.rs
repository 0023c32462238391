//! A history in the simulator.

use std::time::Duration;

use esp_core::time::Instant;
use ipsec_gateway::{Command, ConnectionState, Gateway};
use ipsec_io_sim::{Chance, End, Faults, Side, TwoGateways, TwoGatewaysOptions, two_gateways};
use ipsec_policy::{EspEncryption, IkeVersion, PeerGateway, TunnelId, VpnTunnel};
use proptest::prop_assert;
use proptest::test_runner::TestCaseError;

use crate::history::{Change, Step};
use crate::model::Model;

const SECOND: Duration = Duration::from_secs(1);

/// Rounds of 20 s after which everything has settled: a dead peer of IKEv2 takes 173 s to be found out, and a retry 12 s.
const ROUNDS: u32 = 14;

struct Run {
    net: TwoGateways,
    model: Model,
    /// What each end is configured with, whether its gateway runs or not, and whether the tunnel exists or not.
    wanted: [(VpnTunnel, PeerGateway); 2],
    /// When the last gateway that is down is back.
    all_up: Instant,
}

/// Runs a history and compares with the model when the history says so, and at its end on a network that is whole.
pub(crate) fn run(version: IkeVersion, seed: u64, steps: &[Step]) -> Result<(), TestCaseError> {
    let mut run = Run::new(version, seed);
    for step in steps {
        run.step(*step)?;
    }
    run.heal();
    run.check()?;
    run.nothing_left()
}

fn place(end: End) -> usize {
    match end {
        End::Left => 0,
        End::Right => 1,
    }
}

impl Run {
    fn new(version: IkeVersion, seed: u64) -> Self {
        let mut options = TwoGatewaysOptions::scn4();
        (options.left.ike.version, options.right.ike.version) = (version, version);
        let mut net = two_gateways(seed, &options);
        let wanted = End::BOTH.map(|end| {
            let gateway = net.site(end).gateway;
            let tunnels = net.world.act(gateway, |node, _| node.setup_mut().tunnels.clone());
            tunnels.into_iter().next()
        });
        net.world.run_for(SECOND / 1_000);
        let [Some(left), Some(right)] = wanted else { panic!("each end has a tunnel") };
        Self { net, model: Model::new(), wanted: [left, right], all_up: Instant::ZERO }
    }

    fn step(&mut self, step: Step) -> Result<(), TestCaseError> {
        if let Step::Connect(end) | Step::Disconnect(end) = step
            && self.net.world.node(self.net.site(end).gateway).gateway().is_none()
        {
            // Nobody is there to be told.
            return Ok(());
        }
        let existed = End::BOTH.map(|end| self.model.exists(end));
        self.model.step(step);
        let existed = |end| existed.get(place(end)).copied().unwrap_or_default();
        match step {
            Step::Wait(seconds) => self.net.world.run_for(SECOND * u32::try_from(seconds).unwrap_or(0)),
            Step::Connect(end) => self.operate(end, Command::Connect),
            Step::Disconnect(end) => self.operate(end, Command::Disconnect),
            Step::RekeyIke(end) => self.operate(end, Command::RekeyIke),
            Step::RekeyChild(end) => self.operate(end, Command::RekeyChild),
            Step::Change(end, change) => {
                let Some((tunnel, _)) = self.wanted.get_mut(place(end)) else { return Ok(()) };
                edit(tunnel, change);
                let tunnel = tunnel.clone();
                if existed(end) {
                    self.change(end, |gateway, now| gateway.update_tunnel(now, tunnel).is_ok());
                }
            }
            Step::Remove(end) if existed(end) => {
                let id = self.net.site(end).tunnel.clone();
                self.change(end, |gateway, now| gateway.remove_tunnel(now, &id).is_ok());
            }
            Step::Create(end) if !existed(end) => {
                let Some((tunnel, peer)) = self.wanted.get(place(end)).cloned() else { return Ok(()) };
                self.change(end, |gateway, now| gateway.add_tunnel(now, tunnel, peer).is_ok());
            }
            Step::Remove(_) | Step::Create(_) => {}
            Step::Crash(end, outage) => {
                let outage = Duration::from_secs(outage);
                self.all_up = self.all_up.max(self.net.world.now() + outage);
                let gateway = self.net.site(end).gateway;
                self.net.world.act(gateway, |node, context| node.crash(context, outage));
            }
            Step::Cut(end) => self.set_up(end, false),
            Step::Join(end) => self.set_up(end, true),
            Step::Lose(end, percent) => self.lose(end, percent),
            Step::Traffic(end) => {
                self.net.start_pings(end, 20, SECOND / 5);
            }
            Step::Check => self.check()?,
        }
        Ok(())
    }

    /// What is reachable is what must be.
    fn check(&mut self) -> Result<(), TestCaseError> {
        let Some(expected) = self.model.reachable() else { return Ok(()) };
        let until = self.all_up.max(self.net.world.now()) + SECOND * 2;
        self.net.world.run_until(until);
        let mut rounds = 0;
        loop {
            let received = End::BOTH.map(|end| self.net.ping(end, 3, SECOND / 5).received);
            rounds += 1;
            if !expected {
                prop_assert!(received == [0, 0], "{:?}: {received:?} of 3 pings each", self.model);
                return self.safe();
            }
            if received == [3, 3] {
                return self.safe();
            }
            prop_assert!(rounds < ROUNDS, "{:?}: {received:?} of 3 pings; {}", self.model, self.states());
            self.net.world.run_for(SECOND * 15);
        }
    }

    /// Nothing has happened that must never happen.
    fn safe(&self) -> Result<(), TestCaseError> {
        let violations = self.net.world.oracle().violations();
        prop_assert!(violations.is_empty(), "{violations:?}");
        for end in End::BOTH {
            let counters = self.net.world.node(self.net.site(end).gateway).counters();
            prop_assert!(counters.spins == 0 && counters.caught == 0, "{end}: {counters:?}");
        }
        Ok(())
    }

    /// After all, one IKE SA and one Child SA stand at each end, or none.
    fn nothing_left(&mut self) -> Result<(), TestCaseError> {
        let Some(expected) = self.model.reachable() else { return self.safe() };
        // What only one end has is found out by dead peer detection, and orphans of IKEv1 after five minutes. A packet now and
        // then from either side, since a tunnel that is on hold by then waits for one of its own hosts'.
        for _ in 0..20 {
            for end in End::BOTH {
                self.net.ping(end, 1, SECOND);
            }
            self.net.world.run_for(SECOND * 15);
        }
        for end in End::BOTH {
            let site = self.net.site(end);
            let node = self.net.world.node(site.gateway);
            let count = node.security_associations();
            let wanted = if expected { 2 } else { 0 };
            prop_assert!(count == wanted, "{end}: {count} SAs; {:?}; {}", self.model, self.states());
            let Some(status) = node.status(&site.tunnel) else { continue };
            let connected = status.state == ConnectionState::Connected;
            prop_assert!(connected == expected, "{end}: {:?}", status.state);
            let routes = node.gateway().map_or(0, |gateway| gateway.routes().count());
            prop_assert!(!expected || routes == 1, "{end}: {routes} routes");
        }
        self.safe()
    }

    fn heal(&mut self) {
        self.model.heal();
        for end in End::BOTH {
            self.set_up(end, true);
            self.lose(end, 0);
        }
    }

    fn operate(&mut self, end: End, command: fn(TunnelId) -> Command) {
        let site = self.net.site(end).clone();
        self.net.world.act(site.gateway, |node, context| node.command(context, command(site.tunnel)));
    }

    /// Changes a gateway, if it runs, and what it starts with the next time.
    fn change(&mut self, end: End, change: impl FnOnce(&mut Gateway, Instant) -> bool) {
        let exists = self.model.exists(end);
        let tunnels = self.wanted.get(place(end)).filter(|_| exists).cloned().into_iter().collect();
        let gateway = self.net.site(end).gateway;
        let done = self.net.world.act(gateway, |node, context| {
            node.setup_mut().tunnels = tunnels;
            node.with_gateway(context, change)
        });
        assert_ne!(done, Some(false), "the change is a valid one");
    }

    fn set_up(&mut self, end: End, up: bool) {
        let link = self.net.site(end).outer;
        self.net.world.link_mut(link).set_up(up);
    }

    fn lose(&mut self, end: End, percent: u16) {
        let faults = Faults { loss: Chance::percent(percent), ..Faults::NONE };
        let link = self.net.site(end).outer;
        for side in [Side::A, Side::B] {
            self.net.world.link_mut(link).set_faults(side, faults);
        }
    }

    fn states(&self) -> String {
        let states = End::BOTH.map(|end| {
            let site = self.net.site(end);
            let status = self.net.world.node(site.gateway).status(&site.tunnel);
            let text = status.map(|status| {
                let waits =
                    status.waiting_for.map_or_else(String::new, |waits| format!(", waits for {waits}"));
                format!("{}{waits}, {} Child SAs", status.state, status.children.len())
            });
            format!("{end}: {}", text.unwrap_or_else(|| "no tunnel".to_owned()))
        });
        states.join("; ")
    }
}

fn edit(tunnel: &mut VpnTunnel, change: Change) {
    let parsed = |text: &str| text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
    match change {
        Change::Key(other) => {
            tunnel.psk = parsed(if other { "another-key" } else { "a-key-of-the-simulation" })
        }
        Change::Encryption(other) => tunnel.ipsec.encryption = other.then_some(EspEncryption::Aes256),
        Change::Name(other) => {
            tunnel.name =
                (if other { "other" } else { "one" }).parse().unwrap_or_else(|error| panic!("{error}"));
        }
    }
}
