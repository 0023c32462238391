//! What an operator does by hand.

use esp_core::time::Instant;
use ike_proto::endpoint;

use super::Gateway;
use crate::input::Command;
use crate::log::{Line, Severity};

impl Gateway {
    pub(super) fn operate(&mut self, now: Instant, command: &Command) {
        let Some(id) = command.tunnel() else {
            return self.reset_counters(now, None);
        };
        let Some(runtime) = self.tunnels.get_mut(id) else {
            let text = format!("there is no tunnel {id}");
            self.write(now, None, Line::new(Severity::Warning, "no-such-tunnel", text).with("tunnel", id));
            return;
        };
        let connection = runtime.connection;
        match command {
            Command::Connect(id) => self.with_state(now, id, |runtime| runtime.connect(now)),
            Command::Disconnect(id) => {
                // The routes first: nothing is led to an SA that is about to go.
                if !self.config.keep_routes {
                    self.withdraw_routes(id);
                }
                self.with_state(now, id, super::Tunnel::disconnect);
                self.command(now, endpoint::Command::Terminate(connection));
            }
            Command::RekeyIke(_) => self.command(now, endpoint::Command::RekeyIke(connection)),
            Command::ResetCounters(_) => self.reset_counters(now, Some(id)),
            Command::RekeyChild(_) => self.command(now, endpoint::Command::RekeyChild(connection)),
            Command::CheckPfs(id) => {
                if runtime.check_pfs(now) {
                    self.command(now, endpoint::Command::RekeyChild(connection));
                } else {
                    let text = "the PFS group can be checked only while the tunnel is connected";
                    self.write(now, Some(id), Line::new(Severity::Warning, "pfs-check-refused", text));
                }
            }
        }
    }
}
