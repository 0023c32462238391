//! The program under test: the example gateway, as a process in a namespace.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use crate::failure::{Context, Failure, Outcome, ensure};
use crate::gateway::{Gateway, TunnelView};
use crate::lab::{Lab, Netns};
use crate::plan::TunnelPlan;
use crate::process::{self, Process};
use crate::suite::Protocol;
use crate::{shell, wait};

const EXAMPLE: &str = "linux_gateway";
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// One example gateway. Where a case asks for "the" tunnel, it is the first one.
#[derive(Debug)]
pub(crate) struct Ours {
    netns: Netns,
    folder: PathBuf,
    tunnel: String,
    initiates: bool,
    program: Option<Process>,
    /// The last answer to `status`, for a failure message.
    said: String,
}

impl Ours {
    /// Writes the configuration; [`Gateway::start`] runs it.
    pub(crate) fn new(lab: &Lab, netns: &Netns, role: &str, plans: &[TunnelPlan]) -> Outcome<Self> {
        let first = plans.first().context(|| "a gateway without a tunnel".into())?;
        let folder = lab.folder().join(role);
        std::fs::create_dir_all(&folder).context(|| format!("creating {}", folder.display()))?;
        let file = folder.join("gateway.toml");
        std::fs::write(&file, configuration(first, plans))
            .context(|| format!("writing {}", file.display()))?;
        Ok(Self {
            netns: netns.clone(),
            folder,
            tunnel: first.name.clone(),
            initiates: first.initiates,
            program: None,
            said: String::new(),
        })
    }

    /// Sends one line to the control socket and returns the lines up to the closing `.`.
    fn control(&self, line: &str) -> Outcome<Vec<String>> {
        let doing = || format!("asking the gateway to `{line}`");
        let mut socket = UnixStream::connect(self.folder.join("control")).context(doing)?;
        socket.set_read_timeout(Some(ANSWER_WITHIN)).context(doing)?;
        socket.write_all(format!("{line}\n").as_bytes()).context(doing)?;
        let mut answer = Vec::new();
        for line in BufReader::new(socket).lines() {
            let line = line.context(doing)?;
            if line == "." {
                return Ok(answer);
            }
            answer.push(line);
        }
        Err(Failure::new(format!("{}: the answer ended without a `.`: {answer:?}", doing())))
    }

    /// Sends a command that starts something on a tunnel.
    pub(crate) fn order(&self, verb: &str, tunnel: &str) -> Outcome {
        let answer = self.control(&format!("{verb} {tunnel}"))?;
        let refused = answer.iter().any(|line| line.starts_with("error"));
        ensure(!refused, || format!("the gateway refused to {verb} {tunnel}: {}", answer.join("; ")))
    }

    /// How many IKE SAs there are, and how many of them are half-open.
    pub(crate) fn counts(&self) -> Outcome<(u64, u64)> {
        let answer = self.control("counts")?.join(" ");
        let facts = facts(&answer);
        let count =
            |key| -> Outcome<u64> { text(&facts, key)?.parse().context(|| format!("{key} in {answer}")) };
        Ok((count("ike_sas")?, count("half_open")?))
    }

    /// The selectors of each Child SA of a tunnel that sends, with the packets that it has carried in and out.
    pub(crate) fn children(&self, tunnel: &str) -> Outcome<BTreeMap<String, (u64, u64)>> {
        let answer = self.control(&format!("children {tunnel}"))?;
        let mut found = BTreeMap::new();
        for line in &answer {
            let facts: BTreeMap<&str, &str> = facts(line);
            let count =
                |key| -> Outcome<u64> { text(&facts, key)?.parse().context(|| format!("{key} in {line}")) };
            // The selectors have such a sign in them too.
            let selectors = line.split_once("selectors=").map(|(_, selectors)| selectors.to_owned());
            let selectors = selectors.context(|| format!("no selectors in {line}"))?;
            if text(&facts, "sends")? == "yes" {
                found.insert(selectors, (count("in_packets")?, count("out_packets")?));
            }
        }
        Ok(found)
    }

    /// What a tunnel's log tells, oldest first.
    pub(crate) fn log(&self, tunnel: &str) -> Outcome<Vec<String>> {
        self.control(&format!("log {tunnel}"))
    }

    /// Every tunnel by its name; those that are not connected have no view.
    pub(crate) fn views(&mut self) -> Outcome<BTreeMap<String, Option<TunnelView>>> {
        let answer = self.control("status")?;
        self.said = answer.join("\n    ");
        let named = |line: &String| {
            let facts = facts(line);
            let name = (*facts.get("tunnel")?).to_owned();
            Some(view(&facts).map(|view| (name, view)))
        };
        answer.iter().filter_map(named).collect()
    }
}

impl Gateway for Ours {
    fn connect(&mut self) -> Outcome {
        // With `initiate = true` it has already begun; a second attempt beside the first would only blur the case.
        if self.initiates { Ok(()) } else { self.order("connect", &self.tunnel) }
    }

    fn disconnect(&mut self) -> Outcome {
        self.initiates = false;
        self.order("disconnect", &self.tunnel)
    }

    fn rekey_child(&mut self) -> Outcome {
        self.order("rekey-child", &self.tunnel)
    }

    fn rekey_ike(&mut self) -> Outcome {
        self.order("rekey-ike", &self.tunnel)
    }

    fn move_to(&mut self, address: &str) -> Outcome {
        self.order("move", address)
    }

    fn view(&mut self) -> Outcome<Option<TunnelView>> {
        let mut views = self.views()?;
        views
            .remove(&self.tunnel)
            .context(|| format!("`status` tells nothing of {}: {}", self.tunnel, self.said))
    }

    fn must_run(&mut self) -> Outcome {
        self.program.as_mut().context(|| "our gateway has not been started".into())?.must_run()
    }

    fn crash(&mut self) {
        // Dropping the process kills it.
        self.program = None;
    }

    fn start(&mut self) -> Outcome {
        let (binary, socket) = (binary()?, self.folder.join("control"));
        let _ = std::fs::remove_file(&socket);
        let (file, socket_text) = (self.folder.join("gateway.toml"), socket.display().to_string());
        let file = file.display().to_string();
        let words = [binary.as_str(), "--config", &file, "--control", &socket_text];
        let log = self.folder.join("gateway.log");
        let program = self.program.insert(Process::start(&self.netns.words(&words), &[], &log)?);
        wait::until(ANSWER_WITHIN, || {
            program.must_run()?;
            Ok(socket.exists())
        })
        .context(|| "our gateway should have opened its control socket".into())
    }

    fn guards_unconnected(&self) -> bool {
        true
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("gateway.log")).unwrap_or_default()
    }

    fn report(&mut self) -> String {
        format!(
            "our gateway in {}\n  its last status:\n    {}\n  end of its log:\n{}",
            self.netns.name(),
            self.said,
            process::tail(&self.folder.join("gateway.log"), 60)
        )
    }
}

impl Drop for Ours {
    fn drop(&mut self) {
        if let Some(program) = &mut self.program {
            // Its ordinary end, so that the case also runs the code that takes the tunnel down.
            let folder = self.folder.join("control");
            if let Ok(mut socket) = UnixStream::connect(folder) {
                let _ = socket.write_all(b"shutdown\n");
                let _ = program.wait(Duration::from_secs(2));
            }
            program.terminate(Duration::from_secs(2));
        }
    }
}

/// The `key=value` words of a line.
fn facts(line: &str) -> BTreeMap<&str, &str> {
    line.split_whitespace().filter_map(|word| word.split_once('=')).collect()
}

fn view(facts: &BTreeMap<&str, &str>) -> Outcome<Option<TunnelView>> {
    // In the moment between the two, it is connected but has no Child SA to show yet.
    if facts.get("state") != Some(&"connected") || !facts.contains_key("child_in") {
        return Ok(None);
    }
    let spi = |key| u32::try_from(hex(facts, key)?).context(|| format!("{key} in {facts:?}"));
    let count = |key| -> Outcome<u64> { text(facts, key)?.parse().context(|| format!("{key} in {facts:?}")) };
    Ok(Some(TunnelView {
        ike_spi_i: hex(facts, "ike_spi_i")?,
        ike_spi_r: hex(facts, "ike_spi_r")?,
        child_in: spi("child_in")?,
        child_out: spi("child_out")?,
        in_packets: count("in_packets")?,
        out_packets: count("out_packets")?,
        encap: text(facts, "encap")? == "yes",
        sends: text(facts, "sends")? == "yes",
    }))
}

fn text<'a>(facts: &BTreeMap<&str, &'a str>, key: &str) -> Outcome<&'a str> {
    facts.get(key).copied().context(|| format!("`status` has no {key}: {facts:?}"))
}

fn hex(facts: &BTreeMap<&str, &str>, key: &str) -> Outcome<u64> {
    let text = text(facts, key)?;
    u64::from_str_radix(text.trim_start_matches("0x"), 16).context(|| format!("{key}={text} of `status`"))
}

fn configuration(first: &TunnelPlan, plans: &[TunnelPlan]) -> String {
    let address = &first.address;
    let mut vpc: Vec<_> = plans.iter().flat_map(|plan| &plan.local_subnets).collect();
    vpc.sort();
    vpc.dedup();
    let gateway = format!(
        r#"[gateway]
name = "ours"
address = "{address}"
vpc = {vpc:?}
tun = "ipsec0"
"#
    );
    plans.iter().map(tunnel).fold(gateway, |all, one| all + &one)
}

fn tunnel(plan: &TunnelPlan) -> String {
    let TunnelPlan {
        name,
        suite,
        peer,
        local_id,
        remote_id,
        local_subnets,
        remote_subnets,
        psk,
        initiates,
        options,
        ..
    } = plan;
    let (ike, esp) = (suite.ike, suite.esp);
    let authentication = match esp.is_aead() {
        true => String::new(),
        false => format!("authentication = \"{}\"\n", esp.authentication.ours),
    };
    let protection = match esp.protocol {
        Protocol::Esp => format!("{authentication}encryption = \"{}\"", esp.encryption.name),
        Protocol::Ah => format!("{authentication}protocol = \"{}\"", esp.protocol.name()),
    };
    let pfs = esp.pfs.map_or("\"disabled\"".into(), |group| group.number.to_string());
    format!(
        r#"
[[tunnel]]
name = "{name}"
peer = "{peer}"
local_subnets = {local_subnets:?}
remote_subnets = {remote_subnets:?}
psk = "{psk}"
initiate = {initiates}

[tunnel.ike]
{}
encryption = "{}"
authentication = "{}"
dh_group = {}
local_id = "{local_id}"
remote_id = "{remote_id}"

[tunnel.ipsec]
{protection}
pfs = {pfs}
{}
"#,
        suite.exchange.ours(),
        ike.encryption.name,
        ike.authentication.ours,
        ike.group.number,
        options.ours,
    )
}

/// Where the example's program is, after building it once: a stale one would test yesterday's code.
fn binary() -> Outcome<String> {
    static BINARY: OnceLock<Outcome<String>> = OnceLock::new();
    BINARY.get_or_init(build).clone()
}

fn build() -> Outcome<String> {
    if let Ok(path) = std::env::var("INTEROP_GATEWAY") {
        return Ok(path);
    }
    let this = std::env::current_exe().context(|| "finding this test's program".into())?;
    // TARGET/PROFILE/deps/interop-…
    let profile =
        this.ancestors().nth(2).context(|| format!("{} lies in no target folder", this.display()))?;
    let target = profile.parent().context(|| format!("{} lies in no target folder", this.display()))?;
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml").display().to_string();
    let target = target.display().to_string();
    let mut words =
        vec![cargo.as_str(), "build", "--quiet", "--manifest-path", &manifest, "--target-dir", &target];
    words.extend(["--example", EXAMPLE]);
    if profile.ends_with("release") {
        words.push("--release");
    }
    shell::run(&words).context(|| format!("building the example {EXAMPLE}"))?;
    Ok(profile.join("examples").join(EXAMPLE).display().to_string())
}
