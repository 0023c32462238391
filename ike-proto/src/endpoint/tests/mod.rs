//! Whole exchanges between two endpoints.

mod handshake;
