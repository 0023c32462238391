//! What only tests do with a session.

use super::Session;

/// A test that goes on from one state in several ways needs it, and there is one of IKEv2 only.
impl Clone for Session {
    fn clone(&self) -> Self {
        match self {
            Self::V1(_) => unreachable!("no test forks an endpoint of IKEv1"),
            Self::V2(session) => Self::V2(session.clone()),
        }
    }
}
