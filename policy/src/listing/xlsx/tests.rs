use super::*;
use calamine::{Data, Reader, Xlsx};

/// GW-6: a reader of workbooks that is not ours finds title, header, texts and numbers.
#[test]
fn gw_6_another_reader_agrees() {
    let rows = alloc::vec![
        alloc::vec![Cell::text("=1+2"), Cell::Number(20)],
        alloc::vec![Cell::text("<b>&\"x\""), Cell::Empty],
    ];
    let listing = Listing { title: "VPN gateways", columns: alloc::vec!["name", "tunnels"], rows };
    let octets = listing.to_xlsx().unwrap();
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(octets)).unwrap();
    let sheet = book.worksheet_range("VPN gateways").unwrap();
    let read: Vec<Vec<Data>> = sheet.rows().map(<[Data]>::to_vec).collect();
    assert_eq!(read[0], [Data::String("name".into()), Data::String("tunnels".into())]);
    assert_eq!(read[1], [Data::String("=1+2".into()), Data::Float(20.0)]);
    assert_eq!(read[2], [Data::String("<b>&\"x\"".into()), Data::Empty]);
}
