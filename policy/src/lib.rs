//! What a tenant of a VPN gateway configures, and the rules it must keep.
//!
//! A [`VpnGateway`] stands in a [`Vpc`] and has one external address; a [`PeerGateway`] is the other end; a
//! [`VpnTunnel`] joins the two with subnets, a [`PreSharedKey`], an [`IkePolicy`] and an [`IpsecPolicy`]. What a file
//! holds is a [`Document`]; what runs is an [`Inventory`], which refuses whatever breaks a rule. Both report with
//! [`Finding`]s, all at once, each with the id of its rule and the way to mend it.
//!
//! A [`Link`] is a tunnel seen from one of its ends, which is what configuration languages describe:
//!
//! | module | from | to |
//! |---|---|---|
//! | [`export`] | our side or, mirrored, the peer's | text for strongSwan, libreswan, Cisco, Juniper, Huawei, H3C |
//! | [`import`] | text of strongSwan, libreswan, Cisco IOS | connections, and tunnels where they are that |
//! | [`compare`](mod@compare) | our side and the peer's text | every difference: here, there, what to change |
//! | [`proposal`] | `aes128-sha1-modp1024` | the same in each language's words, and back |
//!
//! ```
//! use ipsec_policy::compare::compare;
//! use ipsec_policy::export::export;
//! use ipsec_policy::{Dialect, import};
//!
//! let conf = "
//! conn ipsvpn_t-1
//!     keyexchange=ikev2
//!     authby=psk
//!     ike=aes128-sha1-modp1024!
//!     esp=aes128-sha1-modp1024!
//!     left=106.75.234.78
//!     leftsubnet=10.0.192.0/20
//!     right=106.75.234.74
//!     rightsubnet=192.168.0.0/16
//!     auto=start
//! ";
//! let secrets = "106.75.234.78 106.75.234.74 : PSK \"an-Example#Key\"\n";
//! let ours = import::read(Dialect::StrongSwan, conf, Some(secrets))?.connections[0].link()?;
//!
//! // The peer's side, for its Cisco router.
//! let theirs = export(&ours.mirrored(), Dialect::CiscoIos)?;
//! let text = theirs.files[0].text.expose();
//! assert!(text.contains(" permit ip 192.168.0.0 0.0.255.255 10.0.192.0 0.0.15.255"));
//!
//! // Somebody changes it; the comparison says what no longer fits.
//! let changed = text.replace("aes-cbc-128", "aes-cbc-256");
//! let comparison = compare(&ours, Dialect::CiscoIos, &changed, None)?;
//! assert_eq!(comparison.differences[0].here, "aes128");
//! assert_eq!(comparison.differences[0].there, "aes256");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Nothing here reads a clock or a file: the caller hands over text, TOML or JSON or any other format of `serde`, and says
//! what time it is.

#![cfg_attr(not(any(test, feature = "xlsx")), no_std)]

extern crate alloc;

mod alarm;
mod alarm_book;
mod algorithms;
mod capabilities;
pub mod compare;
mod dialect;
mod document;
mod document_text;
pub mod export;
mod finding;
#[cfg(test)]
mod fixtures;
#[doc(hidden)]
pub mod fuzzing;
mod gateway;
mod identity;
mod ids;
mod ike_policy;
mod ikev1;
pub mod import;
mod inventory;
mod ipsec_policy;
mod keys_by_address;
mod limits;
mod link;
pub mod listing;
mod names;
mod pair_index;
mod peer;
pub mod proposal;
mod psk;
mod resource_state;
mod security_group;
mod subnets;
mod subscription;
mod text;
mod timestamp;
mod tunnel;
pub mod validate;
mod vpc;

pub use alarm::{AlarmRule, AlarmTemplate, Comparison, Metric};
pub use algorithms::{
    DhGroup, EspAuthentication, EspEncryption, ExchangeMode, IkeAuthentication, IkeEncryption, IkeVersion,
    IpsecMode, IpsecProtocol, PfsChoice,
};
pub use capabilities::Capabilities;
pub use dialect::Dialect;
pub use document::Document;
pub use document_text::{DOCUMENT_VERSION, TextError};
pub use finding::{Finding, Refusal, Severity};
pub use gateway::{ExternalIp, VpnGateway};
pub use identity::{Fqdn, Identity, IdentityError};
pub use ids::{AlarmTemplateId, GatewayId, IdError, PeerId, TunnelId, VpcId};
pub use ike_policy::IkePolicy;
pub use inventory::{BatchRemoval, Inventory};
pub use ipsec_policy::IpsecPolicy;
pub use limits::Limits;
pub use link::{Link, LinkEnd};
pub use names::{Name, NameError, Remark};
pub use pair_index::SubnetPair;
pub use peer::PeerGateway;
pub use psk::{ExposedPsk, PreSharedKey, PskError};
pub use resource_state::ResourceState;
pub use security_group::{ProtocolMatch, SecurityGroup, SecurityRule, TrafficDirection, Verdict};
pub use subnets::{SubnetError, SubnetLineError, parse_subnet, parse_subnets};
pub use subscription::{ChargeMode, Subscription};
pub use text::UnknownValue;
pub use timestamp::{Timestamp, TimestampError};
pub use tunnel::{ExposedTunnel, VpnTunnel};
pub use validate::Rules;
pub use vpc::Vpc;
