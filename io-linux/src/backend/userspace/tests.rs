use esp_core::net::{Fragment, IpView, OuterHeader};

use super::*;

/// An IPv4 packet with DF and `len` octets of payload.
fn packet(len: u8) -> Vec<u8> {
    let payload: Vec<u8> = (0..len).collect();
    let mut storage = vec![0; payload.len() + PacketBuf::HEADROOM + PacketBuf::TAILROOM];
    let mut packet = PacketBuf::copy_from(&mut storage, &payload).unwrap();
    let outer = OuterHeader::new("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
    OuterHeader { id: 7, ..outer }.prepend(&mut packet).unwrap();
    packet.as_slice().to_vec()
}

fn sent(mut packet: Vec<u8>, outer_mtu: usize) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    send_whole(&mut packet, outer_mtu, |packet| {
        all.push(packet.to_vec());
        Ok(())
    })
    .unwrap();
    all
}

#[test]
fn a_whole_packet_leaves_without_df() {
    let all = sent(packet(180), 200);
    assert_eq!(all.len(), 1);
    assert!(!IpView::parse(&all[0]).unwrap().dont_fragment);
}

/// The kernel fragments no packet that came with its header.
#[test]
fn a_whole_packet_is_fragmented_where_the_link_is_narrow() {
    let all = sent(packet(181), 200);
    let views: Vec<_> = all.iter().map(|fragment| IpView::parse(fragment).unwrap()).collect();
    assert!(views.iter().all(|view| view.total_len <= 200 && view.fragment != Fragment::Whole));
    assert!(all.iter().all(|fragment| fragment[4..6] == [0, 7]), "one identification");
    let payload: Vec<u8> = all.iter().flat_map(|fragment| fragment[20..].to_vec()).collect();
    assert_eq!(payload, (0..181).collect::<Vec<u8>>());
}
