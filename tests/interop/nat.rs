//! A NAT router: one public address, and a source port that is never the one inside.

use crate::failure::Outcome;
use crate::lab::Netns;
use crate::shell;

/// The ports that translated packets leave from.
pub(crate) const PORTS: std::ops::RangeInclusive<u16> = 20_000..=29_999;

/// Makes `router` translate what leaves through `public`. Only answers come back in, as behind a home router.
pub(crate) fn masquerade(router: &Netns, public: &str) -> Outcome {
    let (first, last) = (PORTS.start(), PORTS.end());
    let rules = format!(
        "table ip nat {{
            chain leaving {{
                type nat hook postrouting priority srcnat; policy accept;
                oifname \"{public}\" ip protocol udp masquerade to :{first}-{last} random
                oifname \"{public}\" masquerade
            }}
        }}
        table ip filter {{
            chain passing {{
                type filter hook forward priority filter; policy accept;
                iifname \"{public}\" ct state new drop
            }}
        }}\n"
    );
    shell::run_with_input(&router.words(&["nft", "-f", "-"]), &rules).map(drop)
}
