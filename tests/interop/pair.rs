//! Two gateways on a network, watched: what every case starts from, and the checks they share.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::failure::{Context, Failure, Outcome, ensure};
use crate::gateway::{Gateway, TunnelView};
use crate::inner::{self, Echoes, PingRun};
use crate::lab::Lab;
use crate::ours::Ours;
use crate::plan::TunnelPlan;
use crate::strongswan::StrongSwan;
use crate::suite::Exchange;
use crate::topology::{self, Network, Topology};
use crate::wait;
use crate::wire_watch::{self, WireWatch};

/// Which program is on the left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Left {
    Ours,
    /// For checking the harness itself.
    StrongSwan,
}

/// A handshake with retransmissions fits; a hang does not.
pub(crate) const CONNECT_WITHIN: Duration = Duration::from_secs(15);
/// After a crash: silence, a probe's retransmissions, and the interval of the retries.
pub(crate) const RECOVER_WITHIN: Duration = Duration::from_secs(240);
const SETTLE_WITHIN: Duration = Duration::from_secs(6);
const PINGS: u32 = 10;
/// With its IP and ICMP headers this makes 1,400 octets, the MTU of strongSwan's TUN device.
const LONGEST_DATA: u32 = 1372;

/// The gateways of one case and everything around them. Fields are dropped in this order: the programs end first.
pub(crate) struct Pair {
    pub(crate) left: Box<dyn Gateway>,
    pub(crate) right: StrongSwan,
    pub(crate) watch: WireWatch,
    pub(crate) network: Network,
    pub(crate) lab: Lab,
    exchange: Exchange,
    logs: AtomicU32,
}

/// Pings in both directions that run beside the test.
pub(crate) struct Traffic {
    rightward: PingRun,
    leftward: PingRun,
    echoes_before: (Echoes, Echoes),
}

impl Pair {
    /// Builds the network and configures both gateways; starts neither.
    pub(crate) fn new(
        left: Left,
        topology: Topology,
        plans: impl FnOnce(&Network) -> (TunnelPlan, TunnelPlan),
    ) -> Outcome<Self> {
        Self::with(left, topology, plans, |lab, network, _, plan| {
            StrongSwan::new(lab, &network.right.gateway, "right", &[plan])
        })
    }

    /// The same with a peer that `right` makes of both plans, ours first.
    pub(crate) fn with(
        left: Left,
        topology: Topology,
        plans: impl FnOnce(&Network) -> (TunnelPlan, TunnelPlan),
        right: impl FnOnce(&Lab, &Network, &TunnelPlan, TunnelPlan) -> Outcome<StrongSwan>,
    ) -> Outcome<Self> {
        let mut lab = Lab::new()?;
        let network = topology::build(&mut lab, topology)?;
        let (left_plan, right_plan) = plans(&network);
        let exchange = right_plan.suite.exchange;
        let right = right(&lab, &network, &left_plan, right_plan)?;
        let left: Box<dyn Gateway> = match left {
            Left::Ours => Box::new(Ours::new(&lab, &network.left.gateway, "left", &[left_plan])?),
            Left::StrongSwan => Box::new(StrongSwan::new(&lab, &network.left.gateway, "left", &[left_plan])?),
        };
        let watch = wire_watch::start(&network.watched, topology::OUTER, lab.folder())?;
        Ok(Self { left, right, watch, network, lab, exchange, logs: AtomicU32::new(0) })
    }

    /// Runs the body of a case; what goes wrong in it comes with both gateways' logs.
    pub(crate) fn case(mut self, body: impl FnOnce(&mut Self) -> Outcome) -> Outcome {
        let result = body(&mut self)
            .and_then(|()| self.left.must_run())
            .and_then(|()| self.right.must_run())
            .and_then(
                |()| if self.left.guards_unconnected() { self.watch.must_be_protected() } else { Ok(()) },
            );
        result.map_err(|error| {
            self.lab.keep();
            let seen = self.watch.seen();
            Failure::new(format!(
                "{error}\n\non the link: {seen:?}\nleft: {}\nright: {}\nfiles kept in {}\n",
                self.left.report(),
                self.right.report(),
                self.lab.folder().display()
            ))
        })
    }

    /// Starts both, the peer first, so that the left one's first message finds somebody.
    pub(crate) fn start(&mut self) -> Outcome {
        self.right.start()?;
        self.left.start()
    }

    /// Waits until both ends agree that they are connected, by the same SAs.
    pub(crate) fn wait_connected(&mut self, most: Duration) -> Outcome<TunnelView> {
        let mut seen = (None, None);
        wait::until(most, || {
            seen = (self.left.view()?, self.right.view()?);
            Ok(matches!(seen, (Some(left), Some(right)) if mirrored(&left, &right)))
        })
        .context(|| {
            format!("both ends should be connected by the same SAs; left {:x?}, right {:x?}", seen.0, seen.1)
        })?;
        seen.0.context(|| "the left end is not connected".into())
    }

    /// Waits until strongSwan has exactly one IKE SA with exactly one Child SA: nothing old is left over. In IKEv1 what has
    /// been replaced may stay a while.
    pub(crate) fn wait_settled(&mut self) -> Outcome<TunnelView> {
        self.wait_settled_within(SETTLE_WITHIN)
    }

    /// The same with more patience, where an SA that is one too many waits for a sign of life on the other.
    pub(crate) fn wait_settled_within(&mut self, most: Duration) -> Outcome<TunnelView> {
        let (right, exchange) = (&mut self.right, self.exchange);
        let mut count = Vec::new();
        wait::until(most, || {
            let mine = right.sas()?.into_iter().filter(|sa| sa.is_current(exchange));
            count = mine.map(|sa| sa.current(exchange).len()).collect();
            Ok(count == [1])
        })
        .context(|| {
            format!("one IKE SA with one Child SA should be left; Child SAs of each IKE SA: {count:?}")
        })?;
        self.wait_connected(SETTLE_WITHIN)
    }

    /// Pings both ways and checks the inner hosts' counts, both ends' SA counters and the link.
    pub(crate) fn exchange(&mut self) -> Outcome {
        let before = self.views()?;
        let bytes_before = self.right_bytes()?;
        let esp_before = self.watch.seen()?.all_esp();
        let traffic = self.start_traffic(PINGS)?;
        self.finish_traffic(traffic)?;
        let after = self.views()?;
        // Each ping and each answer is a packet in either direction.
        let each = u64::from(PINGS) * 2;
        for (end, before, after) in [("left", before.0, after.0), ("strongSwan's", before.1, after.1)] {
            ensure(before.child() == after.child(), || {
                format!("the {end} Child SA changed during the pings")
            })?;
            let risen = (after.in_packets - before.in_packets, after.out_packets - before.out_packets);
            ensure(risen == (each, each), || {
                format!(
                    "{each} packets went each way; the {end} SA counted {} in and {} out",
                    risen.0, risen.1
                )
            })?;
        }
        let bytes = self.right_bytes()?;
        ensure(bytes.0 > bytes_before.0 && bytes.1 > bytes_before.1, || {
            format!("strongSwan's byte counters should rise: {bytes_before:?}, then {bytes:?}")
        })?;
        self.wait_for_esp(esp_before + each * 2)?;
        self.watch.must_be_protected()
    }

    /// The capture runs a little behind the packets.
    fn wait_for_esp(&mut self, count: u64) -> Outcome {
        let watch = &mut self.watch;
        let mut seen = 0;
        wait::until(SETTLE_WITHIN, || {
            seen = watch.seen()?.all_esp();
            Ok(seen >= count)
        })
        .context(|| format!("there should be {count} ESP packets on the link by now, there are {seen}"))
    }

    /// Starts `count` pings in each direction.
    pub(crate) fn start_traffic(&self, count: u32) -> Outcome<Traffic> {
        let (left, right) = (&self.network.left, &self.network.right);
        let echoes_before = (inner::echoes(&left.host)?, inner::echoes(&right.host)?);
        Ok(Traffic {
            rightward: inner::start(&left.host, right.host_address, count, &self.ping_log())?,
            leftward: inner::start(&right.host, left.host_address, count, &self.ping_log())?,
            echoes_before,
        })
    }

    /// Pings from our side alone, until it is dropped: a tunnel whose peer was found dead reconnects for traffic (CONN-5).
    pub(crate) fn keep_sending(&self, most: Duration) -> Outcome<PingRun> {
        let count = u32::try_from(most.as_millis() / inner::GAP.as_millis()).unwrap_or(u32::MAX);
        inner::start(&self.network.left.host, self.network.right.host_address, count, &self.ping_log())
    }

    /// Pings of every length that padding can have to make up for, and of the longest that the path carries whole.
    pub(crate) fn exchange_sizes(&self) -> Outcome {
        let (left, right) = (&self.network.left, &self.network.right);
        for data in (16..32).chain([LONGEST_DATA]) {
            inner::ping_of_size(&left.host, right.host_address, data, &self.ping_log())?;
            inner::ping_of_size(&right.host, left.host_address, data, &self.ping_log())?;
        }
        Ok(())
    }

    fn ping_log(&self) -> PathBuf {
        let number = self.logs.fetch_add(1, Ordering::Relaxed);
        self.lab.folder().join(format!("ping-{number}.log"))
    }

    /// Waits for the pings; every one must have arrived, once, and been answered.
    pub(crate) fn finish_traffic(&self, traffic: Traffic) -> Outcome {
        let (rightward, leftward) = (traffic.rightward.finish()?, traffic.leftward.finish()?);
        let hosts = (&self.network.left.host, &self.network.right.host);
        inner::wait_complete(hosts, traffic.echoes_before, (rightward.sent, leftward.sent))
    }

    /// Pings both ways over a tunnel that is down: nothing may arrive, and nothing may cross in clear.
    pub(crate) fn must_be_cut(&mut self) -> Outcome {
        let (left, right) = (&self.network.left, &self.network.right);
        let before = inner::echoes(&right.host)?.requests;
        if self.left.guards_unconnected() {
            let pings = inner::start(&left.host, right.host_address, 3, &self.ping_log())?.finish()?;
            ensure(pings.received == 0, || {
                format!("{} pings were answered without a tunnel", pings.received)
            })?;
            let arrived = inner::echoes(&right.host)?.requests - before;
            ensure(arrived == 0, || format!("{arrived} pings arrived without a tunnel"))?;
            self.watch.must_be_protected()?;
        }
        Ok(())
    }

    fn views(&mut self) -> Outcome<(TunnelView, TunnelView)> {
        let left = self.left.view()?.context(|| "the left end is no longer connected".into())?;
        let right = self.right.view()?.context(|| "strongSwan is no longer connected".into())?;
        Ok((left, right))
    }

    /// strongSwan's byte counters, in and out.
    fn right_bytes(&mut self) -> Outcome<(u64, u64)> {
        let sas = self.right.sas()?;
        let mut children = sas.iter().flat_map(|sa| &sa.children).filter(|child| child.state == "INSTALLED");
        let child = children.next().context(|| "strongSwan has no installed Child SA".into())?;
        Ok((child.bytes_in, child.bytes_out))
    }
}

/// Whether two ends speak of the same SAs, and send with them.
fn mirrored(left: &TunnelView, right: &TunnelView) -> bool {
    left.ike() == right.ike()
        && (left.child_in, left.child_out) == (right.child_out, right.child_in)
        && left.sends
        && right.sends
}
