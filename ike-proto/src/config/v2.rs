//! What only IKEv2 has.

use alloc::vec::Vec;

use esp_core::secret::SecretBytes;

/// What of a connection only IKEv2 has. The default is what an ordinary peer takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct V2Config {
    /// A post-quantum pre-shared key beside the pre-shared key (RFC 8784).
    pub ppk: Option<PpkConfig>,
    /// Whether the IKE SA may be made without a Child SA (RFC 6023).
    pub childless: Childless,
    /// How many Child SAs carry the subnets of the connection (CONF-4).
    pub child_sas: ChildSas,
    /// Fragmentation of long messages (RFC 7383).
    pub fragmentation: FragmentationConfig,
    /// How many requests of the peer may be outstanding at once; it is told so with SET_WINDOW_SIZE (RFC 7296 §2.3)
    /// where it is more than one. At most [`Limits::window`](super::Limits::window). We ourselves always have one request
    /// outstanding, which every peer allows.
    pub window: WindowSize,
}

/// How many requests of the peer may be outstanding: 1 unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WindowSize(pub u32);

impl Default for WindowSize {
    fn default() -> Self {
        Self(1)
    }
}

/// A key that both ends have, mixed into the keys of the IKE SA: who records the exchange today cannot open it with a
/// quantum computer tomorrow (RFC 8784).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PpkConfig {
    /// The key.
    pub key: Ppk,
    /// Whether an IKE SA without it is refused. Otherwise a peer that does not know it is still let in.
    pub mandatory: bool,
}

/// A post-quantum pre-shared key and the name that the initiator calls it by. Never printed, wiped when dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ppk {
    id: Vec<u8>,
    secret: SecretBytes,
}

impl Ppk {
    /// A key and its name (PPK_ID_FIXED, RFC 8784 §5.1). `None` where one of the two is empty, or the name is longer than
    /// [`Self::MAX_ID`].
    pub fn new(id: &[u8], secret: &[u8]) -> Option<Self> {
        let good = !id.is_empty() && id.len() <= Self::MAX_ID && !secret.is_empty();
        good.then(|| Self { id: Vec::from(id), secret: SecretBytes::copy_from(secret) })
    }

    /// Octets of the longest name.
    pub const MAX_ID: usize = 256;

    /// The name.
    pub fn id(&self) -> &[u8] {
        &self.id
    }

    /// The key's octets.
    pub fn expose(&self) -> &[u8] {
        self.secret.expose()
    }
}

/// Whether an IKE SA may be made without a Child SA. A Child SA is then made in CREATE_CHILD_SA, with a key exchange of
/// its own where PFS is configured, so that a difference in PFS shows at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Childless {
    /// Never: the peer is not told that it could.
    Never,
    /// An initiator that wants it may; we ourselves do not begin so.
    #[default]
    Allow,
    /// We begin so where the peer allows it, and an initiator that wants it may.
    Prefer,
}

/// How many Child SAs are made for the subnets of a connection (CONF-4). It says what we ask for; as a responder, any
/// selection out of the subnets is accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChildSas {
    /// One with all of them.
    #[default]
    One,
    /// One for each pair of a local and a remote subnet, for a peer that takes only one of either in a Child SA. IKE_AUTH
    /// makes the first, and CREATE_CHILD_SA the others, one after the other.
    OnePerPair,
}

/// Fragmentation of IKE messages (RFC 7383).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FragmentationConfig {
    /// Whether the peer is told that we can put messages together.
    pub enabled: bool,
    /// Octets of the longest IP packet that a message may make before it is sent in fragments, headers included.
    pub packet_size: u16,
}

impl Default for FragmentationConfig {
    /// 1280 octets pass every path of IPv6, and every path of IPv4 that is worth its name.
    fn default() -> Self {
        Self { enabled: true, packet_size: 1_280 }
    }
}
