//! PDF: the text of its pages, the addresses its links lead to, what it says about itself, what it carries.

use lopdf::{Dictionary, Document, LoadOptions, Object};

use crate::{Cause, Reader, under};

/// What a stream may grow to when it is decompressed.
const DECOMPRESSED: usize = 64 << 20;

impl Reader<'_> {
    pub(crate) fn pdf(&mut self, path: &str, bytes: &[u8], depth: usize) {
        let options = LoadOptions {
            max_decompressed_size: Some(DECOMPRESSED.min(self.limits.document)),
            ..LoadOptions::default()
        };
        let document = match Document::load_mem_with_options(bytes, options) {
            Ok(document) => document,
            Err(error) => {
                let cause = match error {
                    lopdf::Error::InvalidPassword
                    | lopdf::Error::Decryption(_)
                    | lopdf::Error::UnsupportedSecurityHandler(_) => Cause::Encrypted,
                    _ => Cause::Damaged,
                };
                return self.problem(path, cause, format!("this PDF cannot be read: {error}"));
            }
        };
        if document.is_encrypted() {
            self.problem(path, Cause::Encrypted, "this PDF is encrypted");
        }
        for (number, _) in document.get_pages().into_iter().take(self.limits.items) {
            let path = under(path, &format!("page {number}"));
            match document
                .extract_text_with_limit(&[number], DECOMPRESSED.min(self.limits.document))
            {
                Ok(text) => self.text(&path, "", text),
                Err(error) => self.problem(
                    &path,
                    Cause::Damaged,
                    format!("this page cannot be read: {error}"),
                ),
            }
        }
        if let Ok(Object::Reference(id)) = document.trailer.get(b"Info")
            && let Ok(information) = document.get_dictionary(*id)
        {
            for (name, value) in information {
                if let Some(value) = string(value) {
                    let name = String::from_utf8_lossy(name);
                    self.text(&under(path, &name), &name, value.as_str());
                    self.fact(path, &name, &value);
                }
            }
        }
        for object in document.objects.values() {
            match object {
                Object::Dictionary(dictionary) => self.pdf_links(path, dictionary),
                Object::Stream(stream) if stream.dict.has_type(b"EmbeddedFile") => {
                    let limit = DECOMPRESSED.min(self.limits.document);
                    match stream.get_plain_content_with_limit(limit) {
                        Ok(bytes) => {
                            let number = self.reading.attachments.len() + 1;
                            let path = under(path, &format!("attachment {number}"));
                            self.attachment(&path, None, None, &bytes, depth);
                        }
                        Err(error) => self.problem(
                            path,
                            Cause::Damaged,
                            format!("an attached file cannot be read: {error}"),
                        ),
                    }
                }
                _ => {}
            }
        }
    }

    /// The address of a link, which stands in the object or in its action.
    fn pdf_links(&mut self, path: &str, dictionary: &Dictionary) {
        let action = dictionary.get(b"A").and_then(Object::as_dict);
        for dictionary in [Ok(dictionary), action].into_iter().flatten() {
            if let Some(address) = dictionary.get(b"URI").ok().and_then(string) {
                self.text(&under(path, "link"), "", address);
            }
        }
    }
}

/// A string of PDF: UTF-16 with its mark, or bytes.
fn string(object: &Object) -> Option<String> {
    let bytes = object.as_str().ok()?;
    Some(if bytes.starts_with(&[0xFE, 0xFF]) {
        crate::text_of(bytes)
    } else {
        bytes.iter().map(|byte| char::from(*byte)).collect()
    })
}
