//! Protection against replay (RFC 4303 §3.4.3, appendix A; RFC 6479).

mod esn;
mod window;

pub use esn::infer;
pub use window::{ReplayWindow, Verdict};
