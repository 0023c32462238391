//! What the kernel is told: the algorithms by its names, and the commands that set states and policies.

use esp_core::sa::{IpsecProtocol, Mode};
use esp_core::suite::{Cipher, CipherFamily, Integrity, SaSuite};

use crate::cases::Case;
use crate::support::{Plan, outer};

/// The device that joins the kernel and us.
pub(crate) const DEVICE: &str = "lab0";

/// Commands for each case, in their order.
pub(crate) const COMMANDS_PER_CASE: usize = 4;

/// The kernel's names of what both have, for its integrity algorithms and its ciphers that do not authenticate.
fn integrity(integrity: Integrity) -> Option<&'static str> {
    match integrity {
        Integrity::HmacMd5_96 => Some("hmac(md5)"),
        Integrity::HmacSha1_96 => Some("hmac(sha1)"),
        Integrity::HmacSha256_128 => Some("hmac(sha256)"),
        Integrity::HmacSha384_192 => Some("hmac(sha384)"),
        Integrity::HmacSha512_256 => Some("hmac(sha512)"),
        Integrity::AesXcbc96 => Some("xcbc(aes)"),
        Integrity::AesCmac96 => Some("cmac(aes)"),
        // AH with GMAC has no place in XFRM.
        Integrity::Aes128Gmac | Integrity::Aes192Gmac | Integrity::Aes256Gmac => None,
    }
}

fn cipher(cipher: Cipher) -> &'static str {
    match cipher.family() {
        CipherFamily::Null => "ecb(cipher_null)",
        CipherFamily::TripleDesCbc => "cbc(des3_ede)",
        CipherFamily::AesCbc => "cbc(aes)",
        CipherFamily::AesCtr => "rfc3686(ctr(aes))",
        CipherFamily::AesGcm => "rfc4106(gcm(aes))",
        CipherFamily::AesCcm => "rfc4309(ccm(aes))",
        CipherFamily::AesGmac => "rfc4543(gcm(aes))",
        CipherFamily::ChaCha20Poly1305 => "rfc7539esp(chacha20,poly1305)",
    }
}

/// Every suite that both have.
pub(crate) fn suites() -> Vec<SaSuite> {
    let integrities = || Integrity::ALL.iter().copied().filter(|&name| integrity(name).is_some());
    let mut all = Vec::new();
    for esn in [false, true] {
        for &cipher in Cipher::ALL {
            all.extend(SaSuite::esp(cipher, None, esn));
            all.extend(integrities().filter_map(|integrity| SaSuite::esp(cipher, Some(integrity), esn).ok()));
        }
        all.extend(integrities().map(|integrity| SaSuite::ah(integrity, esn)));
    }
    all
}

/// Addresses and routes of the kernel's end.
pub(crate) fn network() -> String {
    let mut all = String::new();
    for address in ["10.9.0.2/24", "10.2.0.1/32"] {
        all += &format!("address add {address} dev {DEVICE}\n");
    }
    for address in ["fd09::2/64", "fd02::1/128"] {
        all += &format!("address add {address} dev {DEVICE} nodad\n");
    }
    all += &format!("route add 10.1.0.1/32 dev {DEVICE}\nroute add fd01::1/128 dev {DEVICE}\n");
    all
}

/// The states and policies of a case.
pub(crate) fn commands(case: &Case) -> String {
    let plan = &case.plan;
    let (ours, kernels) = outer(plan.outer_ipv4);
    let (near, far) = plan.ends();
    let protocol = if plan.protocol() == IpsecProtocol::Ah { "ah" } else { "esp" };
    let mode = if plan.mode == Mode::Tunnel { "tunnel" } else { "transport" };
    let (reqid, port) = (case.number(), case.port());
    let algorithms = algorithms(plan);
    let mut flags = Vec::new();
    if plan.suite.esn() {
        flags.push("esn");
    }
    // Inner packets of the other family, and the padding that RFC 4302 §2.6 asks for in place of the kernel's own.
    if plan.inner_ipv4 != plan.outer_ipv4 {
        flags.push("af-unspec");
    }
    if plan.protocol() == IpsecProtocol::Ah && plan.outer_ipv4 && !case.kernel_s_own_padding {
        flags.push("align4");
    }
    let flags: String = flags.iter().map(|flag| format!(" flag {flag}")).collect();
    let mut all = String::new();
    for (source, destination, spi, high) in
        [(ours, kernels, plan.spi, "replay-seq-hi"), (kernels, ours, plan.spi + 1, "replay-oseq-hi")]
    {
        let high = case.high_half.map_or(String::new(), |half| format!(" {high} {half}"));
        all += &format!(
            "xfrm state add src {source} dst {destination} proto {protocol} spi {spi:#x} reqid {reqid} mode {mode} \
             replay-window 64{high}{flags} {algorithms}\n"
        );
    }
    let (from_us, to_us) = match plan.mode {
        Mode::Tunnel => (format!("src {ours} dst {kernels} "), format!("src {kernels} dst {ours} ")),
        Mode::Transport => (String::new(), String::new()),
    };
    for (source, destination, way, ends) in [(near, far, "in", from_us), (far, near, "out", to_us)] {
        all += &format!(
            "xfrm policy add src {source} dst {destination} proto udp sport {port} dport {port} dir {way} \
             tmpl {ends}proto {protocol} reqid {reqid} mode {mode}\n"
        );
    }
    all
}

fn algorithms(plan: &Plan) -> String {
    let suite = plan.suite;
    let key = |octets: Vec<u8>| match octets.len() {
        0 => "\"\"".to_owned(),
        _ => octets.iter().fold("0x".to_owned(), |all, octet| format!("{all}{octet:02x}")),
    };
    let bits = suite.icv_len() * 8;
    let auth = suite
        .integrity()
        .and_then(integrity)
        .map_or(String::new(), |name| format!("auth-trunc {name} {} {bits} ", key(plan.integrity_key())));
    let enc = suite.cipher().map_or(String::new(), |name| {
        let (word, end) = if name.is_aead() { ("aead", format!(" {bits}")) } else { ("enc", String::new()) };
        format!("{word} {} {}{end}", cipher(name), key(plan.encryption_key()))
    });
    auth + &enc
}
