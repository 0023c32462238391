//! A charon of one's own, in a network namespace with a `/run` of its own.

use std::process::Command;

use crate::scratch::Scratch;

/// What charon needs to read configurations: algorithms, sockets, both of its control interfaces.
const PLUGINS: &str = "random nonce openssl gmp aes des md5 sha1 sha2 hmac kdf drbg pem pkcs1 pubkey x509 \
                       kernel-netlink socket-default stroke vici";

/// Runs a shell script in a new namespace, with `$d` as the folder of the case, and gives what it printed.
pub(crate) fn run(scratch: &Scratch, script: &str) -> Result<String, String> {
    let d = scratch.folder().display();
    let configuration = format!(
        "charon {{
            load = {PLUGINS}
            plugins {{
                vici {{ socket = unix://{d}/vici }}
                stroke {{ secrets_file = {d}/ipsec.secrets }}
            }}
            filelog {{ log {{
                path = {d}/charon.log
                default = 1
                flush_line = yes
            }} }}
        }}\n"
    );
    scratch.write("strongswan.conf", &configuration)?;
    let script = format!("set -u; d={d}; mount -t tmpfs run /run; ip link set lo up\n{script}");
    let output = Command::new("unshare")
        .args(["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", &script])
        .env("STRONGSWAN_CONF", scratch.folder().join("strongswan.conf"))
        .output()
        .map_err(|error| format!("unshare: {error}"))?;
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    match output.status.success() {
        true => Ok(said),
        false => Err(format!("the script ended with {}: {}", output.status, tail(&said))),
    }
}

/// The last lines of a text, for failures.
pub(crate) fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(30)..].join("\n")
}
