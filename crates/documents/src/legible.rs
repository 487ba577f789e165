//! Texts as the fonts can show them: what they cannot is written by its code point.
//!
//! An archive of a page must show every character of it, so one that no font has would keep the whole document
//! from being made. A character that is not seen, or that turns the order of those around it, is written out too: a
//! reader is to see what is there.

use typst::foundations::{IntoValue, Value};
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

use crate::fonts::{FAMILIES, FONTS};

/// Characters of one letter, marks included; more of them would run over the lines around.
const MOST_OF_A_LETTER: usize = 5;
/// Where a word longer than this is broken: the narrowest column holds so many letters.
const LONGEST_WORD: usize = 16;
/// Where a line may break, seen by nobody.
const BREAK: char = '\u{200B}';

/// Makes texts legible, and remembers what it had to do.
pub(crate) struct Legible {
    left: Option<usize>,
    named: bool,
    plain: bool,
}

impl Legible {
    /// For texts of so many characters together.
    pub(crate) fn new(most: usize) -> Legible {
        Legible {
            left: Some(most),
            named: false,
            plain: false,
        }
    }

    /// The same, which shows letters of the Latin script only.
    pub(crate) fn plain(most: usize) -> Legible {
        Legible {
            plain: true,
            ..Legible::new(most)
        }
    }

    /// Whether the texts were longer than they may be.
    pub(crate) fn is_full(&self) -> bool {
        self.left.is_none()
    }

    /// Whether a character was written by its code point.
    pub(crate) fn named(&self) -> bool {
        self.named
    }

    /// A text of somebody; long words may break anywhere.
    pub(crate) fn text(&mut self, text: &str) -> Value {
        breakable(&self.shown(text)).into_value()
    }

    /// A text to be copied exactly.
    pub(crate) fn exact(&mut self, text: &str) -> Value {
        self.shown(text).into_value()
    }

    /// A text that may have several lines; empty ones are left out.
    pub(crate) fn lines(&mut self, text: &str) -> Value {
        let shown = self.shown(text);
        let lines = shown.lines().map(str::trim).filter(|line| !line.is_empty());
        lines
            .map(|line| breakable(line).into_value())
            .collect::<typst::foundations::Array>()
            .into_value()
    }

    fn shown(&mut self, text: &str) -> String {
        // A character has four bytes at most: what is far too long is not even counted.
        let left = self.left.and_then(|left| {
            let characters = text.chars().take(left + 1).count();
            left.checked_sub(characters)
        });
        self.left = left;
        if left.is_none() {
            return String::new();
        }
        let mut shown = String::with_capacity(text.len());
        for letter in text.graphemes(true) {
            self.letter(letter, &mut shown);
        }
        shown
    }

    /// One font has to show all of a letter: its marks are placed by that font.
    fn letter(&mut self, letter: &str, shown: &mut String) {
        let mut characters = letter.chars();
        match characters.next() {
            None => {}
            Some('\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}') => shown.push('\n'),
            Some('\t') => shown.push(' '),
            Some(first) => {
                let family = self.family(first).filter(|_| !is_combining_mark(first));
                let fits = |c: char| family.is_some_and(|family| self.shows(family, c));
                let fitting = letter
                    .chars()
                    .take(MOST_OF_A_LETTER)
                    .take_while(|c| fits(*c))
                    .count();
                for (at, c) in letter.chars().enumerate() {
                    if at < fitting {
                        shown.push(c);
                    } else {
                        self.named = true;
                        shown.push_str(&format!("[U+{:04X}]", u32::from(c)));
                    }
                }
            }
        }
    }

    fn family(&self, c: char) -> Option<&'static str> {
        FAMILIES.into_iter().find(|family| self.shows(family, c))
    }

    fn shows(&self, family: &str, c: char) -> bool {
        let scripts = !self.plain || c < '\u{250}' || ('\u{2010}'..='\u{20BF}').contains(&c);
        scripts && !is_hidden(c) && FONTS.covers(family, c)
    }
}

/// Whether nobody sees the character: controls, marks of direction, what joins or does not join, selectors, the code
/// points that are nobody's or anybody's (Unicode: Cc, Default_Ignorable_Code_Point, Co, noncharacters).
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            u32::from(c),
            0xAD | 0x34F
                | 0x600..=0x605
                | 0x61C
                | 0x6DD
                | 0x70F
                | 0x8E2
                | 0x115F..=0x1160
                | 0x17B4..=0x17B5
                | 0x180B..=0x180F
                | 0x200B..=0x200F
                | 0x2028..=0x202E
                | 0x2060..=0x206F
                | 0x3164
                | 0xE000..=0xF8FF
                | 0xFDD0..=0xFDEF
                | 0xFE00..=0xFE0F
                | 0xFEFF
                | 0xFFA0
                | 0xFFF0..=0xFFFF
                | 0x1BCA0..=0x1BCA3
                | 0x1D173..=0x1D17A
                | 0xE0000..=0x10_FFFF
        )
        || u32::from(c) & 0xFFFE == 0xFFFE
}

/// The text with places to break in words that no column holds.
fn breakable(text: &str) -> String {
    let mut broken = String::with_capacity(text.len());
    let mut length = 0;
    for letter in text.graphemes(true) {
        if letter.chars().all(char::is_whitespace) {
            length = 0;
        } else if length == LONGEST_WORD {
            broken.push(BREAK);
            length = 1;
        } else {
            length += 1;
        }
        broken.push_str(letter);
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let mut legible = Legible::new(1_000);
        assert_eq!(legible.shown(text), expected, "{text:?}");
        assert_eq!(legible.named(), expected.contains("[U+"), "{text:?}");
    }

    #[test]
    fn what_no_font_shows_is_written_by_its_code_point() {
        check("déjà vu — « 12 € »", "déjà vu — « 12 € »");
        check("مرحبا", "مرحبا");
        check("furieux 😡", "furieux [U+1F621]");
        check("王", "[U+738B]");
        check("❤\u{FE0F}", "[U+2764][U+FE0F]");
    }

    #[test]
    fn what_is_not_seen_is_written_out() {
        check("a\0b", "a[U+0000]b");
        check("\u{202E}fdp.exe", "[U+202E]fdp.exe");
        check("pay\u{200B}pal", "pay[U+200B]pal");
        check("\u{FEFF}x\u{FFFF}\u{10FFFF}", "[U+FEFF]x[U+FFFF][U+10FFFF]");
    }

    #[test]
    fn lines_stay_lines_and_tabs_are_spaces() {
        check("a\r\nb\rc\nd\te", "a\nb\nc\nd e");
    }

    #[test]
    fn a_mark_stands_on_a_letter_of_the_same_font_or_is_written_out() {
        check("e\u{301}", "e\u{301}");
        check("\u{301}", "[U+0301]");
        check(" \u{64E}", " [U+064E]");
        check("e\u{64E}", "e[U+064E]");
        let many = format!("a{}", "\u{301}".repeat(6));
        let shown = format!("a{}{}", "\u{301}".repeat(4), "[U+0301]".repeat(2));
        check(&many, &shown);
    }

    #[test]
    fn plain_shows_the_latin_script_only() {
        let mut legible = Legible::plain(100);
        assert_eq!(legible.shown("é – مر"), "é – [U+0645][U+0631]");
    }

    #[test]
    fn texts_are_counted_together() {
        let mut legible = Legible::new(5);
        legible.text("abc");
        assert!(!legible.is_full());
        legible.text("def");
        assert!(legible.is_full());
        assert_eq!(legible.shown("x"), "");
    }

    #[test]
    fn a_long_word_can_break_and_loses_nothing() {
        let word = "x".repeat(40);
        let broken = breakable(&word);
        assert_eq!(broken.matches(BREAK).count(), 2);
        assert_eq!(broken.replace(BREAK, ""), word);
        assert_eq!(breakable("court et bon"), "court et bon");
    }
}
