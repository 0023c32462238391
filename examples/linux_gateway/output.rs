//! The lines on standard output.

use std::io::Write;

use esp_core::time::Instant;
use ipsec_gateway::{GatewayEvent, Severity};
use ipsec_io_linux::event_loop::Notice;

/// Writes one line to standard output. Where nobody reads it any more the gateway goes on.
pub(crate) fn line(text: impl core::fmt::Display) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// Writes what an event loop tells, if it matters at least as much as `least`.
pub(crate) fn notice(least: Severity, now: Instant, notice: &Notice<'_>) {
    match notice {
        Notice::Host { severity, text } if *severity >= least => {
            line(format_args!("{now} {severity:7} host: {text}"));
        }
        Notice::Gateway(GatewayEvent::Log { tunnel, entry }) if entry.severity >= least => {
            let about = tunnel.as_ref().map_or_else(|| "gateway".to_owned(), |id| format!("tunnel {id}"));
            line(format_args!("{now} {:7} {about}: {}", entry.severity, entry.text));
        }
        Notice::Gateway(GatewayEvent::State { tunnel, from, to }) if least <= Severity::Info => {
            line(format_args!("{now} {:7} tunnel {tunnel}: {from} -> {to}", Severity::Info));
        }
        // What the key exchange did is in the log entries, in words.
        Notice::Host { .. } | Notice::Gateway(_) => {}
    }
}
