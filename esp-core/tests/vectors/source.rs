//! Where the published values are read from.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// One case: fails where the crate says something else than what was published.
pub type Check = Box<dyn FnOnce() + Send>;

/// The text of a file of published values; `None` where it is not there.
pub fn read(file: &str) -> Option<String> {
    let named = std::env::var_os("IPSEC_VECTORS").map(PathBuf::from);
    let folder = named.or_else(|| {
        let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
        above.map(|folder| folder.join("shared/vectors")).find(|folder| folder.is_dir())
    });
    std::fs::read_to_string(folder?.join(file)).ok()
}

/// The cases of a JSON file of an RFC.
pub fn rfc(text: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(text).unwrap();
    file["cases"].as_array().unwrap().clone()
}

/// The cases of a Wycheproof file, each with the group it is of.
pub fn wycheproof(text: &str) -> Vec<(Value, Value)> {
    let file: Value = serde_json::from_str(text).unwrap();
    let groups = file["testGroups"].as_array().unwrap();
    let cases = |group: &Value| {
        let group = group.clone();
        let cases = group["tests"].as_array().unwrap().clone();
        cases.into_iter().map(move |case| (group.clone(), case)).collect::<Vec<_>>()
    };
    groups.iter().flat_map(cases).collect()
}

/// The octets of a field of a case.
pub fn octets(case: &Value, field: &str) -> Vec<u8> {
    hex(case[field].as_str().unwrap())
}

/// The octets that hexadecimal text stands for.
pub fn hex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2), "{text}");
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}
