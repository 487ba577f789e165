//! What a template can reach: the templates, our fonts, and what it is told. No file, no package, no clock.

use std::sync::LazyLock;

use typst::{
    Library, LibraryExt, World,
    diag::{FileError, FileResult},
    foundations::{Bytes, Datetime, Dict, Duration},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};

use crate::fonts::FONTS;

const TEMPLATES: [(&str, &str); 8] = [
    ("receipt", include_str!("../templates/receipt.typ")),
    ("quote", include_str!("../templates/quote.typ")),
    ("convention", include_str!("../templates/convention.typ")),
    ("agreement", include_str!("../templates/agreement.typ")),
    ("access", include_str!("../templates/access.typ")),
    ("money", include_str!("../templates/money.typ")),
    ("frame", include_str!("../templates/frame.typ")),
    ("words", include_str!("../templates/words.typ")),
];

/// The templates, read once.
static SOURCES: LazyLock<Vec<(&str, Source)>> = LazyLock::new(|| {
    TEMPLATES
        .iter()
        .filter_map(|(name, text)| {
            let path = VirtualPath::new(format!("{name}.typ")).ok()?;
            let id = RootedPath::new(VirtualRoot::Project, path).intern();
            Some((*name, Source::new(id, (*text).to_owned())))
        })
        .collect()
});

/// All there is for one document.
pub(crate) struct House {
    library: LazyHash<Library>,
    main: FileId,
}

impl House {
    /// A document of this template, which finds what it is told in `sys.inputs`.
    pub(crate) fn new(template: &str, told: Dict) -> House {
        let main = SOURCES
            .iter()
            .find(|(name, _)| *name == template)
            .map_or_else(|| SOURCES[0].1.id(), |(_, source)| source.id());
        House {
            library: LazyHash::new(Library::builder().with_inputs(told).build()),
            main,
        }
    }
}

impl World for House {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &FONTS.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        SOURCES
            .iter()
            .map(|(_, source)| source)
            .find(|source| source.id() == id)
            .cloned()
            .ok_or(FileError::AccessDenied)
    }

    fn file(&self, _: FileId) -> FileResult<Bytes> {
        Err(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
