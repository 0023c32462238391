//! The life of a resource (GW-2, TUN-1).

use crate::text::text_enum;

text_enum! {
    /// Where a gateway or a tunnel stands in its life. Not the state of a connection (CONN-1).
    #[derive(Default)]
    ResourceState, "resource state" {
        /// It is being set up.
        Creating = "creating",
        /// It is there. The default: what a configuration file describes exists.
        #[default]
        Running = "running",
        /// It is being torn down.
        Deleting = "deleting",
    }
}

#[cfg(test)]
mod tests;
