use super::*;

/// an encoder cannot make a message or structure whose length field does not say its length.
#[test]
fn x_22_what_does_not_fit_is_reported() {
    let mut writer = Writer::new();
    writer.put(&[0; 65_508]);
    assert_eq!(writer.finish(), Err(EncodeError { field: "message", len: 65_508, limit: 65_507 }));

    let mut writer = Writer::new();
    writer.count_u8("transforms", 256);
    writer.u8(1);
    assert_eq!(writer.finish(), Err(EncodeError { field: "transforms", len: 256, limit: 255 }));
}

#[test]
fn lengths_of_nested_structures_are_filled_in() {
    let mut writer = Writer::new();
    writer.structure("outer", 1, 2, |writer| {
        writer.structure("inner", 3, 4, |writer| writer.u16(0x0506));
    });
    assert_eq!(writer.finish().unwrap(), [1, 2, 0, 10, 3, 4, 0, 6, 5, 6]);
}
