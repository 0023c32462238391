//! From the command line to the event loop.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use ipsec_gateway::{Gateway, Severity};
use ipsec_io_linux::clock::MonotonicClock;
use ipsec_io_linux::event_loop::{Runner, RunnerConfig, RunnerHandle};
use ipsec_io_linux::rng::os_rng;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::{config, control, output};

/// A VPN gateway for Linux.
#[derive(Parser)]
struct Options {
    /// The configuration file.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// A Unix socket to make and to take commands on.
    #[arg(long, value_name = "SOCKET")]
    control: Option<PathBuf>,
    /// How much to say.
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    log: Level,
}

/// From how much a line must matter to be said.
#[derive(Clone, Copy, ValueEnum)]
enum Level {
    Debug,
    Info,
    Warning,
    Error,
}

impl From<Level> for Severity {
    fn from(level: Level) -> Self {
        match level {
            Level::Debug => Self::Debug,
            Level::Info => Self::Info,
            Level::Warning => Self::Warning,
            Level::Error => Self::Error,
        }
    }
}

/// Runs the gateway until it is told to end.
pub(crate) fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => {
            output::line("shut down: SAs deleted, routes withdrawn");
            ExitCode::SUCCESS
        }
        Err(error) => {
            output::line(format_args!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), String> {
    let config = config::read(&options.config)?;
    let clock = MonotonicClock::start();
    let rng = os_rng().map_err(|e| e.to_string())?;
    let gateway_config = config.gateway()?;
    let defaults = gateway_config.default_options.clone();
    let mut gateway = Gateway::new(gateway_config, rng).map_err(|refusal| refusal.to_string())?;
    let runner_config = RunnerConfig::new(config.gateway.address, config.gateway.tun.as_str());
    for section in config.tunnels {
        let (tunnel, peer, options) = section.tunnel(&defaults)?;
        // What it warns of goes to the tunnel's log, which the event loop hands out.
        let added = gateway.add_tunnel_with(clock.now(), tunnel, peer, options);
        added.map_err(|refusal| refusal.to_string())?;
    }
    let least = Severity::from(options.log);
    let observer = Box::new(move |now, notice: ipsec_io_linux::event_loop::Notice<'_>| {
        output::notice(least, now, &notice);
    });
    let (runner, handle) = Runner::new(runner_config, gateway, clock, observer).map_err(|e| e.to_string())?;
    shut_down_on_signals(handle.clone())?;
    let control = options.control.as_deref().map(|path| control::listen(path, handle)).transpose()?;
    let result = runner.run().map_err(|e| e.to_string());
    drop(control);
    result
}

fn shut_down_on_signals(handle: RunnerHandle) -> Result<(), String> {
    let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(|e| format!("signals: {e}"))?;
    std::thread::spawn(move || {
        for signal in signals.forever() {
            output::line(format_args!("signal {signal}: shutting down"));
            if handle.shut_down().is_err() {
                return;
            }
        }
    });
    Ok(())
}
