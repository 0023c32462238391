//! A list as a workbook.

use alloc::string::ToString;
use alloc::vec::Vec;

use rust_xlsxwriter::{Format, Workbook};

use super::{Cell, Listing};

/// Why a list could not become a workbook: it has more rows or longer texts than the format holds.
#[derive(Debug, thiserror::Error)]
#[error("the list does not fit into a workbook: {0}")]
pub struct XlsxError(#[from] rust_xlsxwriter::XlsxError);

impl Listing {
    /// The table as the octets of an XLSX file, with a header that stays in place. Texts are texts, never formulas.
    pub fn to_xlsx(&self) -> Result<Vec<u8>, XlsxError> {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        sheet.set_name(self.title)?.set_freeze_panes(1, 0)?;
        let header = Format::new().set_bold();
        for (column, name) in (0..).zip(&self.columns) {
            sheet.write_string_with_format(0, column, *name, &header)?;
        }
        for (line, row) in (1..).zip(&self.rows) {
            for (column, cell) in (0..).zip(row) {
                match cell {
                    Cell::Empty => {}
                    // Up to 2^53 exactly, which no count of tunnels passes.
                    Cell::Number(number) => drop(sheet.write_number(line, column, *number as f64)?),
                    Cell::Moment(_) | Cell::Text(_) => {
                        drop(sheet.write_string(line, column, cell.to_string())?)
                    }
                }
            }
        }
        sheet.autofit();
        Ok(workbook.save_to_buffer()?)
    }
}

#[cfg(test)]
mod tests;
