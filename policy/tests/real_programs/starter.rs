//! strongSwan's starter, which reads `ipsec.conf` and hands it to charon.

use ipsec_policy::export::export;
use ipsec_policy::{Dialect, IkeVersion, Link};

use crate::scratch::Scratch;
use crate::strongswan::{run, tail};
use crate::{Outcome, combinations, hostile};

/// How many tunnels are loaded at once: the starter compares each conn with all that it has.
const BATCH: usize = 180;

/// CONF-1: strongSwan takes every policy of either phase in ipsec.conf, each with several of the other phase. All pairs
/// of the two would take the starter minutes; it hands the same words to the same parser as swanctl, which gets them all.
pub(crate) fn every_combination() -> Outcome {
    // 31 has no factor in common with the 60 policies of phase 2, so that each of them meets its share of phase 1.
    let product: Vec<Link> = combinations::links().into_iter().step_by(31).collect();
    let beyond: Vec<Link> = combinations::beyond().into_iter().step_by(7).collect();
    product.chunks(BATCH).chain(beyond.chunks(BATCH)).try_for_each(|links| load(links).map(drop))
}

/// hostile names, ids and keys leave every conn and every key what it was meant to be.
pub(crate) fn hostile_texts() -> Outcome {
    let links = hostile::links();
    let log = load(&links)?;
    for link in &links {
        for id in [&link.here.id, &link.there.id].into_iter().flatten() {
            if !log.contains(&format!("{id}")) {
                return Err(format!("the log does not know {id}:\n{}", tail(&log)));
            }
        }
    }
    Ok(())
}

/// Loads all links in one file: charon must tell every conn and every key, and the starter complain of nothing but the
/// keywords that CONF-1 asks for and strongSwan does without by now.
fn load(links: &[Link]) -> Result<String, String> {
    let scratch = Scratch::new()?;
    let (mut conf, mut secrets) = (String::new(), String::new());
    let mut conns = 0;
    for link in links {
        let export = export(link, Dialect::StrongSwan).map_err(|refusal| refusal.to_string())?;
        conf.push_str(export.files[0].text.expose());
        secrets.push_str(export.files[1].text.expose());
        conns += if link.ike.version == IkeVersion::V1 { link.pairs().len() } else { 1 };
    }
    scratch.write("ipsec.conf", &conf)?;
    scratch.write("ipsec.secrets", &secrets)?;
    // The starter hands the conns over one by one; the last one is there when the number is right.
    let script = format!(
        "/usr/lib/ipsec/starter --nofork --debug --conf $d/ipsec.conf >$d/starter.log 2>&1 & pid=$!
         n=0
         while [ $n -lt 1200 ]; do
           loaded=$(grep -c -e \"added configuration '\" -e 'added child to existing' $d/charon.log 2>/dev/null)
           [ \"${{loaded:-0}}\" -ge {conns} ] && break
           kill -0 $pid 2>/dev/null || break
           sleep 0.05; n=$((n + 1))
         done
         kill $pid; wait $pid; true"
    );
    run(&scratch, &script)?;
    let (log, starter) = (scratch.read("charon.log"), scratch.read("starter.log"));
    let added =
        log.lines().filter(|line| line.contains("added configuration '") || line.contains("added child to"));
    let keys = log.lines().filter(|line| line.contains("loaded IKE secret for"));
    let (added, keys) = (added.count(), keys.count());
    if added != conns || keys != links.len() {
        let (log, starter) = (tail(&log), tail(&starter));
        return Err(format!("{added} of {conns} conns and {keys} of {} keys\n{log}\n{starter}", links.len()));
    }
    complaints(&starter)?;
    Ok(log)
}

fn complaints(starter: &str) -> Outcome {
    let deprecated = ["'leftnexthop'", "'rightnexthop'", "'pfs'"];
    let harmless = |line: &str| {
        line.contains("deprecated keyword") && deprecated.iter().any(|word| line.contains(word))
            || line.trim_start().starts_with("PFS is enabled by specifying a DH group")
            || line.contains("(0 fatal)")
    };
    let words = ["#", "error", "unknown", "bad ", "invalid", "unable", "fatal"];
    let complains = |line: &&str| words.iter().any(|word| line.contains(word)) && !harmless(line);
    match starter.lines().find(complains) {
        Some(line) => Err(format!("the starter complains: {line}")),
        None => Ok(()),
    }
}
