//! libreswan's `addconn --checkconfig` and `algparse`, in Debian's build.

use std::process::{Command, Output};

use ipsec_policy::export::{Export, export};
use ipsec_policy::{DhGroup, Dialect, Finding, IkePolicy, IkeVersion, IpsecPolicy, IpsecProtocol, Link};

use crate::machine::libreswan;
use crate::scratch::Scratch;
use crate::{Outcome, combinations, hostile};

/// CONF-2: libreswan takes every combination of policy values, but for the groups that its build has not. The export
/// refuses group 1, which libreswan never had, and warns of groups 2 and 24.
pub(crate) fn every_combination() -> Outcome {
    let links = combinations::links();
    let mut exports = Vec::new();
    for link in &links {
        let lacks_group_1 = groups(link).contains(&DhGroup::Modp768);
        match export(link, Dialect::Libreswan) {
            Ok(_) if lacks_group_1 => return Err(format!("group 1 was written for {}", link.tunnel)),
            Ok(export) => exports.push(export),
            Err(refusal) if lacks_group_1 && refusal.to_string().contains("modp768") => {}
            Err(refusal) => return Err(refusal.to_string()),
        }
    }
    check(&exports)?;
    algorithms()
}

/// hostile names, ids and keys break no file.
pub(crate) fn hostile_texts() -> Outcome {
    let links = hostile::links();
    let exports = links.iter().map(|link| export(link, Dialect::Libreswan));
    check(&exports.collect::<Result<Vec<_>, _>>().map_err(|refusal| refusal.to_string())?)
}

fn groups(link: &Link) -> Vec<DhGroup> {
    [Some(link.ike.dh_group), link.ipsec.pfs.group()].into_iter().flatten().collect()
}

/// Checks all exports in one file.
fn check(exports: &[Export]) -> Outcome {
    let scratch = Scratch::new()?;
    let text: String = exports.iter().map(|export| export.files[0].text.expose()).collect();
    let file = scratch.write("ipsec.conf", &text)?;
    let output = run(Command::new(libreswan("addconn"))
        .arg("--config")
        .arg(&file)
        .args(["--checkconfig", "--verbose"]))?;
    let said = text_of(&output);
    // It tells each section that it goes through.
    let conns = text.lines().filter(|line| line.starts_with("conn "));
    for conn in conns {
        if !said.contains(&format!("Loading {conn}\n")) {
            return Err(format!("addconn has not loaded `{conn}`"));
        }
    }
    let wrong = |line: &&str| {
        ["error", "unrecogni", "unknown", "invalid", "ignored", "obsolete"].iter().any(|w| line.contains(w))
    };
    match said.lines().find(wrong) {
        _ if !output.status.success() => Err(format!("addconn ended with {}: {said}", output.status)),
        Some(line) => Err(format!("addconn complains: {line}")),
        None => Ok(()),
    }
}

/// `addconn` looks at the words of a proposal only when it loads a conn into the daemon; `algparse` does so at once.
/// Exactly the exports with a warning must be refused.
fn algorithms() -> Outcome {
    let mut accepted = [Vec::new(), Vec::new()];
    let no_pfs = IpsecPolicy { pfs: ipsec_policy::PfsChoice::Disabled, ..IpsecPolicy::default() };
    let group_14 = IkePolicy { dh_group: DhGroup::Modp2048, ..IkePolicy::default() };
    let links = (combinations::phase_1().into_iter().map(|ike| (ike, no_pfs.clone())))
        .chain(combinations::phase_2().into_iter().map(|ipsec| (group_14.clone(), ipsec)))
        .enumerate()
        .map(|(index, (ike, ipsec))| combinations::link(index, ike, ipsec))
        .chain(combinations::beyond());
    for link in links {
        let v1 = link.ike.version == IkeVersion::V1;
        let protocol = if link.ipsec.protocol == IpsecProtocol::Esp { "esp" } else { "ah" };
        for (key, protocol, field) in [("ike=", "ike", "ike.dh_group"), ("phase2alg=", protocol, "ipsec.pfs")]
        {
            accepted[usize::from(v1)].extend(proposal(&link, key, protocol, field, v1)?);
        }
    }
    for (version, proposals) in ["-v2", "-v1"].into_iter().zip(&mut accepted) {
        proposals.sort_unstable();
        proposals.dedup();
        if proposals.is_empty() {
            return Err(format!("no proposal for {version}"));
        }
        let output = run(Command::new(libreswan("algparse")).arg(version).args(&*proposals))?;
        if !output.status.success() {
            return Err(format!("algparse {version} refuses: {}", text_of(&output)));
        }
    }
    Ok(())
}

/// The proposal of an export, to be accepted with the others. One with a warning about its group is tried at once, and
/// must be refused.
fn proposal(link: &Link, key: &str, protocol: &str, field: &str, v1: bool) -> Result<Option<String>, String> {
    let Ok(export) = export(link, Dialect::Libreswan) else { return Ok(None) };
    let text = export.files[0].text.expose();
    let value = text.lines().find_map(|line| line.trim().strip_prefix(key));
    let proposal = format!("{protocol}={}", value.ok_or_else(|| format!("no {key} in {text}"))?);
    let warns = |finding: &&Finding| finding.path.ends_with(field);
    if export.warnings.iter().find(warns).is_none() {
        return Ok(Some(proposal));
    }
    let version = if v1 { "-v1" } else { "-v2" };
    let output = run(Command::new(libreswan("algparse")).args([version, &proposal]))?;
    match output.status.success() {
        true => Err(format!("algparse takes {proposal}, of which the export warns")),
        false if text_of(&output).contains("DH algorithm") => Ok(None),
        false => Err(format!("algparse refuses more than the group of {proposal}: {}", text_of(&output))),
    }
}

fn run(command: &mut Command) -> Result<Output, String> {
    command.output().map_err(|error| format!("{command:?}: {error}"))
}

fn text_of(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
