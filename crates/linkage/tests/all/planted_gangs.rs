//! Made reports with a known truth: gangs that rotate what they use, among honest noise.

use linkage::{Key, KeyId, Model, RecordId, quality};

use super::{batch, submissions};

/// SplitMix64: the same numbers on every machine.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn happens(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

struct Maker<'a> {
    model: &'a Model,
    dice: Dice,
    unique: u64,
    records: Vec<(RecordId, Vec<Key>)>,
    truth: Vec<(RecordId, u64)>,
}

impl Maker<'_> {
    fn key(&self, kind: &str, value: u64) -> Key {
        let id = kind
            .bytes()
            .fold(value, |hash, byte| mix(hash ^ u64::from(byte)));
        Key {
            id: KeyId(id),
            kind: self.model.kind(kind).unwrap(),
            damped: false,
        }
    }

    fn fresh(&mut self) -> u64 {
        self.unique += 1;
        mix(self.unique)
    }

    fn push(&mut self, author: u64, keys: Vec<Key>) {
        // Record numbers that say nothing of the order in which they were made.
        let record = RecordId(mix(self.records.len() as u64));
        self.records.push((record, keys));
        self.truth.push((record, author));
    }

    /// A narrative from a template: each of its ten bands survives the rewording or not.
    fn text(&mut self, template: u64, kept: u64) -> Vec<Key> {
        (0..10)
            .map(|band| {
                let value = if self.dice.happens(kept) {
                    template
                } else {
                    self.fresh()
                };
                self.key("text", mix(value) ^ band)
            })
            .collect()
    }

    fn web(&mut self, site: u64, page: u64) -> Vec<Key> {
        vec![
            self.key("registrable", site),
            self.key("domain", mix(site ^ (page % 2))),
            self.key("url", mix(site) ^ page),
        ]
    }

    /// A gang burns its accounts, numbers, sites and wording, each at its own pace, and now and
    /// then takes an old one again.
    fn gang(&mut self, size: u64, mules: &[u64], shared_template: u64) {
        let author = self.fresh();
        let paces = [8, 10, 7, 25].map(|least| least + self.dice.below(2 * least));
        let has_accounts = self.dice.happens(85);
        let has_site = !has_accounts || self.dice.happens(70);
        for report in 0..size {
            let now = |dice: &mut Dice, place: usize| {
                let era = report / paces[place];
                let era = if dice.happens(25) {
                    dice.below(era + 1)
                } else {
                    era
                };
                mix(author ^ (place as u64) << 32 ^ era)
            };
            let account = now(&mut self.dice, 0);
            let phone = now(&mut self.dice, 1);
            let site = now(&mut self.dice, 2);
            let template = now(&mut self.dice, 3);
            let mut keys = Vec::new();
            if has_accounts && self.dice.happens(80) {
                let mule = if self.dice.happens(3) {
                    mules[self.dice.below(mules.len() as u64) as usize]
                } else {
                    account
                };
                keys.push(self.key("iban", mule));
                if self.dice.happens(70) {
                    keys.push(self.key("payee", mix(account) % 1000));
                }
            }
            // A report that names nothing of theirs is nobody's to find.
            if keys.is_empty() || self.dice.happens(65) {
                keys.push(self.key("phone", phone));
            }
            if has_site && self.dice.happens(70) {
                let page = self.dice.below(4);
                keys.extend(self.web(site, page));
            }
            if self.dice.happens(30) {
                keys.push(self.key("email", mix(phone)));
            }
            if self.dice.happens(60) {
                let copied = self.dice.happens(10);
                keys.extend(self.text(if copied { shared_template } else { template }, 60));
            }
            self.push(author, keys);
        }
    }

    /// People who have nothing to do with each other: their own details, a platform that
    /// everybody names, a common payee, the warning that the press printed, a shared address.
    fn honest(&mut self, count: u64) {
        for _ in 0..count {
            let author = self.fresh();
            let mut keys = Vec::new();
            for (kind, percent) in [("iban", 40), ("phone", 50), ("email", 40), ("social", 20)] {
                if self.dice.happens(percent) {
                    let value = self.fresh();
                    keys.push(self.key(kind, value));
                }
            }
            if self.dice.happens(60) {
                let platform = self.dice.below(12);
                let page = self.fresh();
                let mut seen = self.web(platform, page);
                // A platform of this size is on the lists.
                seen.iter_mut().for_each(|key| key.damped = true);
                keys.extend(seen);
            }
            if self.dice.happens(25) {
                let payee = self.dice.below(1000);
                keys.push(self.key("payee", payee));
            }
            if self.dice.happens(10) {
                let address = self.dice.below(100);
                keys.push(self.key("ipv4", address));
            }
            if self.dice.happens(2) {
                // A number that many name: the bank's, the one that was spoofed.
                let number = self.dice.below(5);
                let mut key = self.key("phone", number);
                key.damped = true;
                keys.push(key);
            }
            let template = if self.dice.happens(3) {
                self.dice.below(15)
            } else {
                self.fresh()
            };
            keys.extend(self.text(template, 60));
            self.push(author, keys);
        }
    }
}

fn measure(model: &Model, seed: u64) -> quality::Quality {
    let mut maker = Maker {
        model,
        dice: Dice(seed),
        unique: seed << 32,
        records: Vec::new(),
        truth: Vec::new(),
    };
    let mules: Vec<u64> = (0..15).map(|_| maker.fresh()).collect();
    for _ in 0..150 {
        // Many small gangs, few large.
        let size = 3 + 180 / (1 + maker.dice.below(60));
        let shared_template = maker.dice.below(15);
        maker.gang(size, &mules, shared_template);
    }
    maker.honest(5000);
    let clustering = batch(model, &maker.records, &[]);
    quality::pairwise(&maker.truth, &clustering.labels())
}

/// The seeds that were looked at while the first weights were set.
#[test]
fn planted_gangs_are_found() {
    let model = submissions();
    for seed in 1..=6 {
        let quality = measure(&model, seed);
        println!("seed {seed}: {quality:?}");
        assert!(quality.f1 >= 0.95, "seed {seed}: {quality:?}");
    }
}

/// Seeds that decided nothing.
#[test]
fn planted_gangs_are_found_on_seeds_not_looked_at() {
    let model = submissions();
    for seed in 3000..3008 {
        let quality = measure(&model, seed);
        println!("seed {seed}: {quality:?}");
        assert!(
            quality.precision >= 0.97 && quality.f1 >= 0.95,
            "seed {seed}: {quality:?}"
        );
    }
}
