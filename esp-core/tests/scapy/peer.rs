//! The python process at the other end.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;

use serde_json::{Value, json};

/// A running scapy. It ends with its standard input, that is with this process.
pub(crate) struct Peer(Mutex<Pipes>);

struct Pipes {
    _child: Child,
    ask: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Peer {
    /// Starts one, or says what is missing.
    pub(crate) fn start() -> Result<Self, String> {
        let python = python()?;
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scapy/peer.py");
        let mut child = Command::new(&python)
            .arg("-B")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", python.display()))?;
        let ask = child.stdin.take().ok_or("no standard input")?;
        let answers = BufReader::new(child.stdout.take().ok_or("no standard output")?);
        Ok(Self(Mutex::new(Pipes { _child: child, ask, answers })))
    }

    /// Has scapy seal or open a packet.
    pub(crate) fn ask(&self, request: &Value) -> Result<Vec<u8>, String> {
        let mut pipes = self.0.lock().map_err(|_| "another case panicked while it asked scapy")?;
        writeln!(pipes.ask, "{request}").map_err(|error| format!("scapy is gone: {error}"))?;
        let mut line = String::new();
        pipes.answers.read_line(&mut line).map_err(|error| format!("scapy is gone: {error}"))?;
        let answer: Value =
            serde_json::from_str(&line).map_err(|error| format!("scapy said {line:?}: {error}"))?;
        match answer["packet"].as_str() {
            Some(packet) => Ok(octets(packet)),
            None => Err(format!("scapy: {}", answer["error"].as_str().unwrap_or("no answer"))),
        }
    }
}

/// A python that has scapy: the one that `tests/interop/setup` made, or the system's.
fn python() -> Result<PathBuf, String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let made = root.join("target/interop/venv/bin/python");
    let candidates =
        [std::env::var_os("INTEROP_PYTHON").map(PathBuf::from), Some(made), Some("python3".into())];
    for python in candidates.into_iter().flatten() {
        let check = Command::new(&python)
            .args(["-c", "import scapy.layers.ipsec, cryptography"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if check.is_ok_and(|status| status.success()) {
            return Ok(python);
        }
    }
    Err("needs python3 with scapy and cryptography; run tests/interop/setup".into())
}

fn octets(text: &str) -> Vec<u8> {
    let digit = |at: usize| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..text.len()).step_by(2).filter_map(digit).collect()
}

/// Octets in hexadecimal.
pub(crate) fn hex(octets: &[u8]) -> Value {
    json!(octets.iter().map(|octet| format!("{octet:02x}")).collect::<String>())
}
