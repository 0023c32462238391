//! The control socket.

use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::IpAddr;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use esp_core::sa::{SaKey, SaUsage, Spi};
use ike_proto::diagnose::{ChildSaInfo, IkeSaInfo};
use ipsec_gateway::{Command, ConnectionState, Input, TunnelStatus};
use ipsec_io_linux::event_loop::{RunnerGone, RunnerHandle, View};
use ipsec_policy::TunnelId;

use crate::output;

/// How long a client may be silent before the next one is served.
const PATIENCE: Duration = Duration::from_secs(5);
/// Octets of the longest session.
const LONGEST_SESSION: u64 = 1 << 16;

const HELP: &str = "commands: status, counts, children NAME, connect NAME, disconnect NAME, rekey-ike NAME, rekey-child NAME, log NAME, move ADDRESS, shutdown";

/// The socket's file, removed when dropped.
pub(crate) struct Control {
    path: PathBuf,
}

impl Drop for Control {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Makes the socket, for its owner only, and serves one client after the other in a thread.
pub(crate) fn listen(path: &Path, handle: RunnerHandle) -> Result<Control, String> {
    let failed = |e: io::Error| format!("control socket {}: {e}", path.display());
    remove_stale(path).map_err(failed)?;
    let listener = UnixListener::bind(path).map_err(failed)?;
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o600)).map_err(failed)?;
    let control = Control { path: path.to_owned() };
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            if let Err(error) = serve(&client, &handle) {
                output::line(format_args!("control: a client was let go: {error}"));
            }
        }
    });
    Ok(control)
}

/// Removes a socket that nobody listens on any more.
fn remove_stale(path: &Path) -> io::Result<()> {
    let is_socket = std::fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket());
    if is_socket && UnixStream::connect(path).is_err() {
        std::fs::remove_file(path)?;
    }
    Ok(())
}

fn serve(client: &UnixStream, handle: &RunnerHandle) -> io::Result<()> {
    client.set_read_timeout(Some(PATIENCE))?;
    client.set_write_timeout(Some(PATIENCE))?;
    for line in BufReader::new(client.take(LONGEST_SESSION)).lines() {
        let mut answer = answer(&line?, handle);
        if !answer.is_empty() && !answer.ends_with('\n') {
            answer.push('\n');
        }
        answer.push_str(".\n");
        (&*client).write_all(answer.as_bytes())?;
    }
    Ok(())
}

fn answer(line: &str, handle: &RunnerHandle) -> String {
    let mut words = line.split_whitespace();
    let (verb, name, rest) = (words.next().unwrap_or_default(), words.next(), words.next());
    if rest.is_some() {
        return HELP.to_owned();
    }
    let result = match (verb, name) {
        ("status", None) => handle.call(|view| status(view)),
        ("counts", None) => handle.call(|view| counts(view)),
        ("children", Some(name)) => on_tunnel(handle, name, |view, id| children(view, &id)),
        ("shutdown", None) => handle.shut_down().map(|()| "shutting down".to_owned()),
        ("connect", Some(name)) => command(handle, name, Command::Connect),
        ("disconnect", Some(name)) => command(handle, name, Command::Disconnect),
        ("rekey-ike", Some(name)) => command(handle, name, Command::RekeyIke),
        ("rekey-child", Some(name)) => command(handle, name, Command::RekeyChild),
        ("log", Some(name)) => log(handle, name),
        ("move", Some(address)) => move_to(handle, address),
        _ => Ok(HELP.to_owned()),
    };
    result.unwrap_or_else(|gone| format!("error: {gone}"))
}

fn command(
    handle: &RunnerHandle,
    name: &str,
    command: fn(TunnelId) -> Command,
) -> Result<String, RunnerGone> {
    on_tunnel(handle, name, move |view, id| {
        view.gateway.handle_input(view.now, Input::Command(command(id)));
        "ok".to_owned()
    })
}

/// Takes another address of this host.
fn move_to(handle: &RunnerHandle, address: &str) -> Result<String, RunnerGone> {
    let Ok(address) = address.parse::<IpAddr>() else {
        return Ok(format!("error: {address} is no address"));
    };
    let moved = handle.change_address(address)?;
    Ok(moved.map_or_else(|error| format!("error: {error}"), |()| "ok".to_owned()))
}

fn log(handle: &RunnerHandle, name: &str) -> Result<String, RunnerGone> {
    on_tunnel(handle, name, |view, id| {
        let entries = view.gateway.log(Some(&id)).into_iter().flat_map(|log| log.entries());
        entries.map(ToString::to_string).collect::<Vec<_>>().join("\n")
    })
}

fn on_tunnel(
    handle: &RunnerHandle,
    name: &str,
    then: impl FnOnce(&mut View<'_>, TunnelId) -> String + Send + 'static,
) -> Result<String, RunnerGone> {
    let id = match TunnelId::new(name) {
        Ok(id) => id,
        Err(error) => return Ok(format!("error: {error}")),
    };
    handle.call(move |view| match view.gateway.status(&id) {
        Some(_) => then(view, id),
        None => format!("error: there is no tunnel {id}"),
    })
}

/// `ike_sas=… half_open=…`: those that stand or begin, and of them those whose peer has not proved who it is.
fn counts(view: &View<'_>) -> String {
    let endpoint = view.gateway.endpoint();
    format!("ike_sas={} half_open={}", endpoint.ike_sa_count(), endpoint.half_open_count())
}

/// A line for each Child SA: `child_in=… child_out=… in_packets=… out_packets=… sends=yes selectors=LOCAL===REMOTE`
fn children(view: &View<'_>, id: &TunnelId) -> String {
    let Some(tunnel) = view.gateway.status(id) else { return String::new() };
    let Some(ike) = &tunnel.ike else { return String::new() };
    let line = |child: &ChildSaInfo| {
        let (inbound, outbound) = usage(view, ike, child);
        format!(
            "child_in={} child_out={} in_packets={} out_packets={} sends={} selectors={}",
            child.inbound,
            child.outbound,
            inbound.packets,
            outbound.packets,
            if child.sends { "yes" } else { "no" },
            child.selectors.to_string().replace(' ', "")
        )
    };
    tunnel.children.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What has passed through both directions of a Child SA.
fn usage(view: &View<'_>, ike: &IkeSaInfo, child: &ChildSaInfo) -> (SaUsage, SaUsage) {
    let of = |destination, spi: Spi| {
        view.datapath.usage(&SaKey { protocol: child.protocol, destination, spi }).unwrap_or_default()
    };
    (of(ike.local.ip(), child.inbound), of(ike.remote.ip(), child.outbound))
}

fn status(view: &View<'_>) -> String {
    view.gateway.statuses().map(|tunnel| status_line(view, &tunnel)).collect::<Vec<_>>().join("\n")
}

/// `tunnel=NAME state=connected ike_spi_i=… ike_spi_r=… child_in=… child_out=… in_packets=… out_packets=… encap=yes sends=yes`
fn status_line(view: &View<'_>, tunnel: &TunnelStatus) -> String {
    let state = match tunnel.state {
        ConnectionState::Connecting => "connecting",
        ConnectionState::Connected => "connected",
        ConnectionState::Phase1Failed => "phase1-failed",
        ConnectionState::Phase2Failed => "phase2-failed",
    };
    let mut line = format!("tunnel={} state={state}", tunnel.id);
    let Some(ike) = &tunnel.ike else { return line };
    let _ = write!(line, " ike_spi_i={} ike_spi_r={}", ike.name.initiator, ike.name.responder);
    // The newest Child SA carries the traffic, or is about to; an older one is about to be deleted.
    let Some(child) = tunnel.children.last() else { return line };
    let (inbound, outbound) = usage(view, ike, child);
    let _ = write!(
        line,
        " child_in={} child_out={} in_packets={} out_packets={} encap={} sends={}",
        child.inbound,
        child.outbound,
        inbound.packets,
        outbound.packets,
        if child.encapsulated { "yes" } else { "no" },
        if child.sends { "yes" } else { "no" }
    );
    line
}
