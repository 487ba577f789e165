//! What gangs and victims do so that little is the same twice, for what is close to be told from what is the same:
//! look-alike domains, names written by ear, pictures used again and altered on their way.
//!
//! That they do is known; how often is not. The shares below are assumptions (docs/decisions/0031), so what is learned
//! from these complaints is no better than they are. All is drawn from a stream of its own: the complaints are
//! otherwise those of the same seed.

use std::collections::HashSet;

use serde_json::Value;

use super::{
    gang::{Gang, ascii},
    generate::Made,
    picture,
    random::Random,
    texts::{NAME_HEADS, NAME_TAILS},
};

/// Assumed: victims until a domain is closed or given up and the next is registered.
const VICTIMS_A_DOMAIN: usize = 4;
/// Assumed, of a hundred gangs: those that imitate a name which others imitate too.
const IMITATE: u64 = 45;
/// Names that are imitated; the first ones the most.
const BRANDS: usize = 48;
/// Assumed, of a hundred domains that follow another: those that look like it, and those of the same name in other words.
const LOOKS_ALIKE: u64 = 55;
const SAME_NAME: u64 = 25;
/// Assumed, of a hundred names a victim gives: those written by ear. Of names that authors use: those spelled in another
/// way than most are.
const BY_EAR: u64 = 25;
const OTHER_SPELLING: u64 = 20;
/// Assumed, of a hundred victims: those who send a picture, and of these those who send two.
const SEND: u64 = 40;
const SEND_TWO: u64 = 25;
/// Assumed, of a hundred pictures sent: the gang's own, one that it took from the press or another's ad, and a
/// template that all use. The others are screens of an application.
const OWN: u64 = 45;
const TAKEN: u64 = 20;
const TEMPLATE: u64 = 10;
/// Pictures that are taken, templates, and applications.
const PRESS: u64 = 150;
const TEMPLATES: u64 = 8;
const APPLICATIONS: u64 = 5;
/// Assumed: victims for whom a gang uses one picture of its own.
const VICTIMS_A_PICTURE: usize = 8;

/// Reserved ends of names.
const ENDINGS: &[&str] = &["example", "test", "invalid"];
const WORDS: &[&str] = &[
    "soldes",
    "boutique",
    "paiement",
    "suivi",
    "espace",
    "client",
    "service",
    "livraison",
    "fr",
    "pro",
    "info",
    "direct",
];

/// Keeps what is registered from being registered twice.
pub(crate) struct Evasion {
    seed: u64,
    registered: HashSet<String>,
}

impl Evasion {
    pub(crate) fn new(seed: u64) -> Evasion {
        Evasion {
            // Not a seed that anything else is drawn from.
            seed: seed ^ 0x6576_6173_6976_6521,
            registered: HashSet::new(),
        }
    }

    fn stream(&self, gang: u32, victim: Option<usize>) -> Random {
        let victim = victim.map_or(0, |victim| victim as u64 + 1);
        Random::of(self.seed, (u64::from(gang) << 16) + victim)
    }

    /// Changes what a new gang holds.
    pub(crate) fn equip(&mut self, gang: &mut Gang) {
        let mut random = self.stream(gang.id, None);
        let hosts = self.hosts(gang, &mut random);
        for email in &mut gang.emails {
            let own = gang.hosts.iter().position(|host| email.ends_with(host));
            if let (Some(place), Some((name, _))) = (own, email.split_once('@')) {
                *email = format!("{name}@{}", hosts[place % hosts.len()]);
            }
        }
        gang.hosts = hosts;
        for name in gang.payees.iter_mut().chain(&mut gang.names) {
            if random.chance(OTHER_SPELLING) {
                *name = by_ear(name, &mut random);
            }
        }
        let own = 1 + gang.size / VICTIMS_A_PICTURE;
        gang.pictures = (0..own).map(|_| random.next()).collect();
        gang.taken = random.below(PRESS);
    }

    /// One domain after the other.
    fn hosts(&mut self, gang: &Gang, random: &mut Random) -> Vec<String> {
        let count = 1 + gang.size / VICTIMS_A_DOMAIN + usize::from(random.chance(25));
        let mut name = if random.chance(IMITATE) {
            brand(random)
        } else {
            ascii(&gang.name)
        };
        let mut label = in_words(&name, random);
        let mut hosts = vec![self.register(label.clone(), random)];
        while hosts.len() < count {
            let drawn = random.below(100);
            let next = if drawn < LOOKS_ALIKE {
                altered(&label, random)
            } else {
                if drawn >= LOOKS_ALIKE + SAME_NAME {
                    name = brand(random);
                }
                label = in_words(&name, random);
                label.clone()
            };
            hosts.push(self.register(next, random));
        }
        hosts
    }

    /// A domain that nobody has: who finds one taken alters it.
    fn register(&mut self, mut label: String, random: &mut Random) -> String {
        loop {
            let domain = format!("{label}.{}", random.pick(ENDINGS));
            if self.registered.insert(domain.clone()) {
                return domain;
            }
            label = altered(&label, random);
            if label.len() > 40 {
                label = format!("{}{}", &label[..20], random.digits(4));
            }
        }
    }

    /// Changes what one victim tells, and adds what they send.
    pub(crate) fn tell(&self, made: &mut Made, gang: &Gang, victim: usize) {
        let mut random = self.stream(gang.id, Some(victim));
        for (list, field) in [
            ("payments", "payee"),
            ("accounts_to_pay", "payee"),
            ("names_used", "name"),
        ] {
            let items = made.raw.get_mut(list).and_then(Value::as_array_mut);
            for item in items.into_iter().flatten() {
                heard(item.get_mut(field), &mut random);
            }
        }
        heard(made.raw.get_mut("shop_name"), &mut random);
        if gang.unlawful.is_some() || !random.chance(SEND) {
            return;
        }
        for _ in 0..1 + usize::from(random.chance(SEND_TWO)) {
            let picture = self.picture(gang, &mut random);
            made.pictures.push(picture::sent(&picture, &mut random));
        }
    }

    fn picture(&self, gang: &Gang, random: &mut Random) -> image::RgbImage {
        let drawn = random.below(100);
        let seed = if drawn < OWN {
            gang.pictures[random.index(gang.pictures.len())]
        } else if drawn < OWN + TAKEN {
            gang.taken
        } else if drawn < OWN + TAKEN + TEMPLATE {
            PRESS + random.below(TEMPLATES)
        } else {
            return picture::screen(random.below(APPLICATIONS), random);
        };
        picture::drawn(&mut Random::of(self.seed, !seed))
    }
}

/// One of the names that are imitated: of a few many know, of many few do.
fn brand(random: &mut Random) -> String {
    let drawn = random.index(BRANDS).min(random.index(BRANDS));
    let (head, tail) = (
        NAME_HEADS[drawn % NAME_HEADS.len()],
        NAME_TAILS[drawn * 7 % NAME_TAILS.len()],
    );
    ascii(&format!("{head}{tail}"))
}

/// A name with a word before or behind it, or alone.
fn in_words(name: &str, random: &mut Random) -> String {
    let word = random.pick(WORDS);
    match random.below(5) {
        0 => name.to_owned(),
        1 => format!("{name}{word}"),
        2 => format!("{name}-{word}"),
        3 => format!("{word}{name}"),
        _ => format!("{word}-{name}"),
    }
}

/// A label that passes for another. Some of what people do here the key of looks sees through, some it does not: a
/// word more, a letter less, two swapped.
fn altered(label: &str, random: &mut Random) -> String {
    let mut letters: Vec<char> = label.chars().collect();
    let at = 1 + random.index(letters.len().saturating_sub(2).max(1));
    match random.below(100) {
        0..20 => {} // another ending
        20..32 => match letters.iter().position(|letter| *letter == '-') {
            Some(hyphen) => _ = letters.remove(hyphen),
            None => letters.insert(at, '-'),
        },
        32..46 => {
            let figures = [('o', '0'), ('l', '1'), ('e', '3'), ('s', '5')];
            let (letter, figure) = figures[random.index(figures.len())];
            if let Some(found) = letters.iter_mut().find(|found| **found == letter) {
                *found = figure;
            }
        }
        46..53 => letters.insert(at, letters[at]),
        53..58 => return label.replacen('m', "rn", 1),
        58..65 => _ = letters.remove(at),
        65..70 => letters.swap(at - 1, at),
        _ => return format!("{label}-{}", random.pick(WORDS)),
    }
    let label: String = letters.into_iter().collect();
    label.replace("--", "-").trim_matches('-').to_owned()
}

fn heard(name: Option<&mut Value>, random: &mut Random) {
    if let Some(Value::String(name)) = name
        && random.chance(BY_EAR)
    {
        *name = by_ear(name, random);
    }
}

/// A name as somebody writes it who has only heard it. Some of it sounds alike to the key of sounds, some does not.
fn by_ear(name: &str, random: &mut Random) -> String {
    const SPELLINGS: &[(&str, &str)] = &[
        ("ph", "f"),
        ("th", "t"),
        ("eau", "au"),
        ("eau", "o"),
        ("au", "o"),
        ("y", "i"),
        ("i", "y"),
        ("qu", "k"),
        ("ll", "l"),
        ("nn", "n"),
        ("tt", "t"),
        ("ss", "s"),
        ("t", "tt"),
        ("n", "nn"),
        ("l", "ll"),
        ("rd", "rt"),
        ("nt", "nd"),
        ("oux", "ou"),
        ("ois", "oi"),
        ("ert", "er"),
        ("ez", "es"),
        ("in", "ain"),
        ("en", "an"),
        ("c", "k"),
        ("ch", "sh"),
        ("er", "é"),
        ("nc", "n"),
        ("s", "z"),
        ("r", "rr"),
        ("ou", "oo"),
        ("g", "gu"),
        ("h", ""),
    ];
    let mut heard = name.to_lowercase();
    for _ in 0..1 + usize::from(random.chance(30)) {
        let fitting: Vec<&(&str, &str)> = SPELLINGS
            .iter()
            .filter(|(written, _)| heard.contains(written))
            .collect();
        if fitting.is_empty() {
            break;
        }
        let (written, other) = fitting[random.index(fitting.len())];
        heard = heard.replacen(written, other, 1);
    }
    let words = heard.split(' ').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(letters).collect::<String>()
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use linkage::sounds_french;
    use observables::{Kind, Observable};

    use super::*;
    use crate::demo::generate;

    #[test]
    fn the_same_seed_makes_the_same_and_the_rest_is_that_of_the_plain_set() {
        let made: Vec<Made> = generate::evasive(7, 120).collect();
        assert!(generate::evasive(7, 120).eq(made.iter().cloned()));
        let plain: Vec<Made> = generate::complaints(7, 120).collect();
        let mut other = 0;
        for (made, plain) in made.iter().zip(&plain) {
            assert_eq!(
                (made.gang, &made.idempotency, made.desk),
                (plain.gang, &plain.idempotency, plain.desk)
            );
            assert_eq!(
                made.raw.get("contact_email"),
                plain.raw.get("contact_email")
            );
            assert!(plain.pictures.is_empty());
            other += usize::from(made.raw != plain.raw);
        }
        assert!(other > 40, "{other}");
    }

    #[test]
    fn a_domain_is_registered_once_and_is_one() {
        let mut evasion = Evasion::new(3);
        let mut random = Random::of(3, 3);
        let mut seen = BTreeSet::new();
        for _ in 0..3_000 {
            let label = in_words(&brand(&mut random), &mut random);
            let domain = evasion.register(altered(&label, &mut random), &mut random);
            let parsed = Observable::parse(Kind::Domain, &domain)
                .unwrap_or_else(|error| panic!("{domain}: {error}"));
            assert_eq!(parsed.canonical(), domain);
            assert!(seen.insert(domain));
        }
    }

    /// What there is to learn from: names of one gang that sound alike and are not the same, and of two gangs too.
    #[test]
    fn names_sound_alike_within_gangs_and_among_strangers() {
        let mut of_sound = BTreeMap::<String, BTreeSet<(String, u32)>>::new();
        for made in generate::evasive(5, 1_500) {
            let used = made.raw.get("names_used").and_then(Value::as_array);
            for name in used.into_iter().flatten() {
                let name = name["name"].as_str().unwrap().to_lowercase();
                let sound: Vec<String> = name.split(' ').map(sounds_french).collect();
                let of_sound = of_sound.entry(sound.join(" ")).or_default();
                of_sound.insert((name, made.gang));
            }
        }
        let (mut within, mut among) = (0, 0);
        for names in of_sound.values() {
            for (name, gang) in names {
                let mut others = names.iter().filter(|(other, _)| other != name);
                within += usize::from(others.clone().any(|(_, other)| other == gang));
                among += usize::from(others.any(|(_, other)| other != gang));
            }
        }
        assert!(within > 50 && among > 20, "{within} {among}");
    }
}
