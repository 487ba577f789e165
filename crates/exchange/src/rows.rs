//! A reader seen as bytes that can be looked at before they are taken, within a limit.

use std::io::{self, Read};

/// The largest row, in bytes.
pub(crate) const MAX_ROW: usize = 16 << 20;
const CHUNK: usize = 64 << 10;

pub(crate) struct Rows<R> {
    reader: R,
    buffer: Vec<u8>,
    start: usize,
    ended: bool,
    /// The line of the first byte not yet taken, from 1.
    pub(crate) line: u64,
}

impl<R: Read> Rows<R> {
    pub(crate) fn new(reader: R) -> Rows<R> {
        Rows {
            reader,
            buffer: Vec::new(),
            start: 0,
            ended: false,
            line: 1,
        }
    }

    /// What has been read and not taken.
    pub(crate) fn ahead(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// Reads more; false at the end of the file. After an error the file has ended.
    pub(crate) fn more(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        // Moved at most once for as many bytes as it moves, so reading stays linear.
        if self.start > self.buffer.len() / 2 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        let filled = self.buffer.len();
        self.buffer.resize(filled + CHUNK, 0);
        let read = loop {
            match self.reader.read(&mut self.buffer[filled..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        self.buffer.truncate(filled + *read.as_ref().unwrap_or(&0));
        self.ended = !matches!(read, Ok(1..));
        Ok(read? > 0)
    }

    /// Takes bytes and counts their lines.
    pub(crate) fn take(&mut self, length: usize) {
        let taken = &self.buffer[self.start..self.start + length];
        self.line += taken.iter().filter(|&&byte| byte == b'\n').count() as u64;
        self.start += length;
        if self.start == self.buffer.len() {
            self.buffer.clear();
            self.start = 0;
            // One huge row must not hold its memory for the rest of the file.
            self.buffer.shrink_to(CHUNK * 2);
        }
    }

    /// Where the line ends: the index of its LF, or of the file's end. `None` when it is too long.
    pub(crate) fn line_end(&mut self) -> io::Result<Option<usize>> {
        let mut looked = 0;
        loop {
            if let Some(at) = self.ahead()[looked..]
                .iter()
                .position(|&byte| byte == b'\n')
            {
                return Ok(Some(looked + at));
            }
            looked = self.ahead().len();
            if looked > MAX_ROW {
                return Ok(None);
            }
            if !self.more()? {
                return Ok(Some(looked));
            }
        }
    }

    /// Takes the rest of the line, however long, with its LF.
    pub(crate) fn skip_line(&mut self) -> io::Result<()> {
        loop {
            if let Some(at) = self.ahead().iter().position(|&byte| byte == b'\n') {
                self.take(at + 1);
                return Ok(());
            }
            self.take(self.ahead().len());
            if !self.more()? {
                return Ok(());
            }
        }
    }

    /// Drops a UTF-8 byte order mark; true when the file begins as UTF-16 does.
    pub(crate) fn byte_order_mark(&mut self) -> io::Result<bool> {
        while self.ahead().len() < 3 && self.more()? {}
        if self.ahead().starts_with(b"\xEF\xBB\xBF") {
            self.take(3);
        }
        Ok(self.ahead().starts_with(b"\xFF\xFE") || self.ahead().starts_with(b"\xFE\xFF"))
    }
}
