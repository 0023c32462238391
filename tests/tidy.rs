//! The house rules that a compiler does not check.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::fs;
use std::path::{Path, PathBuf};

/// Files that are ours: source, scripts, documents.
fn files() -> Vec<(PathBuf, String)> {
    fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
        let mut entries: Vec<_> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name == ".git" {
                // The checkout's own; a file where it is a worktree.
            } else if path.is_dir() {
                if name != "target" && name != "corpus" && name != "artifacts" {
                    walk(&path, found);
                }
            } else {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    walk(root, &mut found);
    let text = |path: PathBuf| {
        let text = fs::read_to_string(&path).ok()?;
        Some((path.strip_prefix(root).unwrap().to_path_buf(), text))
    };
    found.into_iter().filter_map(text).collect()
}

fn is_rust(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rs")
}

/// Whether this is a test, an example or a benchmark rather than the library.
fn is_test(path: &Path) -> bool {
    let text = path.to_string_lossy();
    ["tests/", "tests.rs", "examples/", "benches/", "fuzz/", "testing", "fixtures.rs", "vectors.rs"]
        .iter()
        .any(|part| text.contains(part))
}

/// Whether this belongs to the crates that do no I/O.
fn is_pure(path: &Path) -> bool {
    ["esp-core/src", "ike-proto/src", "policy/src", "src"].iter().any(|dir| path.starts_with(dir))
}

fn check(rule: &str, breaks: impl Fn(&Path, &str) -> Vec<String>) {
    let found: Vec<String> = files().iter().flat_map(|(path, text)| breaks(path, text)).collect();
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

/// Every line of `text` that holds one of `words`, as `path:line: text`.
fn lines_with(path: &Path, text: &str, words: &[&str]) -> Vec<String> {
    let hit = |line: &&str| words.iter().any(|word| line.contains(word));
    let lines = text.lines().enumerate().filter(|(_, line)| hit(line));
    lines.map(|(number, line)| format!("{}:{}: {}", path.display(), number + 1, line.trim())).collect()
}

#[test]
fn a_file_holds_one_thing() {
    check("a file of over 600 lines is split by concern", |path, text| {
        let lines = text.lines().count();
        let long = is_rust(path) && lines > 600;
        long.then(|| format!("{}: {lines} lines", path.display())).into_iter().collect()
    });
}

#[test]
fn pure_crates_read_no_clock_and_iterate_no_hash() {
    let words = ["Instant::now", "SystemTime", "HashMap", "HashSet", "thread_rng", "std::fs", "std::thread"];
    check("the pure crates do no I/O and are deterministic", |path, text| {
        if is_rust(path) && is_pure(path) && !is_test(path) {
            lines_with(path, text, &words)
        } else {
            Vec::new()
        }
    });
}

#[test]
fn pure_crates_do_not_panic() {
    let words = [".unwrap()", ".expect(\"", "panic!(", "todo!(", "unimplemented!(", "unreachable!("];
    check("nothing panics on any input", |path, text| {
        if !is_rust(path) || !is_pure(path) || is_test(path) {
            return Vec::new();
        }
        let code: String = text
            .lines()
            .map(|line| if line.trim_start().starts_with("//") { "\n" } else { line })
            .fold(String::new(), |mut all, line| {
                all.push_str(line.trim_end_matches('\n'));
                all.push('\n');
                all
            });
        lines_with(path, &code, &words)
    });
}

#[test]
fn unsafe_stands_where_it_may() {
    let allowed = ["esp-core/src/crypt/simd.rs", "io-linux/src/sys.rs"];
    let words = ["unsafe {", "unsafe fn", "unsafe impl", "allow(unsafe_code", "expect(unsafe_code"];
    check("unsafe code is in two files at most", |path, text| {
        let exempt = path == Path::new("tests/tidy.rs") || allowed.iter().any(|file| path == Path::new(file));
        if is_rust(path) && !exempt { lines_with(path, text, &words) } else { Vec::new() }
    });
}

#[test]
fn nothing_is_left_for_later_without_an_owner() {
    check("what is to be done has an owner", |path, text| {
        let exempt = path == Path::new("tests/tidy.rs") || path == Path::new("Cargo.toml");
        if exempt { Vec::new() } else { lines_with(path, text, &["TODO", "FIXME", "XXX"]) }
    });
}

#[test]
fn the_repository_speaks_of_the_project_alone() {
    let words = ["/work/", "crates.io", "pypi.org", "deb.debian.org", "registry.npmjs"];
    check("no machine, session or registry is named", |path, text| {
        let exempt = path == Path::new("tests/tidy.rs") || path.ends_with("Cargo.lock");
        if exempt { Vec::new() } else { lines_with(path, text, &words) }
    });
}
