//! What is asked now, for a page to show.

use serde_json::{Map, Value};

use super::{Context, scalar::entries, walk::Walk};
use crate::{
    desk::{Choice, Desk, Kind, Question, Step},
    submission::Track,
};

/// A step that is asked now.
#[derive(Clone, Debug)]
pub struct AskedStep<'d> {
    /// The step.
    pub step: &'d Step,
    /// What it asks now; it may be empty.
    pub questions: Vec<AskedQuestion<'d>>,
}

/// A question that is asked now.
#[derive(Clone, Debug)]
pub struct AskedQuestion<'d> {
    /// The question.
    pub question: &'d Question,
    /// Where its answer stands: `payments[2].iban`.
    pub path: String,
    /// Whether it must be answered.
    pub required: bool,
    /// The options or platforms offered now.
    pub choices: Vec<&'d Choice>,
    /// The entries given, when it is a repetition, in the order of their index as sent.
    pub entries: Vec<AskedEntry<'d>>,
    /// What a new entry would ask, when it is a repetition.
    pub new_entry: Option<AskedEntry<'d>>,
}

/// An entry of a repetition.
#[derive(Clone, Debug)]
pub struct AskedEntry<'d> {
    /// Its index, as in the path and in the form's names.
    pub index: usize,
    /// What it asks now.
    pub questions: Vec<AskedQuestion<'d>>,
}

/// The steps and questions asked now, given raw answers that may be incomplete or wrong: what is
/// wrong counts as not given.
pub fn visible<'d>(
    desk: &'d Desk,
    track: Track,
    raw: &Map<String, Value>,
    ctx: &Context,
) -> Vec<AskedStep<'d>> {
    let mut walk = Walk::quiet(desk, track, ctx);
    let root = walk.desk(raw);
    desk.steps
        .iter()
        .filter(|step| {
            let env = walk.env(&root, None);
            step.when.as_ref().is_none_or(|when| when.holds(&env))
        })
        .map(|step| AskedStep {
            step,
            questions: asked(desk, track, ctx, &step.questions, raw, &root, None, ""),
        })
        .collect()
}

#[expect(
    clippy::too_many_arguments,
    reason = "one recursion over the desk, the answers and where it stands in both"
)]
fn asked<'d>(
    desk: &'d Desk,
    track: Track,
    ctx: &Context,
    questions: &'d [Question],
    raw: &Map<String, Value>,
    root: &Map<String, Value>,
    item: Option<&Map<String, Value>>,
    prefix: &str,
) -> Vec<AskedQuestion<'d>> {
    let mut walk = Walk::quiet(desk, track, ctx);
    let mut shown = Vec::with_capacity(questions.len());
    for question in questions {
        let env = walk.env(root, item);
        if !question.when.as_ref().is_none_or(|when| when.holds(&env)) {
            continue;
        }
        let path = format!("{prefix}{}", question.id);
        let choices = match &question.kind {
            Kind::Choice { options } | Kind::Choices { options, .. } => {
                walk.offered(options, root, item)
            }
            Kind::Handle { platforms } => walk.offered(platforms, root, item),
            _ => Vec::new(),
        };
        let (mut given, mut new_entry) = (Vec::new(), None);
        if let Kind::Repetition {
            questions,
            max_items,
            ..
        } = &question.kind
        {
            let nothing = Map::new();
            let sent = raw.get(question.id.as_str()).map(entries);
            for (index, entry) in sent.into_iter().flatten().flatten().take(*max_items) {
                let fields = entry.as_object().unwrap_or(&nothing);
                let prefix = format!("{path}[{index}].");
                let values = walk.entry(questions, fields, root, &prefix);
                given.push(AskedEntry {
                    index,
                    questions: asked(
                        desk,
                        track,
                        ctx,
                        questions,
                        fields,
                        root,
                        Some(&values),
                        &prefix,
                    ),
                });
            }
            let index = given
                .last()
                .map_or(0, |entry: &AskedEntry<'_>| entry.index + 1);
            if given.len() < *max_items {
                let prefix = format!("{path}[{index}].");
                new_entry = Some(AskedEntry {
                    index,
                    questions: asked(
                        desk,
                        track,
                        ctx,
                        questions,
                        &nothing,
                        root,
                        Some(&nothing),
                        &prefix,
                    ),
                });
            }
        }
        shown.push(AskedQuestion {
            required: walk.is_required(question, root, item),
            question,
            path,
            choices,
            entries: given,
            new_entry,
        });
    }
    shown
}

/// The name a form gives to a field: `payments.2.iban` for `payments[2].iban`.
pub fn form_name(path: &str) -> String {
    path.replace('[', ".").replace(']', "")
}
