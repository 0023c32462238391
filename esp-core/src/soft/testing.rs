//! What the tests of the datapath share: both ends of a tunnel, from whole packet to whole packet.

use std::vec::Vec;

use crate::backend::SaBackend;
use crate::command::{PolicyAction, PolicyId, PolicyParams, SaCommand};
use crate::drop_reason::DropReason;
use crate::packet_buf::PacketBuf;
use crate::sa::SaParams;
use crate::soft::{Datapath, DatapathLimits, DatapathOptions, Outbound};
use crate::testing::*;
use crate::time::Instant;

pub(crate) const NOW: Instant = Instant::from_secs(1_000);

/// The end that sends and the end that receives.
pub(crate) struct Ends {
    pub(crate) near: Datapath,
    pub(crate) far: Datapath,
}

/// What comes out of the near end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Out {
    /// A whole outer packet.
    Sent(Vec<u8>),
    /// A whole packet back inside.
    Reply(DropReason, Vec<u8>),
    /// The packet, in clear.
    Clear(Vec<u8>),
}

impl Out {
    pub(crate) fn sent(self) -> Vec<u8> {
        match self {
            Self::Sent(packet) => packet,
            other => panic!("not sent: {other:?}"),
        }
    }
}

impl Ends {
    /// With one Security Association and its policy.
    pub(crate) fn new(sa: &SaParams, options: DatapathOptions) -> Self {
        let limits = DatapathLimits::default();
        let mut ends = Self {
            near: Datapath::with_options(limits, options),
            far: Datapath::with_options(limits, options),
        };
        let policy = PolicyParams {
            id: PolicyId(1),
            selectors: sa.selectors.clone(),
            action: PolicyAction::Protect {
                reqid: sa.reqid,
                protocol: sa.protocol,
                mode: sa.mode,
                local: sa.local,
                remote: Some(sa.remote),
            },
            priority: 1,
        };
        ends.near.apply(NOW, &SaCommand::AddPolicy(Box::new(policy))).unwrap();
        ends.near.apply(NOW, &SaCommand::AddSa(Box::new(sa.clone()))).unwrap();
        ends.far.apply(NOW, &SaCommand::AddSa(Box::new(mirrored(sa)))).unwrap();
        ends
    }

    /// Everything that an inner packet becomes.
    pub(crate) fn send(&self, now: Instant, inner: &[u8]) -> Result<Vec<Out>, DropReason> {
        let (mut memory, mut scratch) = (storage(inner.len()), storage(inner.len()));
        let mut packet = PacketBuf::copy_from(&mut memory, inner).unwrap();
        let mut all = Vec::new();
        self.near.forward(now, &mut packet, &mut scratch, |outcome, packet| {
            all.push(match outcome {
                Outbound::Protected(to) => {
                    if to.outer_len == 0 {
                        to.outer.prepend(packet).unwrap();
                    }
                    Out::Sent(packet.as_slice().to_vec())
                }
                Outbound::Reply(reason) => Out::Reply(reason, packet.as_slice().to_vec()),
                Outbound::Bypass => Out::Clear(packet.as_slice().to_vec()),
                Outbound::Fragment { .. } => panic!("a packet was left to be fragmented"),
            });
        })?;
        Ok(all)
    }

    /// The one outer packet that an inner packet becomes.
    pub(crate) fn send_one(&self, inner: &[u8]) -> Vec<u8> {
        let mut all = self.send(NOW, inner).unwrap();
        assert_eq!(all.len(), 1);
        all.remove(0).sent()
    }

    /// What the far end makes of a whole outer packet.
    pub(crate) fn receive(&self, outer: &[u8]) -> Result<Vec<u8>, DropReason> {
        let mut memory = storage(outer.len());
        let mut packet = PacketBuf::copy_from(&mut memory, outer).unwrap();
        self.far.inbound(NOW, &mut packet)?;
        Ok(packet.as_slice().to_vec())
    }
}
