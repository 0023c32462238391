//! Runs a command to its end and gives its output, or an error that shows what was run and what it said.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use crate::failure::{Context, Failure, Outcome};

/// Runs `words` and returns standard output; a non-zero exit is a failure that carries standard error.
pub(crate) fn run(words: &[&str]) -> Outcome<String> {
    run_with_input(words, "")
}

/// The same, with `input` on standard input.
pub(crate) fn run_with_input(words: &[&str], input: &str) -> Outcome<String> {
    let output = output(words, input)?;
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(out);
    }
    let err = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(format!(
        "`{}` ended with {}: {}{}",
        words.join(" "),
        output.status,
        err.trim(),
        out.trim()
    )))
}

fn output(words: &[&str], input: &str) -> Outcome<Output> {
    let (program, arguments) = words.split_first().context(|| "an empty command".into())?;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context(|| format!("starting `{}`", words.join(" ")))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A command that ends without reading its input says why on standard error.
        let _ = stdin.write_all(input.as_bytes());
    }
    child.wait_with_output().context(|| format!("waiting for `{}`", words.join(" ")))
}
