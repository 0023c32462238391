//! IKEv1 notify message types (RFC 2408 §3.14.1, RFC 2407 §4.6.3, RFC 3706 §5.2).

use crate::wire::codes::codes;

codes! {
    /// What a Notification payload says. Below 16384 it is an error.
    NotifyType(u16), "notify type" {
        /// A payload's type is not known.
        INVALID_PAYLOAD_TYPE = 1, "INVALID-PAYLOAD-TYPE";
        /// The domain of interpretation is not spoken.
        DOI_NOT_SUPPORTED = 2, "DOI-NOT-SUPPORTED";
        /// The situation is not spoken.
        SITUATION_NOT_SUPPORTED = 3, "SITUATION-NOT-SUPPORTED";
        /// The cookies of the message are not known.
        INVALID_COOKIE = 4, "INVALID-COOKIE";
        /// The major version is not spoken.
        INVALID_MAJOR_VERSION = 5, "INVALID-MAJOR-VERSION";
        /// The minor version is not spoken.
        INVALID_MINOR_VERSION = 6, "INVALID-MINOR-VERSION";
        /// The exchange type is not spoken.
        INVALID_EXCHANGE_TYPE = 7, "INVALID-EXCHANGE-TYPE";
        /// The flags are not allowed there.
        INVALID_FLAGS = 8, "INVALID-FLAGS";
        /// The message id is not allowed there.
        INVALID_MESSAGE_ID = 9, "INVALID-MESSAGE-ID";
        /// The protocol is not spoken.
        INVALID_PROTOCOL_ID = 10, "INVALID-PROTOCOL-ID";
        /// The SPI is not known.
        INVALID_SPI = 11, "INVALID-SPI";
        /// A transform is not known.
        INVALID_TRANSFORM_ID = 12, "INVALID-TRANSFORM-ID";
        /// An attribute is not known.
        ATTRIBUTES_NOT_SUPPORTED = 13, "ATTRIBUTES-NOT-SUPPORTED";
        /// No proposal was acceptable.
        NO_PROPOSAL_CHOSEN = 14, "NO-PROPOSAL-CHOSEN";
        /// The proposals are malformed.
        BAD_PROPOSAL_SYNTAX = 15, "BAD-PROPOSAL-SYNTAX";
        /// The message is malformed; with pre-shared keys mostly a sign of two different ones.
        PAYLOAD_MALFORMED = 16, "PAYLOAD-MALFORMED";
        /// The key exchange's value is not usable.
        INVALID_KEY_INFORMATION = 17, "INVALID-KEY-INFORMATION";
        /// The identities, of quick mode the subnets, are not acceptable.
        INVALID_ID_INFORMATION = 18, "INVALID-ID-INFORMATION";
        /// The certificate's encoding is not known.
        INVALID_CERT_ENCODING = 19, "INVALID-CERT-ENCODING";
        /// The certificate is not valid.
        INVALID_CERTIFICATE = 20, "INVALID-CERTIFICATE";
        /// The type of the certificate is not known.
        CERT_TYPE_UNSUPPORTED = 21, "CERT-TYPE-UNSUPPORTED";
        /// The certificate authority is not known.
        INVALID_CERT_AUTHORITY = 22, "INVALID-CERT-AUTHORITY";
        /// A hash did not verify.
        INVALID_HASH_INFORMATION = 23, "INVALID-HASH-INFORMATION";
        /// Identity or key did not verify.
        AUTHENTICATION_FAILED = 24, "AUTHENTICATION-FAILED";
        /// A signature did not verify.
        INVALID_SIGNATURE = 25, "INVALID-SIGNATURE";
        /// An address has changed.
        ADDRESS_NOTIFICATION = 26, "ADDRESS-NOTIFICATION";
        /// A lifetime.
        NOTIFY_SA_LIFETIME = 27, "NOTIFY-SA-LIFETIME";
        /// There is no certificate.
        CERTIFICATE_UNAVAILABLE = 28, "CERTIFICATE-UNAVAILABLE";
        /// The exchange type is not spoken.
        UNSUPPORTED_EXCHANGE_TYPE = 29, "UNSUPPORTED-EXCHANGE-TYPE";
        /// Lengths do not agree.
        UNEQUAL_PAYLOAD_LENGTHS = 30, "UNEQUAL-PAYLOAD-LENGTHS";
        /// The SA may be used, sent by a side that set the commit bit.
        CONNECTED = 16384, "CONNECTED";
        /// The lifetime that the responder holds to (RFC 2407 §4.6.3.1).
        RESPONDER_LIFETIME = 24576, "RESPONDER-LIFETIME";
        /// Whether the sender checks for replays (RFC 2407 §4.6.3.2).
        REPLAY_STATUS = 24577, "REPLAY-STATUS";
        /// The sender has no other SA with us (RFC 2407 §4.6.3.3).
        INITIAL_CONTACT = 24578, "INITIAL-CONTACT";
        /// Are you there? (RFC 3706 §5.3)
        R_U_THERE = 36136, "R-U-THERE";
        /// I am here (RFC 3706 §5.4).
        R_U_THERE_ACK = 36137, "R-U-THERE-ACK";
        /// Cisco: go to another gateway of the cluster.
        CISCO_LOAD_BALANCE = 40501, "CISCO-LOAD-BALANCE";
        /// Cisco: a hash of the pre-shared key.
        CISCO_PRESHARED_KEY_HASH = 40503, "CISCO-PRESHARED-KEY-HASH";
    }
}

impl NotifyType {
    /// Whether it reports an error (RFC 2408 §3.14.1).
    pub const fn is_error(self) -> bool {
        self.0 < Self::CONNECTED.0
    }
}
