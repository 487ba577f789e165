//! An author, or several who work together: what they reuse from one victim to the next.

use super::{
    identifiers::{author_phone, bitcoin, ethereum, iban},
    random::Random,
    texts::{
        CARRIERS, FAMILY, GIVEN, NAME_HEADS, NAME_TAILS, PLATFORMS, RENTAL_PLATFORMS, SCAMS, Scam,
        UNLAWFUL, spin,
    },
};

/// What a gang holds. One of size 1 is a lone author.
#[derive(Debug)]
pub(crate) struct Gang {
    pub(crate) id: u32,
    pub(crate) size: usize,
    pub(crate) scam: usize,
    /// Not a scam at all, but something seen: an entry of `UNLAWFUL`.
    pub(crate) unlawful: Option<usize>,
    pub(crate) ibans: Vec<String>,
    pub(crate) payees: Vec<String>,
    /// None once the reserved numbers are used up: then it has its other channels.
    pub(crate) phones: Vec<String>,
    pub(crate) emails: Vec<String>,
    pub(crate) hosts: Vec<String>,
    pub(crate) handles: Vec<(&'static str, String)>,
    pub(crate) wallets: Vec<String>,
    pub(crate) names: Vec<String>,
    pub(crate) objects: Vec<&'static str>,
    /// The name of the shop, firm or malware.
    pub(crate) name: String,
    pub(crate) platform: &'static str,
    pub(crate) carrier: &'static str,
    /// In cents.
    pub(crate) price: u64,
    /// What they write to every victim.
    pub(crate) said: String,
    /// Where goods are to be sent.
    pub(crate) goods_to: String,
    /// Seeds of its own pictures, and of one that it took from others; only evasive gangs have some.
    pub(crate) pictures: Vec<u64>,
    pub(crate) taken: u64,
}

/// Providers where honest people and authors alike have their mailbox.
pub(crate) const MAILBOXES: &[&str] = &[
    "courriel.example",
    "mail.example",
    "boite.example",
    "webmail.test",
    "poste.example.net",
];

impl Gang {
    pub(crate) fn scam(&self) -> &'static Scam {
        &SCAMS[self.scam]
    }

    /// A new gang. `phones` is the rank of the next number nobody uses yet; `others` are gangs of
    /// late, of whom it may know one.
    pub(crate) fn new(
        id: u32,
        size: usize,
        random: &mut Random,
        phones: &mut u64,
        others: &[std::rc::Rc<Gang>],
    ) -> Gang {
        let scam = scam_type(random);
        let count =
            |per: usize, random: &mut Random| 1 + size / per + usize::from(random.chance(25));
        let name = format!("{}{}", random.pick(NAME_HEADS), random.pick(NAME_TAILS));
        let hosts: Vec<String> = (0..count(16, random))
            .map(|at| host(&name, id, at, random))
            .collect();
        let names: Vec<String> = (0..count(8, random)).map(|_| person(random)).collect();
        let emails = (0..count(12, random))
            .map(|_| match random.below(3) {
                0 => format!(
                    "{}@{}",
                    random.pick(&["contact", "service", "commande", "info", "support"]),
                    random.pick(&hosts.iter().map(String::as_str).collect::<Vec<_>>())
                ),
                _ => {
                    let name = &names[random.index(names.len())];
                    format!(
                        "{}{}@{}",
                        ascii(name).replace(' ', "."),
                        random.digits(4),
                        random.pick(MAILBOXES)
                    )
                }
            })
            .collect();
        let handles = (0..count(14, random))
            .map(|_| {
                let network = random.pick(&[
                    "telegram",
                    "facebook",
                    "instagram",
                    "snapchat",
                    "tiktok",
                    "discord",
                ]);
                let name = &names[random.index(names.len())];
                (
                    network,
                    format!(
                        "{}{}",
                        ascii(name).replace(' ', random.pick(&["_", ".", ""])),
                        random.digits(5)
                    ),
                )
            })
            .collect();
        let mut ibans: Vec<String> = (0..count(10, random)).map(|_| iban(random)).collect();
        let phone_count = count(9, random);
        let phones = (0..phone_count)
            .filter_map(|_| {
                *phones += 1;
                author_phone(*phones)
            })
            .collect();
        let wallets = (0..count(10, random))
            .map(|_| {
                if random.chance(70) {
                    bitcoin(random)
                } else {
                    ethereum(random)
                }
            })
            .collect();
        let payees = (0..count(10, random))
            .map(|_| {
                if scam == 0 && random.chance(60) {
                    format!("{name} SAS")
                } else {
                    person(random)
                }
            })
            .collect();
        let mut said = SCAMS[scam]
            .said
            .iter()
            .map(|sentences| spin(random.pick(sentences), random))
            .collect::<Vec<_>>()
            .join(" ");
        // Honest matching must not merge these: they share a mule, or one copied the other's words.
        if size >= 4 && !others.is_empty() {
            let other = &others[random.index(others.len())];
            if random.chance(15) {
                ibans.push(other.ibans[0].clone());
            }
            let same = others.iter().find(|other| other.scam == scam);
            if random.chance(20)
                && let Some(other) = same
            {
                said.clone_from(&other.said);
            }
        }
        let (low, high) = SCAMS[scam].price;
        let platforms = if SCAMS[scam].id == "false_rental" {
            RENTAL_PLATFORMS
        } else {
            PLATFORMS
        };
        Gang {
            id,
            size,
            scam,
            unlawful: (size == 1 && random.chance(8)).then(|| random.index(UNLAWFUL.len())),
            ibans,
            payees,
            phones,
            emails,
            hosts,
            handles,
            wallets,
            names,
            objects: (0..1 + size / 15)
                .map(|_| random.pick(SCAMS[scam].objects))
                .collect(),
            name,
            platform: random.pick(platforms),
            carrier: random.pick(CARRIERS),
            // The lower of two: small sums are the more common.
            price: 100 * random.between(low, high).min(random.between(low, high)),
            said,
            goods_to: format!(
                "{}, {} rue {}",
                person(random),
                random.between(1, 98),
                random.pick(&[
                    "des Lilas",
                    "du Moulin",
                    "de la Gare",
                    "Pasteur",
                    "des Écoles",
                    "du Stade"
                ])
            ),
            pictures: Vec::new(),
            taken: 0,
        }
    }
}

fn scam_type(random: &mut Random) -> usize {
    let mut at = random.below(100);
    SCAMS
        .iter()
        .position(|scam| match at.checked_sub(scam.share) {
            Some(left) => {
                at = left;
                false
            }
            None => true,
        })
        .expect("the shares add up to 100")
}

pub(crate) fn person(random: &mut Random) -> String {
    format!("{} {}", random.pick(GIVEN), random.pick(FAMILY))
}

/// A host under a reserved name, which no other gang has and which does not show whose it is.
fn host(name: &str, id: u32, at: usize, random: &mut Random) -> String {
    let name = ascii(name);
    let number = scrambled(u64::from(id) * 8 + at as u64 % 8, 23);
    match random.below(5) {
        0 => format!("{name}{number}.example"),
        1 => format!("{name}-{number}.test"),
        2 => format!("{name}{number}.example.com"),
        3 => format!(
            "{}-{name}{number}.example",
            random.pick(&["soldes", "boutique", "paiement", "suivi", "espace"])
        ),
        _ => format!("www.{name}-{number}.example"),
    }
}

/// Another number for each of the first `1 << bits`.
pub(crate) fn scrambled(number: u64, bits: u32) -> u64 {
    number.wrapping_mul(0x9E37_79B9_7F4A_7C15) % (1 << bits) // odd, so no two meet
}

/// Lower case without accents.
pub(crate) fn ascii(text: &str) -> String {
    casework::fold(text)
}
