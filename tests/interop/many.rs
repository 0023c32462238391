//! Many tunnels between one pair of gateways, each with algorithms, identities, a key and subnets of its own.
//!
//! A whole table of choices takes as long as a few cases this way, and each end has to find the right connection among many
//! that differ in their algorithms only.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::failure::{Context, Failure, Outcome, ensure};
use crate::gateway::{Gateway, TunnelView};
use crate::inner;
use crate::lab::{Lab, Netns};
use crate::machine::{kernel_has_ipsec, patience};
use crate::ours::Ours;
use crate::peer::{End, Held, Made, Peer};
use crate::plan::{self, TunnelPlan};
use crate::shell;
use crate::suite::Suite;
use crate::topology::{self, Network, Site, Topology};
use crate::wait;
use crate::wire_watch::{self, WireWatch};

const CONNECT_WITHIN: Duration = Duration::from_secs(30);
const REKEY_WITHIN: Duration = Duration::from_secs(15);
const PINGS: u32 = 2;
/// More pings at once would wait for a processor rather than for a gateway.
const TUNNELS_AT_ONCE: usize = 5;

/// Two gateways and everything around them. Fields are dropped in this order: the programs end first.
pub(crate) struct Many {
    left: Ours,
    right: Box<dyn Peer>,
    watch: WireWatch,
    network: Network,
    lab: Lab,
    plans: Vec<TunnelPlan>,
    initiator: End,
}

impl Many {
    /// Builds the network and configures a tunnel for each suite; starts nothing. `peer` makes the far end.
    pub(crate) fn new(
        suites: &[Suite],
        initiator: End,
        peer: impl FnOnce(&Lab, &Netns, &[TunnelPlan]) -> Outcome<Box<dyn Peer>>,
    ) -> Outcome<Self> {
        let mut lab = Lab::new()?;
        let network = topology::build(&mut lab, Topology::Direct)?;
        for (site, range) in [(&network.left, "10.1"), (&network.right, "10.2")] {
            widen(site, range, suites.len())?;
        }
        let (mut lefts, mut rights) = (Vec::new(), Vec::new());
        for (index, suite) in (1..).zip(suites) {
            let (left, right) = plan::plans(&network, *suite, initiator == End::Ours);
            lefts.push(left.numbered(index, *suite));
            rights.push(right.numbered(index, *suite));
        }
        let left = Ours::new(&lab, &network.left.gateway, "left", &lefts)?;
        let right = peer(&lab, &network.right.gateway, &rights)?;
        let watch = wire_watch::start(&network.watched, topology::OUTER, lab.folder())?;
        Ok(Self { left, right, watch, network, lab, plans: lefts, initiator })
    }

    /// Runs the body of a case; what goes wrong in it comes with both gateways' logs.
    pub(crate) fn case(mut self, body: impl FnOnce(&mut Self) -> Outcome) -> Outcome {
        let result = body(&mut self)
            .and_then(|()| self.left.must_run())
            .and_then(|()| self.right.must_run())
            .and_then(|()| self.watch.must_be_protected());
        result.map_err(|error| {
            self.lab.keep();
            Failure::new(format!(
                "{error}\n\nleft: {}\nright: {}\nfiles kept in {}\n",
                self.left.report(),
                self.right.report(),
                self.lab.folder().display()
            ))
        })
    }

    /// Opens every tunnel and checks that each end made it from the algorithms that its plan names.
    pub(crate) fn connect(&mut self) -> Outcome {
        self.right.start()?;
        self.left.start()?;
        if self.initiator == End::Theirs {
            for plan in &self.plans {
                self.right.open(&plan.name, patience(CONNECT_WITHIN))?;
            }
        }
        let (views, held) = self.wait(patience(CONNECT_WITHIN), |_, _| true)?;
        for plan in &self.plans {
            let (view, held) = (of(&views, plan)?, of(&held, plan)?);
            ensure(held.ike.is_none_or(|ike| ike == view.ike()), || {
                format!("{}: the ends speak of different IKE SAs", plan.name)
            })?;
            ensure(view.encap != kernel_has_ipsec(), || {
                format!("{}: only ESP in userspace is in UDP, but in_udp={}", plan.name, view.encap)
            })?;
            self.must_be_made_of(plan, held, Made::First)?;
        }
        Ok(())
    }

    /// Pings through every tunnel in both directions, and checks the inner hosts' and both ends' counts.
    pub(crate) fn exchange(&mut self) -> Outcome {
        let before = self.views()?;
        let (left, right) = (&self.network.left.host, &self.network.right.host);
        let echoes = (inner::echoes(left)?, inner::echoes(right)?);
        let numbered: Vec<_> = (1..).zip(&self.plans).collect();
        for (part, some) in numbered.chunks(TUNNELS_AT_ONCE).enumerate() {
            let address = |range: &str, index: &i32| format!("{range}.{index}.10");
            let pairs = |own: &str, other: &str| -> Vec<_> {
                some.iter().map(|(index, _)| (address(own, index), address(other, index))).collect()
            };
            let log = |way: &str| self.lab.folder().join(format!("ping-{part}-{way}.log"));
            let rightward = inner::start_many(left, &pairs("10.1", "10.2"), PINGS, &log("right"))?;
            let leftward = inner::start_many(right, &pairs("10.2", "10.1"), PINGS, &log("left"))?;
            rightward.finish()?;
            leftward.finish()?;
        }
        let expected = u64::from(PINGS) * u64::try_from(self.plans.len()).unwrap_or_default();
        inner::wait_complete((left, right), echoes, (expected, expected))?;
        let (after, held) = (self.views()?, self.held()?);
        // Each ping and each answer is a packet in either direction.
        let each = u64::from(PINGS) * 2;
        for plan in &self.plans {
            let count = |views: &BTreeMap<String, TunnelView>| {
                views.get(&plan.name).map(|view| (view.in_packets, view.out_packets)).unwrap_or_default()
            };
            let (before, after) = (count(&before), count(&after));
            ensure((after.0 - before.0, after.1 - before.1) == (each, each), || {
                format!(
                    "{}: our SA should have carried {each} more each way: {before:?}, then {after:?}",
                    plan.name
                )
            })?;
            let held = of(&held, plan)?;
            let least = each * u64::from(inner::DATA);
            ensure(held.bytes_in >= least && held.bytes_out >= least, || {
                format!("{}: {}'s SA should have carried the pings: {held:?}", plan.name, self.right.name())
            })?;
        }
        Ok(())
    }

    /// `rekeyer` replaces every Child SA, each with a key exchange of its own where its plan has PFS.
    pub(crate) fn rekey_children(&mut self, rekeyer: End) -> Outcome {
        let before = self.views()?;
        for plan in &self.plans {
            match rekeyer {
                End::Ours => self.left.order("rekey-child", &plan.name)?,
                End::Theirs => self.right.rekey_child_of(&plan.name)?,
            }
        }
        let (_, held) = self.wait(patience(REKEY_WITHIN), |name, view| {
            before
                .get(name)
                .is_some_and(|old| old.child_in != view.child_in && old.child_out != view.child_out)
        })?;
        self.plans.iter().try_for_each(|plan| self.must_be_made_of(plan, of(&held, plan)?, Made::ByRekey))
    }

    /// Fails unless the peer shows the algorithms that the plan names.
    fn must_be_made_of(&self, plan: &TunnelPlan, held: &Held, made: Made) -> Outcome {
        let expected = self.right.shows(&plan.suite, made);
        let shown = (&held.phase1, &held.phase2);
        ensure(shown == (&expected.0, &expected.1), || {
            let (ike, esp, peer) = (plan.suite.ike, plan.suite.esp, self.right.name());
            format!("{}, {ike} and {esp}: {peer} shows {shown:?}, it should show {expected:?}", plan.name)
        })
    }

    /// Waits until every tunnel is connected, by the same SAs at both ends, and as `is_right` wants it.
    fn wait(
        &mut self,
        most: Duration,
        is_right: impl Fn(&str, &TunnelView) -> bool,
    ) -> Outcome<(BTreeMap<String, TunnelView>, BTreeMap<String, Held>)> {
        let mut missing = Vec::new();
        let mut found = (BTreeMap::new(), BTreeMap::new());
        wait::until(most, || {
            found = (self.views()?, self.held()?);
            let (views, held) = &found;
            let stands = |plan: &&TunnelPlan| {
                let (Some(view), Some(held)) = (views.get(&plan.name), held.get(&plan.name)) else {
                    return false;
                };
                let same = view.child() == (held.child_out, held.child_in);
                same && view.sends && is_right(&plan.name, view)
            };
            missing = self.plans.iter().filter(|plan| !stands(plan)).map(|plan| plan.name.clone()).collect();
            Ok(missing.is_empty())
        })
        .context(|| {
            format!("every tunnel should stand at both ends, once; not so: {}", missing.join(", "))
        })?;
        Ok(found)
    }

    /// Our connected tunnels by name.
    fn views(&mut self) -> Outcome<BTreeMap<String, TunnelView>> {
        Ok(self.left.views()?.into_iter().filter_map(|(name, view)| Some((name, view?))).collect())
    }

    /// The peer's tunnels by name.
    fn held(&mut self) -> Outcome<BTreeMap<String, Held>> {
        let exchange = self.plans.first().context(|| "a gateway without a tunnel".into())?.suite.exchange;
        self.right.held(exchange)
    }
}

/// What one end has of the tunnel of a plan.
fn of<'a, T>(all: &'a BTreeMap<String, T>, plan: &TunnelPlan) -> Outcome<&'a T> {
    all.get(&plan.name).context(|| format!("one end has no {}", plan.name))
}

/// Gives a site `count` subnets, with an address of its gateway and of its inner host in each.
pub(crate) fn widen(site: &Site, range: &str, count: usize) -> Outcome {
    for (netns, host) in [(&site.gateway, 1), (&site.host, 10)] {
        let lines: String = (1..=count)
            .map(|index| format!("addr add {range}.{index}.{host}/24 dev {}\n", topology::INNER))
            .collect();
        shell::run_with_input(&["ip", "-n", netns.name(), "-batch", "-"], &lines)?;
    }
    Ok(())
}
