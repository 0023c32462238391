//! The product's scenarios with strongSwan as the peer, at the scenarios' own addresses.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Case, Setting, Side};
use crate::failure::{Context, Failure, Outcome, ensure};
use crate::gateway::Gateway;
use crate::inner;
use crate::lab::Lab;
use crate::ours::Ours;
use crate::pair::{CONNECT_WITHIN, Left, RECOVER_WITHIN};
use crate::plan::{self, TunnelPlan};
use crate::strongswan::StrongSwan;
use crate::suite::{self, Exchange, Suite};
use crate::swanctl_conf;
use crate::topology::{self, Inner, Network, Place, Topology};
use crate::wait;
use crate::wire_watch::{self, WireWatch};

const PINGS: u32 = 10;

const CLOUD: Place = Place {
    public: "106.75.234.78",
    private: ("172.16.1.2", "172.16.1.1"),
    inner: &[Inner { subnet: "10.0.192.0/20", gateway: "10.0.192.1", host: "10.0.192.10" }],
};
const TWO_SUBNETS: Place = Place {
    public: "113.31.115.114",
    private: ("172.16.2.2", "172.16.2.1"),
    inner: &[
        Inner { subnet: "10.23.0.0/16", gateway: "10.23.0.1", host: "10.23.0.10" },
        Inner { subnet: "10.25.0.0/16", gateway: "10.25.0.1", host: "10.25.0.10" },
    ],
};
const BEHIND_NAT: Place = Place {
    public: "113.31.113.78",
    private: ("10.23.228.173", "10.23.228.1"),
    inner: &[Inner { subnet: "10.23.0.0/16", gateway: "10.23.0.1", host: "10.23.0.10" }],
};
/// What the initiator's provider gives it another day.
const ANOTHER_DAY: &str = "113.31.113.99";
/// And ours.
const OUR_OTHER_DAY: &str = "106.75.234.99";

/// SCN-1, SCN-3 and SCN-5.
pub(super) fn cases(group: &str) -> Vec<Case> {
    let usual = Suite::same(suite::AES_128, suite::SHA1, suite::MODP_1024);
    let setting = |suite, topology, initiator| Setting { left: Left::Ours, suite, topology, initiator };
    let mut cases = Vec::new();
    let mut add = |name: String, setting, body: fn(&Setting) -> Outcome| {
        cases.push(Case::new(format!("{group}::{name}"), setting, body));
    };
    for initiator in [Side::We, Side::StrongSwan] {
        let who = initiator.name();
        let scn_1 = setting(usual.with(Exchange::V1Main), Topology::Direct, initiator);
        add(format!("scn-1::{who}-initiate"), scn_1, two_subnets);
    }
    let scn_3 = Suite::same(suite::AES_128, suite::SHA1, suite::MODP_1536);
    add("scn-3".into(), setting(scn_3, Topology::NatTheirs, Side::StrongSwan), peer_behind_nat);
    for exchange in [Exchange::V1Aggressive, Exchange::V2] {
        let suite = usual.with(exchange);
        let name = |who| format!("scn-5::{}::{who}-initiate", exchange.name());
        add(name("strongswan"), setting(suite, Topology::NatTheirs, Side::StrongSwan), any_peer);
        add(name("we"), setting(suite, Topology::NatOurs, Side::We), any_peer_of_theirs);
    }
    cases
}

/// Two gateways and everything around them. Fields are dropped in this order: the programs end first.
struct Scene {
    left: Ours,
    right: StrongSwan,
    watch: WireWatch,
    network: Network,
    lab: Lab,
    right_plan: TunnelPlan,
    runs: u32,
}

impl Scene {
    fn new(
        setting: &Setting,
        theirs: Place,
        change: impl FnOnce(&mut TunnelPlan, &mut TunnelPlan),
    ) -> Outcome<Self> {
        let mut lab = Lab::new()?;
        let network = topology::build_at(&mut lab, setting.topology, CLOUD, theirs)?;
        let (mut left_plan, mut right_plan) =
            plan::plans(&network, setting.suite, setting.initiator == Side::We);
        change(&mut left_plan, &mut right_plan);
        let left = Ours::new(&lab, &network.left.gateway, "left", &[left_plan])?;
        let right = StrongSwan::new(&lab, &network.right.gateway, "right", &[right_plan.clone()])?;
        let watch = wire_watch::start(&network.watched, topology::OUTER, lab.folder())?;
        Ok(Self { left, right, watch, network, lab, right_plan, runs: 0 })
    }

    fn case(mut self, body: impl FnOnce(&mut Self) -> Outcome) -> Outcome {
        let result = body(&mut self).and_then(|()| self.left.must_run()).and_then(|()| self.right.must_run());
        result.map_err(|error| {
            self.lab.keep();
            let kept = self.lab.folder().display().to_string();
            let (left, right, seen) = (self.left.report(), self.right.report(), self.watch.seen());
            Failure::new(format!(
                "{error}\n\non the link: {seen:?}\nleft: {left}\nright: {right}\nkept in {kept}\n"
            ))
        })
    }

    fn start(&mut self, initiator: Side) -> Outcome {
        self.right.start()?;
        self.left.start()?;
        self.connect(initiator)
    }

    fn connect(&mut self, initiator: Side) -> Outcome {
        match initiator {
            Side::We => self.left.connect()?,
            Side::StrongSwan => {
                for child in swanctl_conf::child_names(&self.right_plan) {
                    self.right.initiate_tunnel(&child, CONNECT_WITHIN)?;
                }
            }
        }
        self.wait_connected(CONNECT_WITHIN)
    }

    /// Waits until both ends have the Child SAs that the plan asks for, and no others.
    fn wait_connected(&mut self, most: Duration) -> Outcome {
        let expected = swanctl_conf::child_names(&self.right_plan).len();
        let mut seen = (0, 0);
        wait::until(most, || {
            let installed = |sas: &[crate::sas::IkeSa]| {
                sas.iter().flat_map(|sa| &sa.children).filter(|child| child.state == "INSTALLED").count()
            };
            seen = (self.left.children("t1")?.len(), installed(&self.right.sas()?));
            // strongSwan may still have those of our end before it was started anew.
            Ok(seen.0 == expected && seen.1 >= expected)
        })
        .context(|| format!("both ends should have {expected} Child SAs; left and right: {seen:?}"))
    }

    /// Pings each host from each, and checks that every Child SA has carried those of its subnet and no others.
    fn exchange(&mut self) -> Outcome {
        let (left, right) = (self.network.left.clone(), self.network.right.clone());
        for (ours, theirs) in
            left.inner.iter().flat_map(|one| right.inner.iter().map(move |other| (one, other)))
        {
            let before = self.left.children("t1")?;
            let echoes = (inner::echoes(&left.host)?, inner::echoes(&right.host)?);
            self.ping((ours, theirs), PINGS)?;
            inner::wait_complete((&left.host, &right.host), echoes, (PINGS.into(), PINGS.into()))?;
            // Each ping and each answer is a packet in either direction.
            let each = u64::from(PINGS) * 2;
            let pair = format!("{}==={}", ours.subnet, theirs.subnet);
            let pair_alone = self.right_plan.suite.exchange != Exchange::V2;
            let after = self.left.children("t1")?;
            for (selectors, (received, sent)) in &after {
                let (received_before, sent_before) = before.get(selectors).copied().unwrap_or_default();
                let risen = (received - received_before, sent - sent_before);
                let expected = if !pair_alone || *selectors == pair { (each, each) } else { (0, 0) };
                ensure(risen == expected, || {
                    format!("pings of {pair}: the SA of {selectors} counted {risen:?}, not {expected:?}")
                })?;
            }
            ensure(!pair_alone || after.contains_key(&pair), || format!("no SA of {pair}: {after:?}"))?;
        }
        self.watch.must_be_protected()
    }

    /// Pings both ways between two hosts.
    fn ping(&mut self, (ours, theirs): (&Inner, &Inner), count: u32) -> Outcome {
        self.runs += 1;
        let log = |way: &str| self.lab.folder().join(format!("ping-{}-{way}.log", self.runs));
        let (left, right) = (&self.network.left.host, &self.network.right.host);
        let rightward = inner::start_from(left, ours.host, theirs.host, count, &log("right"))?;
        let leftward = inner::start_from(right, theirs.host, ours.host, count, &log("left"))?;
        rightward.finish()?;
        leftward.finish().map(drop)
    }

    /// Whoever is behind the NAT gets another public address.
    fn move_edge(&self, to: &str) -> Outcome {
        let (left, right) = (&self.network.left, &self.network.right);
        let (own, other) = if left.address == left.public { (right, left) } else { (left, right) };
        // With another prefix length, or it would go together with the old one, which is its primary address.
        own.edge.ip(&format!("addr add {to}/32 dev {}", topology::OUTER))?;
        own.edge.ip(&format!("addr del {}/24 dev {}", own.public, topology::OUTER))?;
        for (edge, router) in [(&own.edge, other.public), (&other.edge, to)] {
            edge.ip(&format!("route replace default via {router} dev {} onlink", topology::OUTER))?;
        }
        Ok(())
    }
}

/// SCN-1: one phase 2 SA for each of the two remote subnets, and each carries its own.
fn two_subnets(setting: &Setting) -> Outcome {
    Scene::new(setting, TWO_SUBNETS, |_, _| {})?.case(|scene| {
        scene.start(setting.initiator)?;
        scene.exchange()?;
        let sas = scene.right.sas()?;
        let carried: BTreeMap<_, _> = sas
            .iter()
            .flat_map(|sa| &sa.children)
            .map(|child| (child.spi_in, (child.packets_in, child.packets_out)))
            .collect();
        let each = u64::from(PINGS) * 2;
        ensure(carried.len() == 2 && carried.values().all(|count| *count == (each, each)), || {
            format!("each of strongSwan's two SAs should have carried {each} each way: {carried:?}")
        })?;
        let groups: Vec<_> =
            sas.iter().flat_map(|sa| &sa.children).map(|child| &child.algorithms.group).collect();
        ensure(groups == ["MODP_1024", "MODP_1024"], || format!("both should have PFS 2: {groups:?}"))
    })
}

/// SCN-3: strongSwan behind a NAT, under its public address as its id.
fn peer_behind_nat(setting: &Setting) -> Outcome {
    Scene::new(setting, BEHIND_NAT, |_, _| {})?.case(|scene| {
        scene.start(setting.initiator)?;
        scene.exchange()?;
        let seen = scene.watch.seen()?;
        ensure(seen.translated > 0 && seen.esp == 0, || {
            format!("ESP should come in UDP through the NAT: {seen:?}")
        })
    })
}

/// SCN-5, PEER-2, PEER-3: an initiator from any address, known by its name alone. Its address changes, first under the
/// tunnel, then between two.
fn any_peer(setting: &Setting) -> Outcome {
    let scene = Scene::new(setting, BEHIND_NAT, |left, right| {
        by_name(left, right);
        left.peer = "0.0.0.0".into();
    })?;
    scene.case(|scene| {
        scene.start(setting.initiator)?;
        scene.exchange()?;
        scene.move_edge(ANOTHER_DAY)?;
        follows(scene)?;
        scene.right.crash();
        scene.right.start()?;
        scene.connect(setting.initiator)?;
        scene.exchange()
    })
}

/// The same with the roles exchanged: our end has the changing address.
fn any_peer_of_theirs(setting: &Setting) -> Outcome {
    let scene = Scene::new(setting, BEHIND_NAT, |left, right| {
        by_name(left, right);
        right.peer = "%any".into();
    })?;
    scene.case(|scene| {
        scene.start(setting.initiator)?;
        scene.exchange()?;
        scene.move_edge(OUR_OTHER_DAY)?;
        // strongSwan follows what IKE says, and not yet what comes in ESP.
        scene.left.order("rekey-child", "t1")?;
        follows(scene)?;
        scene.left.crash();
        scene.left.start()?;
        scene.wait_connected(CONNECT_WITHIN)?;
        scene.exchange()
    })
}

fn by_name(left: &mut TunnelPlan, right: &mut TunnelPlan) {
    let (gateway, branch) = ("gateway.cloud.example", "branch.office.example");
    (left.local_id, left.remote_id) = (gateway.into(), branch.into());
    (right.local_id, right.remote_id) = (branch.into(), gateway.into());
}

/// After the change of an address whoever is behind the NAT says something, and the other end follows.
fn follows(scene: &mut Scene) -> Outcome {
    let (ours, theirs) = (scene.network.left.inner, scene.network.right.inner);
    let pair = ours.iter().zip(theirs).next().context(|| "a scene without subnets".into())?;
    wait::until(RECOVER_WITHIN, || {
        scene.ping(pair, 2)?;
        let before = scene.left.children("t1")?;
        scene.ping(pair, 2)?;
        let after = scene.left.children("t1")?;
        let passed = |(selectors, (received, sent)): (&String, &(u64, u64))| {
            before.get(selectors).is_some_and(|old| (received - old.0, sent - old.1) == (4, 4))
        };
        Ok(after.iter().any(passed))
    })
    .context(|| "the tunnel should have followed the address".into())?;
    scene.exchange()
}
