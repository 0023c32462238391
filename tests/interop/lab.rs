//! Network namespaces: what each case builds its little internet from.
//!
//! The root namespace is touched only to create and delete these namespaces; interfaces are created directly inside.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::failure::{Context, Outcome};
use crate::shell;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// The namespaces and the working folder of one case. Dropping it deletes both.
#[derive(Debug)]
pub(crate) struct Lab {
    prefix: String,
    folder: PathBuf,
    names: Vec<String>,
    keep: bool,
}

/// One namespace, by its name on this machine.
#[derive(Debug, Clone)]
pub(crate) struct Netns(String);

impl Lab {
    pub(crate) fn new() -> Outcome<Self> {
        let (prefix, folder) = new_folder()?;
        let keep = std::env::var_os("INTEROP_KEEP").is_some();
        Ok(Self { prefix, folder, names: Vec::new(), keep })
    }

    /// Where the case writes its configuration files, logs and captures.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Leaves the working folder behind, for a case that failed.
    pub(crate) fn keep(&mut self) {
        self.keep = true;
    }

    /// Creates a namespace without IPv6 (so that nothing but the case's own packets is on the wire).
    pub(crate) fn namespace(&mut self, role: &str) -> Outcome<Netns> {
        let name = format!("{}{role}", self.prefix);
        shell::run(&["ip", "netns", "add", &name])?;
        self.names.push(name.clone());
        let netns = Netns(name);
        netns.run(&[
            "sysctl",
            "-q",
            "-w",
            "net.ipv6.conf.all.disable_ipv6=1",
            "net.ipv6.conf.default.disable_ipv6=1",
        ])?;
        netns.ip("link set lo up")?;
        Ok(netns)
    }
}

/// A folder of a name that no case had before, and what the names of its namespaces begin with. In the kernel lab processes
/// have the same numbers at every start, and what a failed case left behind is still there.
fn new_folder() -> Outcome<(String, PathBuf)> {
    loop {
        let prefix = format!("io{}x{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(format!("ipsec-interop-{prefix}"));
        match std::fs::create_dir(&folder) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            result => {
                return result
                    .map(|()| (prefix, folder.clone()))
                    .context(|| format!("creating {}", folder.display()));
            }
        }
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        for name in &self.names {
            if let Err(error) = shell::run(&["ip", "netns", "del", name]) {
                eprintln!("could not delete the namespace {name}: {error}");
            }
        }
        if !self.keep {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

impl Netns {
    /// The name, as `ip netns` knows it.
    pub(crate) fn name(&self) -> &str {
        &self.0
    }

    /// `words` with what makes them run in this namespace in front.
    pub(crate) fn words<'a>(&'a self, words: &[&'a str]) -> Vec<&'a str> {
        let mut all = vec!["ip", "netns", "exec", &self.0];
        all.extend_from_slice(words);
        all
    }

    /// Runs a command in this namespace and returns its output.
    pub(crate) fn run(&self, words: &[&str]) -> Outcome<String> {
        shell::run(&self.words(words))
    }

    /// Runs `ip COMMAND` on this namespace.
    pub(crate) fn ip(&self, command: &str) -> Outcome<String> {
        let mut words = vec!["ip", "-n", &self.0];
        words.extend(command.split_whitespace());
        shell::run(&words)
    }

    /// Gives `interface` an address with its prefix length and brings it up.
    pub(crate) fn address(&self, interface: &str, address: &str) -> Outcome {
        self.ip(&format!("addr add {address} dev {interface}"))?;
        self.ip(&format!("link set {interface} up"))?;
        Ok(())
    }

    /// Sends everything that has no better route to `router`.
    pub(crate) fn default_route(&self, router: &str) -> Outcome {
        self.ip(&format!("route add default via {router}")).map(drop)
    }

    /// Makes this namespace forward packets, without the reverse-path check that asymmetric tunnels fail.
    pub(crate) fn forwarding(&self) -> Outcome {
        let settings =
            ["net.ipv4.ip_forward=1", "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.default.rp_filter=0"];
        let mut words = vec!["sysctl", "-q", "-w"];
        words.extend(settings);
        self.run(&words).map(drop)
    }
}

/// A cable between two namespaces.
pub(crate) fn cable(one: &Netns, interface: &str, other: &Netns, other_interface: &str) -> Outcome {
    let words = format!(
        "ip link add {interface} netns {} type veth peer name {other_interface} netns {}",
        one.name(),
        other.name()
    );
    shell::run(&words.split_whitespace().collect::<Vec<_>>()).map(drop)
}
