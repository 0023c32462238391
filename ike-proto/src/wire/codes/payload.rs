//! Payload types of both versions (RFC 7296 §3.2, RFC 2408 §3.1). The numbers of the two do not overlap.

super::codes! {
    /// What a payload is.
    PayloadType(u8), "payload type" {
        /// Nothing follows.
        NONE = 0, "NONE";
        /// IKEv1: Security Association.
        V1_SA = 1, "SA";
        /// IKEv1: Proposal, which stands inside a Security Association only.
        V1_PROPOSAL = 2, "P";
        /// IKEv1: Transform, which stands inside a Proposal only.
        V1_TRANSFORM = 3, "T";
        /// IKEv1: Key Exchange.
        V1_KE = 4, "KE";
        /// IKEv1: Identification.
        V1_ID = 5, "ID";
        /// IKEv1: Certificate.
        V1_CERT = 6, "CERT";
        /// IKEv1: Certificate Request.
        V1_CERTREQ = 7, "CR";
        /// IKEv1: Hash.
        V1_HASH = 8, "HASH";
        /// IKEv1: Signature.
        V1_SIGNATURE = 9, "SIG";
        /// IKEv1: Nonce.
        V1_NONCE = 10, "NONCE";
        /// IKEv1: Notification.
        V1_NOTIFY = 11, "N";
        /// IKEv1: Delete.
        V1_DELETE = 12, "D";
        /// IKEv1: Vendor ID.
        V1_VENDOR_ID = 13, "VID";
        /// IKEv1: attributes of a Transaction exchange (draft-ietf-ipsec-isakmp-mode-cfg-05).
        V1_ATTRIBUTES = 14, "ATTR";
        /// IKEv1: NAT detection (RFC 3947 §3.2).
        V1_NAT_D = 20, "NAT-D";
        /// IKEv1: original address (RFC 3947 §5.2).
        V1_NAT_OA = 21, "NAT-OA";
        /// IKEv1: NAT detection as the drafts number it (draft-ietf-ipsec-nat-t-ike-02).
        V1_NAT_D_DRAFT = 130, "NAT-D";
        /// IKEv1: original address as the drafts number it.
        V1_NAT_OA_DRAFT = 131, "NAT-OA";
        /// IKEv1: a fragment of a message, as Cisco and those who follow it send them.
        V1_FRAGMENT = 132, "FRAGMENT";
        /// Security Association.
        SA = 33, "SA";
        /// Key Exchange.
        KE = 34, "KE";
        /// Identification of the initiator.
        ID_I = 35, "IDi";
        /// Identification of the responder.
        ID_R = 36, "IDr";
        /// Certificate.
        CERT = 37, "CERT";
        /// Certificate Request.
        CERTREQ = 38, "CERTREQ";
        /// Authentication.
        AUTH = 39, "AUTH";
        /// Nonce.
        NONCE = 40, "Nonce";
        /// Notify.
        NOTIFY = 41, "Notify";
        /// Delete.
        DELETE = 42, "Delete";
        /// Vendor ID.
        VENDOR_ID = 43, "VendorID";
        /// Traffic Selectors of the initiator.
        TS_I = 44, "TSi";
        /// Traffic Selectors of the responder.
        TS_R = 45, "TSr";
        /// Encrypted and Authenticated.
        SK = 46, "SK";
        /// Configuration.
        CP = 47, "CP";
        /// Extensible Authentication.
        EAP = 48, "EAP";
        /// Encrypted and Authenticated Fragment (RFC 7383).
        SKF = 53, "SKF";
    }
}
