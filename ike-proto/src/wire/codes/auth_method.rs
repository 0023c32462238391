//! IKEv2 authentication methods (RFC 7296 §3.8).

super::codes! {
    /// How an AUTH payload was computed.
    AuthMethod(u8), "authentication method" {
        /// RSA signature with PKCS#1 v1.5 padding.
        RSA_SIGNATURE = 1, "RSA_SIGNATURE";
        /// A pre-shared key.
        SHARED_KEY = 2, "SHARED_KEY";
        /// DSA signature.
        DSS_SIGNATURE = 3, "DSS_SIGNATURE";
        /// ECDSA with SHA-256 on P-256 (RFC 4754).
        ECDSA_256 = 9, "ECDSA_256";
        /// ECDSA with SHA-384 on P-384 (RFC 4754).
        ECDSA_384 = 10, "ECDSA_384";
        /// ECDSA with SHA-512 on P-521 (RFC 4754).
        ECDSA_521 = 11, "ECDSA_521";
        /// No authentication (RFC 7619).
        NULL = 13, "NULL";
        /// A signature that names its own algorithm (RFC 7427).
        DIGITAL_SIGNATURE = 14, "DIGITAL_SIGNATURE";
    }
}
