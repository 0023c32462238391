//! Watches the link between the gateways for the whole case.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::capture::{self, Seen};
use crate::failure::{Context, Outcome, ensure};
use crate::lab::Netns;
use crate::process::Process;
use crate::wait;

/// A capture in progress.
#[derive(Debug)]
pub(crate) struct WireWatch {
    file: PathBuf,
    tcpdump: Process,
}

/// Captures everything on `interface` of `netns` from now on.
pub(crate) fn start(netns: &Netns, interface: &str, folder: &Path) -> Outcome<WireWatch> {
    let (file, log) = (folder.join("wire.pcap"), folder.join("tcpdump.log"));
    let file_text = file.display().to_string();
    let words = ["tcpdump", "-Z", "root", "--immediate-mode", "-U", "-n", "-i", interface, "-w", &file_text];
    let mut tcpdump = Process::start(&netns.words(&words), &[], &log)?;
    wait::until(Duration::from_secs(10), || {
        tcpdump.must_run()?;
        Ok(tcpdump.output().contains("listening on"))
    })
    .context(|| "tcpdump should have started".into())?;
    Ok(WireWatch { file, tcpdump })
}

impl WireWatch {
    /// What was seen up to now.
    pub(crate) fn seen(&mut self) -> Outcome<Seen> {
        self.tcpdump.must_run()?;
        let bytes = std::fs::read(&self.file).context(|| format!("reading {}", self.file.display()))?;
        capture::read(&bytes)
    }

    /// Fails if any inner packet crossed the link unprotected.
    pub(crate) fn must_be_protected(&mut self) -> Outcome {
        let seen = self.seen()?;
        ensure(seen.clear == 0, || {
            format!("{} inner packets crossed the link in clear: {seen:?}", seen.clear)
        })
    }
}
