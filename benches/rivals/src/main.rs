//! Seals and opens ESP packets with esp-core, one at a time and in batches, beside the primitives of OpenSSL and ring
//! on the same buffers with the same keys, and prints what each makes of it.
//!
//! What is measured of esp-core is the whole of a Security Association; of the others, encryption and authentication
//! alone. A pass is 32 packets of eight Security Associations in turn. Needs OpenSSL's headers (`libssl-dev` and
//! `pkg-config` on Debian). From the repository's root: `cargo bench --bench esp`.

mod ours;
mod policy;
mod rivals;
mod suites;
mod timing;

use std::time::Duration;

use esp_core::packet_buf::PacketBuf;
use esp_core::sa::SaParams;
use esp_core::suite::SaSuite;
use ours::Ours;
use rivals::{Rival, SLACK};
use suites::{Buffers, PACKETS, SAS, SIZES};
use timing::{ROUNDS, median, round, time};

/// Who is measured: one packet at a time, a batch, OpenSSL, ring.
const CONTENDERS: usize = 4;

/// Median nanoseconds of a pass of each; `None` of who has not the suite.
type Times = [Option<f64>; CONTENDERS];

struct Contest {
    ours: Ours,
    rivals: [Option<Vec<Box<dyn Rival>>>; 2],
    buffers: Buffers,
    sealed: Vec<Vec<u8>>,
    headroom: usize,
}

impl Contest {
    fn new(params: &[SaParams], len: usize) -> Self {
        let (ours, mut buffers) = (Ours::new(params), Buffers::new(len));
        let (sealed, headroom) = ours.sealed(&mut buffers);
        let rivals = [rivals::openssl(params), rivals::ring(params)];
        let mut contest = Self { ours, rivals, buffers, sealed, headroom };
        contest.check();
        contest
    }

    /// All of them do the same: what one sealed, the others open, and seal to the same octets.
    fn check(&mut self) {
        let inner = suites::inner(self.buffers.len);
        for rivals in self.rivals.iter_mut().flatten() {
            for (at, sealed) in self.sealed.iter().enumerate() {
                let mut packet = sealed.clone();
                packet.resize(sealed.len() + SLACK, 0);
                rivals[at % SAS].open(&mut packet);
                assert!(packet.windows(inner.len()).any(|part| part == inner), "the packet is not inside");
                rivals[at % SAS].seal(&mut packet);
                assert_eq!(packet[..sealed.len()], sealed[..], "the same packet, sealed again");
            }
        }
    }

    fn seal(&mut self, who: usize) -> Option<Duration> {
        match who {
            0 => Some(self.ours.seal(&mut self.buffers)),
            1 => Some(self.ours.seal_batch(&mut self.buffers)),
            _ => self.rival(who - 2, |rival, packet| rival.seal(packet)),
        }
    }

    fn open(&mut self, who: usize) -> Option<Duration> {
        match who {
            0 => Some(self.ours.open(&mut self.buffers, &self.sealed, self.headroom)),
            1 => Some(self.ours.open_batch(&mut self.buffers, &self.sealed, self.headroom)),
            _ => self.rival(who - 2, |rival, packet| rival.open(packet)),
        }
    }

    fn rival(&mut self, who: usize, mut work: impl FnMut(&mut dyn Rival, &mut [u8])) -> Option<Duration> {
        let rivals = self.rivals[who].as_mut()?;
        let mut packets = self.buffers.sealed(&self.sealed, self.headroom);
        packets.iter_mut().for_each(|packet| packet.append(SLACK).map(drop).unwrap());
        Some(time(|| {
            for (at, packet) in packets.iter_mut().enumerate() {
                work(&mut *rivals[at % SAS], PacketBuf::as_mut_slice(packet));
            }
        }))
    }

    /// Each in turn, and again.
    fn measure(&mut self, pass: impl Fn(&mut Self, usize) -> Option<Duration>) -> Times {
        let mut passes: [Vec<Duration>; CONTENDERS] = Default::default();
        for _ in 0..ROUNDS {
            for (who, passes) in passes.iter_mut().enumerate() {
                // The first one warms up.
                if pass(self, who).is_some() {
                    round(passes, || pass(self, who).unwrap_or_default());
                }
            }
        }
        passes.map(|passes| (!passes.is_empty()).then(|| median(passes)))
    }
}

fn print(direction: &str, suite: SaSuite, len: usize, times: Times) {
    let octets = (len * PACKETS) as f64;
    let speed = |time: Option<f64>| time.map_or("-".into(), |time| format!("{:.0}", octets / time * 1e3));
    let ratio = |to: Option<f64>, time: Option<f64>| match (to, time) {
        (Some(to), Some(time)) => format!("{:.2}x", to / time),
        _ => "-".into(),
    };
    let [single, batch, openssl, ring] = times;
    println!(
        "{direction:<5} {:<18} {len:>5} {:>8} {:>8} {:>8} {:>8} {:>13} {:>10} {:>9} {:>9} {:>9}",
        suite.to_string(),
        speed(single),
        speed(batch),
        speed(openssl),
        speed(ring),
        ratio(single, batch),
        ratio(openssl, single),
        ratio(openssl, batch),
        ratio(ring, single),
        ratio(ring, batch),
    );
}

fn main() {
    println!("MB/s of inner packets; a ratio above 1 is how many times as fast the first is as the second.");
    println!(
        "OpenSSL is {}; CBC with HMAC is its EVP cipher and its hash, in two calls.\n",
        openssl::version::version()
    );
    println!(
        "{:<5} {:<18} {:>5} {:>8} {:>8} {:>8} {:>8} {:>13} {:>10} {:>9} {:>9} {:>9}",
        "",
        "suite",
        "size",
        "single",
        "batch",
        "OpenSSL",
        "ring",
        "batch/single",
        "single/Ossl",
        "batch/Ossl",
        "single/ring",
        "batch/ring",
    );
    for suite in suites::suites() {
        let params = suites::outbound(suite);
        for len in SIZES {
            let mut contest = Contest::new(&params, len);
            print("seal", suite, len, contest.measure(Contest::seal));
            print("open", suite, len, contest.measure(Contest::open));
        }
    }
    policy::print();
}
