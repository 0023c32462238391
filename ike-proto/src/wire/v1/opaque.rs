//! Payloads whose body is one value: Key Exchange, Hash and Signature (RFC 2408 §3.7, §3.11, §3.12).

/// A public Diffie-Hellman value. The group is an attribute of the transform; whether the length fits is for the key
/// exchange to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KePayload<'a> {
    /// The value.
    pub data: &'a [u8],
}

/// A hash over other parts of the exchange. It may be empty or of any length; the verifier compares it whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashPayload<'a> {
    /// The hash.
    pub data: &'a [u8],
}

/// A signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignaturePayload<'a> {
    /// The signature.
    pub data: &'a [u8],
}
