//! Published test vectors, which lie outside the repository: found through `IPSEC_VECTORS`, or in a folder
//! `shared/vectors` beside one of the folders above this crate. A test whose vectors are absent says so and passes.

use std::path::{Path, PathBuf};
use std::string::String;
use std::vec::Vec;

/// The text of a file of vectors.
pub(crate) fn read(name: &str) -> Option<String> {
    let folder = std::env::var_os("IPSEC_VECTORS").map(PathBuf::from).or_else(|| {
        let mut above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
        above.find_map(|folder| Some(folder.join("shared/vectors")).filter(|path| path.is_dir()))
    });
    let Some(folder) = folder else {
        println!("skipped: there is no folder of test vectors");
        return None;
    };
    Some(std::fs::read_to_string(folder.join(name)).expect("a file of vectors"))
}

/// Octets of hexadecimal text.
pub(crate) fn hex(text: &str) -> Vec<u8> {
    let octet = |place| u8::from_str_radix(&text[place..place + 2], 16).expect("hexadecimal");
    (0..text.len()).step_by(2).map(octet).collect()
}

/// One line of a NIST response file.
pub(crate) enum Line<'a> {
    /// `[name]` or `[name = value]`.
    Section(&'a str),
    /// `name = value`.
    Field(&'a str, &'a str),
}

/// The lines of a NIST response file, without comments.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        if let Some(section) = line.strip_prefix('[') {
            return Some(Line::Section(section.trim_end_matches(']')));
        }
        line.split_once(" = ").map(|(name, value)| Line::Field(name, value))
    })
}
