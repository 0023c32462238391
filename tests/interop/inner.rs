//! The hosts behind the gateways: they ping each other, and count what arrives.

use std::path::Path;
use std::time::Duration;

use crate::failure::{Context, Outcome, ensure};
use crate::lab::Netns;
use crate::process::Process;
use crate::wait;

/// Sixteen bytes that every ping repeats. Whoever sees them on the outer link sees an unprotected packet.
pub(crate) const MARKER: [u8; 16] = *b"in-the-clear-16b";

/// What one `ping` run reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pings {
    pub(crate) sent: u64,
    pub(crate) received: u64,
    pub(crate) duplicates: u64,
}

/// A ping that runs beside the test.
#[derive(Debug)]
pub(crate) struct PingRun {
    process: Process,
    most: Duration,
}

/// Octets of data in an ordinary ping: the marker fits several times.
pub(crate) const DATA: u32 = 120;
pub(crate) const GAP: Duration = Duration::from_millis(50);
const ANSWERED_WITHIN: Duration = Duration::from_secs(3);
const LAST_ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// Starts `count` pings, 50 ms apart.
pub(crate) fn start(from: &Netns, to: &str, count: u32, log: &Path) -> Outcome<PingRun> {
    run(from, &[to], count, DATA, log)
}

/// The same from one of the host's several addresses.
pub(crate) fn start_from(from: &Netns, source: &str, to: &str, count: u32, log: &Path) -> Outcome<PingRun> {
    run(from, &["-I", source, to], count, DATA, log)
}

/// The same for several pairs of the host's own addresses and others, all at once. Where a process costs much, one that
/// starts the others costs less than each with its own way into the namespace.
pub(crate) fn start_many(
    from: &Netns,
    pairs: &[(String, String)],
    count: u32,
    log: &Path,
) -> Outcome<PingRun> {
    let words = ping_words(count, DATA).join(" ");
    let each = pairs.iter().map(|(source, to)| format!("{words} -I {source} {to} & "));
    let script = format!("{}wait", each.collect::<String>());
    let process = Process::start(&from.words(&["sh", "-c", &script]), &[("LC_ALL", "C")], log)?;
    Ok(PingRun { process, most: GAP * count + LAST_ANSWER_WITHIN })
}

fn run(from: &Netns, way: &[&str], count: u32, data: u32, log: &Path) -> Outcome<PingRun> {
    let words = ping_words(count, data);
    let words: Vec<_> = words.iter().map(String::as_str).chain(way.iter().copied()).collect();
    let process = Process::start(&from.words(&words), &[("LC_ALL", "C")], log)?;
    Ok(PingRun { process, most: GAP * count + LAST_ANSWER_WITHIN })
}

/// The command, but for whom it pings.
fn ping_words(count: u32, data: u32) -> Vec<String> {
    let marker: String = MARKER.iter().map(|byte| format!("{byte:02x}")).collect();
    let (count, gap, data) = (count.to_string(), format!("{:.3}", GAP.as_secs_f32()), data.to_string());
    let words = ["ping", "-n", "-q", "-c", &count, "-i", &gap, "-W", "2", "-s", &data, "-p", &marker];
    words.map(String::from).into()
}

impl PingRun {
    /// Waits for its end and reads its summary.
    pub(crate) fn finish(mut self) -> Outcome<Pings> {
        // ping exits with 1 when nothing came back, which is for the case to judge.
        self.process.wait(self.most)?;
        summary(&self.process.output())
    }
}

/// Reads "5 packets transmitted, 5 received, +1 duplicates, 0% packet loss".
fn summary(text: &str) -> Outcome<Pings> {
    let line = text.lines().rev().find(|line| line.contains("packets transmitted"));
    let line = line.context(|| format!("ping gave no summary: {text}"))?;
    let number_before = |what: &str| {
        line.split(',').find(|part| part.contains(what)).and_then(|part| {
            part.trim().trim_start_matches('+').split(' ').next().and_then(|number| number.parse().ok())
        })
    };
    Ok(Pings {
        sent: number_before("transmitted").context(|| format!("ping's summary: {line}"))?,
        received: number_before("received").context(|| format!("ping's summary: {line}"))?,
        duplicates: number_before("duplicates").unwrap_or(0),
    })
}

/// Sends one ping with `data` octets of data and waits for its answer.
pub(crate) fn ping_of_size(from: &Netns, to: &str, data: u32, log: &Path) -> Outcome {
    run(from, &[to], 1, data, log)?.finish()?.must_be_complete(&format!("of {data} octets to {to}"))
}

/// How many pings a host has received, and how many answers to its own, since its namespace was made (RFC 2011).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Echoes {
    pub(crate) requests: u64,
    pub(crate) replies: u64,
}

/// Reads a host's counters.
pub(crate) fn echoes(host: &Netns) -> Outcome<Echoes> {
    let text = host.run(&["cat", "/proc/net/snmp"])?;
    let mut lines = text.lines().filter(|line| line.starts_with("Icmp:"));
    let (names, values) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let value = |wanted: &str| {
        let place = names.split(' ').position(|name| name == wanted);
        place
            .and_then(|place| values.split(' ').nth(place))
            .and_then(|value| value.parse().ok())
            .context(|| format!("no {wanted} in /proc/net/snmp of {}", host.name()))
    };
    Ok(Echoes { requests: value("InEchos")?, replies: value("InEchoReps")? })
}

/// Waits until the two hosts have received every ping that the other sent, and an answer to each of their own, once.
///
/// ping itself is no judge: on a busy machine it leaves before its last answer has come, since it waits no longer than twice
/// the slowest answer so far.
pub(crate) fn wait_complete(hosts: (&Netns, &Netns), before: (Echoes, Echoes), sent: (u64, u64)) -> Outcome {
    let risen = |now: Echoes, before: Echoes| (now.requests - before.requests, now.replies - before.replies);
    let expected = ((sent.1, sent.0), (sent.0, sent.1));
    let mut seen = ((0, 0), (0, 0));
    let complete = wait::until(ANSWERED_WITHIN, || {
        seen = (risen(echoes(hosts.0)?, before.0), risen(echoes(hosts.1)?, before.1));
        Ok(seen == expected)
    });
    complete.context(|| {
        format!(
            "pings and answers that the left and the right host counted should be {expected:?}, they are {seen:?}"
        )
    })
}

impl Pings {
    /// Fails unless every ping came back, once.
    pub(crate) fn must_be_complete(&self, direction: &str) -> Outcome {
        ensure(self.received == self.sent && self.duplicates == 0, || {
            format!(
                "pings {direction}: {} sent, {} answered, {} answered twice",
                self.sent, self.received, self.duplicates
            )
        })
    }
}
