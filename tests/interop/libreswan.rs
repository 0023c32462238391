//! libreswan's pluto in a namespace of its own, for phase 1: its IPsec SAs need a kernel with ESP.
//!
//! It runs from the configuration that our policy crate writes for the peer (CONF-2). Its package conflicts with strongSwan's
//! and is therefore unpacked beside it, by `tests/interop/setup`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ipsec_policy::Dialect;

use crate::exported;
use crate::failure::{Context, Outcome, ensure};
use crate::lab::{Lab, Netns};
use crate::plan::TunnelPlan;
use crate::process::{self, Process};
use crate::{shell, wait};

const START_WITHIN: Duration = Duration::from_secs(20);

/// One pluto. Its conns have the names of the export.
#[derive(Debug)]
pub(crate) struct Libreswan {
    netns: Netns,
    folder: PathBuf,
    conns: Vec<String>,
    daemon: Option<Process>,
}

/// The folder of libreswan's programs.
pub(crate) fn programs() -> PathBuf {
    let cache = std::env::var_os("LAB_CACHE").map_or_else(|| "/var/tmp/ipsec-lab".into(), PathBuf::from);
    cache.join("libreswan/usr/libexec/ipsec")
}

impl Libreswan {
    /// Writes the configuration of the peers of `ours`, and an empty database of certificates.
    pub(crate) fn new(lab: &Lab, netns: &Netns, ours: &[TunnelPlan]) -> Outcome<Self> {
        let folder = lab.folder().join("libreswan");
        for name in ["d", "nss"] {
            std::fs::create_dir_all(folder.join(name))
                .context(|| format!("creating {}", folder.display()))?;
        }
        let (mut conf, mut secrets) =
            (String::from("config setup\n    ikev1-policy=accept\n\n"), String::new());
        for plan in ours {
            let (one, key) = exported::conf_and_secrets(plan, Dialect::Libreswan, false)?;
            conf.push_str(&one);
            secrets.push_str(&key);
        }
        for (name, text) in [("ipsec.conf", &conf), ("ipsec.secrets", &secrets)] {
            std::fs::write(folder.join(name), text).context(|| format!("writing {name} of libreswan"))?;
        }
        let database = format!("sql:{}", folder.join("nss").display());
        shell::run(&["certutil", "-N", "-d", &database, "--empty-password"])?;
        let conns = ours.iter().map(exported::connection_name).collect();
        Ok(Self { netns: netns.clone(), folder, conns, daemon: None })
    }

    /// Starts it and loads every conn.
    pub(crate) fn start(&mut self) -> Outcome {
        // pluto looks for its helpers there, and nowhere else.
        std::fs::create_dir_all("/usr/libexec/ipsec").context(|| "creating /usr/libexec/ipsec".into())?;
        let script =
            format!("mount --bind {0} /usr/libexec/ipsec && exec {0}/pluto \"$@\"", programs().display());
        let path = |name: &str| self.folder.join(name).display().to_string();
        let (conf, run, secrets) = (path("ipsec.conf"), path(""), path("ipsec.secrets"));
        let (certificates, database) = (path("d"), path("nss"));
        let mut words = vec!["sh", "-c", &script, "pluto", "--nofork", "--stderrlog", "--no-dnssec"];
        words.extend(["--config", &conf, "--rundir", &run, "--secretsfile", &secrets]);
        words.extend(["--ipsecdir", &certificates, "--nssdir", &database]);
        let log = self.log();
        let daemon = self.daemon.insert(Process::start(&self.netns.words(&words), &[], &log)?);
        let socket = self.folder.join("pluto.ctl");
        wait::until(START_WITHIN, || {
            daemon.must_run()?;
            Ok(socket.exists())
        })
        .context(|| "pluto should have opened its control socket".into())?;
        self.whack(&["--listen"])?;
        let addconn = programs().join("addconn").display().to_string();
        let socket = socket.display().to_string();
        for conn in &self.conns {
            shell::run(&[&addconn, "--ctlsocket", &socket, "--config", &conf, conn])?;
            ensure(self.log_text().contains(&format!("\"{conn}\": added")), || {
                format!("pluto should have added {conn}:\n{}", process::tail(&log, 20))
            })?;
        }
        Ok(())
    }

    /// Begins every conn, and waits for none.
    pub(crate) fn initiate(&self) -> Outcome {
        self.conns
            .iter()
            .try_for_each(|conn| self.whack(&["--initiate", "--asynchronous", "--name", conn]).map(drop))
    }

    /// Whether an IKE SA of the tunnel's conn has stood, as its log tells.
    pub(crate) fn established(&self, plan: &TunnelPlan) -> bool {
        let conn = format!("\"{}\"", exported::connection_name(plan));
        let says = |line: &str| line.contains("established IKE SA") || line.contains("IKE SA established");
        self.log_text().lines().any(|line| line.contains(&conn) && says(line))
    }

    pub(crate) fn must_run(&mut self) -> Outcome {
        self.daemon.as_mut().context(|| "libreswan has not been started".into())?.must_run()
    }

    pub(crate) fn report(&self) -> String {
        format!("libreswan in {}\n  end of its log:\n{}", self.netns.name(), process::tail(&self.log(), 60))
    }

    fn whack(&self, arguments: &[&str]) -> Outcome<String> {
        let (whack, run) =
            (programs().join("whack").display().to_string(), self.folder.display().to_string());
        shell::run(&[&[whack.as_str(), "--rundir", &run], arguments].concat())
    }

    fn log(&self) -> PathBuf {
        self.folder.join("pluto.log")
    }

    fn log_text(&self) -> String {
        std::fs::read(Path::new(&self.log()))
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }
}
