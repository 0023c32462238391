//! A program that runs beside the test: its output in a file, ended when the value is dropped.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use crate::failure::{Context, Failure, Outcome};
use crate::wait;

/// A running child process and the file that takes its standard output and error.
#[derive(Debug)]
pub(crate) struct Process {
    what: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts `words` with `environment` added; both streams go to `log`, which is continued, not replaced.
    pub(crate) fn start(words: &[&str], environment: &[(&str, &str)], log: &Path) -> Outcome<Self> {
        let what = words.join(" ");
        let out = File::options()
            .create(true)
            .append(true)
            .open(log)
            .context(|| format!("opening {}", log.display()))?;
        let err = out.try_clone().context(|| format!("opening {}", log.display()))?;
        // The kernel ends the child with this thread, so that a killed test run leaves no daemon behind.
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "--"])
            .args(words)
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .spawn()
            .context(|| format!("starting `{what}`"))?;
        Ok(Self { what, child, log: log.to_owned() })
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Fails if it is no longer running.
    pub(crate) fn must_run(&mut self) -> Outcome {
        match self.ended() {
            None => Ok(()),
            Some(status) => {
                Err(Failure::new(format!("`{}` has ended with {status}\n{}", self.what, tail(&self.log, 30))))
            }
        }
    }

    /// Waits for it to end by itself.
    pub(crate) fn wait(&mut self, most: Duration) -> Outcome<ExitStatus> {
        let mut status = None;
        wait::until(most, || {
            status = self.ended();
            Ok(status.is_some())
        })
        .context(|| format!("`{}` should have ended", self.what))?;
        status.context(|| format!("`{}` has no exit status", self.what))
    }

    /// Asks it to end (SIGTERM) and gives it `grace` before it is killed.
    pub(crate) fn terminate(&mut self, grace: Duration) {
        if self.ended().is_some() {
            return;
        }
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        if self.wait(grace).is_err() {
            self.kill();
        }
    }

    /// Kills it at once, as a crash would.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Everything it has written so far.
    pub(crate) fn output(&self) -> String {
        std::fs::read(&self.log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The last `lines` lines of a file, indented; for failure messages.
pub(crate) fn tail(path: &Path, lines: usize) -> String {
    let Ok(bytes) = std::fs::read(path) else {
        return format!("    ({} cannot be read)\n", path.display());
    };
    let text = String::from_utf8_lossy(&bytes);
    let all: Vec<&str> = text.lines().collect();
    let skipped = all.len().saturating_sub(lines);
    all.iter().skip(skipped).map(|line| format!("    {line}\n")).collect()
}
