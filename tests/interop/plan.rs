//! What a case configures on both ends.

use crate::topology::Network;

/// An algorithm suite, in the words of both programs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Suite {
    /// The IKE proposal as strongSwan writes it; also the name of the suite's cases.
    pub(crate) ike: &'static str,
    /// The ESP proposal as strongSwan writes it; its group is the PFS group.
    pub(crate) esp: &'static str,
    /// The same for our configuration file.
    pub(crate) encryption: &'static str,
    pub(crate) authentication: &'static str,
    pub(crate) group: u8,
    /// How strongSwan's list of SAs names the group.
    pub(crate) group_name: &'static str,
}

/// The suites every case is made for; the first also gets the cases that need one suite only.
pub(crate) const SUITES: [Suite; 5] = [
    Suite {
        ike: "aes128-sha1-modp1024",
        esp: "aes128-sha1-modp1024",
        encryption: "aes128",
        authentication: "sha1",
        group: 2,
        group_name: "MODP_1024",
    },
    Suite {
        ike: "aes256-sha256-modp2048",
        esp: "aes256-sha256-modp2048",
        encryption: "aes256",
        authentication: "sha2-256",
        group: 14,
        group_name: "MODP_2048",
    },
    Suite {
        ike: "3des-md5-modp768",
        esp: "3des-md5-modp768",
        encryption: "3des",
        authentication: "md5",
        group: 1,
        group_name: "MODP_768",
    },
    Suite {
        ike: "aes192-sha1-modp1536",
        esp: "aes192-sha1-modp1536",
        encryption: "aes192",
        authentication: "sha1",
        group: 5,
        group_name: "MODP_1536",
    },
    Suite {
        ike: "aes128-sha1-modp2048s256",
        esp: "aes128-sha1-modp2048s256",
        encryption: "aes128",
        authentication: "sha1",
        group: 24,
        group_name: "MODP_2048_256",
    },
];

/// One end's view of the tunnel.
#[derive(Debug, Clone)]
pub(crate) struct TunnelPlan {
    pub(crate) suite: Suite,
    /// The address this end binds.
    pub(crate) address: &'static str,
    /// The address the other end is reached at.
    pub(crate) peer: &'static str,
    pub(crate) local_id: &'static str,
    pub(crate) remote_id: &'static str,
    pub(crate) local_subnet: &'static str,
    pub(crate) remote_subnet: &'static str,
    pub(crate) psk: String,
    /// Whether this end opens the tunnel by itself.
    pub(crate) initiates: bool,
}

/// The pre-shared key of a case that wants both ends to agree.
pub(crate) const PSK: &str = "Interop_key-2026";

/// The plans of the left and the right gateway.
pub(crate) fn plans(network: &Network, suite: Suite, left_initiates: bool) -> (TunnelPlan, TunnelPlan) {
    let (left, right) = (&network.left, &network.right);
    let one = |own: &crate::topology::Site, other: &crate::topology::Site, initiates| TunnelPlan {
        suite,
        address: own.address,
        peer: other.public,
        local_id: own.public,
        remote_id: other.public,
        local_subnet: own.subnet,
        remote_subnet: other.subnet,
        psk: PSK.into(),
        initiates,
    };
    (one(left, right, left_initiates), one(right, left, !left_initiates))
}
