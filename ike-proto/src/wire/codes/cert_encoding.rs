//! Certificate encodings of IKEv2 (RFC 7296 §3.6).

super::codes! {
    /// What the octets of a certificate are.
    CertEncoding(u8), "certificate encoding" {
        /// PKCS #7 wrapped X.509.
        PKCS7 = 1, "PKCS7";
        /// PGP.
        PGP = 2, "PGP";
        /// A signed DNS key.
        DNS_SIGNED_KEY = 3, "DNS_SIGNED_KEY";
        /// X.509 for signatures.
        X509_SIGNATURE = 4, "X509_SIGNATURE";
        /// A Kerberos token.
        KERBEROS_TOKEN = 6, "KERBEROS_TOKEN";
        /// A certificate revocation list.
        CRL = 7, "CRL";
        /// An authority revocation list.
        ARL = 8, "ARL";
        /// A SPKI certificate.
        SPKI = 9, "SPKI";
        /// An X.509 attribute certificate.
        X509_ATTRIBUTE = 10, "X509_ATTRIBUTE";
        /// The hash of an X.509 certificate and where it can be fetched.
        HASH_AND_URL = 12, "HASH_AND_URL";
        /// The hash of a bundle of X.509 certificates and where it can be fetched.
        HASH_AND_URL_BUNDLE = 13, "HASH_AND_URL_BUNDLE";
        /// OCSP content (RFC 4806).
        OCSP_CONTENT = 14, "OCSP_CONTENT";
        /// A raw public key (RFC 7670).
        RAW_PUBLIC_KEY = 15, "RAW_PUBLIC_KEY";
    }
}
