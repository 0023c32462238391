//! Alarm templates (MON-2): what is watched, and when it is worth an alarm.

use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::AlarmTemplateId;
use crate::names::{Name, Remark};
use crate::text::text_enum;

text_enum! {
    /// A figure that is watched (MON-1).
    Metric, "metric" {
        /// Bits per second received from the peer.
        BandwidthIn = "bandwidth-in",
        /// Bits per second sent to the peer.
        BandwidthOut = "bandwidth-out",
        /// Packets per second received from the peer.
        PacketsIn = "packets-in",
        /// Packets per second sent to the peer.
        PacketsOut = "packets-out",
        /// 1 while connected, else 0.
        Health = "health",
        /// Percent of the gateway's outbound bandwidth that is in use.
        Utilisation = "utilisation",
    }
}

impl Metric {
    /// The largest value that it can have, where there is one.
    pub const fn largest(self) -> Option<u64> {
        match self {
            Self::Health => Some(1),
            Self::Utilisation => Some(100),
            Self::BandwidthIn | Self::BandwidthOut | Self::PacketsIn | Self::PacketsOut => None,
        }
    }
}

text_enum! {
    /// How a figure is compared with its threshold.
    Comparison, "comparison" {
        /// More than the threshold.
        Above = "above",
        /// The threshold or more.
        AtLeast = "at-least",
        /// Less than the threshold.
        Below = "below",
        /// The threshold or less.
        AtMost = "at-most",
    }
}

impl Comparison {
    /// Whether `value` stands in this relation to `threshold`.
    pub const fn holds(self, value: u64, threshold: u64) -> bool {
        match self {
            Self::Above => value > threshold,
            Self::AtLeast => value >= threshold,
            Self::Below => value < threshold,
            Self::AtMost => value <= threshold,
        }
    }
}

/// One condition of an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlarmRule {
    /// What is watched.
    pub metric: Metric,
    /// How it is compared.
    pub comparison: Comparison,
    /// With what, in the metric's unit.
    pub threshold: u64,
    /// For how many seconds the comparison must hold before the alarm is raised.
    pub for_secs: u32,
}

/// A set of conditions that gateways and tunnels are watched for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlarmTemplate {
    /// Its id, unique among templates.
    pub id: AlarmTemplateId,
    /// What people call it.
    #[serde(default)]
    pub name: Name,
    /// What people note about it.
    #[serde(default)]
    pub remark: Remark,
    /// Its conditions; each raises an alarm of its own.
    #[serde(rename = "rule")]
    pub rules: Vec<AlarmRule>,
}

impl fmt::Display for AlarmRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} for {} s", self.metric, self.comparison, self.threshold, self.for_secs)
    }
}
