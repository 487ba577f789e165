//! How a person tells it: what they give, where they give it, and how they write.

use super::random::Random;

/// Where a person gives an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Field,
    Both,
    Story,
    Nowhere,
}

impl Told {
    pub(crate) fn draw(random: &mut Random) -> Told {
        match random.below(100) {
            0..52 => Told::Field,
            52..64 => Told::Both,
            64..84 => Told::Story,
            _ => Told::Nowhere,
        }
    }

    pub(crate) fn in_field(self) -> bool {
        matches!(self, Told::Field | Told::Both)
    }

    pub(crate) fn in_story(self) -> bool {
        matches!(self, Told::Both | Told::Story)
    }
}

/// How a person writes.
#[derive(Debug)]
pub(crate) struct Hand {
    accents: bool,
    capitals: bool,
    shouts: bool,
    points: bool,
    short: bool,
    /// Slips in a thousand letters.
    slips: u64,
    /// Not in the names of sites.
    spells_names: bool,
}

impl Hand {
    pub(crate) fn draw(random: &mut Random) -> Hand {
        Hand {
            accents: !random.chance(22),
            capitals: !random.chance(15),
            shouts: random.chance(3),
            points: !random.chance(10),
            short: random.chance(12),
            slips: if random.chance(45) {
                random.between(2, 25)
            } else {
                0
            },
            spells_names: false,
        }
    }

    /// Makes no slips in the names of sites from now on.
    pub(crate) fn spell_names(&mut self) {
        self.spells_names = true;
    }

    /// A sentence as this person writes it. What stands in braces is left as it is.
    pub(crate) fn write(&self, sentence: &str, random: &mut Random) -> String {
        let short = if self.short {
            shortened(sentence)
        } else {
            sentence.to_owned()
        };
        let plain = if self.accents {
            short
        } else {
            without_accents(&short)
        };
        let mut written = String::with_capacity(plain.len());
        let mut inside = false;
        let mut named = false;
        let mut before = ' ';
        let mut letters = plain.chars().peekable();
        while let Some(letter) = letters.next() {
            inside = (inside || letter == '{') && letter != '}';
            if self.spells_names && before.is_whitespace() {
                let rest = letters.clone().take_while(|next| !next.is_whitespace());
                let word: String = std::iter::once(letter).chain(rest).collect();
                named = word
                    .split_once('.')
                    .is_some_and(|(_, end)| end.starts_with(char::is_alphabetic));
            }
            before = letter;
            if inside || letter == '}' || named {
                written.push(letter);
                continue;
            }
            if letter.is_alphabetic() && random.below(1_000) < self.slips {
                match random.below(3) {
                    0 => {} // left out
                    1 => written.extend([letter, letter]),
                    _ => match letters.next_if(|next| next.is_alphabetic()) {
                        Some(next) => written.extend([next, letter]),
                        None => written.push(letter),
                    },
                }
            } else if self.shouts {
                written.extend(letter.to_uppercase());
            } else if !self.capitals {
                written.extend(letter.to_lowercase());
            } else if !self.points && matches!(letter, '.' | ',') {
                // left out
            } else {
                written.push(letter);
            }
        }
        written
    }
}

fn shortened(sentence: &str) -> String {
    let mut text = sentence.to_owned();
    for (long, short) in [
        ("vous", "vs"),
        ("toujours", "tjs"),
        ("beaucoup", "bcp"),
        ("J’ai", "jai"),
        ("Je n’ai", "jai"),
        ("pour", "pr"),
        ("s’il vous plaît", "svp"),
        ("aujourd’hui", "ajd"),
        ("rendez-vous", "rdv"),
    ] {
        text = text.replace(long, short);
    }
    text
}

fn without_accents(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'à' | 'â' => 'a',
            'ç' => 'c',
            'î' | 'ï' => 'i',
            'ô' => 'o',
            'û' | 'ù' => 'u',
            'É' | 'È' | 'Ê' => 'E',
            'À' => 'A',
            '’' => '\'',
            other => other,
        })
        .collect()
}

/// A phone number of ten digits as people write it.
pub(crate) fn phone(number: &str, random: &mut Random) -> String {
    let pairs = |from: &str, by: &str| {
        let pairs: Vec<&str> = (0..from.len())
            .step_by(2)
            .map(|at| &from[at..at + 2])
            .collect();
        pairs.join(by)
    };
    match random.below(8) {
        0..=2 => number.to_owned(),
        3 => pairs(number, " "),
        4 => pairs(number, "."),
        5 => pairs(number, "-"),
        6 => format!("+33 {} {}", &number[1..2], pairs(&number[2..], " ")),
        _ => format!("0033{}", &number[1..]),
    }
}

/// An IBAN as people write it.
pub(crate) fn iban(iban: &str, random: &mut Random) -> String {
    let groups = |by: &str| {
        let groups: Vec<&str> = (0..iban.len())
            .step_by(4)
            .map(|at| &iban[at..iban.len().min(at + 4)])
            .collect();
        groups.join(by)
    };
    match random.below(10) {
        0..=4 => iban.to_owned(),
        5..=7 => groups(" "),
        8 => iban.to_lowercase(),
        _ => groups(" ").to_lowercase(),
    }
}

/// An e-mail address as people write it.
pub(crate) fn email(address: &str, random: &mut Random) -> String {
    match random.below(10) {
        0..=6 => address.to_owned(),
        7 => address.to_uppercase(),
        8 => address.replace('@', "[at]"),
        _ => address.replace('@', " (arobase) "),
    }
}

/// A site as people write it.
pub(crate) fn url(host: &str, random: &mut Random) -> String {
    let path = random.pick(&["", "", "", "/panier", "/suivi", "/paiement", "/fr"]);
    match random.below(10) {
        0..=4 => format!("https://{host}{path}"),
        5 => format!("http://{host}{path}"),
        6..=7 => host.to_owned(),
        8 => format!("hxxps://{}{path}", host.replace('.', "[.]")),
        _ => host.replace('.', "[.]"),
    }
}

#[cfg(test)]
mod tests {
    use observables::{Kind, Observable};

    use super::*;

    #[test]
    fn every_notation_is_read_back() {
        let mut random = Random::of(5, 5);
        for _ in 0..200 {
            for (kind, raw, canonical) in [
                (
                    Kind::Phone,
                    phone("0639981234", &mut random),
                    "+33639981234",
                ),
                (
                    Kind::Iban,
                    iban("DE89370400440532013000", &mut random),
                    "DE89370400440532013000",
                ),
                (
                    Kind::Email,
                    email("a.b1@mail.example", &mut random),
                    "a.b1@mail.example",
                ),
            ] {
                let parsed =
                    Observable::parse(kind, &raw).unwrap_or_else(|error| panic!("{raw}: {error}"));
                assert_eq!(parsed.canonical(), canonical, "{raw}");
            }
            // A bare host is a domain, not a URL.
            let raw = url("shop1.example", &mut random);
            let parsed = Observable::parse(Kind::Url, &raw)
                .or_else(|_| Observable::parse(Kind::Domain, &raw))
                .unwrap_or_else(|error| panic!("{raw}: {error}"));
            let canonical = parsed.canonical();
            assert!(
                canonical == "shop1.example" || canonical.starts_with("http"),
                "{raw}: {canonical}"
            );
        }
    }

    #[test]
    fn who_spells_names_slips_elsewhere_only() {
        let mut random = Random::of(6, 7);
        let sentence = "Annonce sur leboncoin.fr, payée par paypal.com";
        let mut slipped = 0;
        for _ in 0..500 {
            let mut hand = Hand::draw(&mut random);
            hand.spell_names();
            let written = hand.write(sentence, &mut random);
            assert!(
                written.contains("leboncoin.fr") && written.ends_with("paypal.com"),
                "{written}"
            );
            slipped += usize::from(!written.to_lowercase().contains("annonce"));
        }
        assert!(slipped > 0);
    }

    #[test]
    fn what_stands_in_braces_is_left_alone() {
        let mut random = Random::of(6, 6);
        for _ in 0..500 {
            let hand = Hand::draw(&mut random);
            let written = hand.write("Été {x} puis {own_email}, voilà.", &mut random);
            assert!(
                written.contains("{x}") && written.contains("{own_email}"),
                "{written}"
            );
        }
    }
}
