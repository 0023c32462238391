//! What a run leaves behind: a digest to compare runs by, and lines to read.

use esp_core::time::Instant;

/// FNV-1a of 64 bits over everything that happens. It finds a difference between two runs; it need not resist anybody.
#[derive(Clone, Copy, Debug)]
pub struct TraceDigest(u64);

impl Default for TraceDigest {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl TraceDigest {
    /// Adds octets.
    pub fn add(&mut self, octets: &[u8]) {
        for octet in octets {
            self.0 = (self.0 ^ u64::from(*octet)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    /// Adds a number.
    pub fn add_u64(&mut self, value: u64) {
        self.add(&value.to_le_bytes());
    }

    /// The value so far.
    pub fn value(self) -> u64 {
        self.0
    }
}

/// Lines that tell a run, where they are wanted.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    lines: Option<Vec<String>>,
}

impl Trace {
    /// Starts keeping lines.
    pub fn enable(&mut self) {
        self.lines.get_or_insert_default();
    }

    /// Whether lines are kept.
    pub fn is_enabled(&self) -> bool {
        self.lines.is_some()
    }

    /// Adds a line.
    pub fn line(&mut self, at: Instant, place: &str, text: impl FnOnce() -> String) {
        if let Some(lines) = &mut self.lines {
            lines.push(format!("{at} {place}: {}", text()));
        }
    }

    /// The lines so far, oldest first.
    pub fn lines(&self) -> &[String] {
        self.lines.as_deref().unwrap_or_default()
    }
}
