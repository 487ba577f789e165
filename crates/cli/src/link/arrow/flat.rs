//! FlatBuffers, as far as Arrow's metadata needs them: tables, vectors, texts.
//!
//! Every place is looked up within the bytes, so no damage leads outside; nothing is allocated.

use anyhow::{Context, Result};

/// A table, at its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table<'b> {
    bytes: &'b [u8],
    at: usize,
}

/// The `N` bytes at a place.
pub(super) fn fixed<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N]> {
    let slice = bytes.get(at..at.saturating_add(N));
    let slice = slice.and_then(|slice| slice.try_into().ok());
    slice.context("what describes the columns leads outside the file")
}

impl<'b> Table<'b> {
    pub(super) fn root(bytes: &'b [u8]) -> Result<Table<'b>> {
        Table { bytes, at: 0 }.led_to(0)
    }

    /// The table that the offset at a place leads to.
    fn led_to(self, place: usize) -> Result<Table<'b>> {
        let at = self.target(place)?;
        Ok(Table { at, ..self })
    }

    /// Where the offset at a place leads.
    fn target(self, place: usize) -> Result<usize> {
        let offset = u32::from_le_bytes(fixed(self.bytes, place)?);
        Ok(place.saturating_add(offset as usize))
    }

    /// Where a field stands; `None` where it has its default.
    fn place(self, field: usize) -> Result<Option<usize>> {
        let back = i32::from_le_bytes(fixed(self.bytes, self.at)?);
        let fields = (self.at as i64).saturating_sub(back.into());
        let fields = usize::try_from(fields).unwrap_or(usize::MAX);
        let length = usize::from(u16::from_le_bytes(fixed(self.bytes, fields)?));
        let entry = 4 + 2 * field;
        if entry + 2 > length {
            return Ok(None);
        }
        let offset = u16::from_le_bytes(fixed(self.bytes, fields.saturating_add(entry))?);
        Ok((offset != 0).then(|| self.at + usize::from(offset)))
    }

    fn number<const N: usize>(self, field: usize) -> Result<Option<[u8; N]>> {
        let place = self.place(field)?;
        place.map(|place| fixed(self.bytes, place)).transpose()
    }

    pub(super) fn byte(self, field: usize) -> Result<u8> {
        Ok(self.number(field)?.map_or(0, |[byte]| byte))
    }

    /// A number of 16 bits, `default` where it is left out.
    pub(super) fn short(self, field: usize, default: i16) -> Result<i16> {
        Ok(self.number(field)?.map_or(default, i16::from_le_bytes))
    }

    pub(super) fn int(self, field: usize) -> Result<i32> {
        Ok(self.number(field)?.map_or(0, i32::from_le_bytes))
    }

    pub(super) fn long(self, field: usize) -> Result<i64> {
        Ok(self.number(field)?.map_or(0, i64::from_le_bytes))
    }

    pub(super) fn table(self, field: usize) -> Result<Option<Table<'b>>> {
        let place = self.place(field)?;
        place.map(|place| self.led_to(place)).transpose()
    }

    /// The members of a vector, each of `size` bytes.
    pub(super) fn vector(
        self,
        field: usize,
        size: usize,
    ) -> Result<impl ExactSizeIterator<Item = &'b [u8]> + Clone> {
        let (start, length) = self.span(field)?;
        let end = length
            .checked_mul(size)
            .and_then(|all| start.checked_add(all));
        let members = end.and_then(|end| self.bytes.get(start..end));
        let members =
            members.context("a list that describes the columns leads outside the file")?;
        Ok(members.chunks_exact(size))
    }

    /// The tables of a vector.
    pub(super) fn tables(
        self,
        field: usize,
    ) -> Result<impl ExactSizeIterator<Item = Result<Table<'b>>>> {
        let (start, _) = self.span(field)?;
        let members = self.vector(field, 4)?.len();
        Ok((0..members).map(move |at| self.led_to(start + 4 * at)))
    }

    pub(super) fn text(self, field: usize) -> Result<&'b str> {
        let (start, length) = self.span(field)?;
        let text = self.bytes.get(start..start.saturating_add(length));
        let text = text.and_then(|text| std::str::from_utf8(text).ok());
        text.context("the name of a column is no text")
    }

    /// Where a vector's members begin, and how many there are; of one that is left out, none.
    fn span(self, field: usize) -> Result<(usize, usize)> {
        let Some(place) = self.place(field)? else {
            return Ok((0, 0));
        };
        let at = self.target(place)?;
        let length = u32::from_le_bytes(fixed(self.bytes, at)?);
        Ok((at + 4, length as usize))
    }
}
