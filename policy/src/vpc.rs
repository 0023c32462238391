//! A tenant's private network.

use alloc::vec::Vec;
use esp_core::net::Cidr;
use serde::{Deserialize, Serialize};

use crate::ids::VpcId;

/// The private network that a gateway joins to others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vpc {
    /// Which network it is.
    pub id: VpcId,
    /// Its address space.
    #[serde(with = "crate::subnets::list")]
    pub cidrs: Vec<Cidr>,
}

impl Vpc {
    /// Whether all of `subnet` lies in one prefix of this network.
    pub fn contains(&self, subnet: &Cidr) -> bool {
        self.cidrs.iter().any(|cidr| cidr.contains_net(subnet))
    }
}

#[cfg(test)]
mod tests;
