//! Extended sequence numbers: which 64-bit number the 32 bits in a packet stand for (RFC 4303 appendix A2.1).

#[cfg(test)]
mod tests;

const SPACE: u64 = 1 << 32;

/// The number with the low half `low` that a receiver takes a packet for, whose highest verified number is `top` and
/// whose window is `size` numbers wide: the one number with that low half that lies in or less than 2^32 above the
/// window. `None` where it lies below 0 or beyond 2^64, which no honest packet does.
///
/// The guess is proven or refused by the ICV, which covers the high half.
pub fn infer(top: u64, size: u32, low: u32) -> Option<u64> {
    let low = u64::from(low);
    let high = top & !(SPACE.wrapping_sub(1));
    // The window's lowest number; below 0 at the very beginning, which is what the signed difference is for.
    let same = high | low;
    let bottom = i128::from(top).checked_sub(i128::from(size))?.checked_add(1)?;
    let candidate = i128::from(same);
    let space = i128::from(SPACE);
    let chosen = if candidate < bottom {
        candidate.checked_add(space)?
    } else if candidate >= bottom.checked_add(space)? {
        candidate.checked_sub(space)?
    } else {
        candidate
    };
    u64::try_from(chosen).ok()
}
