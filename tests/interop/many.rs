//! Many tunnels between one pair of gateways, each with algorithms, identities, a key and subnets of its own.
//!
//! A whole table of choices takes as long as a few cases this way, and each end has to find the right connection among many
//! that differ in their algorithms only.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::cases::Side;
use crate::failure::{Context, Failure, Outcome, ensure};
use crate::gateway::{Gateway, TunnelView};
use crate::inner;
use crate::lab::Lab;
use crate::ours::Ours;
use crate::plan::{self, TunnelPlan};
use crate::sas::{Algorithms, ChildSa, IkeSa};
use crate::shell;
use crate::strongswan::StrongSwan;
use crate::suite::{Authentication, Encryption, Phase1, Phase2, Suite};
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
    right: StrongSwan,
    watch: WireWatch,
    network: Network,
    lab: Lab,
    plans: Vec<TunnelPlan>,
    initiator: Side,
}

impl Many {
    /// Builds the network and configures a tunnel for each suite; starts nothing.
    pub(crate) fn new(suites: &[Suite], initiator: Side) -> Outcome<Self> {
        let mut lab = Lab::new()?;
        let network = topology::build(&mut lab, Topology::Direct)?;
        for (site, range) in [(&network.left, "10.1"), (&network.right, "10.2")] {
            widen(site, range, suites.len())?;
        }
        let (mut lefts, mut rights) = (Vec::new(), Vec::new());
        for (index, suite) in (1..).zip(suites) {
            let (left, right) = plan::plans(&network, *suite, initiator == Side::We);
            lefts.push(left.numbered(index, *suite));
            rights.push(right.numbered(index, *suite));
        }
        let left = Ours::new(&lab, &network.left.gateway, "left", &lefts)?;
        let right = StrongSwan::new(&lab, &network.right.gateway, "right", &rights)?;
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
        if self.initiator == Side::StrongSwan {
            for plan in &self.plans {
                self.right.initiate_tunnel(&plan.name, CONNECT_WITHIN)?;
            }
        }
        let views = self.wait(CONNECT_WITHIN, |_, _| true)?;
        let sas = self.sas()?;
        for plan in &self.plans {
            let (ike, child) =
                sas.get(&plan.name).context(|| format!("strongSwan has no SA {}", plan.name))?;
            let view = views.get(&plan.name).context(|| format!("we have no SA {}", plan.name))?;
            ensure((ike.spi_i, ike.spi_r) == view.ike(), || {
                format!("{}: the ends speak of different IKE SAs", plan.name)
            })?;
            let expected = phase1_shown(&plan.suite.ike);
            must_be(&format!("{}, phase 1 {}", plan.name, plan.suite.ike), &ike.algorithms, &expected)?;
            let pfs = plan.suite.esp.pfs.filter(|_| plan.suite.exchange.first_child_has_pfs());
            let expected = phase2_shown(&plan.suite.esp, pfs.map_or("", |group| group.shown));
            must_be(&format!("{}, phase 2 {}", plan.name, plan.suite.esp), &child.algorithms, &expected)?;
        }
        Ok(())
    }

    /// Pings through every tunnel in both directions, and checks the inner hosts' and both ends' counts.
    pub(crate) fn exchange(&mut self) -> Outcome {
        let before = self.views()?;
        let (left, right) = (&self.network.left.host, &self.network.right.host);
        let echoes = (inner::echoes(left)?, inner::echoes(right)?);
        let numbered: Vec<_> = (1..).zip(&self.plans).collect();
        for some in numbered.chunks(TUNNELS_AT_ONCE) {
            let mut runs = Vec::new();
            for (index, plan) in some {
                let (one, other) = (format!("10.1.{index}.10"), format!("10.2.{index}.10"));
                let log = |way: &str| self.lab.folder().join(format!("ping-{}-{way}.log", plan.name));
                runs.push((
                    inner::start_from(left, &one, &other, PINGS, &log("right"))?,
                    inner::start_from(right, &other, &one, PINGS, &log("left"))?,
                ));
            }
            for (rightward, leftward) in runs {
                rightward.finish()?;
                leftward.finish()?;
            }
        }
        let expected = u64::from(PINGS) * u64::try_from(self.plans.len()).unwrap_or_default();
        inner::wait_complete((left, right), echoes, (expected, expected))?;
        let (after, sas) = (self.views()?, self.sas()?);
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
            let child = &sas.get(&plan.name).context(|| format!("strongSwan has no SA {}", plan.name))?.1;
            ensure(child.packets_in >= each && child.packets_out >= each, || {
                format!("{}: strongSwan's SA should have carried the pings: {child:?}", plan.name)
            })?;
        }
        Ok(())
    }

    /// `rekeyer` replaces every Child SA, each with a key exchange of its own where its plan has PFS.
    pub(crate) fn rekey_children(&mut self, rekeyer: Side) -> Outcome {
        let before = self.views()?;
        for plan in &self.plans {
            match rekeyer {
                Side::We => self.left.order("rekey-child", &plan.name)?,
                Side::StrongSwan => self.right.rekey_child_of(&plan.name)?,
            }
        }
        self.wait(REKEY_WITHIN, |name, view| {
            before
                .get(name)
                .is_some_and(|old| old.child_in != view.child_in && old.child_out != view.child_out)
        })?;
        let sas = self.sas()?;
        for plan in &self.plans {
            let child = &sas.get(&plan.name).context(|| format!("strongSwan has no SA {}", plan.name))?.1;
            let expected = phase2_shown(&plan.suite.esp, plan.suite.esp.pfs.map_or("", |group| group.shown));
            must_be(&format!("{}, rekeyed {}", plan.name, plan.suite.esp), &child.algorithms, &expected)?;
        }
        Ok(())
    }

    /// Waits until every tunnel is connected, by the same SAs at both ends, and as `is_right` wants it.
    fn wait(
        &mut self,
        most: Duration,
        is_right: impl Fn(&str, &TunnelView) -> bool,
    ) -> Outcome<BTreeMap<String, TunnelView>> {
        let mut missing = Vec::new();
        let mut found = BTreeMap::new();
        wait::until(most, || {
            found = self.views()?;
            let sas = self.right.sas()?;
            let stands = |plan: &&TunnelPlan| {
                let mine: Vec<_> = sas.iter().filter(|sa| sa.name == plan.name).collect();
                let view = found.get(&plan.name).filter(|view| is_right(&plan.name, view));
                let [ike] = mine.as_slice() else { return false };
                let current = ike.current(plan.suite.exchange);
                let [child] = current.as_slice() else { return false };
                ike.state == "ESTABLISHED"
                    && child.state == "INSTALLED"
                    && view.is_some_and(|view| view.sends && view.child() == (child.spi_out, child.spi_in))
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

    /// strongSwan's SAs by connection.
    fn sas(&mut self) -> Outcome<BTreeMap<String, (IkeSa, ChildSa)>> {
        let installed = |sa: IkeSa| {
            let child = sa.children.iter().find(|child| child.state == "INSTALLED")?.clone();
            Some((sa.name.clone(), (sa, child)))
        };
        Ok(self.right.sas()?.into_iter().filter_map(installed).collect())
    }
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

fn must_be(what: &str, shown: &Algorithms, expected: &Algorithms) -> Outcome {
    ensure(shown == expected, || format!("{what}: strongSwan shows {shown:?}, which should be {expected:?}"))
}

fn phase1_shown(ike: &Phase1) -> Algorithms {
    let prf = ike.authentication.shown.1.into();
    Algorithms { prf, ..shown(ike.encryption, ike.authentication, ike.group.shown) }
}

fn phase2_shown(esp: &Phase2, group: &str) -> Algorithms {
    shown(esp.encryption, esp.authentication, group)
}

fn shown(encryption: Encryption, authentication: Authentication, group: &str) -> Algorithms {
    let integrity = if encryption.is_aead { "" } else { authentication.shown.0 };
    let (encryption, key_size) = encryption.shown;
    Algorithms {
        encryption: encryption.into(),
        key_size: key_size.into(),
        integrity: integrity.into(),
        prf: String::new(),
        group: group.into(),
    }
}
