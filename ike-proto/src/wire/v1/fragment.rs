//! A fragment of an IKEv1 message, as Cisco introduced it and strongSwan and libreswan speak it.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +---------------+---------------+-------------------------------+
//! | next payload  |   reserved    |            length             |
//! +---------------+---------------+---------------+---------------+
//! |          fragment id          |    number     |     last      |
//! +---------------+---------------+---------------+---------------+
//! |          a part of the whole message, its header included     |
//! ```

use crate::wire::{DecodeError, Reader, Writer};

/// One fragment. It stands alone behind an IKE header that is in clear whatever the message in the fragments is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FragmentPayload<'a> {
    /// Which message it is of: the same in all its fragments.
    pub id: u16,
    /// Its place, from 1.
    pub number: u8,
    /// Whether it is the last.
    pub last: bool,
    /// Its part of the message.
    pub data: &'a [u8],
}

/// "This is the last fragment."
const LAST: u8 = 1;

impl<'a> FragmentPayload<'a> {
    pub(super) fn decode(mut reader: Reader<'a>) -> Result<Self, DecodeError> {
        let id = reader.u16("fragment id")?;
        let offset = reader.offset();
        let number = reader.u8("fragment number")?;
        let flags = reader.u8("fragment flags")?;
        if number == 0 {
            return Err(DecodeError::Invalid { field: "fragment number", offset, value: 0 });
        }
        if reader.is_empty() {
            return Err(DecodeError::Truncated {
                field: "fragment",
                offset: reader.offset(),
                need: 1,
                have: 0,
            });
        }
        Ok(Self { id, number, last: flags & LAST != 0, data: reader.take_rest() })
    }

    pub(super) fn encode(&self, writer: &mut Writer) {
        writer.u16(self.id);
        writer.u8(self.number);
        writer.u8(if self.last { LAST } else { 0 });
        writer.put(self.data);
    }
}
