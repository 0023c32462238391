//! What comes to the UDP port that ESP and IKE share where a NAT is on the path (RFC 3948).

#[cfg(test)]
mod tests;

/// Stands before an IKE message on port 4500, where an ESP packet has its SPI (RFC 3948 §2.2).
pub const NON_ESP_MARKER: [u8; 4] = [0; 4];

/// The payload that keeps a NAT's mapping alive; the receiver ignores it (RFC 3948 §2.3).
pub const KEEPALIVE: [u8; 1] = [0xff];

/// Octets of the smallest payload that can be ESP: its header and one octet more than nothing behind it.
const ESP_MIN: usize = 8;

/// What a UDP payload on port 4500 is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UdpPayload<'a> {
    /// A keep-alive, to be ignored.
    KeepAlive,
    /// An ESP packet, from its SPI on.
    Esp(&'a [u8]),
    /// An IKE message, without the marker before it.
    Ike(&'a [u8]),
    /// None of them: too short for either.
    Malformed,
}

/// Tells keep-alives, ESP and IKE on port 4500 apart (RFC 3948 §2). Any SPI but 0 is taken for ESP; whether there is
/// such a Security Association is not asked here.
pub fn classify(payload: &[u8]) -> UdpPayload<'_> {
    if payload == KEEPALIVE {
        return UdpPayload::KeepAlive;
    }
    match payload.strip_prefix(&NON_ESP_MARKER) {
        Some([]) => UdpPayload::Malformed,
        Some(message) => UdpPayload::Ike(message),
        None if payload.len() > ESP_MIN => UdpPayload::Esp(payload),
        None => UdpPayload::Malformed,
    }
}
