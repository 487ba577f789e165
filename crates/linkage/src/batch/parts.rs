//! Parts of a value that blocking rules and exact levels look at: letters, sounds, years.

use super::bands;
use super::model::Part;
use super::records::{Column, ColumnKind, civil_from_days};

/// Parts of values of which each has many: numbers by the value's code, equal for equal parts.
#[derive(Debug, Clone)]
pub(super) struct Elements {
    part: Part,
    /// Value after value.
    codes: Vec<u32>,
    /// Where each value's end.
    ends: Vec<usize>,
    /// The numbers of bands. With them equal parts of two values are at the same place in both, else a value's
    /// are ascending.
    bands: Option<bands::Numbers>,
}

impl Elements {
    /// Of a part of which a value has many; `None` of others. No value is taken in yet.
    pub(super) fn new(part: Part) -> Option<Elements> {
        let bands = match part {
            Part::Elements => None,
            Part::Bands(bands) | Part::MinhashBands { bands, .. } => {
                Some(bands::Numbers::new(bands))
            }
            _ => return None,
        };
        Some(Elements {
            part,
            codes: Vec::new(),
            ends: Vec::new(),
            bands,
        })
    }

    /// Takes in the values that the column has got since.
    pub(super) fn grow(&mut self, column: &Column) {
        for code in self.ends.len() as u32..column.values.len() as u32 {
            match (&mut self.bands, self.part) {
                // no value has no band
                _ if code == 0 => {}
                (Some(numbers), Part::Bands(bands)) => {
                    let bands = bands::hash_bands(column.hash(code), bands);
                    self.codes.extend(numbers.of(bands));
                }
                (Some(numbers), Part::MinhashBands { bands, rows }) => {
                    let set = column.set(code).into_iter();
                    let hashes = set.map(|element| bands::text_hash(column.element(element)));
                    let bands = bands::set_bands(hashes.collect(), bands, rows);
                    self.codes.extend(numbers.of(bands));
                }
                _ => self.codes.extend(column.set(code)),
            }
            self.ends.push(self.codes.len());
        }
    }

    /// Gives up what only [`Elements::grow`] needs.
    pub(super) fn finish(&mut self) {
        self.codes.shrink_to_fit();
        if let Some(numbers) = &mut self.bands {
            *numbers = bands::Numbers::new(0);
        }
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&self.codes[..]) + size_of_val(&self.ends[..])
    }

    #[inline]
    pub(super) fn get(&self, code: u32) -> &[u32] {
        let code = code as usize;
        let start = if code == 0 { 0 } else { self.ends[code - 1] };
        &self.codes[start..self.ends[code]]
    }

    /// The first part that two values share.
    #[inline]
    pub(super) fn shared(&self, left: u32, right: u32) -> Option<u32> {
        self.all_shared(left, right).next()
    }

    /// The parts that two values share, in the order of both.
    #[inline]
    pub(super) fn all_shared(&self, left: u32, right: u32) -> impl Iterator<Item = u32> + '_ {
        let (a, b) = (self.get(left), self.get(right));
        let aligned = self.bands.is_some();
        let shared = a.iter().enumerate().filter(move |(at, element)| {
            if aligned {
                b.get(*at) == Some(*element)
            } else {
                b.binary_search(element).is_ok()
            }
        });
        shared.map(|(_, element)| *element)
    }
}

impl Part {
    /// Whether values of this kind have such a part.
    pub(super) fn applies_to(self, kind: ColumnKind) -> bool {
        match self {
            Part::Whole => true,
            Part::Year => kind == ColumnKind::Date,
            Part::Elements | Part::MinhashBands { .. } => kind == ColumnKind::TextSet,
            Part::Bands(_) => kind == ColumnKind::Hash,
            Part::FirstLetters(_) | Part::Substring { .. } | Part::WithoutLast(_) => {
                matches!(kind, ColumnKind::Text | ColumnKind::Date)
            }
            Part::LeadingLetters | Part::SoundsEnglish | Part::SoundsFrench => {
                kind == ColumnKind::Text
            }
        }
    }

    /// Whether a value has many.
    pub(super) fn has_many(self) -> bool {
        matches!(
            self,
            Part::Elements | Part::Bands(_) | Part::MinhashBands { .. }
        )
    }

    /// The part of the value of `code`; empty where there is none. Not for [`Part::Whole`] and
    /// [`Elements`], which are read by their codes.
    pub(super) fn of(self, column: &Column, code: u32, buffer: &mut String) -> String {
        if self == Part::Year {
            return civil_from_days(column.date(code)).0.to_string();
        }
        let text = column.text(code, buffer);
        match self {
            Part::FirstLetters(count) => text.chars().take(count.into()).collect(),
            Part::Substring { from, length } => {
                text.chars().skip(from.into()).take(length.into()).collect()
            }
            Part::WithoutLast(count) => {
                let keep = text.chars().count().saturating_sub(count.into());
                let kept: String = text.chars().take(keep).collect();
                kept.trim_end().to_owned()
            }
            Part::LeadingLetters => text.chars().take_while(|c| c.is_alphabetic()).collect(),
            Part::SoundsEnglish => soundex(text),
            Part::SoundsFrench => sounds_french(text),
            Part::Whole
            | Part::Year
            | Part::Elements
            | Part::Bands(_)
            | Part::MinhashBands { .. } => String::new(),
        }
    }
}

/// American Soundex as the US National Archives publish it: the first letter and three digits.
/// Empty for a text without an ASCII letter.
fn soundex(text: &str) -> String {
    fn digit(letter: char) -> u8 {
        match letter {
            'B' | 'F' | 'P' | 'V' => b'1',
            'C' | 'G' | 'J' | 'K' | 'Q' | 'S' | 'X' | 'Z' => b'2',
            'D' | 'T' => b'3',
            'L' => b'4',
            'M' | 'N' => b'5',
            'R' => b'6',
            _ => b'0',
        }
    }
    let mut letters = letters(text);
    let Some(first) = letters.next() else {
        return String::new();
    };
    let mut code = String::from(first);
    let mut last = digit(first);
    for letter in letters {
        let digit = digit(letter);
        if digit != b'0' && digit != last && code.len() < 4 {
            code.push(digit.into());
        }
        // H and W do not part two letters of one digit, vowels do
        if !matches!(letter, 'H' | 'W') {
            last = digit;
        }
    }
    while code.len() < 4 {
        code.push('0');
    }
    code
}

/// How a French name sounds, roughly: spellings of one sound become one, silent ends go, doubled
/// sounds are one. Own rules in the manner of Soundex 2 and Phonex (Brouard), without the numbers.
///
/// ```
/// use linkage::sounds_french;
///
/// assert_eq!(sounds_french("Dupond"), sounds_french("Dupont"));
/// assert_ne!(sounds_french("Dupond"), sounds_french("Durand"));
/// ```
#[must_use]
pub fn sounds_french(text: &str) -> String {
    const SOUNDS: [(&str, &str); 26] = [
        ("AULT", "O"),
        ("AULD", "O"),
        ("EAUX", "O"),
        ("EAU", "O"),
        ("AUX", "O"),
        ("AU", "O"),
        ("OEU", "E"),
        ("EU", "E"),
        ("AIN", "IN"),
        ("EIN", "IN"),
        ("YN", "IN"),
        ("AI", "E"),
        ("EI", "E"),
        ("PH", "F"),
        ("SCH", "CH"),
        ("QU", "K"),
        ("CK", "K"),
        ("CE", "SE"),
        ("CI", "SI"),
        ("CY", "SI"),
        ("GE", "JE"),
        ("GI", "JI"),
        ("GU", "G"),
        ("TH", "T"),
        ("EN", "AN"),
        ("EM", "AN"),
    ];
    let spelled: String = letters(text).collect();
    let mut sound = String::new();
    let mut rest = spelled.as_str();
    while let Some(first) = rest.chars().next() {
        let (taken, given) = SOUNDS
            .iter()
            .find(|(spelling, _)| rest.starts_with(spelling))
            .map_or((1, None), |(spelling, given)| {
                (spelling.len(), Some(*given))
            });
        match (given, first) {
            (Some(given), _) => sound.push_str(given),
            (None, 'H') if !sound.ends_with('C') => {}
            (None, 'C' | 'Q') if !rest.starts_with("CH") => sound.push('K'),
            (None, 'Y') => sound.push('I'),
            (None, 'Z') => sound.push('S'),
            (None, 'W') => sound.push('V'),
            (None, letter) => sound.push(letter),
        }
        rest = &rest[taken..];
    }
    let heard = sound.trim_end_matches(['E', 'S', 'T', 'D', 'X', 'P']);
    let mut code = String::new();
    for letter in if heard.is_empty() { &sound } else { heard }.chars() {
        if !code.ends_with(letter) {
            code.push(letter);
        }
    }
    code
}

/// ASCII letters in capitals, French accents taken off.
fn letters(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars()
        .flat_map(char::to_uppercase)
        .flat_map(|letter| {
            let plain: &[char] = match letter {
                'À' | 'Â' | 'Ä' => &['A'],
                'Ç' => &['S'],
                'É' | 'È' | 'Ê' | 'Ë' => &['E'],
                'Î' | 'Ï' => &['I'],
                'Ô' | 'Ö' => &['O'],
                'Ù' | 'Û' | 'Ü' => &['U'],
                'Ÿ' => &['Y'],
                'Œ' => &['O', 'E'],
                'Æ' => &['A', 'E'],
                _ => return [Some(letter).filter(char::is_ascii_uppercase), None],
            };
            [plain.first().copied(), plain.get(1).copied()]
        })
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soundex_gives_the_archives_examples() {
        for (name, code) in [
            ("Robert", "R163"),
            ("Rupert", "R163"),
            ("Ashcraft", "A261"),
            ("Tymczak", "T522"),
            ("Pfister", "P236"),
            ("Honeyman", "H555"),
            ("Lee", "L000"),
            ("12", ""),
        ] {
            assert_eq!(soundex(name), code, "{name}");
        }
    }

    #[test]
    fn french_names_that_sound_alike_have_one_code() {
        for (a, b) in [
            ("Dupont", "Dupond"),
            ("Renault", "Renaud"),
            ("Thibault", "Tibau"),
            ("Philippe", "Filipe"),
            ("Moreau", "Morot"),
            ("François", "Fransois"),
            ("Lefèvre", "Lefevre"),
        ] {
            assert_eq!(sounds_french(a), sounds_french(b), "{a} {b}");
        }
        assert_ne!(sounds_french("Martin"), sounds_french("Bernard"));
        assert_eq!(sounds_french("12?"), "");
    }
}
