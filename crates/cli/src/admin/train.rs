//! `orfevre admin train`: what each kind of shared key is worth, counted from submissions whose truth is known.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result};
use clap::Args;
use linkage::{Key, KeyId, Learned, Model, RecordId, learn};
use store::{Store, work::KEY_KINDS};

use crate::{country, demonstrate, serve};

#[derive(Args)]
pub(crate) struct Train {
    /// A folder that `orfevre demo` filled: it keeps who made which complaint.
    #[arg(long, default_value = "data/demo", value_name = "FOLDER")]
    data: PathBuf,
    /// Where to write the model with the weights learned; the kinds of which too little is shared, the groups and
    /// everything else stay as they are. Without it the weights are only shown.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// A kind that keeps its weights, for facts that made complaints do not show; may be given several times.
    #[arg(long, value_name = "KIND")]
    keep: Vec<String>,
}

impl Train {
    pub(super) fn run(&self, config: Option<&Path>) -> Result<ExitCode> {
        let text = country::model_text(config)?;
        let model = Model::from_toml(&text).context("reading models/submissions.toml")?;
        for kind in &self.keep {
            anyhow::ensure!(model.kind(kind).is_some(), "no kind is called {kind:?}");
        }
        let learned = serve::runtime()?.block_on(self.learned(&model))?;
        println!("kind             shared in one gang   between two   trust   max_bits");
        for of in &learned {
            println!(
                "{:16} {:18} {:13} {:7.2} {:10.1}",
                model.kind_name(of.kind).unwrap_or_default(),
                of.right,
                of.wrong,
                of.trust,
                of.max_bits
            );
        }
        if let Some(out) = &self.out {
            let kept = |of: &Learned| {
                let name = model.kind_name(of.kind).unwrap_or_default();
                self.keep.iter().any(|kept| kept == name)
            };
            let written = rewritten(&text, &model, learned.into_iter().filter(|of| !kept(of)));
            Model::from_toml(&written).context("checking the model learned")?;
            std::fs::write(out, written).with_context(|| format!("writing {}", out.display()))?;
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn learned(&self, model: &Model) -> Result<Vec<Learned>> {
        let gangs = demonstrate::truth(&self.data)?;
        let store = Store::open(&self.data, serve::ORIGIN)
            .await
            .with_context(|| format!("opening the data folder {}", self.data.display()))?;
        let (mut truth, mut held, mut holders) = (HashMap::new(), Vec::new(), HashMap::new());
        for (seq, id, _) in store.work.memberships().await? {
            let record = RecordId(seq as u64);
            if let Some(gang) = gangs.get(&id) {
                truth.insert(record, *gang);
            }
            let keys = store.work.keys(seq, model).await?.into_iter();
            let keys = keys.filter_map(|count| {
                let kind = KEY_KINDS.get(usize::from(count.key.kind))?;
                Some(Key {
                    id: KeyId(count.key.id as u64),
                    kind: model.kind(kind)?,
                    damped: count.key.damped,
                })
            });
            let keys: Vec<Key> = keys.collect();
            for key in &keys {
                *holders.entry(key.id).or_insert(0_u64) += 1;
            }
            held.push((record, keys));
        }
        let records = held.into_iter().map(|(record, keys)| {
            let counted = keys.into_iter().map(|key| (key, holders[&key.id]));
            (record, counted.collect())
        });
        Ok(learn(model, &records.collect::<Vec<_>>(), &truth))
    }
}

/// The text of a model with other weights: its comments and everything else stay.
///
/// Where no pair of two gangs was seen, what was counted is the least that the kind is worth: how rare such
/// pairs are, so few pairs cannot tell. Its weights are then raised and not lowered.
fn rewritten(text: &str, model: &Model, learned: impl Iterator<Item = Learned>) -> String {
    let named = learned.filter_map(|of| Some((model.kind_name(of.kind)?, of)));
    let named: HashMap<&str, Learned> = named.collect();
    let (mut out, mut in_kind, mut current) = (String::new(), false, None);
    for line in text.lines() {
        if line.starts_with('[') {
            (in_kind, current) = (line.trim() == "[[kind]]", None);
        }
        let (name, value) = line.split_once('=').unwrap_or((line, ""));
        let (name, value) = (name.trim(), value.trim());
        let at_least = |of: &Learned, counted: f64| {
            let before = value.parse().unwrap_or(counted);
            if of.wrong == 0 {
                counted.max(before)
            } else {
                counted
            }
        };
        let changed = match (name, &current) {
            ("name", _) if in_kind => {
                current = named.get(value.trim_matches('"')).copied();
                None
            }
            ("trust", Some(of)) => Some(format!("trust = {:.2}", at_least(of, of.trust))),
            ("max_bits", Some(of)) => Some(format!(
                "max_bits = {:.1}",
                at_least(of, of.max_bits.max(0.1))
            )),
            _ => None,
        };
        out.push_str(changed.as_deref().unwrap_or(line));
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(wrong: u64) -> Vec<String> {
        let text = country::model_text(None).unwrap();
        let model = Model::from_toml(&text).unwrap();
        let learned = Learned {
            kind: model.kind("passage").unwrap(),
            right: 100,
            wrong,
            trust: 0.25,
            max_bits: 30.0,
        };
        let written = rewritten(&text, &model, [learned].into_iter());
        let lines = text.lines().zip(written.lines());
        let changed = lines.filter(|(before, after)| before != after);
        changed.map(|(_, after)| after.to_owned()).collect()
    }

    #[test]
    fn only_the_weights_of_the_kinds_learned_change() {
        assert_eq!(changed(1), ["trust = 0.25", "max_bits = 30.0"]);
    }

    #[test]
    fn where_no_wrong_pair_was_seen_a_weight_is_not_lowered() {
        assert_eq!(changed(0), ["max_bits = 30.0"]);
    }
}
