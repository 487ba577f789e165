//! The fonts of the house, and what they can show.

use std::sync::LazyLock;

use typst::{
    foundations::Bytes,
    text::{Font, FontBook},
    utils::LazyHash,
};

/// The families in the order in which a text is set with them, as the templates name them.
pub(crate) const FAMILIES: [&str; 2] = ["Noto Sans", "Noto Sans Arabic"];

/// A regular and a bold font of each family.
const FILES: [&[u8]; 4] = [
    include_bytes!("../fonts/NotoSans-Regular.ttf"),
    include_bytes!("../fonts/NotoSans-Bold.ttf"),
    include_bytes!("../fonts/NotoSansArabic-Regular.ttf"),
    include_bytes!("../fonts/NotoSansArabic-Bold.ttf"),
];

/// The fonts, read once.
pub(crate) struct Fonts {
    pub(crate) book: LazyHash<FontBook>,
    pub(crate) fonts: Vec<Font>,
}

impl Fonts {
    fn read() -> Fonts {
        let fonts: Vec<Font> = FILES
            .into_iter()
            .flat_map(|file| Font::iter(Bytes::new(file)))
            .collect();
        Fonts {
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
        }
    }

    /// Whether every font of a family has a glyph for the character.
    pub(crate) fn covers(&self, family: &str, c: char) -> bool {
        let mut of_family = self
            .fonts
            .iter()
            .filter(|font| font.info().family.eq_ignore_ascii_case(family))
            .peekable();
        of_family.peek().is_some()
            && of_family.all(|font| font.info().coverage.contains(u32::from(c)))
    }
}

/// The fonts.
pub(crate) static FONTS: LazyLock<Fonts> = LazyLock::new(Fonts::read);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn french_english_and_arabic_are_covered_in_every_weight() {
        let shown = |c| FAMILIES.iter().any(|family| FONTS.covers(family, c));
        let text = "ÀÂÆÇÉÈÊËÎÏÔŒÙÛÜŸàâæçéèêëîïôœùûüÿ «»’“”–—… €£$№ 0–9 \u{202f}\u{a0} ابتثجحخدذرزسشصضطظعغفقكلمنهويءآأؤإئى؟،٠١٢٣";
        for c in text.chars() {
            assert!(shown(c), "{c}");
        }
        assert!(!shown('\u{1F621}') && !shown('王'));
    }

    #[test]
    fn every_family_is_there_in_two_weights() {
        for family in FAMILIES {
            assert_eq!(FONTS.book.select_family(&family.to_lowercase()).count(), 2);
        }
    }
}
