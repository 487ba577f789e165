//! Complaints and reports in French, from a seed: the same for ever, one after the other in the
//! order of time, in memory that does not grow with their number.
//!
//! Authors arrive; each has so many victims over some weeks, most have one, a few have sixty. What
//! a victim knows, gives and writes differs, so that some submissions of a gang share nothing but
//! a way of speaking, and some that share a bank account are of two gangs.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
    rc::Rc,
    sync::LazyLock,
};

use casework::submission::Track;
use jiff::{
    Span,
    civil::{Date, date},
};
use serde_json::{Map, Value, json};

use super::{
    evasive::Evasion,
    gang::{Gang, MAILBOXES, ascii, scrambled},
    identifiers::{french_iban, idempotency, victim_phone},
    random::Random,
    texts::{
        ASIDE, BANKS, CRYPTO_TOLD, EMAIL_TOLD, FAMILY, GIVEN, HANDLE_TOLD, IBAN_TOLD, PHONE_TOLD,
        PROFESSIONS, SAID, SEEN, UNLAWFUL, URL_TOLD, spin,
    },
    victim::{self, Hand, Told},
};

/// A made submission, with its truth.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Made {
    /// The desk it is for.
    pub(crate) desk: &'static str,
    /// How it is filed.
    pub(crate) track: Track,
    /// The client's key: the same for the same seed and place.
    pub(crate) idempotency: String,
    /// The raw answers.
    pub(crate) raw: Map<String, Value>,
    /// Files of the pictures that come with it (JPEG).
    pub(crate) pictures: Vec<Vec<u8>>,
    /// Who did it. A lone author is a gang of one.
    pub(crate) gang: u32,
}

/// Everything made has happened by then.
pub(crate) const LAST_DAY: Date = date(2026, 10, 31);

/// The first `count` submissions of a seed. A larger count spreads over a longer time, so it does
/// not begin with a smaller one.
pub(crate) fn complaints(seed: u64, count: usize) -> impl Iterator<Item = Made> {
    made(seed, count, None)
}

/// The same, of gangs that change what they show and victims who write by ear: see [`super::evasive`].
pub(crate) fn evasive(seed: u64, count: usize) -> impl Iterator<Item = Made> {
    made(seed, count, Some(Evasion::new(seed)))
}

fn made(seed: u64, count: usize, evasion: Option<Evasion>) -> Complaints {
    let days = (count as u64 / 30).clamp(21, 730);
    Complaints {
        seed,
        count,
        made: 0,
        first_day: LAST_DAY.saturating_sub(
            Span::new().days(i64::try_from(days).expect("at most 730") + RAMP_DAYS),
        ),
        // Twice the mean, as the wait is drawn from nothing to this. 2.4 submissions an author.
        longest_wait: (2 * 24 * 86_400 * days / 10 / count.max(1) as u64).max(1),
        arrivals: Random::of(seed, 0),
        next_arrival: 0,
        authors: 0,
        phones: 0,
        due: BinaryHeap::new(),
        late: VecDeque::new(),
        evasion,
    }
}

/// At first there are only new authors: that long until as many end as begin.
const RAMP_DAYS: i64 = 30;
/// Up to so many victims, strangers who meet in something by chance are few. Among more, what is drawn from
/// little would tie them together by the hundred, as nothing does real people: a number of the reserved
/// ranges, a slip in the name of a site that all know, a story of the same few sentences. Who comes later
/// gives no number, spells such names, and adds to the story what is theirs alone.
const CHANCE_MEETINGS: usize = 20_000;
/// How many gangs of late a new one may know.
const KNOWN: usize = 24;

struct Complaints {
    seed: u64,
    count: usize,
    made: usize,
    first_day: Date,
    /// In seconds, as every time here.
    longest_wait: u64,
    arrivals: Random,
    next_arrival: u64,
    authors: u32,
    phones: u64,
    due: BinaryHeap<Reverse<Due>>,
    late: VecDeque<Rc<Gang>>,
    evasion: Option<Evasion>,
}

/// A victim to come. Ordered by time; gangs never need comparing, as number and place differ.
struct Due {
    at: u64,
    victim: usize,
    gang: Rc<Gang>,
}

impl Due {
    fn key(&self) -> (u64, u32, usize) {
        (self.at, self.gang.id, self.victim)
    }
}

impl PartialEq for Due {
    fn eq(&self, other: &Due) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Due {}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Due) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Due {
    fn cmp(&self, other: &Due) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl Iterator for Complaints {
    type Item = Made;

    fn next(&mut self) -> Option<Made> {
        if self.made == self.count {
            return None;
        }
        while self
            .due
            .peek()
            .is_none_or(|Reverse(due)| due.at >= self.next_arrival)
        {
            self.arrive();
        }
        let Reverse(due) = self.due.pop()?;
        let day = i64::try_from(due.at / 86_400).unwrap_or(0);
        let filed = self
            .first_day
            .saturating_add(Span::new().days(day.min(20_000)))
            .min(LAST_DAY);
        let mut random = Random::of(
            self.seed,
            (u64::from(due.gang.id) << 16) + due.victim as u64 + 1,
        );
        let key = idempotency(self.seed, self.made);
        let mut telling = Telling::new(&due.gang, due.victim, filed, &mut random);
        if self.made >= CHANCE_MEETINGS {
            telling.own_phone = None;
            telling.hand.spell_names();
            telling.in_own_words = true;
        }
        self.made += 1;
        let mut made = telling.submission(key);
        if let Some(evasion) = &self.evasion {
            evasion.tell(&mut made, &due.gang, due.victim);
        }
        Some(made)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.count - self.made, Some(self.count - self.made))
    }
}

impl Complaints {
    fn arrive(&mut self) {
        let random = &mut self.arrivals;
        self.authors += 1;
        let size = if random.chance(25) {
            1
        } else {
            gang_size(random)
        };
        let mut own = Random::of(!self.seed, u64::from(self.authors));
        let mut gang = Gang::new(
            self.authors,
            size,
            &mut own,
            &mut self.phones,
            self.late.make_contiguous(),
        );
        if let Some(evasion) = &mut self.evasion {
            evasion.equip(&mut gang);
        }
        let gang = Rc::new(gang);
        let lifetime = (10 + own.below(40) + size as u64 / 2) * 86_400;
        let mut times: Vec<u64> = (0..size)
            .map(|_| self.next_arrival + own.below(lifetime))
            .collect();
        times.sort_unstable();
        for (victim, at) in times.into_iter().enumerate() {
            self.due.push(Reverse(Due {
                at,
                victim,
                gang: Rc::clone(&gang),
            }));
        }
        if size >= 4 {
            self.late.push_front(gang);
            self.late.truncate(KNOWN);
        }
        self.next_arrival += random.below(self.longest_wait + 1);
    }
}

/// From 1 to 60, a size of k with weight 1/k²: most have one victim, a few very many.
fn gang_size(random: &mut Random) -> usize {
    static WEIGHTS: LazyLock<[u64; 60]> = LazyLock::new(|| {
        let mut sum = 0;
        std::array::from_fn(|at| {
            sum += 1_000_000 / (at as u64 + 1).pow(2);
            sum
        })
    });
    let drawn = random.below(WEIGHTS[59]);
    WEIGHTS.partition_point(|&sum| sum <= drawn) + 1
}

/// Name and department of every commune.
static COMMUNES: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    include_str!("../../../../config/france/places/communes.tsv")
        .lines()
        .filter_map(|line| {
            let mut cells = line.split('\t').skip(1);
            Some((cells.next()?, cells.next()?))
        })
        .collect()
});

/// One victim's telling of what one gang did.
struct Telling<'a> {
    gang: &'a Gang,
    /// Which of the gang's victims, from 0.
    place: usize,
    filed: Date,
    random: &'a mut Random,
    hand: Hand,
    raw: Map<String, Value>,
    story: Vec<String>,
    /// In cents.
    price: u64,
    object: &'static str,
    name: String,
    bank: &'static str,
    city: &'static str,
    department: &'static str,
    given_name: &'static str,
    family: &'static str,
    own_email: String,
    own_phone: Option<String>,
    /// Whether an identifier was given: few give none.
    given: bool,
    /// Says more than what all say.
    in_own_words: bool,
}

impl<'a> Telling<'a> {
    fn new(gang: &'a Gang, place: usize, filed: Date, random: &'a mut Random) -> Telling<'a> {
        let (city, department) = COMMUNES[random.index(COMMUNES.len())];
        let (given, family) = (random.pick(GIVEN), random.pick(FAMILY));
        let own_email = format!(
            "{}.{}{}@{}",
            ascii(given),
            ascii(family),
            random.digits(5),
            random.pick(MAILBOXES)
        );
        Telling {
            price: gang.price * random.between(80, 125) / 100 / 100 * 100
                + if random.chance(30) { 99 } else { 0 },
            object: gang.objects[rotated(gang.objects.len(), gang, place, random)],
            name: gang.names[rotated(gang.names.len(), gang, place, random)].clone(),
            bank: random.pick(BANKS),
            hand: Hand::draw(random),
            own_phone: Some(victim_phone(random)),
            own_email,
            given_name: given,
            family,
            gang,
            place,
            filed,
            city,
            department,
            raw: Map::new(),
            story: Vec::new(),
            given: false,
            in_own_words: false,
            random,
        }
    }

    fn submission(mut self, idempotency: String) -> Made {
        let (desk, track) = if self.gang.unlawful.is_some() || self.random.chance(10) {
            self.witness();
            ("pharos", Track::Report)
        } else {
            let track = if self.random.chance(62) {
                Track::Complaint
            } else {
                Track::Report
            };
            self.complaint(track);
            ("thesee", track)
        };
        Made {
            desk,
            track,
            idempotency,
            raw: self.raw,
            pictures: Vec::new(),
            gang: self.gang.id,
        }
    }

    // --- what both desks have ----------------------------------------------------------------

    fn set(&mut self, question: &str, value: impl Into<Value>) {
        self.raw.insert(question.to_owned(), value.into());
    }

    /// Answers an optional question, in `percent` of a hundred times.
    fn maybe(&mut self, percent: u64, question: &str, value: impl Into<Value>) {
        if self.random.chance(percent) {
            self.set(question, value);
        }
    }

    /// Which of the gang's things this victim met.
    fn met(&mut self, count: usize) -> usize {
        rotated(count, self.gang, self.place, self.random)
    }

    fn say(&mut self, sentences: &[&str]) {
        let sentence = self.random.pick(sentences);
        if self.own_phone.is_none() && sentence.contains("{own_phone}") {
            return;
        }
        let spun = spin(sentence, self.random);
        let written = self.hand.write(&spun, self.random);
        let filled = self.fill(&written);
        self.story.push(filled);
    }

    /// Tells an identifier in the story.
    fn tell(&mut self, sentences: &[&str], identifier: &str) {
        self.say(sentences);
        let last = self.story.last_mut().expect("said just now");
        *last = last.replace("{x}", identifier);
    }

    fn fill(&self, text: &str) -> String {
        let mut filled = String::with_capacity(text.len() + 40);
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            filled.push_str(before);
            match name {
                "objet" => filled.push_str(self.object),
                "prix" => filled.push_str(&euros(self.price)),
                "enseigne" => filled.push_str(&self.gang.name),
                "plateforme" => filled.push_str(self.gang.platform),
                "transporteur" => filled.push_str(self.gang.carrier),
                "payee" => filled.push_str(&self.gang.payees[0]),
                "nom" => filled.push_str(&self.name),
                "banque" => filled.push_str(self.bank),
                "ville" => filled.push_str(self.city),
                "own_email" => filled.push_str(&self.own_email),
                "own_phone" => filled.push_str(self.own_phone.as_deref().unwrap_or_default()),
                "reseau" => filled.push_str(self.gang.handles[0].0),
                "jour" => filled.push_str(&self.filed.strftime("%d/%m/%Y").to_string()),
                other => {
                    filled.push('{');
                    filled.push_str(other);
                    filled.push('}');
                }
            }
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    /// Where an identifier is given.
    fn told(&mut self) -> Told {
        let told = Told::draw(self.random);
        self.given |= told != Told::Nowhere;
        told
    }

    /// What only this person tells.
    fn aside(&mut self) {
        let told = particulars(self.random);
        let written = self.hand.write(&told, self.random);
        let at = self.random.index(self.story.len() + 1);
        self.story.insert(at, written);
    }

    /// What the author writes to every victim. Who has copied another's words has all of them.
    fn said(&self) -> String {
        let mut said = self.gang.said.clone();
        if self.in_own_words {
            let seed = said.bytes().fold(0_u64, |seed, byte| {
                seed.wrapping_mul(31).wrapping_add(u64::from(byte))
            });
            let mut random = Random::of(seed, 1);
            for _ in 0..4 {
                said.push(' ');
                said.push_str(&particulars(&mut random));
            }
        }
        said
    }

    fn narrative(&mut self) -> String {
        if self.in_own_words {
            for _ in 0..self.random.between(3, 6) {
                self.aside();
            }
        }
        if self.random.chance(12) && self.story.len() > 3 {
            let at = self.random.between(1, self.story.len() as u64 - 2) as usize;
            self.story.swap(at, at + 1);
        }
        self.story
            .join(if self.random.chance(15) { "\n" } else { " " })
    }

    /// The channels by which the author reached the victim.
    fn channels(&mut self) {
        let [phone, email, site, handle] = match self.gang.scam().id {
            "false_shop" => [12, 60, 0, 8],
            "false_seller" => [65, 45, 12, 25],
            "false_buyer" => [60, 50, 22, 10],
            "false_rental" => [50, 75, 15, 10],
            "hacked_account" => [25, 70, 10, 10],
            "romance" => [60, 50, 5, 85],
            "sextortion" => [25, 30, 5, 65],
            _ => [5, 80, 30, 20],
        };
        let (mut phone, mut email) = (self.random.chance(phone), self.random.chance(email));
        let (site, handle) = (self.random.chance(site), self.random.chance(handle));
        // Who has no number writes.
        if phone && self.gang.phones.is_empty() {
            (phone, email) = (false, true);
        }
        if phone {
            let met = self.met(self.gang.phones.len());
            let number = &self.gang.phones[met];
            let told = self.told();
            if told.in_field() {
                let typed = victim::phone(number, self.random);
                self.set("phones", json!([{ "phone": typed }]));
            }
            if told.in_story() {
                let typed = victim::phone(number, self.random);
                self.tell(PHONE_TOLD, &typed);
            }
        }
        if email {
            let met = self.met(self.gang.emails.len());
            let address = &self.gang.emails[met];
            let told = self.told();
            if told.in_field() {
                let typed = if self.random.chance(90) {
                    address.clone()
                } else {
                    address.to_uppercase()
                };
                self.set("emails", json!([{ "email": typed }]));
            }
            if told.in_story() {
                let typed = victim::email(address, self.random);
                self.tell(EMAIL_TOLD, &typed);
            }
        }
        if site {
            let met = self.met(self.gang.hosts.len());
            let host = &self.gang.hosts[met];
            let told = self.told();
            if told.in_field() {
                let typed = victim::url(host, self.random);
                self.set("urls", json!([{ "url": typed }]));
            }
            if told.in_story() {
                let typed = victim::url(host, self.random);
                self.tell(URL_TOLD, &typed);
            }
        }
        if handle {
            let met = self.met(self.gang.handles.len());
            let (network, name) = &self.gang.handles[met];
            let told = self.told();
            if told.in_field() {
                self.set(
                    "accounts",
                    json!([{ "account": { "platform": network, "handle": name } }]),
                );
            }
            if told.in_story() {
                self.say(HANDLE_TOLD);
                let last = self.story.last_mut().expect("said just now");
                *last = last
                    .replace("{x}", name)
                    .replace(self.gang.handles[0].0, network);
            }
        }
        // Who was reached at all was reached by something, and most give it in the end.
        if !self.given && self.random.chance(90) {
            let met = self.met(self.gang.emails.len());
            self.set("emails", json!([{ "email": self.gang.emails[met] }]));
        }
    }

    // --- PHAROS --------------------------------------------------------------------------------

    fn witness(&mut self) {
        self.set("visibility", "public");
        let days = self.random.below(20) as i64;
        let seen = self.filed.saturating_sub(Span::new().days(days));
        self.maybe(
            60,
            "seen_at",
            json!({ "date": seen.to_string(), "about": true }),
        );
        if let Some(which) = self.gang.unlawful {
            let (category, subcategory, texts) = UNLAWFUL[which];
            self.set("category", category);
            if !subcategory.is_empty() {
                self.set("subcategory", subcategory);
            }
            self.set("medium", "network");
            let (network, name) = &self.gang.handles[0];
            self.set(
                "accounts",
                json!([{ "account": { "platform": network, "handle": name } }]),
            );
            self.set("victim", "no");
            self.say(texts);
        } else {
            self.set("category", "scam");
            let medium = self.random.pick(&["site", "site", "network"]);
            self.set("medium", medium);
            let victim = self.random.pick(&["no", "no", "other", "me"]);
            self.set("victim", victim);
            self.say(SEEN);
            if self.random.chance(50) {
                self.quote();
            }
            self.channels();
            if !self.raw.contains_key("accounts") && !self.raw.contains_key("urls") {
                if self.random.chance(70) {
                    let met = self.met(self.gang.hosts.len());
                    let typed = victim::url(&self.gang.hosts[met], self.random);
                    self.set("urls", json!([{ "url": typed }]));
                } else {
                    let place = self.fill("Une annonce sur {plateforme}, retirée depuis.");
                    self.set("where_else", place);
                }
            }
            if self.random.chance(25) {
                let met = self.met(self.gang.ibans.len());
                let typed = victim::iban(&self.gang.ibans[met], self.random);
                self.set(
                    "accounts_to_pay",
                    json!([{ "iban": typed, "payee": self.gang.payees[0] }]),
                );
            }
            if matches!(self.gang.scam().id, "sextortion" | "ransomware") && self.random.chance(50)
            {
                let met = self.met(self.gang.wallets.len());
                self.set(
                    "crypto_to_pay",
                    json!([{ "address": self.gang.wallets[met] }]),
                );
            }
        }
        self.maybe(40, "still_online", true);
        let description = self.narrative();
        self.set("description", description);
        if self.random.chance(35) {
            self.set("identify", "email");
            self.set("contact_email", self.own_email.clone());
        } else {
            self.set("identify", "anonymous");
        }
    }

    /// What the author wrote, copied into the story.
    fn quote(&mut self) {
        let said = if self.random.chance(20) {
            let typed = self.hand.write(&self.said(), self.random);
            self.fill(&typed)
        } else {
            self.fill(&self.said())
        };
        // Who copies cuts: the greeting or the end is often missing.
        let said = match self.random.below(6) {
            0 => said
                .split_once(". ")
                .map_or(said.as_str(), |(_, rest)| rest),
            1 => said
                .rsplit_once(". ")
                .map_or(said.as_str(), |(rest, _)| rest),
            _ => said.as_str(),
        };
        self.tell(SAID, said);
    }

    // --- THÉSÉE --------------------------------------------------------------------------------

    fn complaint(&mut self, track: Track) {
        let complaint = track == Track::Complaint;
        let scam = self.gang.scam();
        self.set("scam_type", scam.id);
        let for_whom = match self.random.below(100) {
            0..3 => "my_child",
            3..10 if !complaint => "other",
            _ => "me",
        };
        self.set("for_whom", for_whom);
        if complaint {
            self.set("adult", true);
            self.set("author_known", false);
        } else {
            let adult = !self.random.chance(6);
            self.maybe(70, "adult", adult);
        }
        let despairs = matches!(scam.id, "romance" | "sextortion") && self.random.chance(6);
        self.maybe(25, "in_danger", despairs);

        self.say(scam.opening);
        let paid = self.conditions();
        self.offer();
        let middle = self.random.index(scam.middle.len());
        self.say(&scam.middle[middle..=middle]);
        if self.random.chance(55) {
            self.quote();
        }
        self.set("paid", paid);
        if paid {
            self.payments(complaint);
            let told = self.random.chance(65);
            self.maybe(80, "bank_told", told);
        }
        let asked = self.random.chance(20);
        self.maybe(60, "still_asked", asked);
        self.channels();
        if self.random.chance(60) {
            let other = (middle + 1 + self.random.index(scam.middle.len() - 1)) % scam.middle.len();
            self.say(&scam.middle[other..=other]);
        }
        for _ in 0..self.random.below(3) {
            self.say(ASIDE);
        }
        self.say(scam.ending);
        if !matches!(scam.id, "false_shop" | "ransomware") && self.random.chance(70) {
            self.set("names_used", json!([{ "name": self.name }]));
        }
        if let Some(number) = self.own_phone.clone() {
            self.maybe(15, "own_phone", number);
        }
        self.maybe(15, "own_email", self.own_email.clone());

        // Before the earliest payment: six of them, up to eight days apart.
        let before = self
            .filed
            .saturating_sub(Span::new().days(60 + self.random.below(60) as i64));
        if complaint || self.random.chance(60) {
            let moment = if self.random.chance(50) {
                json!({ "date": before.to_string(), "about": true })
            } else {
                let time = format!(
                    "{:02}:{:02}",
                    self.random.between(7, 22),
                    self.random.below(60)
                );
                json!({ "date": before.to_string(), "time": time })
            };
            self.set("started_at", moment);
        }
        if scam.id == "sextortion" {
            let shown = self.random.chance(12);
            self.maybe(70, "images_shown", shown);
        }
        if self.random.chance(10) {
            let hardship = self.random.pick(&["no_means", "protected", "borrowed"]);
            self.set("hardship", json!([hardship]));
        }
        let story = self.narrative();
        self.set("story", story);
        self.person(complaint, for_whom == "my_child");
    }

    /// The conditions of the type, all met; whether anything was paid.
    fn conditions(&mut self) -> bool {
        let mut yes_no = |answers: &[(&str, bool)]| {
            for (question, answer) in answers {
                self.raw
                    .insert((*question).to_owned(), Value::Bool(*answer));
            }
        };
        match self.gang.scam().id {
            "false_shop" => {
                yes_no(&[("ordered", true), ("received", false), ("reachable", false)]);
                true
            }
            "false_seller" => {
                yes_no(&[
                    ("ordered", true),
                    ("received", false),
                    ("reachable", false),
                    ("met", false),
                    ("money_asked", true),
                ]);
                self.random.chance(94)
            }
            "false_buyer" => {
                let (sent, fees) =
                    [(true, false), (false, true), (true, true)][self.random.index(3)];
                self.raw.insert("sent_unpaid".to_owned(), Value::Bool(sent));
                self.raw.insert("fees_asked".to_owned(), Value::Bool(fees));
                self.raw.insert("met".to_owned(), Value::Bool(false));
                if fees {
                    let asked = self.money(15_000 + 100 * self.price / 1_000);
                    self.set("sum_asked", asked);
                }
                fees && self.random.chance(70)
            }
            "false_rental" => {
                yes_no(&[("met", false), ("money_asked", true)]);
                let asked = self.money(self.price);
                self.set("sum_asked", asked);
                self.random.chance(85)
            }
            "hacked_account" => {
                yes_no(&[("account_hacked", true), ("asked_in_name", true)]);
                let asked = self.money(self.price);
                self.set("sum_asked", asked);
                self.random.chance(30)
            }
            "romance" => {
                yes_no(&[("met", false), ("money_asked", true)]);
                self.random.chance(92)
            }
            "sextortion" => {
                yes_no(&[("met", false), ("blackmailed", true), ("money_asked", true)]);
                self.random.chance(35)
            }
            _ => {
                yes_no(&[("locked", true), ("ransom_asked", true)]);
                self.random.chance(12)
            }
        }
    }

    /// The shop, the ad, the parcel, the lodging, the ransom.
    fn offer(&mut self) {
        let scam = self.gang.scam().id;
        if matches!(scam, "false_shop" | "false_seller") {
            self.maybe(80, "bought", self.object);
        }
        if matches!(
            scam,
            "false_shop" | "false_seller" | "false_buyer" | "false_rental"
        ) {
            let online = self.random.chance(30);
            self.maybe(70, "site_online", online);
        }
        if matches!(scam, "false_seller" | "false_buyer" | "false_rental") {
            self.maybe(85, "ad_site", self.gang.platform);
            // An ad is seen by several victims, but each gang posts many.
            let ad = self.met(1 + self.gang.size / 2) as u64;
            let number = 10_000_000 + scrambled(u64::from(self.gang.id) * 64 + ad, 26);
            self.maybe(30, "ad_number", format!("AN{number}"));
            self.maybe(
                20,
                "ad_url",
                format!("https://petites-annonces.example/voir/{number}"),
            );
        }
        match scam {
            "false_shop" => {
                let met = self.met(self.gang.hosts.len());
                let typed = victim::url(&self.gang.hosts[met], self.random);
                self.set("shop_site", typed);
                self.given = true;
                self.maybe(75, "shop_name", self.gang.name.clone());
                let number = self.random.digits(6);
                self.maybe(50, "order_number", number);
            }
            "false_buyer" if self.raw.get("sent_unpaid") == Some(&Value::Bool(true)) => {
                self.maybe(80, "goods", self.object);
                let value = self.money(self.price);
                self.set("goods_value", value);
                self.maybe(
                    65,
                    "goods_sent_to",
                    format!("{}, {}", self.gang.goods_to, self.city),
                );
                let number = format!("XX{}FR", self.random.digits(9));
                self.maybe(40, "tracking_number", number);
            }
            "false_rental" => {
                let address = format!(
                    "{} rue de la République, {}",
                    self.random.between(1, 120),
                    self.city
                );
                self.maybe(70, "rental_address", address);
            }
            "hacked_account" => {
                let service =
                    self.random
                        .pick(&["messagerie", "Facebook", "Instagram", "Snapchat"]);
                self.maybe(
                    70,
                    "hacked_accounts",
                    json!([{ "service": service, "name": self.own_email }]),
                );
            }
            "ransomware" => {
                let note = self.fill(&self.said());
                self.maybe(70, "ransom_note", note);
                let met = self.met(self.gang.wallets.len());
                let told = self.told();
                if told.in_field() {
                    self.set("ransom_address", self.gang.wallets[met].clone());
                }
                if told.in_story() {
                    self.tell(CRYPTO_TOLD, &self.gang.wallets[met]);
                }
                let extension: String = ascii(&self.gang.name).chars().take(6).collect();
                self.maybe(60, "file_extension", format!(".{extension}"));
            }
            _ => {}
        }
    }

    fn payments(&mut self, complaint: bool) {
        let scam = self.gang.scam().id;
        let count = if scam == "romance" {
            self.random.between(1, 6)
        } else {
            1 + u64::from(self.random.chance(12))
        };
        let mut payments = Vec::new();
        let told = Told::draw(self.random);
        let mut lastly = self
            .filed
            .saturating_sub(Span::new().days(1 + self.random.below(18) as i64));
        for at in 0..count {
            let mut payment = Map::new();
            let mut put = |question: &str, value: Value| {
                payment.insert(question.to_owned(), value);
            };
            put("amount", self.money((self.price / count).max(100)));
            if self.random.chance(88) {
                put("date", Value::String(lastly.to_string()));
            }
            lastly = lastly.saturating_sub(Span::new().days(self.random.below(9) as i64));
            let means = self.means();
            put("means", Value::from(means));
            self.given |= told != Told::Nowhere && matches!(means, "transfer" | "crypto");
            let payee = self.met(self.gang.payees.len());
            let payee = &self.gang.payees[payee];
            match means {
                "transfer" => {
                    let met = self.met(self.gang.ibans.len());
                    let iban = &self.gang.ibans[met];
                    if told.in_field() {
                        put("iban", Value::String(victim::iban(iban, self.random)));
                    }
                    if told.in_story() && at == 0 {
                        let typed = victim::iban(iban, self.random);
                        self.tell(IBAN_TOLD, &typed);
                    }
                    if self.random.chance(60) {
                        put("payee", Value::from(payee.as_str()));
                    }
                    if complaint && self.random.chance(20) {
                        put("own_iban", Value::String(french_iban(self.random)));
                    }
                }
                "crypto" => {
                    let met = self.met(self.gang.wallets.len());
                    if told.in_field() {
                        put(
                            "crypto_address",
                            Value::from(self.gang.wallets[met].as_str()),
                        );
                    }
                    if told.in_story() && at == 0 {
                        self.tell(CRYPTO_TOLD, &self.gang.wallets[met]);
                    }
                }
                "card" if self.random.chance(60) => {
                    put(
                        "card_label",
                        Value::String(format!("{} PARIS", self.gang.name.to_uppercase())),
                    );
                }
                "wallet" => {
                    put(
                        "wallet_name",
                        Value::from(self.random.pick(&["PayPal", "Lydia", "Revolut", "Wero"])),
                    );
                    if told.in_field() {
                        let met = self.met(self.gang.emails.len());
                        put(
                            "wallet_account",
                            Value::from(self.gang.emails[met].as_str()),
                        );
                    }
                }
                "coupon" => {
                    put(
                        "wallet_name",
                        Value::from(self.random.pick(&[
                            "PCS",
                            "Transcash",
                            "Neosurf",
                            "Paysafecard",
                        ])),
                    );
                    if self.random.chance(60) {
                        put("coupon_codes", Value::String(self.random.digits(10)));
                    }
                }
                "cash_mandate" => {
                    put(
                        "wallet_name",
                        Value::from(self.random.pick(&["Western Union", "MoneyGram", "Ria"])),
                    );
                    put("payee", Value::from(payee.as_str()));
                    put(
                        "mandate_country",
                        Value::from(self.random.pick(&["CI", "BJ", "SN", "TR"])),
                    );
                }
                _ => {}
            }
            if matches!(means, "transfer" | "wallet" | "crypto" | "cash_mandate")
                && self.random.chance(20)
            {
                put(
                    "reference",
                    Value::String(format!("REF{}", self.random.digits(7))),
                );
            }
            payments.push(Value::Object(payment));
        }
        payments.reverse(); // the oldest first
        self.set("payments", payments);
    }

    fn means(&mut self) -> &'static str {
        let shares: &[(u64, &str)] = match self.gang.scam().id {
            "false_shop" => &[(55, "transfer"), (40, "card"), (5, "wallet")],
            "false_seller" => &[
                (74, "transfer"),
                (15, "wallet"),
                (6, "coupon"),
                (3, "cash_mandate"),
                (2, "cash"),
            ],
            "false_buyer" => &[(55, "coupon"), (33, "transfer"), (12, "wallet")],
            "false_rental" => &[(90, "transfer"), (7, "cash_mandate"), (3, "cheque")],
            "hacked_account" => &[(55, "coupon"), (45, "transfer")],
            "romance" => &[
                (56, "transfer"),
                (16, "cash_mandate"),
                (10, "crypto"),
                (18, "coupon"),
            ],
            "sextortion" => &[
                (45, "crypto"),
                (30, "coupon"),
                (15, "transfer"),
                (10, "wallet"),
            ],
            _ => &[(100, "crypto")],
        };
        let mut drawn = self.random.below(100);
        for (share, means) in shares {
            match drawn.checked_sub(*share) {
                Some(left) => drawn = left,
                None => return means,
            }
        }
        unreachable!("the shares of each type add up to 100")
    }

    /// An amount of so many cents, as a program gives it or as a person types it.
    fn money(&mut self, cents: u64) -> Value {
        if self.random.chance(15) {
            return Value::String(euros(cents));
        }
        json!({ "minor": cents, "currency": "EUR" })
    }

    fn person(&mut self, complaint: bool, child: bool) {
        let born = |from: u64, to: u64, random: &mut Random| {
            format!(
                "{}-{:02}-{:02}",
                random.between(from, to),
                random.between(1, 12),
                random.between(1, 28)
            )
        };
        if complaint {
            let mut person = Map::new();
            let family = self.family;
            person.insert("family_name".to_owned(), family.into());
            person.insert("given_names".to_owned(), self.given_name.into());
            person.insert(
                "birth_date".to_owned(),
                born(1940, 2006, self.random).into(),
            );
            person.insert("city".to_owned(), self.city.into());
            person.insert("country".to_owned(), "FR".into());
            if self.random.chance(50) {
                person.insert("nationality".to_owned(), "FR".into());
                person.insert(
                    "profession".to_owned(),
                    self.random.pick(PROFESSIONS).into(),
                );
                if let Some(number) = self.own_phone.clone() {
                    person.insert("phone".to_owned(), number.into());
                }
            }
            self.set("complainant", person);
            if child {
                let given = self.random.pick(GIVEN);
                let birth = born(2010, 2018, self.random);
                self.set(
                    "child",
                    json!({ "family_name": family, "given_names": given, "birth_date": birth }),
                );
            }
            let meet = self.random.chance(30);
            self.maybe(40, "meet_investigator", meet);
            self.maybe(60, "be_informed", true);
        }
        self.set("contact_email", self.own_email.clone());
        self.maybe(85, "residence", self.department);
        self.maybe(30, "complaint_elsewhere", false);
    }
}

/// A sentence that hardly anybody else says: where, with whom, when.
fn particulars(random: &mut Random) -> String {
    let (here, there) = (
        COMMUNES[random.index(COMMUNES.len())].0,
        COMMUNES[random.index(COMMUNES.len())].0,
    );
    let (given, family) = (random.pick(GIVEN), random.pick(FAMILY));
    let profession = random.pick(PROFESSIONS);
    let (hour, minute) = (random.between(6, 23), random.below(60));
    match random.below(5) {
        0 => format!("{given} {family}, de {here}, m’en avait parlé avant {there}."),
        1 => format!("Il était {hour} h {minute:02} à {here} quand {given} a compris."),
        2 => format!("J’étais alors chez {given}, {profession} entre {here} et {there}."),
        3 => format!("À {here}, {given} {family} y avait perdu davantage, puis à {there}."),
        _ => format!("Ma voisine {given}, {profession} à {here}, en sait plus que {family}."),
    }
}

/// Gangs use a thing up and take the next, and now and then an old one again.
fn rotated(count: usize, gang: &Gang, place: usize, random: &mut Random) -> usize {
    if random.chance(30) {
        random.index(count)
    } else {
        place * count / gang.size
    }
}

/// As people write it: `1 250,50 €`.
fn euros(cents: u64) -> String {
    let (euros, left) = (cents / 100, cents % 100);
    let whole = if euros >= 1_000 {
        format!("{} {:03}", euros / 1_000, euros % 1_000)
    } else {
        euros.to_string()
    };
    if left == 0 {
        format!("{whole} €")
    } else {
        format!("{whole},{left:02} €")
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::{BTreeMap, BTreeSet},
        fs,
        path::Path,
    };

    use casework::{
        Lang,
        answers::{self, Context, Origin},
        assess,
        desk::Config,
        place::Places,
    };
    use sha2::{Digest, Sha256};

    use super::*;

    fn config() -> Config {
        let france = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/france");
        let read = |name: &str| {
            (
                name.to_owned(),
                fs::read_to_string(france.join(name)).unwrap(),
            )
        };
        let places = Places::load(
            &read("places/departments.tsv").1,
            &read("places/communes.tsv").1,
        );
        let files = ["desks/pharos.toml", "desks/thesee.toml"].map(read);
        Config::load(files, places.unwrap()).unwrap()
    }

    #[test]
    fn every_submission_is_valid_and_eligible() {
        let config = config();
        let ctx = Context {
            now: "2026-11-01T00:00:00Z".parse().unwrap(),
            lang: Lang::Fr,
            origin: Origin::Api,
        };
        for made in complaints(1, 2_000).chain(evasive(1, 300)) {
            let desk = config.desk(&made.desk.parse().unwrap()).unwrap();
            let answers = answers::validate(desk, made.track, &made.raw, &ctx)
                .unwrap_or_else(|errors| panic!("{errors:#?}\n{:#?}", made.raw));
            let failing = assess::eligibility(desk, &answers, ctx.now);
            assert!(failing.is_empty(), "{failing:#?}\n{:#?}", made.raw);
        }
    }

    #[test]
    fn a_number_is_nobody_elses_however_many_there_are() {
        let mut gangs = BTreeMap::<String, BTreeSet<u32>>::new();
        for made in complaints(4, 60_000).skip(CHANCE_MEETINGS) {
            for field in ["phones", "own_phone"] {
                let given = made.raw.get(field).map(Value::to_string);
                let digits: String = given
                    .iter()
                    .flat_map(|text| text.chars().filter(char::is_ascii_digit))
                    .collect();
                if let Some(number) = digits.len().checked_sub(9) {
                    gangs
                        .entry(digits[number..].to_owned())
                        .or_default()
                        .insert(made.gang);
                }
            }
        }
        assert!(gangs.len() > 1_000);
        assert!(gangs.values().all(|gangs| gangs.len() == 1));
    }

    #[test]
    fn a_seed_makes_the_same_for_ever() {
        let first: Vec<Made> = complaints(7, 300).collect();
        assert!(complaints(7, 300).eq(first.iter().cloned()));
        assert_ne!(complaints(8, 300).next(), first.first().cloned());
        let text: String = first
            .iter()
            .map(|made| Value::Object(made.raw.clone()).to_string() + &made.idempotency)
            .collect();
        assert_eq!(
            format!("{:x?}", &Sha256::digest(text)[..8]),
            "[69, cc, cd, cc, 30, 1d, 41, 60]"
        );
    }

    /// Whoever joins all that shares an account is wrong: mules work for several.
    #[test]
    fn some_accounts_are_of_two_gangs() {
        let mut gangs = BTreeMap::<String, BTreeSet<u32>>::new();
        for made in complaints(3, 10_000) {
            for payment in made
                .raw
                .get("payments")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                if let Some(iban) = payment.get("iban").and_then(Value::as_str) {
                    let iban = iban.replace(' ', "").to_uppercase();
                    gangs.entry(iban).or_default().insert(made.gang);
                }
            }
        }
        let shared = gangs.values().filter(|gangs| gangs.len() > 1).count();
        assert!(
            (1..gangs.len() / 20).contains(&shared),
            "{shared} of {}",
            gangs.len()
        );
        assert!(gangs.values().all(|gangs| gangs.len() <= 4));
    }

    /// The truth has the shape of the world: many alone, some in large gangs, none over sixty.
    #[test]
    fn sizes_are_heavy_tailed() {
        let mut sizes = BTreeMap::<u32, usize>::new();
        for made in complaints(2, 20_000) {
            *sizes.entry(made.gang).or_default() += 1;
        }
        let with = |from: usize, to: usize| {
            sizes
                .values()
                .filter(|&&size| (from..=to).contains(&size))
                .count()
        };
        assert_eq!(with(61, usize::MAX), 0);
        assert!(with(1, 1) > sizes.len() / 2, "{}", with(1, 1));
        assert!(with(30, 60) > 20, "{}", with(30, 60));
        let alone = with(1, 1) * 100 / 20_000;
        assert!(
            (20..50).contains(&alone),
            "{alone} in a hundred submissions are of lone authors"
        );
    }
}
