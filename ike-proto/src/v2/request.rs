//! Requests of an established IKE SA that wait for their answer.

use esp_core::sa::Spi;

use super::child::ChildRequest;
use super::draft::Draft;
use super::generation::Generation;
use super::ike_rekey::IkeRekey;
use super::mobike::AddressCheck;
use super::trace;
use crate::config::RetransmitConfig;
use crate::diagnose::{CloseReason, FailureReason};
use crate::sa::{Core, Effects, Retransmission};
use crate::wire::codes::ExchangeType;

/// A request and what it is about.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub(crate) struct Pending {
    pub(crate) id: u32,
    pub(crate) exchange: ExchangeType,
    pub(crate) retransmission: Retransmission,
    pub(crate) request: Request,
}

/// What a request is about.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub(crate) enum Request {
    /// Who we are, in an attempt that was cancelled meanwhile: the peer may have an IKE SA when it answers.
    Authenticate,
    /// Whether the peer is there.
    Probe,
    /// That the peer uses our addresses of now (MOBIKE).
    UpdateAddresses(AddressCheck),
    /// Whether the peer is where it says (MOBIKE).
    CheckRoute(AddressCheck),
    /// The end of a Child SA, by its inbound SPI.
    DeleteChild(Spi, CloseReason),
    /// The end of the IKE SA.
    DeleteIke,
    /// A Child SA, new or in the place of another.
    Child(ChildRequest),
    /// An IKE SA in the place of this one.
    RekeyIke(IkeRekey),
}

impl Request {
    /// Whether it is about a Child SA, so that the IKE SA must not be replaced meanwhile (RFC 7296 §2.25.2).
    pub(crate) fn concerns_children(&self) -> bool {
        matches!(self, Self::DeleteChild(..) | Self::Child(_))
    }
}

impl Generation {
    /// Sends a request. There must be none under way: the window is one.
    ///
    /// # Errors
    /// It does not fit into a datagram.
    pub(crate) fn request(
        &mut self,
        core: &mut Core,
        fx: &mut Effects<'_>,
        exchange: ExchangeType,
        draft: &Draft,
        request: Request,
    ) -> Result<(), FailureReason> {
        let id = self.window.take_next();
        let message = self.seal(core, fx, exchange, false, id, draft)?;
        let config = retransmit_config(core);
        let name = trace::exchange_name(exchange);
        let retransmission = Retransmission::start(core, fx, message, name, config);
        self.pending = Some(Pending { id, exchange, retransmission, request });
        Ok(())
    }
}

fn retransmit_config(core: &Core) -> RetransmitConfig {
    core.config.as_ref().map(|config| config.retransmit).unwrap_or_default()
}
