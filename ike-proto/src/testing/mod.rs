//! Two endpoints on a virtual clock, for the tests of this crate and of its users.
