//! Primitives and constructions of the negotiated algorithms.
