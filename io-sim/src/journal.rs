//! What a gateway did, in the order in which it did it.

use esp_core::command::SaCommand;
use esp_core::net::Cidr;
use esp_core::sa::{Direction, SaKey};
use esp_core::time::Instant;
use ike_proto::diagnose::{Event, Phase, Role};
use ipsec_gateway::{GatewayEvent, Output, RouteCommand};
use ipsec_policy::TunnelId;

/// One thing that a gateway did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It began an attempt to connect.
    Attempt(TunnelId),
    /// What it had begun failed, in this phase.
    Failure(TunnelId, Phase),
    /// A Security Association was added to its datapath.
    SaAdded(Direction, SaKey),
    /// A Security Association was to be removed from its datapath.
    SaRemoved(SaKey),
    /// A route was announced, or announced anew.
    RouteAdded(Cidr),
    /// A route was withdrawn.
    RouteRemoved(Cidr),
}

impl Deed {
    /// What there is to tell of an output.
    pub(crate) fn of(output: &Output) -> Option<Self> {
        Some(match output {
            Output::Sa(SaCommand::AddSa(params)) => Self::SaAdded(params.direction, params.key()),
            Output::Sa(SaCommand::RemoveSa(key)) => Self::SaRemoved(*key),
            Output::Route(RouteCommand::Add(route)) => Self::RouteAdded(route.destination),
            Output::Route(RouteCommand::Remove(route)) => Self::RouteRemoved(route.destination),
            Output::Event(GatewayEvent::Protocol { tunnel: Some(tunnel), event }) => match event {
                Event::Connecting { .. } => Self::Attempt(tunnel.clone()),
                Event::Failed { phase, role: Role::Initiator, .. } => Self::Failure(tunnel.clone(), *phase),
                _ => return None,
            },
            _ => return None,
        })
    }
}

/// The deeds of a gateway with their times, by the world's clock.
pub type Journal = Vec<(Instant, Deed)>;
