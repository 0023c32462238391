//! What IKEv2 has beyond the exchange itself, in both roles where both can begin it: fragments, several selectors, IKE SAs
//! without a Child SA, post-quantum keys, changes of address, deletion by the peer.

use std::time::Duration;

use super::failures::stays_down;
use super::{Case, Setting, Side, connect};
use crate::failure::{Context, Outcome, ensure};
use crate::gateway::Gateway;
use crate::inner;
use crate::many::widen;
use crate::pair::{CONNECT_WITHIN, Left, Pair, RECOVER_WITHIN};
use crate::plan::{SUITES, TunnelPlan};
use crate::topology::{OUTER, Topology};
use crate::wait;

/// The cases.
pub(super) fn cases(group: &str) -> Vec<Case> {
    type Body = fn(&Setting) -> Outcome;
    let both: [(&str, Body); 10] = [
        ("fragments", fragments),
        ("several_selectors", several_selectors),
        ("childless", childless),
        ("ppk::agreed", ppk_agreed),
        ("ppk::wrong", ppk_wrong),
        ("ppk::only_ours_and_optional", ppk_only_ours),
        ("ppk::only_theirs_and_optional", ppk_only_theirs),
        ("ppk::only_ours_and_mandatory", ppk_missing_there),
        ("they_delete_child", they_delete_child),
        ("they_delete_ike", they_delete_ike),
    ];
    let mut cases = Vec::new();
    let mut add = |name: &str, initiator: Side, body: Body| {
        let setting = Setting { left: Left::Ours, suite: SUITES[0], topology: Topology::Direct, initiator };
        let name = format!("{group}::ikev2::{name}::{}-initiate", initiator.name());
        cases.push(Case::new(name, setting, body));
    };
    for (name, body) in both {
        add(name, Side::We, body);
        add(name, Side::StrongSwan, body);
    }
    add("mobike::they_move", Side::StrongSwan, they_move);
    add("mobike::we_move", Side::We, we_move);
    add("auth_lifetime", Side::StrongSwan, auth_lifetime);
    add("one_child_sa_per_pair", Side::We, one_child_sa_per_pair);
    add("we_are_silent", Side::We, we_are_silent);
    cases
}

/// Messages of IKE_AUTH that are longer than a packet may be go in fragments both ways (RFC 7383): they hold ten subnets of
/// either side and long names.
fn fragments(setting: &Setting) -> Outcome {
    const SUBNETS: usize = 10;
    const SIZE: u16 = 600;
    let pair = setting.pair_with(|left, right| {
        with_subnets(left, right, SUBNETS);
        let label = "a-label-of-thirty-two-characters";
        let name = |side: &str| format!("{side}.{}.example", [label; 6].join("."));
        (left.local_id, left.remote_id) = (name("left"), name("right"));
        (right.local_id, right.remote_id) = (name("right"), name("left"));
        left.options.ours = format!("[tunnel.ikev2]\nfragment_size = {SIZE}\n");
        right.options.their_daemon = format!("fragment_size = {SIZE}\n");
    })?;
    pair.case(|pair| {
        // strongSwan's routes need an address in each subnet.
        for (site, range) in [(&pair.network.left, "10.1"), (&pair.network.right, "10.2")] {
            widen(site, range, SUBNETS - 1)?;
        }
        connect::up(pair, setting)?;
        let log = pair.right.log();
        for sign in ["splitting IKE message", "reassembled fragmented IKE message"] {
            ensure(log.contains(sign), || {
                format!("strongSwan's log has no `{sign}`: nothing was in fragments")
            })?;
        }
        pair.exchange()
    })
}

/// One Child SA carries every pair of several subnets.
fn several_selectors(setting: &Setting) -> Outcome {
    const SUBNETS: usize = 3;
    let pair = setting.pair_with(|left, right| with_subnets(left, right, SUBNETS))?;
    pair.case(|pair| {
        for (site, range) in [(&pair.network.left, "10.1"), (&pair.network.right, "10.2")] {
            widen(site, range, SUBNETS - 1)?;
        }
        let before = connect::up(pair, setting)?;
        ping_between_subnets(pair, &[(0, 1), (1, 0), (1, 2), (2, 2)])?;
        let after = pair.wait_settled()?;
        ensure(after.child() == before.child(), || "the one Child SA should have carried all of it".into())?;
        // Four pairs, two pings and their answers each way.
        let risen = (after.in_packets - before.in_packets, after.out_packets - before.out_packets);
        ensure(risen == (16, 16), || format!("the Child SA counted {risen:?}"))?;
        pair.exchange()
    })
}

/// Both ends carry `count` subnets of a site instead of one.
fn with_subnets(left: &mut TunnelPlan, right: &mut TunnelPlan, count: usize) {
    let subnets = |range: &str| (0..count).map(|index| format!("{range}.{index}.0/24")).collect::<Vec<_>>();
    (left.local_subnets, left.remote_subnets) = (subnets("10.1"), subnets("10.2"));
    (right.local_subnets, right.remote_subnets) = (subnets("10.2"), subnets("10.1"));
}

/// strongSwan insists on an IKE SA without a Child SA (RFC 6023). The first Child SA then has a key exchange of its own.
fn childless(setting: &Setting) -> Outcome {
    let pair = setting.pair_with(|left, right| {
        right.options.theirs = "childless = force".into();
        if setting.initiator == Side::We {
            left.options.ours = "[tunnel.ikev2]\nchildless = \"prefer\"\n".into();
        }
    })?;
    pair.case(|pair| {
        connect::up(pair, setting)?;
        let sas = pair.right.sas()?;
        let groups: Vec<_> =
            sas.iter().flat_map(|sa| &sa.children).map(|child| child.algorithms.group.as_str()).collect();
        let group = setting.suite.esp.pfs.map_or("", |group| group.shown);
        ensure(groups == [group], || {
            format!("the Child SA should come of an exchange of its own with {group}, it has {groups:?}")
        })?;
        pair.exchange()
    })
}

const PPK: &str = "a-secret-that-no-quantum-computer-can-guess";

fn ppk_ours(secret: &str, mandatory: bool) -> String {
    format!("[tunnel.ikev2.ppk]\nid = \"ppk.interop\"\nsecret = \"{secret}\"\nmandatory = {mandatory}\n")
}

fn ppk_theirs(plan: &mut TunnelPlan, secret: &str, required: bool) {
    let required = if required { "yes" } else { "no" };
    plan.options.theirs = format!("ppk_id = ppk.interop\nppk_required = {required}");
    plan.options.their_secrets = format!("ppk-1 {{ id = ppk.interop\nsecret = \"{secret}\" }}");
}

/// strongSwan's log of an IKE SA with a post-quantum key.
const PPK_USED: &str = "using PPK for PPK_ID";

/// Both ends insist on the same post-quantum key (RFC 8784), which also goes into the keys of what is rekeyed.
fn ppk_agreed(setting: &Setting) -> Outcome {
    let pair = setting.pair_with(|left, right| {
        left.options.ours = ppk_ours(PPK, true);
        ppk_theirs(right, PPK, true);
    })?;
    pair.case(|pair| {
        connect::up(pair, setting)?;
        let log = pair.right.log();
        ensure(log.contains(PPK_USED), || "strongSwan should have used the PPK".into())?;
        pair.exchange()?;
        let before = pair.wait_settled()?;
        pair.left.rekey_ike()?;
        wait::until(CONNECT_WITHIN, || Ok(pair.right.view()?.is_some_and(|view| view.ike() != before.ike())))
            .context(|| "the IKE SA should have been rekeyed".into())?;
        pair.wait_settled()?;
        pair.exchange()
    })
}

/// Different secrets under one name: no tunnel, and we say which key it is.
fn ppk_wrong(setting: &Setting) -> Outcome {
    let pair = setting.pair_with(|left, right| {
        left.options.ours = ppk_ours(PPK, true);
        ppk_theirs(right, "another-secret-than-ours-in-every-word", true);
    })?;
    pair.case(|pair| {
        stays_down(pair, setting.initiator)?;
        says(pair, "post-quantum")
    })
}

/// We have one and do without it where the peer has none.
fn ppk_only_ours(setting: &Setting) -> Outcome {
    let pair = setting.pair_with(|left, _| left.options.ours = ppk_ours(PPK, false))?;
    without_ppk(pair, setting)
}

/// The same the other way round.
fn ppk_only_theirs(setting: &Setting) -> Outcome {
    without_ppk(setting.pair_with(|_, right| ppk_theirs(right, PPK, false))?, setting)
}

fn without_ppk(pair: Pair, setting: &Setting) -> Outcome {
    pair.case(|pair| {
        connect::up(pair, setting)?;
        ensure(!pair.right.log().contains(PPK_USED), || "strongSwan says that it used a PPK".into())?;
        pair.exchange()
    })
}

/// We insist on one that the peer has not.
fn ppk_missing_there(setting: &Setting) -> Outcome {
    let pair = setting.pair_with(|left, _| left.options.ours = ppk_ours(PPK, true))?;
    pair.case(|pair| {
        stays_down(pair, setting.initiator)?;
        says(pair, "post-quantum")
    })
}

fn says(pair: &Pair, words: &str) -> Outcome {
    let log = pair.left.log();
    ensure(log.contains(words), || format!("our log should speak of `{words}`"))
}

/// strongSwan deletes the Child SA. A new one comes, with traffic if it is ours to begin, else when strongSwan begins.
fn they_delete_child(setting: &Setting) -> Outcome {
    they_delete(setting, "--child")
}

/// strongSwan deletes the IKE SA, and with it the Child SA.
fn they_delete_ike(setting: &Setting) -> Outcome {
    they_delete(setting, "--ike")
}

fn they_delete(setting: &Setting, what: &str) -> Outcome {
    setting.pair()?.case(|pair| {
        let before = connect::up(pair, setting)?;
        pair.exchange()?;
        pair.right.terminate(what)?;
        wait::until(CONNECT_WITHIN, || {
            Ok(pair.left.view()?.is_none_or(|view| view.child() != before.child()))
        })
        .context(|| "our end should have let go of the deleted SAs".into())?;
        // A tunnel of ours that does not initiate waits for the peer; else traffic brings it back.
        let traffic = match setting.initiator {
            Side::We => Some(pair.keep_sending(RECOVER_WITHIN)?),
            Side::StrongSwan => pair.right.connect().map(|()| None)?,
        };
        let after = pair.wait_connected(RECOVER_WITHIN).context(|| "a new SA should have come".into())?;
        drop(traffic);
        std::thread::sleep(Duration::from_millis(200));
        ensure(after.child() != before.child(), || "the Child SA should be a new one".into())?;
        pair.wait_settled()?;
        pair.exchange()
    })
}

/// Our end falls silent: strongSwan's own liveness check finds it dead and lets go; a tunnel comes up again afterwards.
fn we_are_silent(setting: &Setting) -> Outcome {
    setting.pair()?.case(|pair| {
        let before = connect::up(pair, setting)?;
        pair.exchange()?;
        pair.left.crash();
        let right = &mut pair.right;
        wait::until(RECOVER_WITHIN, || Ok(right.sas()?.is_empty()))
            .context(|| "strongSwan should have found our end dead".into())?;
        pair.left.start()?;
        let after = pair.wait_connected(RECOVER_WITHIN)?;
        ensure(after.ike() != before.ike(), || "the IKE SA should be a new one".into())?;
        pair.exchange()
    })
}

/// strongSwan, which began, gets another address (RFC 4555): its SAs move there, and ours follow.
fn they_move(setting: &Setting) -> Outcome {
    moves(setting, Side::StrongSwan)
}

/// We, who began, get another address: our SAs move there, and strongSwan's follow.
fn we_move(setting: &Setting) -> Outcome {
    moves(setting, Side::We)
}

const MOVED_TO: &str = "192.0.2.3";

fn moves(setting: &Setting, mover: Side) -> Outcome {
    let pair = setting.pair_with(|left, right| {
        left.options.ours = "[tunnel.ikev2]\nmobike = true\n".into();
        right.options.theirs = "mobike = yes\nlocal_addrs = %any".into();
    })?;
    pair.case(|pair| {
        let before = connect::up(pair, setting)?;
        pair.exchange()?;
        let site = if mover == Side::We { &pair.network.left } else { &pair.network.right };
        let (gateway, old) = (site.gateway.clone(), site.public);
        // Else the kernel takes the new address away together with the old one.
        gateway.run(&["sysctl", "-q", "-w", "net.ipv4.conf.all.promote_secondaries=1"])?;
        gateway.ip(&format!("addr add {MOVED_TO}/24 dev {OUTER}"))?;
        if mover == Side::We {
            pair.left.move_to(MOVED_TO)?;
        }
        gateway.ip(&format!("addr del {old}/24 dev {OUTER}"))?;
        let follower = if mover == Side::We { &pair.right as &dyn Gateway } else { pair.left.as_ref() };
        wait::until(CONNECT_WITHIN, || Ok(follower.log().contains(MOVED_TO)))
            .context(|| "the other end should have followed to the new address".into())?;
        // strongSwan's userspace ESP cannot move a Child SA, so it makes a new one through the IKE SA that has moved.
        let after = pair.wait_settled()?;
        ensure(after.ike() == before.ike(), || {
            format!("the IKE SA should have stayed: {before:x?}, then {after:x?}")
        })?;
        pair.exchange()
    })
}

/// We let strongSwan's proof of who it is expire (RFC 4478): it makes the IKE SA anew in time.
fn auth_lifetime(setting: &Setting) -> Outcome {
    let pair = setting.pair_with(|left, right| {
        left.options.ours = "[tunnel.ikev2]\nauth_lifetime = 12\n".into();
        right.options.theirs = "over_time = 1".into();
        right.options.their_daemon = "make_before_break = yes".into();
    })?;
    pair.case(|pair| {
        let before = connect::up(pair, setting)?;
        pair.exchange()?;
        wait::until(Duration::from_secs(20), || {
            Ok(pair.right.view()?.is_some_and(|view| view.ike() != before.ike()))
        })
        .context(|| "strongSwan should have authenticated again".into())?;
        ensure(pair.right.log().contains("received AUTH_LIFETIME of 12s"), || {
            "strongSwan should have been told for how long it is believed".into()
        })?;
        pair.wait_settled()?;
        pair.exchange()
    })
}

/// We ask for a Child SA for each pair of subnets (CONF-4).
fn one_child_sa_per_pair(setting: &Setting) -> Outcome {
    const SUBNETS: usize = 2;
    let pair = setting.pair_with(|left, right| {
        with_subnets(left, right, SUBNETS);
        left.options.ours = "[tunnel.ikev2]\nchild_sas = \"one-per-pair\"\n".into();
    })?;
    pair.case(|pair| {
        for (site, range) in [(&pair.network.left, "10.1"), (&pair.network.right, "10.2")] {
            widen(site, range, SUBNETS - 1)?;
        }
        pair.start()?;
        let mut children = 0;
        wait::until(CONNECT_WITHIN, || {
            let sas = pair.right.sas()?;
            children =
                sas.iter().flat_map(|sa| &sa.children).filter(|child| child.state == "INSTALLED").count();
            Ok(sas.len() == 1 && children == SUBNETS * SUBNETS)
        })
        .context(|| format!("one IKE SA should have a Child SA for each pair, it has {children}"))?;
        ping_between_subnets(pair, &[(0, 0), (0, 1), (1, 0), (1, 1)])?;
        for child in pair.right.sas()?.iter().flat_map(|sa| &sa.children) {
            // Two pings and two answers each way went through each.
            ensure((child.packets_in, child.packets_out) == (4, 4), || {
                format!("{child:x?} should have 4 packets")
            })?;
        }
        Ok(())
    })
}

/// Pings between hosts of these pairs of our and strongSwan's subnets, twice each way.
fn ping_between_subnets(pair: &Pair, pairs: &[(usize, usize)]) -> Outcome {
    let (left, right) = (&pair.network.left.host, &pair.network.right.host);
    let log = pair.lab.folder().join("ping-between-subnets.log");
    for (from, to) in pairs {
        let (here, there) = (format!("10.1.{from}.10"), format!("10.2.{to}.10"));
        for (host, source, target) in [(left, &here, &there), (right, &there, &here)] {
            let pings = inner::start_from(host, source, target, 2, &log)?.finish()?;
            pings.must_be_complete(&format!("from {source} to {target}"))?;
        }
    }
    Ok(())
}
