//! Writes what fuzzing begins with into `corpus/TARGET`: the messages of two peers that connect, packets, and a tunnel in
//! every language that is read.

use std::error::Error;
use std::fs;
use std::net::Ipv4Addr;

use ike_proto::config::{ExchangeMode, Version};
use ike_proto::testing::Pair;
use ipsec_policy::export::export;
use ipsec_policy::{Dialect, import};

/// A tunnel as strongSwan has it.
const CONF: &str = "conn seed\n keyexchange=ikev2\n authby=psk\n ike=aes128-sha1-modp1024!\n esp=aes128-sha1-modp1024!\n \
    left=192.0.2.1\n leftsubnet=10.1.0.0/16\n right=192.0.2.2\n rightsubnet=10.2.0.0/16\n auto=start\n";
const SECRETS: &str = "192.0.2.1 192.0.2.2 : PSK \"a-key-for-seeds\"\n";

fn main() -> Result<(), Box<dyn Error>> {
    packets()?;
    for (choice, mode) in (0..).zip([ExchangeMode::Main, ExchangeMode::Aggressive]) {
        messages(choice, Version::V1(mode), ["ike_v1_decode", "ike_v1_chain"])?;
    }
    messages(2, Version::V2, ["ike_v2_decode", "ike_v2_chain"])?;
    texts()
}

/// Inner packets, and around each what the targets of the datapath take: room, and choices of zero.
fn packets() -> Result<(), Box<dyn Error>> {
    let (from, to) = (Ipv4Addr::new(10, 1, 0, 1).octets(), Ipv4Addr::new(10, 2, 0, 1).octets());
    let udp = [
        &[0x45, 0, 0, 32, 0, 1, 0x40, 0, 64, 17, 0, 0][..],
        &from,
        &to,
        &[0, 9, 0, 9, 0, 12, 0, 0, 1, 2, 3, 4],
    ];
    let six = [&[0x60, 0, 0, 0, 0, 8, 17, 64][..], &[1; 16], &[2; 16], &[0, 9, 0, 9, 0, 8, 0, 0]];
    for (number, (packet, next_header)) in [(udp.concat(), 4), (six.concat(), 41)].into_iter().enumerate() {
        write("ip_view", number, &[&packet])?;
        write("esp_datapath_inbound", number, &[&[255, 255, next_header, 0, 0], &packet])?;
        write("esp_datapath_outbound", number, &[&[255, 255, 0], &packet])?;
    }
    Ok(())
}

/// What two peers say to each other, as messages, as chains of payloads where they are in clear, and as what an outsider
/// does with them.
fn messages(choice: u8, version: Version, [whole, chain]: [&str; 2]) -> Result<(), Box<dyn Error>> {
    const FIRST_PAYLOAD: usize = 16;
    let mut pair = Pair::with(|_, config| config.version = version);
    pair.connect();
    for (number, datagram) in pair.sent.iter().enumerate() {
        let named = usize::from(choice) * 100 + number;
        write(whole, named, &[&datagram.payload])?;
        write(chain, named, &[&[datagram.payload[FIRST_PAYLOAD]], &datagram.payload[28..]])?;
        let repeated = [1, u8::try_from(number)?, 0, 0, 0];
        let len = u16::try_from(datagram.payload.len())?.to_be_bytes();
        write("ike_outsider", named, &[&[choice | 4], &repeated, &[3, 9], &[0, 0], &len, &datagram.payload])?;
    }
    write("ike_insider", choice.into(), &[&[choice | 1], &[37, 1, 41, 4, 0, 0, 0x40, 0x02]])
}

/// A tunnel in each language that is read, its proposal, and a document.
fn texts() -> Result<(), Box<dyn Error>> {
    let link = import::read(Dialect::StrongSwan, CONF, Some(SECRETS))?.connections[0].link()?;
    for (number, dialect) in Dialect::ALL.iter().enumerate().filter(|(_, dialect)| dialect.is_readable()) {
        let export = export(&link, *dialect)?;
        let secrets = export.file("ipsec.secrets").map_or("", |file| file.text.expose());
        let text = export.files[0].text.expose().as_bytes();
        write("policy_text", number, &[&[u8::try_from(number)?], text, b"\0", secrets.as_bytes()])?;
    }
    for (number, text) in
        ["aes128-sha1-modp1024", "aes128-sha1;modp1024", "encryption aes 128\nhash sha\ngroup 2"]
            .into_iter()
            .enumerate()
    {
        write("policy_proposal", number, &[&[u8::try_from(number)?], text.as_bytes()])?;
    }
    let document = "version = 1\n[[peer]]\nid = \"p\"\nname = \"office\"\naddress = \"192.0.2.2\"\n";
    write("policy_document", 0, &[&[0], document.as_bytes()])
}

fn write(target: &str, number: usize, parts: &[&[u8]]) -> Result<(), Box<dyn Error>> {
    let folder = format!("{}/corpus/{target}", env!("CARGO_MANIFEST_DIR"));
    fs::create_dir_all(&folder)?;
    Ok(fs::write(format!("{folder}/seed-{number}"), parts.concat())?)
}
