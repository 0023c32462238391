//! The trailer inside the encryption: padding, its length, the next header (RFC 4303 §2.4 to §2.6).

use crate::drop_reason::DropReason;

#[cfg(test)]
mod tests;

/// Octets of pad length and next header.
pub(crate) const TRAILER_LEN: usize = 2;

/// What the trailer aligns at least to, so that the ICV begins on a word (RFC 4303 §2.4).
const WORD: usize = 4;

/// Octets that the padded text is a multiple of.
pub(crate) fn alignment(block_len: usize) -> usize {
    block_len.max(WORD)
}

/// How many octets of padding go behind `len` octets of payload.
pub(crate) fn pad_len(len: usize, block_len: usize) -> usize {
    let alignment = alignment(block_len);
    let over = len.saturating_add(TRAILER_LEN).checked_rem(alignment).unwrap_or(0);
    if over == 0 { 0 } else { alignment.saturating_sub(over) }
}

/// Fills `trailer`, which is as long as padding and [`TRAILER_LEN`] together.
pub(crate) fn write(trailer: &mut [u8], next_header: u8) {
    let Some((padding, [pad_len, next])) = trailer.split_last_chunk_mut::<TRAILER_LEN>() else { return };
    let mut count = 0_u8;
    for octet in padding {
        count = count.saturating_add(1);
        *octet = count;
    }
    *pad_len = count;
    *next = next_header;
}

/// Checks the trailer of a decrypted and verified `text`; gives the length of the payload before it, and the next
/// header. X-28: a pad length beyond the text and padding that is not 1, 2, 3 are refused.
pub(crate) fn check(text: &[u8]) -> Result<(usize, u8), DropReason> {
    let (body, [pad_len, next_header]) =
        text.split_last_chunk::<TRAILER_LEN>().ok_or(DropReason::TooShort)?;
    let payload_len = body.len().checked_sub(usize::from(*pad_len)).ok_or(DropReason::PadLengthTooLong)?;
    let padding = body.get(payload_len..).unwrap_or_default();
    if padding.iter().copied().eq(1..=*pad_len) {
        Ok((payload_len, *next_header))
    } else {
        Err(DropReason::BadPadding)
    }
}
