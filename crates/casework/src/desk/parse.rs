//! The shape of the files, before any meaning is checked. Unknown keys are refused by name.

use serde::Deserialize;
use toml::{Spanned, Value};

use crate::text::Text;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDesk {
    pub(super) format: Spanned<u32>,
    pub(super) id: Spanned<String>,
    pub(super) version: Spanned<u32>,
    pub(super) name: Option<String>,
    pub(super) title: Text,
    pub(super) summary: Text,
    pub(super) tracks: Vec<Spanned<String>>,
    pub(super) first_deadline_hours: Spanned<u32>,
    pub(super) retention_days: Spanned<u32>,
    pub(super) time_zone: Option<Spanned<String>>,
    pub(super) headline: Option<Spanned<String>>,
    pub(super) matched: Option<bool>,
    pub(super) tells_outcomes: Option<bool>,
    pub(super) unit: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) step: Vec<RawStep>,
    #[serde(default)]
    pub(super) urgent: Vec<RawUrgent>,
    #[serde(default)]
    pub(super) orientation: Vec<RawOrientation>,
    #[serde(default)]
    pub(super) eligibility: Vec<RawEligibility>,
    #[serde(default)]
    pub(super) priority: Vec<RawPriority>,
    #[serde(default)]
    pub(super) retention: Vec<RawRetention>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStep {
    pub(super) id: Spanned<String>,
    pub(super) title: Text,
    pub(super) intro: Option<Text>,
    pub(super) when: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) question: Vec<RawQuestion>,
}

/// Every setting of every kind; which one a kind takes is checked afterwards.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawQuestion {
    pub(super) id: Spanned<String>,
    pub(super) kind: Spanned<String>,
    pub(super) label: Text,
    pub(super) help: Option<Text>,
    pub(super) required: Option<Spanned<Value>>,
    pub(super) when: Option<Spanned<String>>,
    pub(super) is: Option<Spanned<String>>,
    pub(super) describes: Option<Spanned<Value>>,
    pub(super) max_chars: Option<Spanned<usize>>,
    pub(super) min_chars: Option<Spanned<usize>>,
    pub(super) options: Option<Spanned<Vec<RawChoice>>>,
    pub(super) max_items: Option<Spanned<usize>>,
    pub(super) min_items: Option<Spanned<usize>>,
    pub(super) past: Option<Spanned<bool>>,
    pub(super) min: Option<Spanned<f64>>,
    pub(super) max: Option<Spanned<f64>>,
    pub(super) integer: Option<Spanned<bool>>,
    pub(super) min_minor: Option<Spanned<i64>>,
    pub(super) max_minor: Option<Spanned<i64>>,
    pub(super) currencies: Option<Spanned<Vec<Spanned<String>>>>,
    pub(super) level: Option<Spanned<String>>,
    pub(super) strict: Option<Spanned<bool>>,
    pub(super) platforms: Option<Spanned<Vec<RawChoice>>>,
    pub(super) fields: Option<Spanned<Vec<Spanned<String>>>>,
    pub(super) required_fields: Option<Spanned<Vec<Spanned<String>>>>,
    pub(super) max_files: Option<Spanned<usize>>,
    pub(super) question: Option<Spanned<Vec<RawQuestion>>>,
    pub(super) item: Option<Spanned<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRetention {
    pub(super) id: Spanned<String>,
    pub(super) when: Option<Spanned<String>>,
    pub(super) keep: Spanned<String>,
    pub(super) from: Spanned<String>,
    pub(super) does: Spanned<String>,
    pub(super) because: Text,
    pub(super) article: String,
    pub(super) confirmed: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawChoice {
    pub(super) id: Spanned<String>,
    pub(super) label: Text,
    pub(super) help: Option<Text>,
    pub(super) when: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawUrgent {
    pub(super) id: Spanned<String>,
    pub(super) when: Spanned<String>,
    pub(super) title: Text,
    pub(super) text: Text,
    pub(super) deadline_minutes: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOrientation {
    pub(super) id: Spanned<String>,
    pub(super) when: Spanned<String>,
    pub(super) text: Text,
    pub(super) link: Option<Spanned<RawLink>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLink {
    pub(super) label: Option<Text>,
    pub(super) track: Option<Spanned<String>>,
    pub(super) desk: Option<Spanned<String>>,
    pub(super) url: Option<Spanned<String>>,
    pub(super) phone: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawEligibility {
    pub(super) id: Spanned<String>,
    pub(super) tracks: Option<Vec<Spanned<String>>>,
    pub(super) when: Option<Spanned<String>>,
    pub(super) require: Spanned<String>,
    pub(super) reason: Text,
    pub(super) redirect: Option<Spanned<RawLink>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPriority {
    pub(super) id: Spanned<String>,
    pub(super) when: Spanned<String>,
    pub(super) points: i64,
    pub(super) label: Text,
}
