//! Exchange types of both versions (RFC 7296 §3.1, RFC 2408 §3.1).

super::codes! {
    /// What a message belongs to.
    ExchangeType(u8), "exchange type" {
        /// IKEv1: proposals, nonces and identities in clear. Nobody uses it.
        V1_BASE = 1, "BASE";
        /// IKEv1 main mode.
        IDENTITY_PROTECTION = 2, "IDENTITY_PROTECTION";
        /// IKEv1 aggressive mode.
        AGGRESSIVE = 4, "AGGRESSIVE";
        /// IKEv1 Informational.
        V1_INFORMATIONAL = 5, "INFORMATIONAL_V1";
        /// IKEv1 extended authentication and configuration.
        V1_TRANSACTION = 6, "TRANSACTION";
        /// IKEv1 quick mode.
        QUICK_MODE = 32, "QUICK_MODE";
        /// IKEv1: agreement on a private group.
        NEW_GROUP_MODE = 33, "NEW_GROUP_MODE";
        /// IKEv2: the first two messages.
        IKE_SA_INIT = 34, "IKE_SA_INIT";
        /// IKEv2: authentication and the first Child SA.
        IKE_AUTH = 35, "IKE_AUTH";
        /// IKEv2: more Child SAs, and rekeying.
        CREATE_CHILD_SA = 36, "CREATE_CHILD_SA";
        /// IKEv2: everything else.
        INFORMATIONAL = 37, "INFORMATIONAL";
    }
}
