//! Another external address of our own.

use std::net::IpAddr;

use esp_core::command::SaCommand;
use esp_core::time::Instant;
use ike_proto::endpoint;
use ipsec_policy::{Finding, IkeVersion, Refusal};

use super::Gateway;
use crate::connection;
use crate::log::{Line, Severity};
use crate::output::Output;

impl Gateway {
    /// Takes another external address. A tunnel with MOBIKE keeps its SAs and tells its peer (RFC 4555); any other
    /// reconnects from there. One without a local id calls itself by the new address at its next handshake.
    ///
    /// # Errors
    ///
    /// All that is wrong with the address; the gateway is then as it was.
    pub fn change_address(&mut self, now: Instant, address: IpAddr) -> Result<Vec<Finding>, Refusal> {
        let before = self.config.gateway.clone();
        let mut gateway = before.clone();
        gateway.external.address = address;
        let warnings = self.inventory.replace_gateway(gateway.clone())?;
        self.config.gateway = gateway;
        let mut changes = Vec::new();
        for (id, runtime) in &self.tunnels {
            match connection::connection(&runtime.tunnel, &runtime.peer, runtime.reqid(), &self.config) {
                Ok(protocol) => changes.push((id.clone(), protocol)),
                Err(finding) => {
                    self.inventory.replace_gateway(before.clone())?;
                    self.config.gateway = before;
                    return Err(finding.into());
                }
            }
        }
        for (id, protocol) in changes {
            let Some(runtime) = self.tunnels.get(&id) else { continue };
            let moves =
                self.config.options_of(&id).mobike.enabled && runtime.tunnel.ike.version == IkeVersion::V2;
            let (connection, policy) = (runtime.connection, runtime.policy(&self.config));
            if moves {
                self.with_state(now, &id, |runtime| runtime.readdress(address));
                let text = format!("moving to our new address {address}");
                let line = Line::new(Severity::Info, "readdressed", text);
                self.write(now, Some(&id), line.with("address", address));
                self.outputs.push_back(Output::Sa(SaCommand::AddPolicy(Box::new(policy))));
                self.command(now, endpoint::Command::ChangeAddress(connection, address));
                self.command(now, endpoint::Command::Add(connection, Box::new(protocol)));
            } else {
                let (tunnel, peer) = (runtime.tunnel.clone(), runtime.peer.clone());
                self.reconnect(now, tunnel, peer, protocol);
            }
        }
        self.settle(now);
        Ok(warnings)
    }
}
