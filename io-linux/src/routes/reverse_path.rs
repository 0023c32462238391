//! Whether the kernel drops what comes in on an interface that it would not answer through.

use std::path::Path;

/// The value of `rp_filter` that is strict (RFC 3704 §2.2).
const STRICT: u8 = 1;

/// Whether IPv4 packets that come in on `interface` are dropped when the way back to their source is another
/// interface: `net.ipv4.conf.INTERFACE.rp_filter` or `net.ipv4.conf.all.rp_filter` is 1 and neither is more.
pub fn filters_strictly(interface: &str) -> bool {
    filters_strictly_under(Path::new("/proc/sys/net/ipv4/conf"), interface)
}

fn filters_strictly_under(conf: &Path, interface: &str) -> bool {
    let read = |name: &str| -> Option<u8> {
        let text = std::fs::read_to_string(conf.join(name).join("rp_filter")).ok()?;
        text.trim().parse().ok()
    };
    // The kernel takes the larger of the two.
    read("all").max(read(interface)) == Some(STRICT)
}

#[cfg(test)]
mod tests;
