//! IKEv2 notify message types (RFC 7296 §3.10.1 and its extensions).

super::codes! {
    /// What a Notify payload says. Below 16384 it is an error.
    NotifyType(u16), "notify type" {
        /// A payload with the critical bit is not known; its type follows in one octet.
        UNSUPPORTED_CRITICAL_PAYLOAD = 1, "UNSUPPORTED_CRITICAL_PAYLOAD";
        /// The SPIs of the message are not known.
        INVALID_IKE_SPI = 4, "INVALID_IKE_SPI";
        /// The major version is not spoken.
        INVALID_MAJOR_VERSION = 5, "INVALID_MAJOR_VERSION";
        /// The message is malformed.
        INVALID_SYNTAX = 7, "INVALID_SYNTAX";
        /// The message id is outside the window; four octets follow.
        INVALID_MESSAGE_ID = 9, "INVALID_MESSAGE_ID";
        /// An ESP or AH packet came with an unknown SPI.
        INVALID_SPI = 11, "INVALID_SPI";
        /// No proposal was acceptable.
        NO_PROPOSAL_CHOSEN = 14, "NO_PROPOSAL_CHOSEN";
        /// The KE payload is of another group than the one chosen; the group follows in two octets.
        INVALID_KE_PAYLOAD = 17, "INVALID_KE_PAYLOAD";
        /// Identity, key or certificate did not verify.
        AUTHENTICATION_FAILED = 24, "AUTHENTICATION_FAILED";
        /// Only one pair of addresses per Child SA.
        SINGLE_PAIR_REQUIRED = 34, "SINGLE_PAIR_REQUIRED";
        /// No further Child SA is accepted.
        NO_ADDITIONAL_SAS = 35, "NO_ADDITIONAL_SAS";
        /// No address could be assigned.
        INTERNAL_ADDRESS_FAILURE = 36, "INTERNAL_ADDRESS_FAILURE";
        /// A configuration request was expected.
        FAILED_CP_REQUIRED = 37, "FAILED_CP_REQUIRED";
        /// No Traffic Selector was acceptable.
        TS_UNACCEPTABLE = 38, "TS_UNACCEPTABLE";
        /// Some selector was not acceptable.
        INVALID_SELECTORS = 39, "INVALID_SELECTORS";
        /// The addresses of UPDATE_SA_ADDRESSES are not allowed (RFC 4555).
        UNACCEPTABLE_ADDRESSES = 40, "UNACCEPTABLE_ADDRESSES";
        /// A NAT is on the path and NO_NATS_ALLOWED was sent (RFC 4555).
        UNEXPECTED_NAT_DETECTED = 41, "UNEXPECTED_NAT_DETECTED";
        /// Not now; try again (RFC 7296 §2.25).
        TEMPORARY_FAILURE = 43, "TEMPORARY_FAILURE";
        /// The Child SA to rekey is not there (RFC 7296 §2.25).
        CHILD_SA_NOT_FOUND = 44, "CHILD_SA_NOT_FOUND";
        /// The sender has no other IKE SA with this identity.
        INITIAL_CONTACT = 16384, "INITIAL_CONTACT";
        /// How many requests may be outstanding.
        SET_WINDOW_SIZE = 16385, "SET_WINDOW_SIZE";
        /// More selectors would have been possible.
        ADDITIONAL_TS_POSSIBLE = 16386, "ADDITIONAL_TS_POSSIBLE";
        /// The sender can decompress.
        IPCOMP_SUPPORTED = 16387, "IPCOMP_SUPPORTED";
        /// A hash of the sender's address.
        NAT_DETECTION_SOURCE_IP = 16388, "NAT_DETECTION_SOURCE_IP";
        /// A hash of the receiver's address.
        NAT_DETECTION_DESTINATION_IP = 16389, "NAT_DETECTION_DESTINATION_IP";
        /// Repeat the first message with this in front (RFC 7296 §2.6).
        COOKIE = 16390, "COOKIE";
        /// Transport mode is asked for or granted.
        USE_TRANSPORT_MODE = 16391, "USE_TRANSPORT_MODE";
        /// Certificates may be sent by reference.
        HTTP_CERT_LOOKUP_SUPPORTED = 16392, "HTTP_CERT_LOOKUP_SUPPORTED";
        /// The Child SA with the SPI of the payload is replaced.
        REKEY_SA = 16393, "REKEY_SA";
        /// The sender does not understand padding of traffic flow confidentiality.
        ESP_TFC_PADDING_NOT_SUPPORTED = 16394, "ESP_TFC_PADDING_NOT_SUPPORTED";
        /// Fragments other than the first may go through the Child SA.
        NON_FIRST_FRAGMENTS_ALSO = 16395, "NON_FIRST_FRAGMENTS_ALSO";
        /// The sender speaks MOBIKE (RFC 4555).
        MOBIKE_SUPPORTED = 16396, "MOBIKE_SUPPORTED";
        /// Another IPv4 address of the sender (RFC 4555).
        ADDITIONAL_IP4_ADDRESS = 16397, "ADDITIONAL_IP4_ADDRESS";
        /// Another IPv6 address of the sender (RFC 4555).
        ADDITIONAL_IP6_ADDRESS = 16398, "ADDITIONAL_IP6_ADDRESS";
        /// The sender has no other address (RFC 4555).
        NO_ADDITIONAL_ADDRESSES = 16399, "NO_ADDITIONAL_ADDRESSES";
        /// The addresses of the IKE SA have changed (RFC 4555).
        UPDATE_SA_ADDRESSES = 16400, "UPDATE_SA_ADDRESSES";
        /// Proof that the sender is reachable at an address (RFC 4555).
        COOKIE2 = 16401, "COOKIE2";
        /// There must be no NAT (RFC 4555).
        NO_NATS_ALLOWED = 16402, "NO_NATS_ALLOWED";
        /// The peer will have to authenticate again after this time (RFC 4478).
        AUTH_LIFETIME = 16403, "AUTH_LIFETIME";
        /// Several authentications may follow each other (RFC 4739).
        MULTIPLE_AUTH_SUPPORTED = 16404, "MULTIPLE_AUTH_SUPPORTED";
        /// Go to another gateway (RFC 5685).
        REDIRECT_SUPPORTED = 16406, "REDIRECT_SUPPORTED";
        /// EAP alone authenticates (RFC 5998).
        EAP_ONLY_AUTHENTICATION = 16417, "EAP_ONLY_AUTHENTICATION";
        /// The IKE SA may be made without a Child SA (RFC 6023).
        CHILDLESS_IKEV2_SUPPORTED = 16418, "CHILDLESS_IKEV2_SUPPORTED";
        /// A token by which a crash is found out (RFC 6290).
        QUICK_CRASH_DETECTION = 16419, "QUICK_CRASH_DETECTION";
        /// Message fragmentation is spoken (RFC 7383).
        IKEV2_FRAGMENTATION_SUPPORTED = 16430, "IKEV2_FRAGMENTATION_SUPPORTED";
        /// Hash algorithms that signatures may use (RFC 7427).
        SIGNATURE_HASH_ALGORITHMS = 16431, "SIGNATURE_HASH_ALGORITHMS";
        /// A post-quantum pre-shared key may be used (RFC 8784).
        USE_PPK = 16435, "USE_PPK";
        /// Which post-quantum pre-shared key is used (RFC 8784).
        PPK_IDENTITY = 16436, "PPK_IDENTITY";
        /// The proof as it is without the post-quantum pre-shared key (RFC 8784).
        NO_PPK_AUTH = 16437, "NO_PPK_AUTH";
        /// Exchanges between IKE_SA_INIT and IKE_AUTH are spoken (RFC 9242).
        INTERMEDIATE_EXCHANGE_SUPPORTED = 16438, "INTERMEDIATE_EXCHANGE_SUPPORTED";
    }
}

impl NotifyType {
    /// Whether it reports an error (RFC 7296 §3.10.1).
    pub const fn is_error(self) -> bool {
        self.0 < Self::INITIAL_CONTACT.0
    }
}
