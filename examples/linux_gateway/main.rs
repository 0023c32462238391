//! A VPN gateway for Linux: reads its tunnels from a TOML file and runs until SIGINT or SIGTERM.
//!
//! ```text
//! cargo run --example linux_gateway -- --config left.toml --control /run/left.sock
//! ```
//!
//! It needs `CAP_NET_ADMIN` for the TUN device and the routes, `CAP_NET_RAW` for ESP without UDP, and
//! `CAP_NET_BIND_SERVICE` for UDP 500: root has all three. The host must forward packets
//! (`sysctl net.ipv4.ip_forward=1`) for others than itself to use the tunnels.
//!
//! The file has a `[gateway]` section and a `[[tunnel]]` section for each tunnel. What is left out is the product's default:
//!
//! ```toml
//! [gateway]
//! name = "left"
//! address = "192.0.2.1"
//! vpc = ["10.1.0.0/16"]
//! tun = "ipsec0"
//!
//! [[tunnel]]
//! name = "to-right"
//! peer = "192.0.2.2"                 # 0.0.0.0 for a peer that may come from anywhere
//! local_subnets = ["10.1.0.0/24"]
//! remote_subnets = ["10.2.0.0/24"]
//! psk = "a long random text"
//!
//! [tunnel.ike]                       # every algorithm of the library, not the product's alone
//! encryption = "aes256gcm16"
//! authentication = "sha2-384"        # with AES-GCM it derives the keys
//! dh_group = 20
//!
//! [tunnel.ipsec]
//! encryption = "aes256gcm16"
//! pfs = 20
//!
//! [tunnel.ikev2]                     # only with version v2, and all of it optional
//! fragmentation = true               # RFC 7383
//! fragment_size = 1280               # octets of the longest IP packet
//! mobike = true                      # RFC 4555; false if not said
//! childless = "allow"                # RFC 6023: never, allow or prefer
//! child_sas = "one"                  # or one-per-pair of subnets
//! window = 1                         # requests that the peer may have outstanding
//! auth_lifetime = 86400              # RFC 4478; no limit if not said
//!
//! [tunnel.ikev2.ppk]                 # RFC 8784
//! id = "shared-2026"
//! secret = "another long random text"
//! mandatory = true                   # false if not said
//! ```
//!
//! The control socket takes one command in each line and answers with lines of text, the last of which is a dot:
//! `status`, `counts`, `children NAME`, `connect NAME`, `disconnect NAME`, `rekey-ike NAME`, `rekey-child NAME`, `log NAME`,
//! `move ADDRESS`, `shutdown`.

#[cfg(target_os = "linux")]
mod config;
#[cfg(target_os = "linux")]
mod control;
#[cfg(target_os = "linux")]
mod daemon;
#[cfg(target_os = "linux")]
mod options;
#[cfg(target_os = "linux")]
mod output;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    daemon::main()
}

#[cfg(not(target_os = "linux"))]
fn main() -> std::process::ExitCode {
    std::process::ExitCode::FAILURE
}
