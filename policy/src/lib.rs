//! What a tenant of a VPN gateway configures, and the rules it must keep.
//!
//! A [`VpnGateway`] stands in a [`Vpc`] and has one external address; a [`PeerGateway`] is the other end; a
//! [`VpnTunnel`] joins the two with subnets, a [`PreSharedKey`], an [`IkePolicy`] and an [`IpsecPolicy`]. What a file
//! holds is a [`Document`]; what runs is an [`Inventory`], which refuses whatever breaks a rule. Both report with
//! [`Finding`]s, all at once, each with the id of its rule and the way to mend it.
//!
//! Nothing here reads a clock or a file: the caller parses its text with any `serde` format.

#![cfg_attr(not(test), no_std)]

extern crate alloc;

mod algorithms;
mod capabilities;
mod document;
mod finding;
#[cfg(test)]
mod fixtures;
mod gateway;
mod identity;
mod ids;
mod ike_policy;
mod inventory;
mod ipsec_policy;
mod limits;
mod names;
mod pair_index;
mod peer;
mod psk;
mod resource_state;
mod subnets;
mod text;
mod tunnel;
pub mod validate;
mod vpc;

pub use algorithms::{
    DhGroup, EspAuthentication, EspEncryption, ExchangeMode, IkeAuthentication, IkeEncryption, IkeVersion,
    IpsecMode, IpsecProtocol, PfsChoice,
};
pub use capabilities::Capabilities;
pub use document::Document;
pub use finding::{Finding, Refusal, Severity};
pub use gateway::{ExternalIp, VpnGateway};
pub use identity::{Fqdn, Identity, IdentityError};
pub use ids::{GatewayId, IdError, PeerId, TunnelId, VpcId};
pub use ike_policy::IkePolicy;
pub use inventory::{BatchRemoval, Inventory};
pub use ipsec_policy::IpsecPolicy;
pub use limits::Limits;
pub use names::{Name, NameError, Remark};
pub use pair_index::SubnetPair;
pub use peer::PeerGateway;
pub use psk::{ExposedPsk, PreSharedKey, PskError};
pub use resource_state::ResourceState;
pub use subnets::{SubnetError, SubnetLineError, parse_subnet, parse_subnets};
pub use text::UnknownValue;
pub use tunnel::{ExposedTunnel, VpnTunnel};
pub use validate::Rules;
pub use vpc::Vpc;
