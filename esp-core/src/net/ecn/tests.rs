//! The table of RFC 6040.

use super::Ecn::{Capable0, Capable1, Congestion, NotCapable};
use super::*;

/// Every cell of figure 4, written out as it stands there.
#[test]
fn the_table_of_decapsulation() {
    let dropped = Err(DropReason::CongestionWithoutEcn);
    let columns = [NotCapable, Capable0, Capable1, Congestion];
    let rows = [
        (NotCapable, [Ok(NotCapable), Ok(NotCapable), Ok(NotCapable), dropped]),
        (Capable0, [Ok(Capable0), Ok(Capable0), Ok(Capable1), Ok(Congestion)]),
        (Capable1, [Ok(Capable1), Ok(Capable1), Ok(Capable1), Ok(Congestion)]),
        (Congestion, [Ok(Congestion); 4]),
    ];
    for (inner, cells) in rows {
        assert_eq!(columns.map(|outer| inner.on_exit(outer)), cells, "{inner:?} inside");
        assert_eq!(inner.on_entry(), inner);
    }
}

#[test]
fn the_bits_are_those_of_rfc_3168() {
    assert_eq!([0, 1, 2, 3].map(Ecn::of), [NotCapable, Capable1, Capable0, Congestion]);
    for tos in 0..=255 {
        assert_eq!(Ecn::of(tos).bits(), tos & 3);
    }
}
