//! The bounds of a text that is read. Peers' texts come from strangers; what exceeds a bound is refused, not cut.

/// The most octets of a text.
pub(super) const TEXT: usize = 1 << 20;
/// The most characters of a line.
pub(super) const LINE: usize = 16 * 1024;
/// The most sections, blocks and entries of a text.
pub(super) const ITEMS: usize = 20_000;
/// The most connections that are read from a text.
pub(super) const CONNECTIONS: usize = 1_000;
/// The most sections that one section may include, directly and through others.
pub(super) const INCLUDED: usize = 64;
/// How deep sections may stand in each other.
pub(super) const DEPTH: usize = 16;
/// The most proposals of one setting.
pub(super) const PROPOSALS: usize = 64;
/// The most subnets of one setting.
pub(super) const SUBNETS: usize = 256;
/// The most faults that are reported of one text.
pub(super) const FAULTS: usize = 100;
/// The most characters of a text that a fault repeats.
pub(super) const QUOTED: usize = 64;
