//! A gateway leaves its node, and comes to another (HA-1).

use std::collections::BTreeMap;
use std::time::Duration;

use esp_core::drop_reason::DropReason;
use esp_core::sa::{Direction, ReqId};
use esp_core::time::Instant;
use ike_proto::endpoint::ConnectionId;
use ipsec_policy::{Document, Finding, Refusal, TunnelId};
use rand_core::CryptoRng;

use super::Gateway;
use crate::config::GatewayConfig;
use crate::export::{CounterRecord, EXPORT_VERSION, GatewayExport, SaRecord};
use crate::monitor::Counters;

impl Gateway {
    /// Everything that another node needs to go on, with the counters as the datapath reported them last.
    pub fn export(&self, now: Instant) -> GatewayExport {
        let configuration = Document {
            gateways: vec![self.config.gateway.clone()],
            peers: self.inventory.peers().cloned().collect(),
            tunnels: self.inventory.tunnels().cloned().collect(),
            alarms: self.inventory.alarms().cloned().collect(),
            ..Document::default()
        };
        let targets = std::iter::once(None).chain(self.tunnels.keys().map(Some));
        let counters =
            targets.filter_map(|target| Some(record(now, target, self.counters(target)?))).collect();
        GatewayExport {
            version: EXPORT_VERSION,
            configuration,
            counters,
            associations: self.association_records(),
        }
    }

    /// A gateway that goes on with what another node has exported. Its tunnels connect at once, as any that are added, and
    /// its counters go on from where they were. `config` says how it behaves here, the options of single tunnels included; what
    /// is exported takes the place of the gateway and the alarm templates in it.
    ///
    /// # Errors
    ///
    /// A version of the format that is unknown here, and all that is wrong with the configuration.
    pub fn import(
        now: Instant,
        config: GatewayConfig,
        export: GatewayExport,
        rng: Box<dyn CryptoRng + Send>,
    ) -> Result<(Self, Vec<Finding>), Refusal> {
        if export.version != EXPORT_VERSION {
            let message = format!(
                "version {} of the format is unknown here, which is {EXPORT_VERSION}",
                export.version
            );
            return Err(refused("version", message, "Export again with the version of this node").into());
        }
        let Document { gateways, peers, tunnels, alarms, .. } = export.configuration;
        let [own] = <[_; 1]>::try_from(gateways).map_err(|gateways| {
            let message = format!("there are {} gateways in it", gateways.len());
            refused("configuration.gateway", message, "Import one gateway at a time")
        })?;
        let mut gateway = Self::new(GatewayConfig { gateway: own, alarms, ..config }, rng)?;
        let mut warnings = Vec::new();
        for peer in &peers {
            warnings.extend(gateway.update_peer(now, peer.clone())?);
        }
        for tunnel in tunnels {
            let peer = peers.iter().find(|peer| peer.id == tunnel.peer).cloned();
            let peer = peer.ok_or_else(|| {
                let message = format!("tunnel {} names peer {}, which is not in it", tunnel.id, tunnel.peer);
                refused("configuration.tunnel", message, "Export the peer too")
            })?;
            warnings.extend(gateway.add_tunnel(now, tunnel, peer)?);
        }
        for record in &export.counters {
            gateway.restore(now, record);
        }
        Ok((gateway, warnings))
    }

    fn association_records(&self) -> Vec<SaRecord> {
        let record = |(owner, direction, traffic): (ReqId, Direction, esp_core::sa::SaTraffic)| {
            let tunnel = self.by_connection.get(&ConnectionId(owner.0))?.clone();
            Some(SaRecord {
                tunnel,
                inbound: direction == Direction::Inbound,
                protocol: traffic.key.protocol.ip_protocol(),
                spi: traffic.key.spi.get(),
                destination: traffic.key.destination,
                bytes: traffic.usage.bytes,
                packets: traffic.usage.packets,
                sequence: traffic.sequence,
            })
        };
        self.monitor.associations().filter_map(record).collect()
    }

    fn restore(&mut self, now: Instant, record: &CounterRecord) {
        let since = now.saturating_sub(Duration::from_micros(record.counted_for));
        let by_name: BTreeMap<String, DropReason> =
            DropReason::ALL.iter().map(|reason| (format!("{reason:?}"), *reason)).collect();
        // A reason that this build does not know is one that it cannot drop for.
        let drops = record.drops.iter().filter_map(|(name, count)| Some((*by_name.get(name)?, *count)));
        let counters = Counters { since, traffic: record.traffic, drops: drops.collect() };
        self.restore_counters(record.tunnel.as_ref(), counters);
    }
}

fn record(now: Instant, tunnel: Option<&TunnelId>, counters: &Counters) -> CounterRecord {
    let counted_for = now.saturating_duration_since(counters.since).as_micros();
    CounterRecord {
        tunnel: tunnel.cloned(),
        counted_for: u64::try_from(counted_for).unwrap_or(u64::MAX),
        traffic: counters.traffic,
        drops: counters.drops.iter().map(|(reason, count)| (format!("{reason:?}"), *count)).collect(),
    }
}

fn refused(path: &str, message: String, fix: &str) -> Finding {
    Finding::error("HA-1", path, message, fix)
}
