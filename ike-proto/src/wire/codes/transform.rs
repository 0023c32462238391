//! Transform types and identifiers of IKEv2 (RFC 7296 §3.3.2, RFC 8247).

super::codes! {
    /// What a transform is about.
    TransformType(u8), "transform type" {
        /// Encryption.
        ENCR = 1, "ENCR";
        /// Pseudo-random function.
        PRF = 2, "PRF";
        /// Integrity.
        INTEG = 3, "INTEG";
        /// Diffie-Hellman group.
        DH = 4, "DH";
        /// Extended sequence numbers.
        ESN = 5, "ESN";
    }
}

super::codes! {
    /// An attribute of a transform, without the format bit.
    AttributeType(u16), "attribute" {
        /// Bits of the key.
        KEY_LENGTH = 14, "KEY_LENGTH";
    }
}

super::codes! {
    /// An encryption algorithm, named as strongSwan names it.
    EncrId(u16), "encr" {
        /// DES in CBC mode.
        DES = 2, "des";
        /// Triple DES in CBC mode.
        TRIPLE_DES = 3, "3des";
        /// Blowfish in CBC mode.
        BLOWFISH = 7, "blowfish";
        /// No encryption.
        NULL = 11, "null";
        /// AES in CBC mode.
        AES_CBC = 12, "aes";
        /// AES in counter mode.
        AES_CTR = 13, "aesctr";
        /// AES-CCM with a check value of 8 octets.
        AES_CCM_8 = 14, "aesccm8";
        /// AES-CCM with a check value of 12 octets.
        AES_CCM_12 = 15, "aesccm12";
        /// AES-CCM with a check value of 16 octets.
        AES_CCM_16 = 16, "aesccm16";
        /// AES-GCM with a check value of 8 octets.
        AES_GCM_8 = 18, "aesgcm8";
        /// AES-GCM with a check value of 12 octets.
        AES_GCM_12 = 19, "aesgcm12";
        /// AES-GCM with a check value of 16 octets.
        AES_GCM_16 = 20, "aesgcm16";
        /// AES-GMAC without encryption.
        AES_GMAC = 21, "aesgmac";
        /// Camellia in CBC mode.
        CAMELLIA_CBC = 23, "camellia";
        /// ChaCha20-Poly1305.
        CHACHA20_POLY1305 = 28, "chacha20poly1305";
    }
}

super::codes! {
    /// A pseudo-random function, named as strongSwan names it.
    PrfId(u16), "prf" {
        /// HMAC-MD5.
        HMAC_MD5 = 1, "prfmd5";
        /// HMAC-SHA1.
        HMAC_SHA1 = 2, "prfsha1";
        /// AES-XCBC.
        AES_XCBC = 4, "prfaesxcbc";
        /// HMAC-SHA2-256.
        HMAC_SHA256 = 5, "prfsha256";
        /// HMAC-SHA2-384.
        HMAC_SHA384 = 6, "prfsha384";
        /// HMAC-SHA2-512.
        HMAC_SHA512 = 7, "prfsha512";
        /// AES-CMAC.
        AES_CMAC = 8, "prfaescmac";
    }
}

super::codes! {
    /// An integrity algorithm, named as strongSwan names it.
    IntegId(u16), "integ" {
        /// None.
        NONE = 0, "none";
        /// HMAC-MD5-96.
        HMAC_MD5_96 = 1, "md5";
        /// HMAC-SHA1-96.
        HMAC_SHA1_96 = 2, "sha1";
        /// AES-XCBC-96.
        AES_XCBC_96 = 5, "aesxcbc";
        /// AES-CMAC-96.
        AES_CMAC_96 = 8, "aescmac";
        /// AES-GMAC with a key of 128 bits, for AH.
        AES_128_GMAC = 9, "aes128gmac";
        /// AES-GMAC with a key of 192 bits, for AH.
        AES_192_GMAC = 10, "aes192gmac";
        /// AES-GMAC with a key of 256 bits, for AH.
        AES_256_GMAC = 11, "aes256gmac";
        /// HMAC-SHA2-256-128.
        HMAC_SHA256_128 = 12, "sha256";
        /// HMAC-SHA2-384-192.
        HMAC_SHA384_192 = 13, "sha384";
        /// HMAC-SHA2-512-256.
        HMAC_SHA512_256 = 14, "sha512";
    }
}

super::codes! {
    /// A Diffie-Hellman group, named as strongSwan names it.
    DhId(u16), "group" {
        /// None.
        NONE = 0, "none";
        /// 768 bits.
        MODP_768 = 1, "modp768";
        /// 1024 bits.
        MODP_1024 = 2, "modp1024";
        /// 1536 bits.
        MODP_1536 = 5, "modp1536";
        /// 2048 bits.
        MODP_2048 = 14, "modp2048";
        /// 3072 bits.
        MODP_3072 = 15, "modp3072";
        /// 4096 bits.
        MODP_4096 = 16, "modp4096";
        /// 6144 bits.
        MODP_6144 = 17, "modp6144";
        /// 8192 bits.
        MODP_8192 = 18, "modp8192";
        /// The NIST curve P-256.
        ECP_256 = 19, "ecp256";
        /// The NIST curve P-384.
        ECP_384 = 20, "ecp384";
        /// The NIST curve P-521.
        ECP_521 = 21, "ecp521";
        /// 1024 bits with a subgroup of 160.
        MODP_1024_160 = 22, "modp1024s160";
        /// 2048 bits with a subgroup of 224.
        MODP_2048_224 = 23, "modp2048s224";
        /// 2048 bits with a subgroup of 256.
        MODP_2048_256 = 24, "modp2048s256";
        /// Curve25519.
        CURVE_25519 = 31, "curve25519";
        /// Curve448.
        CURVE_448 = 32, "curve448";
        /// ML-KEM-768.
        ML_KEM_768 = 36, "mlkem768";
    }
}

super::codes! {
    /// Whether sequence numbers have 64 bits, named as strongSwan names it.
    EsnId(u16), "esn" {
        /// 32 bits.
        NO = 0, "noesn";
        /// 64 bits.
        YES = 1, "esn";
    }
}
