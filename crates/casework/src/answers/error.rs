//! What is wrong with an answer, for programs as a code and for people as a sentence.

use std::fmt::Write as _;

use crate::text::Lang;

/// Something wrong with one field.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerError {
    /// The field: `payments[2].iban`.
    pub path: String,
    /// What is wrong.
    pub code: ErrorCode,
}

impl AnswerError {
    /// What is wrong and how to put it right, in the reader's language.
    pub fn message(&self, lang: Lang) -> String {
        self.code.message(lang)
    }
}

/// What shape of JSON was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A string.
    Text,
    /// A list.
    List,
    /// An object.
    Object,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ErrorCode {
    /// It must be answered.
    Required,
    /// The desk asks nothing of this name.
    UnknownField,
    /// The question is not asked, given the other answers.
    NotAsked,
    /// The JSON has another shape.
    WrongKind {
        /// The one expected.
        expected: Expected,
    },
    /// More characters than allowed.
    TooLong {
        /// How many are.
        max: usize,
    },
    /// Fewer characters than needed.
    TooShort {
        /// How many are.
        min: usize,
    },
    /// None of the options offered.
    NotAnOption,
    /// More entries than allowed.
    TooMany {
        /// How many are.
        max: usize,
    },
    /// Fewer entries than needed.
    TooFew {
        /// How many are.
        min: usize,
    },
    /// Neither yes nor no.
    NotYesNo,
    /// Not a day of the calendar.
    NotADate,
    /// Not a time of day.
    NotATime,
    /// A day to come, where only the past makes sense.
    InFuture,
    /// Not a number.
    NotANumber,
    /// Not a whole number.
    NotWhole,
    /// The number of a payment card, which is kept nowhere.
    CardNumber,
    /// Below the smallest allowed.
    TooSmall {
        /// The smallest, as written for people.
        min: String,
    },
    /// Above the largest allowed.
    TooLarge {
        /// The largest, as written for people.
        max: String,
    },
    /// Not an amount.
    NotAnAmount,
    /// A currency that is not offered.
    UnknownCurrency {
        /// Those that are.
        known: Vec<String>,
    },
    /// No country of this name or code.
    UnknownCountry,
    /// No place of this name or code.
    UnknownPlace,
    /// Several places bear this name.
    AmbiguousPlace {
        /// Name and department of each, ten at most.
        candidates: Vec<String>,
    },
    /// Not an e-mail address.
    NotAnEmail,
    /// Not a phone number.
    NotAPhone,
    /// Not a web address.
    NotAUrl,
    /// Not an IBAN.
    NotAnIban,
    /// Not an address of a cryptocurrency we know.
    NotACryptoAddress,
    /// Not the identifier of an uploaded file.
    NotAFile,
    /// The desk does not take this kind of filing.
    TrackNotOffered,
}

impl ErrorCode {
    /// A stable word for programs.
    pub fn as_str(&self) -> &'static str {
        match self {
            ErrorCode::Required => "required",
            ErrorCode::UnknownField => "unknown_field",
            ErrorCode::NotAsked => "not_asked",
            ErrorCode::WrongKind { .. } => "wrong_kind",
            ErrorCode::TooLong { .. } => "too_long",
            ErrorCode::TooShort { .. } => "too_short",
            ErrorCode::NotAnOption => "not_an_option",
            ErrorCode::TooMany { .. } => "too_many",
            ErrorCode::TooFew { .. } => "too_few",
            ErrorCode::NotYesNo => "not_yes_no",
            ErrorCode::NotADate => "not_a_date",
            ErrorCode::NotATime => "not_a_time",
            ErrorCode::InFuture => "in_future",
            ErrorCode::NotANumber => "not_a_number",
            ErrorCode::NotWhole => "not_whole",
            ErrorCode::CardNumber => "card_number",
            ErrorCode::TooSmall { .. } => "too_small",
            ErrorCode::TooLarge { .. } => "too_large",
            ErrorCode::NotAnAmount => "not_an_amount",
            ErrorCode::UnknownCurrency { .. } => "unknown_currency",
            ErrorCode::UnknownCountry => "unknown_country",
            ErrorCode::UnknownPlace => "unknown_place",
            ErrorCode::AmbiguousPlace { .. } => "ambiguous_place",
            ErrorCode::NotAnEmail => "not_an_email",
            ErrorCode::NotAPhone => "not_a_phone",
            ErrorCode::NotAUrl => "not_a_url",
            ErrorCode::NotAnIban => "not_an_iban",
            ErrorCode::NotACryptoAddress => "not_a_crypto_address",
            ErrorCode::NotAFile => "not_a_file",
            ErrorCode::TrackNotOffered => "track_not_offered",
        }
    }

    /// What is wrong and how to put it right.
    pub fn message(&self, lang: Lang) -> String {
        let fixed = match self {
            ErrorCode::TooLong { max } => {
                return match lang {
                    Lang::Fr => format!(
                        "Raccourcissez ce texte : {} caractères au plus.",
                        grouped(*max, lang)
                    ),
                    Lang::En => format!(
                        "Shorten this text: {} characters at most.",
                        grouped(*max, lang)
                    ),
                };
            }
            ErrorCode::TooShort { min } => {
                return match lang {
                    Lang::Fr => format!(
                        "Dites-en un peu plus : {} caractères au moins.",
                        grouped(*min, lang)
                    ),
                    Lang::En => format!(
                        "Say a little more: {} characters at least.",
                        grouped(*min, lang)
                    ),
                };
            }
            ErrorCode::TooMany { max } => {
                return match lang {
                    Lang::Fr => format!("Gardez-en {} au plus.", grouped(*max, lang)),
                    Lang::En => format!("Keep {} at most.", grouped(*max, lang)),
                };
            }
            ErrorCode::TooFew { min } => {
                return match lang {
                    Lang::Fr => format!("Donnez-en au moins {}.", grouped(*min, lang)),
                    Lang::En => format!("Give at least {}.", grouped(*min, lang)),
                };
            }
            ErrorCode::TooSmall { min } => {
                return match lang {
                    Lang::Fr => format!("Saisissez au moins {min}."),
                    Lang::En => format!("Enter at least {min}."),
                };
            }
            ErrorCode::TooLarge { max } => {
                return match lang {
                    Lang::Fr => format!("Saisissez au plus {max}."),
                    Lang::En => format!("Enter at most {max}."),
                };
            }
            ErrorCode::UnknownCurrency { known } => {
                return match lang {
                    Lang::Fr => format!("Choisissez une de ces monnaies : {}.", known.join(", ")),
                    Lang::En => format!("Choose one of these currencies: {}.", known.join(", ")),
                };
            }
            ErrorCode::AmbiguousPlace { candidates } => {
                let list = candidates.join(lang.pick(" ; ", "; "));
                return match lang {
                    Lang::Fr => {
                        format!("Plusieurs lieux portent ce nom, précisez lequel : {list}.")
                    }
                    Lang::En => format!("Several places bear this name, say which one: {list}."),
                };
            }
            ErrorCode::Required => ("Répondez à cette question.", "Answer this question."),
            ErrorCode::UnknownField => (
                "Ce champ n’existe pas dans ce formulaire.",
                "This form has no such field.",
            ),
            ErrorCode::NotAsked => (
                "Cette question n’est pas posée, vu les autres réponses : retirez cette réponse.",
                "This question is not asked, given the other answers: take this answer away.",
            ),
            ErrorCode::WrongKind {
                expected: Expected::Text,
            } => ("Un texte est attendu ici.", "A text is expected here."),
            ErrorCode::WrongKind {
                expected: Expected::List,
            } => ("Une liste est attendue ici.", "A list is expected here."),
            ErrorCode::WrongKind {
                expected: Expected::Object,
            } => ("Un objet est attendu ici.", "An object is expected here."),
            ErrorCode::NotAnOption => (
                "Choisissez une des réponses proposées.",
                "Choose one of the answers offered.",
            ),
            ErrorCode::NotYesNo => ("Répondez par oui ou par non.", "Answer yes or no."),
            ErrorCode::NotADate => (
                "Saisissez une date, par exemple 14/03/2026.",
                "Enter a date, for example 14/03/2026.",
            ),
            ErrorCode::NotATime => (
                "Saisissez une heure, par exemple 14:30.",
                "Enter a time, for example 14:30.",
            ),
            ErrorCode::InFuture => (
                "Cette date n’est pas encore passée : vérifiez le jour et l’année.",
                "This date has not come yet: check the day and the year.",
            ),
            ErrorCode::NotANumber => (
                "Saisissez un nombre, par exemple 12,5.",
                "Enter a number, for example 12.5.",
            ),
            ErrorCode::NotWhole => (
                "Saisissez un nombre entier, par exemple 12.",
                "Enter a whole number, for example 12.",
            ),
            ErrorCode::CardNumber => (
                "Ceci est un numéro de carte bancaire, que nous ne gardons pas : retirez-le.",
                "This is a payment card’s number, which we do not keep: take it away.",
            ),
            ErrorCode::NotAnAmount => (
                "Saisissez un montant, par exemple 1 250,50.",
                "Enter an amount, for example 1,250.50.",
            ),
            ErrorCode::UnknownCountry => (
                "Saisissez un pays, par exemple Belgique ou BE.",
                "Enter a country, for example Belgium or BE.",
            ),
            ErrorCode::UnknownPlace => (
                "Ce lieu n’est pas connu : vérifiez son nom, par exemple Saint-Denis (93).",
                "This place is not known: check its name, for example Saint-Denis (93).",
            ),
            ErrorCode::NotAnEmail => (
                "Saisissez une adresse e-mail, par exemple nom@example.com.",
                "Enter an e-mail address, for example name@example.com.",
            ),
            ErrorCode::NotAPhone => (
                "Saisissez un numéro de téléphone, par exemple 06 39 98 12 34 ou +33 6 39 98 12 34.",
                "Enter a phone number, for example 06 39 98 12 34 or +33 6 39 98 12 34.",
            ),
            ErrorCode::NotAUrl => (
                "Saisissez une adresse web, par exemple https://www.example.com/page.",
                "Enter a web address, for example https://www.example.com/page.",
            ),
            ErrorCode::NotAnIban => (
                "Cet IBAN n’est pas juste : recopiez-le, il commence par deux lettres, par exemple FR.",
                "This IBAN is not right: copy it again, it starts with two letters, for example FR.",
            ),
            ErrorCode::NotACryptoAddress => (
                "Cette adresse de cryptomonnaie n’est pas juste : copiez-la sans la retaper.",
                "This cryptocurrency address is not right: copy it without typing it.",
            ),
            ErrorCode::NotAFile => (
                "Ce fichier n’a pas été reçu : joignez-le de nouveau.",
                "This file was not received: attach it again.",
            ),
            ErrorCode::TrackNotOffered => (
                "Ce guichet ne reçoit pas ce type de démarche.",
                "This desk does not take this kind of filing.",
            ),
        };
        lang.pick(fixed.0, fixed.1).to_owned()
    }
}

/// `100 000` in French, `100,000` in English.
fn grouped(count: usize, lang: Lang) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push_str(lang.pick("\u{a0}", ","));
        }
        let _ = write!(grouped, "{digit}");
    }
    grouped
}
