//! Documents that leave the house: receipts, quotes, conventions, agreements, access lists.
//!
//! [`render`] gives a PDF that is PDF/A-2b and PDF/UA-1 at once, the same bytes whenever the same [`Document`] is made
//! again with the same [`Head`]. What a person wrote reaches the template as a value, never as its source, and no
//! template reads a file. What our fonts cannot show is written by its code point, such as `[U+1F621]`, and the document
//! says so. Decision 0025 tells why; `docs/formats/documents-1.md` what stays the same.
//!
//! Everything here is pure: no file, clock or randomness. A document has no time limit of its own: who makes one runs
//! it on a worker and stops waiting.

#![warn(missing_docs)]

mod access;
mod film;
mod fonts;
mod legible;
mod receipt;
#[cfg(test)]
mod tests;
mod value;
mod world;

use casework::Lang;
use jiff::civil::Date;
use typst::{
    World,
    diag::{Severity, SourceDiagnostic},
    foundations::{Dict, IntoValue, Smart},
};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

pub use access::{Access, AccessList, Site, Visitor};
pub use film::{Agreement, Convention, Granted, Priced, Production, Quote};
pub use receipt::{Filed, Ledger, Receipt};

use crate::{legible::Legible, value::dict, world::House};

/// The version of the templates: with the same one, the same content gives the same bytes.
pub const VERSION: u32 = 1;

/// What stands at the head and the foot of every document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The language it is written in.
    pub lang: Lang,
    /// Who gives it.
    pub issuer: String,
    /// What names it: the same document has the same one for ever.
    pub reference: String,
    /// Its day, which is not the day on which it is made again.
    pub date: Date,
    /// Whether all in it is invented; it says so then.
    pub demonstration: bool,
}

/// A document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document {
    /// What a person keeps of what they sent.
    Receipt(Receipt),
    /// What a shoot costs.
    Quote(Quote),
    /// What a production and the office agree to.
    Convention(Convention),
    /// What an author and a unit agree to.
    Agreement(Agreement),
    /// Who is let in somewhere.
    AccessList(AccessList),
}

/// How large a document may grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Characters of all its texts.
    pub characters: usize,
    /// Pages.
    pub pages: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            characters: 300_000,
            pages: 150,
        }
    }
}

/// Why there is no document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// Its texts are too long.
    #[error("the texts of the document have more than {most} characters")]
    TooLong {
        /// How many there may be.
        most: usize,
    },
    /// It has too many pages.
    #[error("the document has {pages} pages, {most} at most")]
    TooManyPages {
        /// How many it has.
        pages: usize,
        /// How many there may be.
        most: usize,
    },
    /// The template is wrong: a fault of ours.
    #[error("the template {template} was refused: {what}")]
    Template {
        /// Which.
        template: &'static str,
        /// Why.
        what: String,
    },
    /// No PDF of both standards came of it. What its texts are is not said: they may be about somebody.
    #[error("{faults} faults keep the document {template} from being PDF/A-2b and PDF/UA-1")]
    Standard {
        /// Which template.
        template: &'static str,
        /// How many.
        faults: usize,
    },
}

/// The document as PDF/A-2b and PDF/UA-1.
///
/// # Errors
/// It is larger than the limits let it be; anything else is a fault of ours.
pub fn render(head: &Head, document: &Document, limits: &Limits) -> Result<Vec<u8>, DocumentError> {
    let made = made(head, document, limits, Legible::new(limits.characters));
    // Coverage cannot foresee everything that a font does with the marks of a script.
    let made = match made {
        Err(DocumentError::Standard { .. }) => {
            let plain = Legible::plain(limits.characters);
            self::made(head, document, limits, plain)
        }
        made => made,
    };
    // What was set is about somebody: nothing of it is kept.
    typst::comemo::evict(0);
    made
}

fn made(
    head: &Head,
    document: &Document,
    limits: &Limits,
    mut legible: Legible,
) -> Result<Vec<u8>, DocumentError> {
    let template = document.template();
    let told = document.told(head.lang, &mut legible);
    let head_told = head.told(&mut legible);
    if legible.is_full() {
        return Err(DocumentError::TooLong {
            most: limits.characters,
        });
    }
    let house = House::new(
        template,
        dict([
            ("head", head_told.into_value()),
            ("document", told.into_value()),
            ("named", legible.named().into_value()),
        ]),
    );
    let pages = typst::compile::<PagedDocument>(&house)
        .output
        .map_err(|faults| DocumentError::Template {
            template,
            what: first(&house, &faults),
        })?;
    let count = pages.pages().len();
    if count > limits.pages {
        return Err(DocumentError::TooManyPages {
            pages: count,
            most: limits.pages,
        });
    }
    let fault = |faults| DocumentError::Standard { template, faults };
    let standards = PdfStandards::new(&[PdfStandard::A_2b, PdfStandard::Ua_1]);
    let options = PdfOptions {
        ident: Smart::Custom(format!("{template}-{VERSION} {}", head.reference)),
        creator: Smart::Custom(Some(format!("Orfèvre documents-{VERSION}"))),
        standards: standards.map_err(|_| fault(1))?,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&pages, &options).map_err(|faults| fault(faults.len()))
}

/// The first error of a template, with its place.
fn first(house: &House, faults: &[SourceDiagnostic]) -> String {
    let error = faults
        .iter()
        .find(|fault| fault.severity == Severity::Error);
    error.map_or_else(String::new, |error| {
        let line = error.span.id().and_then(|id| {
            let source = house.source(id).ok()?;
            let range = typst::WorldExt::range(house, error.span)?;
            let line = source.lines().byte_to_line(range.start)? + 1;
            Some(format!("{}:{line}: ", id.vpath().get_without_slash()))
        });
        format!("{}{}", line.unwrap_or_default(), error.message)
    })
}

impl Document {
    fn template(&self) -> &'static str {
        match self {
            Document::Receipt(_) => "receipt",
            Document::Quote(_) => "quote",
            Document::Convention(_) => "convention",
            Document::Agreement(_) => "agreement",
            Document::AccessList(_) => "access",
        }
    }

    fn told(&self, lang: Lang, legible: &mut Legible) -> Dict {
        match self {
            Document::Receipt(receipt) => receipt.told(lang, legible),
            Document::Quote(quote) => quote.told(lang, legible),
            Document::Convention(convention) => convention.told(lang, legible),
            Document::Agreement(agreement) => agreement.told(lang, legible),
            Document::AccessList(list) => list.told(lang, legible),
        }
    }
}

impl Head {
    fn told(&self, legible: &mut Legible) -> Dict {
        dict([
            ("lang", self.lang.tag().into_value()),
            ("issuer", legible.text(&self.issuer)),
            ("reference", legible.text(&self.reference)),
            ("day", value::date(self.lang, self.date)),
            ("year", i64::from(self.date.year()).into_value()),
            ("month", i64::from(self.date.month()).into_value()),
            ("date", i64::from(self.date.day()).into_value()),
            ("demonstration", self.demonstration.into_value()),
            ("version", i64::from(VERSION).into_value()),
        ])
    }
}
