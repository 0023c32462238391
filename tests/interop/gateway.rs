//! What a case asks of a gateway, be it the program under test or its peer.

use crate::failure::Outcome;

/// The tunnel as one end sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TunnelView {
    pub(crate) ike_spi_i: u64,
    pub(crate) ike_spi_r: u64,
    pub(crate) child_in: u32,
    pub(crate) child_out: u32,
    pub(crate) in_packets: u64,
    pub(crate) out_packets: u64,
    /// Whether ESP travels in UDP.
    pub(crate) encap: bool,
    /// Whether this Child SA sends: one that replaces another may wait for a sign of the peer.
    pub(crate) sends: bool,
}

impl TunnelView {
    /// Both SPIs of the IKE SA.
    pub(crate) fn ike(&self) -> (u64, u64) {
        (self.ike_spi_i, self.ike_spi_r)
    }

    /// Both SPIs of the Child SA, inbound first.
    pub(crate) fn child(&self) -> (u32, u32) {
        (self.child_in, self.child_out)
    }
}

/// A running (or crashed) gateway with one tunnel.
pub(crate) trait Gateway {
    /// Opens the tunnel. Returns at once or after it is up; the case waits for [`Gateway::view`].
    fn connect(&mut self) -> Outcome;
    /// Closes the tunnel, telling the peer.
    fn disconnect(&mut self) -> Outcome;
    /// Starts a rekey of the Child SA.
    fn rekey_child(&mut self) -> Outcome;
    /// Starts a rekey of the IKE SA.
    fn rekey_ike(&mut self) -> Outcome;
    /// Tells it that its address is another one now, where it does not notice by itself.
    fn move_to(&mut self, address: &str) -> Outcome;
    /// The tunnel as it is now, or `None` unless it is connected.
    fn view(&mut self) -> Outcome<Option<TunnelView>>;
    /// Fails if the process has ended.
    fn must_run(&mut self) -> Outcome;
    /// Kills the process as a crash would: the peer is told nothing.
    fn crash(&mut self);
    /// Starts it again, without what it knew before.
    fn start(&mut self) -> Outcome;
    /// Whether it drops inner packets, rather than routing them in clear, while the tunnel is down.
    fn guards_unconnected(&self) -> bool;
    /// What it has logged so far.
    fn log(&self) -> String;
    /// Its name and the end of its log, for a failure message.
    fn report(&mut self) -> String;
}
