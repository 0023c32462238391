//! Transform ids of the IPsec domain of interpretation (RFC 2407 §4.4).

use crate::wire::codes::codes;

codes! {
    /// What a phase 1 transform is.
    IsakmpTransform(u8), "transform" {
        /// IKE. Its attributes say everything else.
        KEY_IKE = 1, "KEY_IKE";
    }
}

codes! {
    /// An integrity algorithm of AH. It must agree with the authentication attribute.
    AhTransform(u8), "AH transform" {
        /// MD5.
        MD5 = 2, "AH_MD5";
        /// SHA-1.
        SHA = 3, "AH_SHA";
        /// DES-MAC.
        DES = 4, "AH_DES";
        /// SHA2-256.
        SHA2_256 = 5, "AH_SHA2_256";
        /// SHA2-384.
        SHA2_384 = 6, "AH_SHA2_384";
        /// SHA2-512.
        SHA2_512 = 7, "AH_SHA2_512";
        /// RIPEMD-160.
        RIPEMD = 8, "AH_RIPEMD";
        /// AES-XCBC.
        AES_XCBC = 9, "AH_AES_XCBC_MAC";
        /// RSA signatures of packets.
        RSA = 10, "AH_RSA";
        /// AES-GMAC with a key of 128 bits.
        AES_128_GMAC = 11, "AH_AES_128_GMAC";
        /// AES-GMAC with a key of 192 bits.
        AES_192_GMAC = 12, "AH_AES_192_GMAC";
        /// AES-GMAC with a key of 256 bits.
        AES_256_GMAC = 13, "AH_AES_256_GMAC";
    }
}

codes! {
    /// An encryption algorithm of ESP, named as strongSwan names it.
    EspTransform(u8), "encr" {
        /// DES with an IV of 64 bits.
        DES_IV64 = 1, "desiv64";
        /// DES in CBC mode.
        DES = 2, "des";
        /// Triple DES in CBC mode.
        TRIPLE_DES = 3, "3des";
        /// RC5.
        RC5 = 4, "rc5";
        /// IDEA.
        IDEA = 5, "idea";
        /// CAST.
        CAST = 6, "cast";
        /// Blowfish in CBC mode.
        BLOWFISH = 7, "blowfish";
        /// Triple IDEA.
        TRIPLE_IDEA = 8, "3idea";
        /// DES with an IV of 32 bits.
        DES_IV32 = 9, "desiv32";
        /// RC4.
        RC4 = 10, "rc4";
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
        /// SEED in CBC mode.
        SEED_CBC = 21, "seed";
        /// Camellia in CBC mode.
        CAMELLIA = 22, "camellia";
        /// AES-GMAC without encryption.
        AES_GMAC = 23, "aesgmac";
    }
}
