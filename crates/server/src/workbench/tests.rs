//! The workbench as an agent meets it, on a real store.

use casework::Lang;

use crate::{
    page::{Page, Theme},
    words::Words,
};

/// The frame of a page, for tests of what is shown in it.
pub(super) fn page(lang: Lang) -> Page {
    Page {
        lang,
        w: Words(lang),
        theme: Theme::System,
        here: String::new(),
        other_lang: String::new(),
        demonstration: false,
        agent: None,
        csrf: String::new(),
        workbench: true,
    }
}
