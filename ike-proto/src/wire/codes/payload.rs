//! Payload types of both versions (RFC 7296 §3.2, RFC 2408 §3.1). The numbers of the two do not overlap.

super::codes! {
    /// What a payload is.
    PayloadType(u8), "payload type" {
        /// Nothing follows.
        NONE = 0, "NONE";
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
