//! Messages that come in fragments (RFC 7383 §2.6). Each fragment is authenticated before it is kept, so that nobody
//! else can fill the place of a good one.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use esp_core::time::Instant;
use zeroize::Zeroizing;

use crate::config::Limits;
use crate::crypto::v2_protect::Decrypted;
use crate::diagnose::DropReason;
use crate::wire::codes::PayloadType;
use crate::wire::v2::SkfPayload;

/// The fragments of one request and of one response; there are no more under way where every fragment is acted on.
#[derive(Debug, Default)]
#[cfg_attr(test, derive(Clone))]
pub(crate) struct Fragments {
    request: Option<Partial>,
    response: Option<Partial>,
    whole: Option<Decrypted>,
}

/// A message of which something is missing.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
struct Partial {
    id: u32,
    total: u16,
    first: PayloadType,
    parts: BTreeMap<u16, Zeroizing<Vec<u8>>>,
    len: usize,
    until: Instant,
}

/// Which message a fragment is of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FragmentOf {
    pub(crate) response: bool,
    pub(crate) id: u32,
}

impl Fragments {
    /// Whether a fragment is of use, before its check value is looked at: it has a place that is free, in a message that
    /// may be as long.
    pub(crate) fn check(
        &self,
        of: FragmentOf,
        skf: &SkfPayload<'_>,
        now: Instant,
        limits: &Limits,
    ) -> Result<(), DropReason> {
        if skf.total > limits.fragments {
            return Err(DropReason::Fragment { what: "a message in more fragments than allowed" });
        }
        let Some(partial) =
            self.place(of.response).filter(|partial| partial.id == of.id && now < partial.until)
        else {
            return Ok(());
        };
        if skf.total < partial.total {
            return Err(DropReason::Fragment { what: "a fragment of a message in fewer than others said" });
        }
        if skf.total == partial.total && partial.parts.contains_key(&skf.number) {
            return Err(DropReason::Fragment { what: "a fragment that came before" });
        }
        let len = partial.len.saturating_add(skf.body.len());
        if skf.total == partial.total && len > limits.message_len {
            return Err(DropReason::Fragment { what: "fragments of a message longer than allowed" });
        }
        Ok(())
    }

    /// Keeps the content of a fragment that passed [`Self::check`] and is authentic. True if the message is whole now:
    /// [`Self::take_whole`] has it.
    pub(crate) fn add(
        &mut self,
        of: FragmentOf,
        skf: &SkfPayload<'_>,
        content: Decrypted,
        now: Instant,
        limits: &Limits,
    ) -> bool {
        let place = if of.response { &mut self.response } else { &mut self.request };
        // More fragments than others said: the sender has found that the path takes only smaller ones, and begins anew.
        let stale =
            |partial: &mut Partial| partial.id != of.id || partial.until <= now || partial.total < skf.total;
        if place.as_mut().is_some_and(stale) {
            *place = None;
        }
        let partial = place.get_or_insert_with(|| Partial {
            id: of.id,
            total: skf.total,
            first: PayloadType::NONE,
            parts: BTreeMap::new(),
            len: 0,
            until: now + limits.reassembly,
        });
        if skf.number == 1 {
            partial.first = content.first;
        }
        partial.len = partial.len.saturating_add(content.plain.len());
        partial.parts.insert(skf.number, content.plain);
        if partial.parts.len() < usize::from(partial.total) {
            return false;
        }
        let mut plain = Zeroizing::new(Vec::with_capacity(partial.len));
        for part in partial.parts.values() {
            plain.extend_from_slice(part);
        }
        self.whole = Some(Decrypted { first: partial.first, plain });
        *place = None;
        true
    }

    /// A fragment of a request that was answered before is authentic: nothing of it matters but that it came.
    pub(crate) fn repeat(&mut self) {
        self.whole = Some(Decrypted { first: PayloadType::NONE, plain: Zeroizing::new(Vec::new()) });
    }

    /// The message that the last fragment has made whole.
    pub(crate) fn take_whole(&mut self) -> Option<Decrypted> {
        self.whole.take()
    }

    /// Forgets what nobody completes.
    pub(crate) fn expire(&mut self, now: Instant) {
        for place in [&mut self.request, &mut self.response] {
            place.take_if(|partial| partial.until <= now);
        }
    }

    /// When to call [`Self::expire`].
    pub(crate) fn expires_at(&self) -> Option<Instant> {
        [&self.request, &self.response].into_iter().flatten().map(|partial| partial.until).min()
    }

    fn place(&self, response: bool) -> Option<&Partial> {
        if response { self.response.as_ref() } else { self.request.as_ref() }
    }
}

#[cfg(test)]
mod tests;
