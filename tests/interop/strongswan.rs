//! strongSwan's charon in a namespace of its own, driven over vici.
//!
//! Its `kernel-libipsec` plugin does ESP in userspace, so no kernel support is needed; it always encapsulates in UDP. In a
//! kernel that has ESP and AH they are the kernel's.

use std::path::PathBuf;
use std::time::Duration;

use crate::failure::{Context, Outcome, ensure};
use crate::gateway::{Gateway, TunnelView};
use crate::lab::{Lab, Netns};
use crate::plan::TunnelPlan;
use crate::process::{self, Process};
use crate::sas::{self, IkeSa};
use crate::{machine, shell, swanctl_conf, wait};

/// The daemon, where Debian puts it.
pub(crate) const CHARON: &str = "/usr/lib/ipsec/charon";
/// The plugin that carries ESP in userspace.
pub(crate) const LIBIPSEC_PLUGIN: &str = "/usr/lib/ipsec/plugins/libstrongswan-kernel-libipsec.so";

const PLUGINS: &str = "random nonce openssl gmp curve25519 aes des ctr gcm ccm chapoly md5 sha1 sha2 hmac xcbc cmac kdf \
                       drbg pem pkcs1 pubkey x509 kernel-netlink socket-default vici updown";
const ALONE: [&str; 5] = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"];
const START_WITHIN: Duration = Duration::from_secs(20);
/// strongSwan's old front end, which reads `ipsec.conf` and starts the daemon.
const STARTER: &str = "/usr/lib/ipsec/starter";

/// What the connections of a strongSwan are read from.
#[derive(Debug)]
pub(crate) enum Connections {
    /// The text of `swanctl.conf`, loaded by `swanctl --load-all`.
    Swanctl(String),
    /// The texts of `ipsec.conf` and `ipsec.secrets`, loaded by the starter and the `stroke` plugin.
    Starter {
        /// `ipsec.conf`.
        conf: String,
        /// `ipsec.secrets`.
        secrets: String,
        /// How many conns there are to wait for.
        conns: usize,
    },
}

/// One strongSwan. Connections, and the Child SA of each, have the names of their plans; where a case asks for "the"
/// tunnel, it is the first one.
#[derive(Debug)]
pub(crate) struct StrongSwan {
    netns: Netns,
    folder: PathBuf,
    tunnel: String,
    /// Lines of the daemon's configuration that a case wants.
    options: String,
    connections: Connections,
    /// `None` before the start and after a crash.
    daemon: Option<Process>,
    /// The last thing swanctl said, for a failure message.
    said: String,
}

impl StrongSwan {
    /// Writes the configuration; [`Gateway::start`] runs it.
    pub(crate) fn new(lab: &Lab, netns: &Netns, role: &str, plans: &[TunnelPlan]) -> Outcome<Self> {
        let tunnel = &plans.first().context(|| "a gateway without a tunnel".into())?.name;
        let mut this =
            Self::with(lab, netns, role, tunnel, Connections::Swanctl(swanctl_conf::write(plans)))?;
        this.options = plans.iter().map(|plan| plan.options.their_daemon.as_str()).collect();
        this.write("strongswan.conf", &this.daemon_configuration())?;
        Ok(this)
    }

    /// The same with connections that were written elsewhere, of which `tunnel` is the one that a case asks for.
    pub(crate) fn with(
        lab: &Lab,
        netns: &Netns,
        role: &str,
        tunnel: &str,
        connections: Connections,
    ) -> Outcome<Self> {
        let folder = lab.folder().join(role);
        std::fs::create_dir_all(&folder).context(|| format!("creating {}", folder.display()))?;
        let (netns, tunnel, options) = (netns.clone(), tunnel.to_owned(), String::new());
        let this = Self { netns, folder, tunnel, options, connections, daemon: None, said: String::new() };
        this.write("strongswan.conf", &this.daemon_configuration())?;
        match &this.connections {
            Connections::Swanctl(text) => this.write("swanctl.conf", text)?,
            Connections::Starter { conf, secrets, .. } => {
                this.write("ipsec.conf", conf)?;
                this.write("ipsec.secrets", secrets)?;
            }
        }
        Ok(this)
    }

    /// The lines of its log with these words.
    pub(crate) fn log_lines(&self, words: &str) -> usize {
        let text = std::fs::read(self.folder.join("charon.log")).unwrap_or_default();
        String::from_utf8_lossy(&text).lines().filter(|line| line.contains(words)).count()
    }

    /// Every IKE SA it has, also half-open and dying ones.
    pub(crate) fn sas(&mut self) -> Outcome<Vec<IkeSa>> {
        sas::parse(&self.swanctl("--list-sas", &["--raw"])?)
    }

    /// Opens the tunnel and waits up to `most` for it, giving swanctl's words if it stays down.
    pub(crate) fn initiate(&mut self, most: Duration) -> Outcome {
        self.initiate_tunnel(&self.tunnel.clone(), most)
    }

    /// The same with the tunnel of this name.
    pub(crate) fn initiate_tunnel(&mut self, tunnel: &str, most: Duration) -> Outcome {
        let seconds = most.as_secs().to_string();
        self.swanctl("--initiate", &["--child", tunnel, "--timeout", &seconds]).map(drop)
    }

    /// Begins to open the tunnel of this name and does not wait for it.
    pub(crate) fn begin_tunnel(&mut self, tunnel: &str) -> Outcome {
        self.swanctl("--initiate", &["--child", tunnel, "--timeout", "-1"]).map(drop)
    }

    /// Starts a rekey of the Child SA of the tunnel of this name.
    pub(crate) fn rekey_child_of(&mut self, tunnel: &str) -> Outcome {
        self.swanctl("--rekey", &["--child", tunnel]).map(drop)
    }

    /// Ends a Child SA or an IKE SA of the tunnel: `what` is `--child` or `--ike`.
    pub(crate) fn terminate(&mut self, what: &str) -> Outcome {
        self.swanctl("--terminate", &[what, &self.tunnel.clone(), "--timeout", "10"]).map(drop)
    }

    /// Loads `swanctl.conf`.
    fn load(&mut self) -> Outcome {
        let file = self.path("swanctl.conf");
        let loaded = self.swanctl("--load-all", &["--file", &file])?;
        ensure(!loaded.contains("failed"), || format!("strongSwan refused its configuration: {loaded}"))
    }

    /// Waits until the starter has handed over `ipsec.conf`.
    fn wait_loaded(&self, conns: usize) -> Outcome {
        let log = self.folder.join("charon.log");
        wait::until(START_WITHIN, || {
            let text = std::fs::read_to_string(&log).unwrap_or_default();
            let added = ["added configuration '", "added child to existing configuration '"];
            Ok(text.lines().filter(|line| added.iter().any(|word| line.contains(word))).count() >= conns)
        })
        .context(|| format!("the starter should have loaded {conns} conns"))
    }

    fn swanctl(&mut self, command: &str, arguments: &[&str]) -> Outcome<String> {
        let (uri, configuration) = (self.uri(), format!("STRONGSWAN_CONF={}", self.path("strongswan.conf")));
        let mut words = vec!["env", &configuration, "swanctl", command, "--uri", &uri];
        words.extend_from_slice(arguments);
        let result = shell::run(&words);
        if command != "--list-sas" {
            self.said = match &result {
                Ok(text) => text.clone(),
                Err(error) => error.to_string(),
            };
        }
        result
    }

    fn write(&self, name: &str, text: &str) -> Outcome {
        std::fs::write(self.folder.join(name), text).context(|| format!("writing {}", self.path(name)))
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    fn uri(&self) -> String {
        format!("unix://{}", self.path("vici"))
    }

    fn daemon_configuration(&self) -> String {
        let (uri, log, secrets) = (self.uri(), self.path("charon.log"), self.path("ipsec.secrets"));
        let options = &self.options;
        let front_end = match self.connections {
            Connections::Swanctl(_) => "",
            Connections::Starter { .. } => "stroke",
        };
        // The first of the two that is there does ESP.
        let datapath = if machine::kernel_has_ipsec() { "" } else { "kernel-libipsec " };
        // Short retransmissions: a case that kills the peer would otherwise wait for minutes.
        format!(
            "charon {{
                load = {datapath}{PLUGINS} {front_end}
                plugins {{
                    vici {{ socket = {uri} }}
                    stroke {{ secrets_file = {secrets} }}
                }}
                filelog {{ log {{
                    path = {log}
                    append = yes
                    time_format = %H:%M:%S
                    default = 1
                    ike = 2
                    chd = 2
                    flush_line = yes
                }} }}
                install_routes = yes
                # Twenty tunnels may open at once from one address; its cookies come long before.
                block_threshold = 40
                retransmit_tries = 3
                retransmit_timeout = 1.0
                retransmit_base = 1.0
                retry_initiate_interval = 2
                i_dont_care_about_security_and_use_aggressive_mode_psk = yes
                # A case asks for rekeys itself, at once, and several times.
                delete_rekeyed_delay = 1
                {options}
            }}\n"
        )
    }
}

impl Gateway for StrongSwan {
    fn connect(&mut self) -> Outcome {
        self.initiate(Duration::from_secs(20))
    }

    fn disconnect(&mut self) -> Outcome {
        self.terminate("--ike")
    }

    fn rekey_child(&mut self) -> Outcome {
        self.rekey_child_of(&self.tunnel.clone())
    }

    fn rekey_ike(&mut self) -> Outcome {
        self.swanctl("--rekey", &["--ike", &self.tunnel.clone()]).map(drop)
    }

    fn move_to(&mut self, _address: &str) -> Outcome {
        Ok(())
    }

    fn view(&mut self) -> Outcome<Option<TunnelView>> {
        for sa in self.sas()?.iter().filter(|sa| sa.state == "ESTABLISHED") {
            let Some(child) = sa.children.iter().find(|child| child.state == "INSTALLED") else { continue };
            return Ok(Some(TunnelView {
                ike_spi_i: sa.spi_i,
                ike_spi_r: sa.spi_r,
                child_in: child.spi_in,
                child_out: child.spi_out,
                in_packets: child.packets_in,
                out_packets: child.packets_out,
                encap: child.encap,
                sends: true,
            }));
        }
        Ok(None)
    }

    fn must_run(&mut self) -> Outcome {
        self.daemon.as_mut().context(|| "strongSwan has not been started".into())?.must_run()
    }

    fn crash(&mut self) {
        // Dropping the process kills it.
        self.daemon = None;
    }

    fn start(&mut self) -> Outcome {
        let (socket, configuration) = (self.folder.join("vici"), self.path("strongswan.conf"));
        let _ = std::fs::remove_file(&socket);
        // charon insists on a pid file in /run, which every instance therefore gets for itself.
        let conf = self.path("ipsec.conf");
        let (program, alone) = match self.connections {
            Connections::Swanctl(_) => (CHARON.to_owned(), &[][..]),
            // A process namespace of its own ends the daemon with the starter.
            Connections::Starter { .. } => (format!("{STARTER} --nofork --conf {conf}"), &ALONE[..]),
        };
        let script = format!("mount -t tmpfs run /run && exec {program}");
        let environment = [("STRONGSWAN_CONF", configuration.as_str())];
        let log = self.folder.join("output.log");
        let words = [alone, &["sh", "-c", script.as_str()]].concat();
        let daemon = self.daemon.insert(Process::start(&self.netns.words(&words), &environment, &log)?);
        wait::until(START_WITHIN, || {
            daemon.must_run()?;
            Ok(socket.exists())
        })
        .context(|| "charon should have opened its vici socket".into())?;
        match self.connections {
            Connections::Swanctl(_) => self.load(),
            Connections::Starter { conns, .. } => self.wait_loaded(conns),
        }
    }

    fn guards_unconnected(&self) -> bool {
        false
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("charon.log")).unwrap_or_default()
    }

    fn report(&mut self) -> String {
        let sas = self.sas().map_or_else(|error| error.to_string(), |sas| format!("{sas:#x?}"));
        format!(
            "strongSwan in {}\n  its SAs: {sas}\n  swanctl said last: {}\n  end of its log:\n{}",
            self.netns.name(),
            self.said.trim(),
            process::tail(&self.folder.join("charon.log"), 40)
        )
    }
}
