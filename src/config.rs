//! What an embedder sets once for a gateway.

use std::collections::BTreeMap;
use std::time::Duration;

use ike_proto::config::{LivenessConfig, MobikeConfig, NatConfig, RetransmitConfig, V2Config};
use ipsec_policy::{AlarmTemplate, TunnelId, VpnGateway};

use crate::monitor::MonitorConfig;
use crate::retry::RetryConfig;

/// A gateway and how it behaves. Everything but the gateway itself has the product's default.
#[derive(Clone, Debug)]
pub struct GatewayConfig {
    /// The gateway as the product models it.
    pub gateway: VpnGateway,
    /// What a tenant may choose.
    pub limits: ipsec_policy::Limits,
    /// What a peer can make us hold.
    pub protocol_limits: ike_proto::config::Limits,
    /// When a failed attempt is made again.
    pub retry: RetryConfig,
    /// Retransmission during an attempt. The default sends four times within 12 s, the time between attempts.
    pub connect_retransmit: RetransmitConfig,
    /// Retransmission of an IKE SA that stands.
    pub retransmit: RetransmitConfig,
    /// Dead peer detection.
    pub liveness: LivenessConfig,
    /// What follows when the peer is found dead.
    pub dead_peer: DeadPeerAction,
    /// What the tunnels have beyond the product's model, unless [`Self::options`] says otherwise.
    pub default_options: TunnelOptions,
    /// The same for single tunnels. [`Gateway::add_tunnel_with`](crate::Gateway::add_tunnel_with) adds to it.
    pub options: BTreeMap<TunnelId, TunnelOptions>,
    /// Whether the routes of a tunnel stay while it is disconnected. They then lead to a policy that drops.
    pub keep_routes: bool,
    /// The replay window of each inbound SA, in packets.
    pub replay_window: u32,
    /// Entries of each connection log.
    pub log_entries: usize,
    /// Whether each message is an entry too.
    pub log_messages: bool,
    /// What is kept of the traffic, and for how long.
    pub monitor: MonitorConfig,
    /// The alarm templates that the gateway and its tunnels may name.
    pub alarms: Vec<AlarmTemplate>,
}

/// What a tunnel can have that the product's model does not know: an operator's choices about the protocol.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TunnelOptions {
    /// Address translation.
    pub nat: NatConfig,
    /// What only IKEv2 has: post-quantum keys, IKE SAs without a Child SA, one Child SA for each pair of subnets,
    /// fragmentation, the window.
    pub v2: V2Config,
    /// Change of addresses without a new handshake.
    pub mobike: MobikeConfig,
    /// How long a peer that initiated is believed to be who it proved to be (RFC 4478); `None` is for as long as the IKE SA
    /// lives.
    pub auth_lifetime: Option<Duration>,
}

/// What follows when the peer is found dead (CONN-5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeadPeerAction {
    /// Keep the policy, which drops, and reconnect when there is traffic.
    #[default]
    Hold,
    /// Reconnect at once.
    Restart,
    /// Wait for the peer or the operator.
    Clear,
}

impl GatewayConfig {
    /// The product's defaults around `gateway`.
    pub fn new(gateway: VpnGateway) -> Self {
        Self {
            gateway,
            limits: ipsec_policy::Limits::default(),
            protocol_limits: ike_proto::config::Limits::default(),
            retry: RetryConfig::default(),
            connect_retransmit: RetransmitConfig {
                first: Duration::from_secs(1),
                tries: 3,
                ..RetransmitConfig::default()
            },
            retransmit: RetransmitConfig::default(),
            liveness: LivenessConfig::default(),
            dead_peer: DeadPeerAction::default(),
            default_options: TunnelOptions::default(),
            options: BTreeMap::new(),
            keep_routes: false,
            replay_window: 1_024,
            log_entries: 256,
            log_messages: true,
            monitor: MonitorConfig::default(),
            alarms: Vec::new(),
        }
    }

    /// What a tunnel has beyond the product's model.
    pub fn options_of(&self, tunnel: &TunnelId) -> &TunnelOptions {
        self.options.get(tunnel).unwrap_or(&self.default_options)
    }

    /// The longest that an attempt can take: both of its exchanges waited out.
    pub(crate) fn longest_attempt(&self) -> Duration {
        let waits = (0..=self.connect_retransmit.tries).filter_map(|n| self.connect_retransmit.wait_after(n));
        waits.fold(Duration::from_secs(5), Duration::saturating_add).saturating_mul(3)
    }
}
