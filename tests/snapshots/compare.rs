//! Texts that are kept in files beside this one, to be read as prose.
//!
//! Who changes one on purpose renews them with `UPDATE_SNAPSHOTS=1 cargo test` and reads the difference.

use std::path::Path;
use std::{env, fs};

/// Compares with the file of this name, or renews it.
pub(crate) fn assert_snapshot(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(name);
    if env::var_os("UPDATE_SNAPSHOTS").is_some() {
        return fs::write(&path, text).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let differs = kept.lines().zip(text.lines()).find(|(kept, now)| kept != now);
    assert!(
        kept == text,
        "{} differs, first in {differs:?}; tests/snapshots/compare.rs says how to renew it",
        path.display()
    );
}
