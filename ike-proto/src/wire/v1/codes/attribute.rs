//! Attributes of transforms: of phase 1 (RFC 2409 Appendix A) and of phase 2 (RFC 2407 §4.5).

use crate::wire::codes::codes;

codes! {
    /// An attribute of a phase 1 transform, without the format bit.
    IkeAttribute(u16), "attribute" {
        /// Encryption, see [`Encryption`].
        ENCRYPTION = 1, "encryption";
        /// Hash, see [`struct@Hash`].
        HASH = 2, "hash";
        /// How the sides prove who they are, see [`AuthenticationMethod`].
        AUTHENTICATION_METHOD = 3, "authentication method";
        /// A Diffie-Hellman group by its number.
        GROUP = 4, "group";
        /// What kind of group is described, see [`GroupType`].
        GROUP_TYPE = 5, "group type";
        /// The prime of a described group.
        GROUP_PRIME = 6, "group prime";
        /// The generator of a described group.
        GROUP_GENERATOR_ONE = 7, "group generator one";
        /// The second generator of a described group.
        GROUP_GENERATOR_TWO = 8, "group generator two";
        /// The first parameter of a described curve.
        GROUP_CURVE_A = 9, "group curve A";
        /// The second parameter of a described curve.
        GROUP_CURVE_B = 10, "group curve B";
        /// What the duration that follows counts, see [`LifeType`].
        LIFE_TYPE = 11, "life type";
        /// A duration.
        LIFE_DURATION = 12, "life duration";
        /// A pseudo-random function. None is assigned.
        PRF = 13, "prf";
        /// Bits of the key.
        KEY_LENGTH = 14, "key length";
        /// Bits of a field element of a described curve.
        FIELD_SIZE = 15, "field size";
        /// The order of a described group.
        GROUP_ORDER = 16, "group order";
    }
}

codes! {
    /// An encryption algorithm of phase 1, named as strongSwan names it.
    Encryption(u16), "encr" {
        /// DES in CBC mode.
        DES = 1, "des";
        /// IDEA in CBC mode.
        IDEA = 2, "idea";
        /// Blowfish in CBC mode.
        BLOWFISH = 3, "blowfish";
        /// RC5 in CBC mode.
        RC5 = 4, "rc5";
        /// Triple DES in CBC mode.
        TRIPLE_DES = 5, "3des";
        /// CAST in CBC mode.
        CAST = 6, "cast";
        /// AES in CBC mode.
        AES_CBC = 7, "aes";
        /// Camellia in CBC mode.
        CAMELLIA = 8, "camellia";
    }
}

codes! {
    /// A hash of phase 1, named as strongSwan names it. Its HMAC is the pseudo-random function.
    Hash(u16), "hash" {
        /// MD5.
        MD5 = 1, "md5";
        /// SHA-1.
        SHA1 = 2, "sha1";
        /// Tiger.
        TIGER = 3, "tiger";
        /// SHA2-256.
        SHA2_256 = 4, "sha256";
        /// SHA2-384.
        SHA2_384 = 5, "sha384";
        /// SHA2-512.
        SHA2_512 = 6, "sha512";
    }
}

codes! {
    /// How the sides prove in phase 1 who they are.
    AuthenticationMethod(u16), "authentication method" {
        /// A pre-shared key.
        PRE_SHARED_KEY = 1, "pre-shared key";
        /// DSS signatures.
        DSS_SIGNATURE = 2, "DSS signatures";
        /// RSA signatures.
        RSA_SIGNATURE = 3, "RSA signatures";
        /// Encryption with RSA.
        RSA_ENCRYPTION = 4, "RSA encryption";
        /// Revised encryption with RSA.
        RSA_REVISED = 5, "revised RSA encryption";
        /// ECDSA with SHA-256 on P-256 (RFC 4754).
        ECDSA_256 = 9, "ECDSA with SHA-256";
        /// ECDSA with SHA-384 on P-384 (RFC 4754).
        ECDSA_384 = 10, "ECDSA with SHA-384";
        /// ECDSA with SHA-512 on P-521 (RFC 4754).
        ECDSA_521 = 11, "ECDSA with SHA-512";
        /// A certificate on the responder's side, XAUTH on the initiator's.
        HYBRID_INIT_RSA = 64221, "hybrid with RSA";
        /// A pre-shared key, then XAUTH of the initiator.
        XAUTH_INIT_PRE_SHARED = 65001, "pre-shared key with XAUTH";
        /// A pre-shared key, then XAUTH of the responder.
        XAUTH_RESP_PRE_SHARED = 65002, "pre-shared key with XAUTH of the responder";
        /// RSA signatures, then XAUTH of the initiator.
        XAUTH_INIT_RSA = 65005, "RSA signatures with XAUTH";
    }
}

codes! {
    /// What kind of group a transform describes.
    GroupType(u16), "group type" {
        /// Exponentiation modulo a prime.
        MODP = 1, "MODP";
        /// A curve over a prime field.
        ECP = 2, "ECP";
        /// A curve over a binary field.
        EC2N = 3, "EC2N";
    }
}

codes! {
    /// What a life duration counts, in both phases.
    LifeType(u16), "life type" {
        /// Seconds.
        SECONDS = 1, "seconds";
        /// Units of 1024 octets.
        KILOBYTES = 2, "kilobytes";
    }
}

codes! {
    /// An attribute of a phase 2 transform, without the format bit.
    DoiAttribute(u16), "attribute" {
        /// What the duration that follows counts, see [`LifeType`].
        LIFE_TYPE = 1, "life type";
        /// A duration.
        LIFE_DURATION = 2, "life duration";
        /// The Diffie-Hellman group of quick mode's own key exchange.
        GROUP = 3, "group";
        /// Tunnel or transport, see [`EncapsulationMode`].
        ENCAPSULATION_MODE = 4, "encapsulation mode";
        /// Integrity, see [`AuthAlgorithm`].
        AUTH_ALGORITHM = 5, "authentication algorithm";
        /// Bits of the key.
        KEY_LENGTH = 6, "key length";
        /// Rounds of the cipher.
        KEY_ROUNDS = 7, "key rounds";
        /// Size of a compression dictionary.
        COMPRESS_DICTIONARY_SIZE = 8, "compression dictionary size";
        /// A private compression algorithm.
        COMPRESS_PRIVATE_ALGORITHM = 9, "private compression algorithm";
        /// What a tunnel does with congestion notification (RFC 3168).
        ECN_TUNNEL = 10, "ECN tunnel";
        /// Sequence numbers of 64 bits (RFC 4304).
        EXTENDED_SEQUENCE_NUMBER = 11, "extended sequence numbers";
        /// Bits of the integrity key (RFC 4359).
        AUTH_KEY_LENGTH = 12, "authentication key length";
        /// How a signature is encoded (RFC 4359).
        SIGNATURE_ENCODING = 13, "signature encoding";
    }
}

codes! {
    /// Tunnel or transport mode, alone or in UDP.
    EncapsulationMode(u16), "encapsulation mode" {
        /// Tunnel mode.
        TUNNEL = 1, "tunnel";
        /// Transport mode.
        TRANSPORT = 2, "transport";
        /// Tunnel mode in UDP (RFC 3947 §5.1).
        UDP_TUNNEL = 3, "UDP tunnel";
        /// Transport mode in UDP (RFC 3947 §5.1).
        UDP_TRANSPORT = 4, "UDP transport";
        /// Tunnel mode in UDP, as the drafts number it.
        UDP_TUNNEL_DRAFT = 61443, "UDP tunnel of a draft";
        /// Transport mode in UDP, as the drafts number it.
        UDP_TRANSPORT_DRAFT = 61444, "UDP transport of a draft";
    }
}

codes! {
    /// An integrity algorithm of phase 2, named as strongSwan names it.
    AuthAlgorithm(u16), "auth" {
        /// HMAC-MD5-96.
        HMAC_MD5 = 1, "md5";
        /// HMAC-SHA1-96.
        HMAC_SHA1 = 2, "sha1";
        /// DES-MAC.
        DES_MAC = 3, "desmac";
        /// Keyed MD5 of the first AH.
        KPDK = 4, "kpdk";
        /// HMAC-SHA2-256-128.
        HMAC_SHA2_256 = 5, "sha256";
        /// HMAC-SHA2-384-192.
        HMAC_SHA2_384 = 6, "sha384";
        /// HMAC-SHA2-512-256.
        HMAC_SHA2_512 = 7, "sha512";
        /// HMAC-RIPEMD-160-96.
        HMAC_RIPEMD = 8, "ripemd";
        /// AES-XCBC-96.
        AES_XCBC = 9, "aesxcbc";
        /// RSA signatures of packets.
        SIG_RSA = 10, "sigrsa";
        /// AES-GMAC with a key of 128 bits.
        AES_128_GMAC = 11, "aes128gmac";
        /// AES-GMAC with a key of 192 bits.
        AES_192_GMAC = 12, "aes192gmac";
        /// AES-GMAC with a key of 256 bits.
        AES_256_GMAC = 13, "aes256gmac";
    }
}
