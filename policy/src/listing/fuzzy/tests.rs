use super::*;
use proptest::prelude::*;

fn row(texts: &[&str]) -> Vec<Cell> {
    texts.iter().map(Cell::text).collect()
}

#[test]
fn words_are_found_in_any_cell_in_any_case() {
    let row = row(&["Office Shanghai", "g-17", "106.75.234.78"]);
    for words in [vec!["office"], vec!["SHANG", "17"], vec!["106.75"], vec![]] {
        assert!(score(&words, &row).is_some(), "{words:?}");
    }
    assert_eq!(score(&["office", "beijing"], &row), None);
}

#[test]
fn missing_letters_are_forgiven_and_scattered_ones_are_not() {
    let row = row(&["office"]);
    assert!(score(&["offce"], &row).is_some());
    assert!(score(&["ofc"], &row).is_some());
    assert_eq!(score(&["office2"], &row), None);
    assert_eq!(score(&["ab"], &super::tests::row(&["a very long text that ends in b"])), None);
}

#[test]
fn better_matches_score_higher() {
    let of = |text: &str| score(&["vpn"], &row(&[text])).unwrap();
    assert!(of("vpn-1") > of("my-vpn"));
    assert!(of("my-vpn") > of("v1pxn"));
}

proptest! {
    #[test]
    fn never_panics(word in ".{0,12}", text in ".{0,40}") {
        let _ = score(&[word.as_str()], &row(&[text.as_str()]));
    }

    #[test]
    fn a_part_is_always_found(text in "[a-zA-Z0-9.-]{1,30}", from in 0usize..30, len in 1usize..30) {
        let part: String = text.chars().skip(from).take(len).collect();
        prop_assert!(score(&[part.as_str()], &row(&[text.as_str()])).is_some());
    }
}
