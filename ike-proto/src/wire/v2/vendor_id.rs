//! The Vendor ID payload (RFC 7296 §3.12).

/// Octets by which an implementation makes itself known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VendorIdPayload<'a> {
    /// The octets.
    pub data: &'a [u8],
}
