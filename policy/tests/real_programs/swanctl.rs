//! `swanctl --load-all`.

use ipsec_policy::export::export;
use ipsec_policy::{Dialect, Link};

use crate::scratch::Scratch;
use crate::strongswan::{run, tail};
use crate::{Outcome, combinations, hostile};

/// How many tunnels are loaded at once: charon compares each connection with all that it has.
const BATCH: usize = 600;

/// CONF-2: strongSwan takes every combination of policy values in swanctl.conf.
pub(crate) fn every_combination() -> Outcome {
    let (product, beyond) = (combinations::links(), combinations::beyond());
    product.chunks(BATCH).chain(beyond.chunks(BATCH)).try_for_each(|links| load(links).map(drop))
}

/// hostile names, ids and keys leave every connection and every key what it was meant to be.
pub(crate) fn hostile_texts() -> Outcome {
    let links = hostile::links();
    let said = load(&links)?;
    for link in &links {
        for id in [&link.here.id, &link.there.id].into_iter().flatten() {
            let id = format!("id: {id}\n");
            if !said.contains(&id) {
                return Err(format!("no connection has {id}{}", tail(&said)));
            }
        }
    }
    Ok(())
}

/// Loads all links in one file: every connection and every key must be told as loaded, and nothing else.
fn load(links: &[Link]) -> Result<String, String> {
    let scratch = Scratch::new()?;
    let mut text = String::new();
    let mut names = Vec::new();
    for link in links {
        let export = export(link, Dialect::Swanctl).map_err(|refusal| refusal.to_string())?;
        text.push_str(export.files[0].text.expose());
        names.push(format!("ipsvpn_{}", link.tunnel).replace('.', "~"));
    }
    scratch.write("swanctl.conf", &text)?;
    let said = run(
        &scratch,
        "/usr/lib/ipsec/charon & pid=$!
         n=0; until [ -S $d/vici ] || [ $n = 200 ]; do sleep 0.05; n=$((n + 1)); done
         swanctl --load-all --uri unix://$d/vici --file $d/swanctl.conf; rc=$?
         swanctl --list-conns --uri unix://$d/vici
         kill $pid; wait $pid
         exit $rc",
    )?;
    let loaded = format!("successfully loaded {} connections, 0 unloaded", names.len());
    if !said.contains(&loaded) {
        return Err(format!("swanctl should have said `{loaded}`:\n{}", tail(&said)));
    }
    for name in &names {
        for expected in [format!("loaded connection '{name}'\n"), format!("loaded ike secret 'ike-{name}'\n")]
        {
            if !said.contains(&expected) {
                return Err(format!("swanctl has not said `{}`:\n{}", expected.trim(), tail(&said)));
            }
        }
    }
    // It also looks for certificates, in folders that are not there.
    let folder = |line: &str| line.starts_with("opening directory");
    let words = ["failed", "unknown", "invalid"];
    let wrong = |line: &&str| words.iter().any(|word| line.contains(word)) && !folder(line);
    match said.lines().find(wrong) {
        Some(line) => Err(format!("swanctl complains: {line}")),
        None => Ok(said),
    }
}
