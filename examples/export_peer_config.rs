//! The configuration of the other end: one tunnel of ours, mirrored into the language of the device that is to carry it.
//!
//! ```text
//! cargo run --example export_peer_config                 # strongSwan's ipsec.conf
//! cargo run --example export_peer_config -- cisco-ios    # or libreswan, swanctl, cisco-asa, junos, huawei, h3c
//! ```
#![allow(clippy::print_stdout, reason = "it tells a story")]

use std::error::Error;
use std::net::IpAddr;

use ipsec_policy::compare::compare;
use ipsec_policy::export::{Export, export};
use ipsec_policy::{
    Dialect, ExternalIp, Identity, Link, Name, PeerGateway, PreSharedKey, Vpc, VpnGateway, VpnTunnel,
};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

fn main() -> Outcome {
    let dialect: Dialect = match std::env::args().nth(1) {
        Some(word) => word.parse()?,
        None => Dialect::StrongSwan,
    };
    let ours = tunnel()?;
    let id = |id: &Option<Identity>| id.as_ref().map(ToString::to_string).unwrap_or_default();
    println!("Our gateway {} carries tunnel {} to {}.", id(&ours.here.id), ours.tunnel, id(&ours.there.id));
    println!("What follows is for {}, at the other end. It holds the pre-shared key.\n", dialect.title());
    let theirs = export(&ours.mirrored(), dialect)?;
    for file in &theirs.files {
        println!("──── {} ────\n{}", file.name, file.text.expose());
    }
    for warning in &theirs.warnings {
        println!("{warning}");
    }
    if dialect.is_readable() {
        check(&ours, &theirs)?;
    }
    Ok(())
}

/// Read back, the text must agree with our side; with a typing error in it, the error must be named.
fn check(ours: &Link, theirs: &Export) -> Outcome {
    let secrets = theirs.file("ipsec.secrets").map(|file| file.text.expose());
    let text = theirs.files.first().map(|file| file.text.expose()).unwrap_or_default();
    let comparison = compare(ours, theirs.dialect, text, secrets)?;
    println!("\nRead back and compared with our side: {} differences.", comparison.differences.len());
    println!("Now somebody mistypes 10.0.192 as 10.0.193 there:");
    let mistyped = text.replace("10.0.192.", "10.0.193.");
    for difference in compare(ours, theirs.dialect, &mistyped, secrets)?.differences {
        println!("  {difference}");
    }
    Ok(())
}

/// Our side of SCN-2: a private network of the cloud and an office, IKEv2.
fn tunnel() -> Outcome<Link> {
    let external: IpAddr = "106.75.234.78".parse()?;
    let vpc = Vpc { id: "vpc-1".parse()?, cidrs: vec!["10.0.0.0/16".parse()?] };
    let gateway = VpnGateway {
        name: Name::new("cloud")?,
        ..VpnGateway::new("g-1".parse()?, vpc, "10.0.192.0/24".parse()?, ExternalIp::from(external))
    };
    let peer =
        PeerGateway { name: Name::new("office")?, ..PeerGateway::new("p-1".parse()?, "1.1.1.1".parse()?) };
    let mut tunnel = VpnTunnel::new(
        "office-1".parse()?,
        gateway.id.clone(),
        peer.id.clone(),
        vec!["10.0.192.0/24".parse()?],
        vec!["192.168.1.0/24".parse()?],
        PreSharedKey::new("an-Example#Key")?,
    );
    tunnel.name = Name::new("Office of the tenant")?;
    Ok(Link::of(&tunnel, &gateway, &peer))
}
