//! libreswan as the far end of many tunnels: its pluto in a namespace of its own, driven by whack. Its ESP and AH are the
//! kernel's.
//!
//! Its package conflicts with strongSwan's, so `setup` unpacks it into a folder of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use crate::failure::{Context, Outcome};
use crate::lab::{Lab, Netns};
use crate::machine::patience;
use crate::peer::{Held, Made, Peer};
use crate::plan::TunnelPlan;
use crate::process::{self, Process};
use crate::suite::{Authentication, Encryption, Exchange, Phase1, Phase2, Protocol, Suite};
use crate::{shell, wait};

const START_WITHIN: Duration = Duration::from_secs(20);

/// Where its programs lie.
fn programs() -> PathBuf {
    let cache = std::env::var_os("LAB_CACHE").unwrap_or_else(|| "/var/tmp/ipsec-lab".into());
    PathBuf::from(cache).join("libreswan/usr/libexec/ipsec")
}

/// A libreswan with a tunnel for each plan.
pub(crate) fn peer(lab: &Lab, netns: &Netns, plans: &[TunnelPlan]) -> Outcome<Box<dyn Peer>> {
    Ok(Box::new(Libreswan::new(lab, netns, plans)?))
}

/// One libreswan. Its conns have the names of their plans.
#[derive(Debug)]
struct Libreswan {
    netns: Netns,
    folder: PathBuf,
    tunnels: usize,
    exchange: Exchange,
    daemon: Option<Process>,
    /// The last answer of whack, for a failure message.
    said: String,
}

impl Libreswan {
    fn new(lab: &Lab, netns: &Netns, plans: &[TunnelPlan]) -> Outcome<Self> {
        let folder = lab.folder().join("libreswan");
        for part in ["nss", "ipsec.d"] {
            let part = folder.join(part);
            std::fs::create_dir_all(&part).context(|| format!("creating {}", part.display()))?;
        }
        let exchange = plans.first().context(|| "a gateway without a tunnel".into())?.suite.exchange;
        let (netns, tunnels) = (netns.clone(), plans.len());
        let this = Self { netns, folder, tunnels, exchange, daemon: None, said: String::new() };
        let conns: String = plans.iter().map(|plan| conn(plan, &accepted(plan, plans))).collect();
        this.write("ipsec.conf", &format!("config setup\n  ikev1-policy=accept\n{conns}"))?;
        this.write("ipsec.secrets", &plans.iter().map(secret).collect::<String>())?;
        let database = format!("sql:{}", this.path("nss"));
        shell::run(&["certutil", "-N", "-d", &database, "--empty-password"])?;
        Ok(this)
    }

    fn write(&self, name: &str, text: &str) -> Outcome {
        std::fs::write(self.folder.join(name), text).context(|| format!("writing {}", self.path(name)))
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    fn whack(&mut self, arguments: &[&str], most: Duration) -> Outcome<String> {
        let (program, folder) = (programs().join("whack").display().to_string(), self.path(""));
        let seconds = most.as_secs().to_string();
        let mut words = vec!["timeout", &seconds, &program, "--rundir", folder.trim_end_matches('/')];
        words.extend_from_slice(arguments);
        let result = shell::run(&words);
        if !arguments.iter().any(|word| word.ends_with("status")) {
            self.said = match &result {
                Ok(text) => text.clone(),
                Err(error) => error.to_string(),
            };
        }
        result
    }

    fn status(&mut self) -> Outcome<String> {
        self.whack(&["--status"], patience(START_WITHIN))
    }
}

impl Peer for Libreswan {
    fn name(&self) -> &'static str {
        "libreswan"
    }

    fn start(&mut self) -> Outcome {
        let (programs, log) = (programs().display().to_string(), self.folder.join("output.log"));
        let pluto = format!("{programs}/pluto");
        let [config, folder, secrets, policies, nss] =
            ["ipsec.conf", "", "ipsec.secrets", "ipsec.d", "nss"].map(|name| self.path(name));
        // pluto starts its helpers from where the package has them, and only from there.
        let script = "mkdir -p /usr/libexec/ipsec && mount --bind \"$0\" /usr/libexec/ipsec && exec \"$@\"";
        let words = [
            ["sh", "-c", script, &programs, &pluto, "--nofork", "--stderrlog", "--no-dnssec"].as_slice(),
            &["--config", &config, "--rundir", folder.trim_end_matches('/'), "--secretsfile", &secrets],
            &["--ipsecdir", &policies, "--nssdir", &nss],
        ]
        .concat();
        self.daemon = Some(Process::start(&self.netns.words(&words), &[], &log)?);
        let socket = self.folder.join("pluto.ctl");
        let loaded = format!("loaded {},", self.tunnels);
        wait::until(patience(START_WITHIN), || {
            self.must_run()?;
            Ok(socket.exists() && self.status().is_ok_and(|status| status.contains(&loaded)))
        })
        .context(|| "pluto should have started and loaded its conns".into())
    }

    fn open(&mut self, tunnel: &str, most: Duration) -> Outcome {
        self.whack(&["--initiate", "--name", tunnel], most).map(drop)
    }

    fn rekey_child_of(&mut self, tunnel: &str) -> Outcome {
        // It refuses to force a rekey of IKEv1; but what is up and is begun again gets another quick mode.
        let verb = if self.exchange == Exchange::V2 { "--rekey-ipsec" } else { "--initiate" };
        self.whack(&[verb, "--asynchronous", "--name", tunnel], patience(START_WITHIN)).map(drop)
    }

    fn held(&mut self, _: Exchange) -> Outcome<BTreeMap<String, Held>> {
        let status = self.status()?;
        let traffic = self.whack(&["--trafficstatus"], patience(START_WITHIN))?;
        Ok(parse(&status, &traffic))
    }

    fn shows(&self, suite: &Suite, _: Made) -> (String, String) {
        (phase1(&suite.ike), phase2(&suite.esp))
    }

    fn must_run(&mut self) -> Outcome {
        self.daemon.as_mut().context(|| "libreswan has not been started".into())?.must_run()
    }

    fn report(&mut self) -> String {
        let status = self.status().unwrap_or_else(|error| error.to_string());
        let states: Vec<_> = status.lines().filter(|line| line.contains('#')).collect();
        format!(
            "libreswan in {}\n  its states:\n{}\n  whack said last: {}\n  end of its log:\n{}",
            self.netns.name(),
            states.join("\n"),
            self.said.trim(),
            process::tail(&self.folder.join("output.log"), 60)
        )
    }
}

/// The proposals of phase 1 of a conn.
///
/// But for aggressive mode, whose first message has the identity, the responder takes the first conn between the two
/// addresses, and the one that is meant once it knows the identity: so each has those of all. Our end has only the one that
/// is meant.
fn accepted(plan: &TunnelPlan, all: &[TunnelPlan]) -> String {
    let proposal =
        |ike: &Phase1| format!("{}-{};{}", ike.encryption.name, ike.authentication.name, ike.group.name);
    if plan.initiates || plan.suite.exchange == Exchange::V1Aggressive {
        return proposal(&plan.suite.ike);
    }
    let every: BTreeSet<_> = all.iter().map(|plan| proposal(&plan.suite.ike)).collect();
    every.into_iter().collect::<Vec<_>>().join(",")
}

fn conn(plan: &TunnelPlan, proposals: &str) -> String {
    let TunnelPlan { name, suite, address, peer, local_id, remote_id, .. } = plan;
    let (local_subnets, remote_subnets) = (plan.local_subnets.join(","), plan.remote_subnets.join(","));
    let exchange = match suite.exchange {
        Exchange::V2 => "ikev2=yes",
        Exchange::V1Main => "ikev2=no",
        Exchange::V1Aggressive => "ikev2=no\n  aggressive=yes",
    };
    let esp = suite.esp;
    let (pfs, group) = esp.pfs.map_or(("no", String::new()), |group| ("yes", format!(";{}", group.name)));
    let encryption = match esp.protocol {
        Protocol::Esp => format!("{}-", esp.encryption.name),
        Protocol::Ah => String::new(),
    };
    let (protocol, authentication) = (esp.protocol.name(), esp.authentication.name);
    format!(
        "conn {name}
  {exchange}
  auto=add
  authby=secret
  left={address}
  leftid=@{local_id}
  leftsubnet={local_subnets}
  leftupdown=%disabled
  right={peer}
  rightid=@{remote_id}
  rightsubnet={remote_subnets}
  ike={proposals}
  phase2={protocol}
  phase2alg={encryption}{authentication}{group}
  pfs={pfs}
"
    )
}

fn secret(plan: &TunnelPlan) -> String {
    format!("@{} @{} : PSK \"{}\"\n", plan.local_id, plan.remote_id, plan.psk)
}

/// What `whack --status` and `whack --trafficstatus` tell of each conn that has a Child SA.
fn parse(status: &str, traffic: &str) -> BTreeMap<String, Held> {
    let quoted = |line: &str| line.split('"').nth(1).map(str::to_owned);
    let names: BTreeSet<String> = status.lines().filter_map(quoted).collect();
    names.into_iter().filter_map(|name| Some((name.clone(), held(&name, status, traffic)?))).collect()
}

fn held(name: &str, status: &str, traffic: &str) -> Option<Held> {
    let about = format!("\"{name}\"");
    let lines: Vec<&str> = status.lines().filter(|line| line.contains(&about)).collect();
    let after = |key: &str| lines.iter().find_map(|line| Some(line.split_once(key)?.1.trim()));
    let newest = after("newest IPsec SA: ")?.split(';').next()?;
    let state = format!("{newest}: {about}");
    // protocol.SPI@ADDRESS, first that of packets to the other end.
    let spi = |word: &str| {
        let (_, spi) = word.split_once('@')?.0.split_once('.')?;
        u32::from_str_radix(spi, 16).ok()
    };
    let mut spis = lines.iter().find_map(|line| {
        let rest = line.split_once(&state)?.1.trim();
        (rest.starts_with("esp.") || rest.starts_with("ah.")).then(|| rest.split_whitespace().map(spi))
    })?;
    let (child_out, child_in) = (spis.next()??, spis.next()??);
    let counts = traffic.lines().find(|line| line.contains(&state))?;
    let bytes = |key: &str| counts.split_once(key)?.1.split(',').next()?.parse().ok();
    let algorithms = |phase: &[&str]| {
        let line = phase.iter().find_map(|phase| after(&format!("{phase} algorithm newest: ")))?;
        Some(line.split(';').next()?.to_owned())
    };
    Some(Held {
        ike: None,
        child_in,
        child_out,
        bytes_in: bytes("inBytes=")?,
        bytes_out: bytes("outBytes=")?,
        phase1: algorithms(&["IKEv1", "IKEv2"])?,
        phase2: algorithms(&["ESP", "AH"])?,
    })
}

/// In its status.
fn phase1(ike: &Phase1) -> String {
    let hash = hash(ike.authentication).0;
    format!("{}-{hash}-{}", cipher(ike.encryption), ike.group.name.to_uppercase())
}

/// In its status.
fn phase2(esp: &Phase2) -> String {
    let hash = hash(esp.authentication).1;
    match esp.protocol {
        Protocol::Esp => format!("{}-{hash}", cipher(esp.encryption)),
        Protocol::Ah => hash.into(),
    }
}

/// In its status, a cipher with the bits of its key.
fn cipher(encryption: Encryption) -> String {
    match encryption.shown {
        ("3DES_CBC", _) => "3DES_CBC_192".into(),
        (name, bits) => format!("{name}_{bits}"),
    }
}

/// In its status, a hash as pseudo-random function and as integrity protection.
fn hash(authentication: Authentication) -> (&'static str, &'static str) {
    let (integrity, prf) = authentication.shown;
    (prf.trim_start_matches("PRF_"), integrity)
}
