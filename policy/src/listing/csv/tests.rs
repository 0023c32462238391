use super::*;
use proptest::prelude::*;

fn listing(texts: &[&str]) -> Listing {
    let rows = texts.iter().map(|text| vec![Cell::text(text), Cell::Number(1)]).collect();
    Listing { title: "list", columns: vec!["name", "number"], rows }
}

/// quotes, commas and the beginning of a formula stay text.
#[test]
fn x_23_hostile_names_stay_text() {
    let csv = listing(&["plain", "a,b", "say \"hi\"", "=cmd|'/C calc'!A0", "-1+2", "@x"]).to_csv();
    assert_eq!(
        csv,
        "name,number\r\nplain,1\r\n\"a,b\",1\r\n\"say \"\"hi\"\"\",1\r\n'=cmd|'/C calc'!A0,1\r\n'-1+2,1\r\n'@x,1\r\n"
    );
}

proptest! {
    /// another reader of CSV finds the texts that were written, and as many rows.
    #[test]
    fn another_reader_agrees(texts in proptest::collection::vec("[^=+\\-@\t\r\n][^\r\n]{0,20}", 1..6)) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let csv = listing(&texts).to_csv();
        let mut reader = ::csv::Reader::from_reader(csv.as_bytes());
        let read: Vec<String> = reader.records().map(|record| record.unwrap()[0].to_string()).collect();
        prop_assert_eq!(read, texts);
    }
}
