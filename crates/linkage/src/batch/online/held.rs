//! The records of an index as they are now: each value once, and what is compared of a record side by side.
//!
//! Two records are compared as in batch, by the codes of their values; what a code needs to be compared (its letters
//! at hand, its rarity, how common it is) is found out once, when its value first comes.

use std::borrow::Cow;
use std::sync::Arc;

use crate::batch::frequencies::Frequencies;
use crate::batch::plan::{Codes, Expression, Plan, Shape, lay_out, row_of};
use crate::batch::predict::{Scorer, Weights};
use crate::batch::records::{Records, RecordsBuilder, RecordsError, Value};

/// Values that a column may always have lost before it is tidied.
const LOST: usize = 1 << 10;

/// Records by their place. A place that no record has is without values.
#[derive(Debug)]
pub(super) struct Held {
    records: RecordsBuilder,
    shape: Shape,
    expressions: Vec<Expression>,
    rows: Vec<Codes>,
    scorer: Scorer,
    frequencies: Frequencies,
    /// For each column the values that records have lost since it was tidied: no fewer than no record has.
    lost: Vec<usize>,
}

impl Held {
    /// No record, in these columns.
    pub(super) fn new(
        records: RecordsBuilder,
        shape: Shape,
        weights: Arc<Weights>,
        frequencies: Frequencies,
    ) -> Held {
        let mut held = Held {
            lost: vec![0; records.records().width()],
            records,
            expressions: shape.expressions(),
            shape,
            rows: Vec::new(),
            scorer: Scorer::empty(weights),
            frequencies,
        };
        held.grow();
        held
    }

    pub(super) fn records(&self) -> &Records {
        self.records.records()
    }

    pub(super) fn scorer(&self) -> &Scorer {
        &self.scorer
    }

    /// The records at these places, numbered in this order.
    pub(super) fn plan(&self, places: impl Iterator<Item = u32>) -> Plan<'_> {
        let stride = self.shape.stride();
        let rows = places.flat_map(|place| &self.rows[place as usize * stride..][..stride]);
        let rows = rows.copied().collect();
        let expressions = Cow::Borrowed(&self.expressions[..]);
        Plan::laid_out(&self.shape, self.records(), expressions, rows)
    }

    /// Whether values fit the columns.
    pub(super) fn check(&self, values: &[Value<'_>]) -> Result<(), RecordsError> {
        self.records.check(0, values)
    }

    /// Puts a record at a place that there is, or the next.
    pub(super) fn set(
        &mut self,
        place: u32,
        source: u16,
        values: &[Value<'_>],
    ) -> Result<(), RecordsError> {
        let place = place as usize;
        let codes = |records: &Records| -> Vec<u32> {
            let columns = (0..records.width()).map(|column| &records.at(column).codes);
            let codes = columns.map(|codes| codes.get(place).copied());
            codes.map(Option::unwrap_or_default).collect()
        };
        let before = codes(self.records());
        self.records.set(place, source, values)?;
        self.grow();
        let (records, stride) = (self.records.records(), self.shape.stride());
        self.rows.resize(records.len() * stride, Codes::default());
        let row = &mut self.rows[place * stride..][..stride];
        let laid_out = row_of(&self.expressions, records, place);
        row.iter_mut().zip(laid_out).for_each(|(to, of)| *to = of);
        let most = records.len().max(LOST);
        let after = codes(records);
        for (column, (before, after)) in before.into_iter().zip(after).enumerate() {
            self.lost[column] += usize::from(before != 0 && before != after);
            if self.lost[column] > most {
                self.tidy(column);
            }
        }
        Ok(())
    }

    /// Takes the values of a record away.
    pub(super) fn clear(&mut self, place: u32) {
        let nothing = vec![Value::Null; self.lost.len()];
        // nothing always fits
        let _ = self.set(place, 0, &nothing);
    }

    /// Takes in the values that have come.
    fn grow(&mut self) {
        let records = self.records.records();
        for expression in &mut self.expressions {
            expression.grow_as_counted(records.at(expression.column), &self.frequencies);
        }
        self.scorer
            .grow(&self.expressions, records, &self.frequencies);
    }

    /// Leaves out the values of a column that no record has any more.
    fn tidy(&mut self, column: usize) {
        self.records.tidy(column);
        self.lost[column] = 0;
        let on_column = |expression: &Expression| expression.column == column;
        for (at, empty) in self.shape.expressions().into_iter().enumerate() {
            if on_column(&empty) {
                self.expressions[at] = empty;
                self.scorer.forget(at);
            }
        }
        self.grow();
        let (stride, records) = (self.shape.stride(), self.records.records());
        for (at, expression) in self.expressions.iter().enumerate() {
            if on_column(expression) {
                lay_out(&mut self.rows, stride, at, expression, records);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::{ColumnKind, Model};

    const COLUMNS: [(&str, ColumnKind); 3] = [
        ("name", ColumnKind::Text),
        ("owns", ColumnKind::TextSet),
        ("born", ColumnKind::Date),
    ];

    fn held() -> Held {
        let mut model = Model::from_toml(
            r#"
            prior = 0.1
            blocking = [{ keys = [{ column = "name" }] }]
            [[comparisons]]
            name = "name"
            levels = [
              { when = { is = "jaro_winkler", column = "name", at_least = 0.9 }, m = 0.9, u = 0.01 },
              { when = { is = "otherwise" }, m = 0.1, u = 0.99 },
            ]
            [[comparisons]]
            name = "owns"
            levels = [
              { when = { is = "exact", column = "owns", part = "elements" }, m = 0.9, u = 0.01 },
              { when = { is = "otherwise" }, m = 0.1, u = 0.99 },
            ]
            [[comparisons]]
            name = "born"
            levels = [
              { when = { is = "exact", column = "born", part = "year" }, m = 0.9, u = 0.01 },
              { when = { is = "otherwise" }, m = 0.1, u = 0.99 },
            ]
            "#,
        )
        .unwrap();
        model.blocking.clear();
        let records = RecordsBuilder::new(&COLUMNS).unwrap();
        let shape = Shape::new(&model, records.records(), &[]).unwrap();
        let none = Plan::of(&shape, records.records(), usize::MAX);
        let weights = Weights::new(&model, &none.comparisons).unwrap();
        drop(none);
        Held::new(records, shape, weights.into(), Frequencies::default())
    }

    fn set(held: &mut Held, place: u32, number: u32) {
        let (name, own) = (format!("name {number}"), format!("thing {number}"));
        let owns = [own.as_str(), "all"];
        let values = [
            Value::Text(&name),
            Value::TextSet(&owns),
            Value::Date(number as i32 * 400),
        ];
        held.set(place, 0, &values).unwrap();
    }

    /// What is read of a record, whatever its codes.
    fn read(held: &Held, place: usize) -> Vec<Vec<u8>> {
        let columns = (0..COLUMNS.len()).map(|at| held.records().at(at));
        columns
            .map(|column| column.canonical(column.codes[place]).into_owned())
            .collect()
    }

    #[test]
    fn values_that_no_record_has_are_left_out_in_time_and_the_others_stay() {
        let mut held = held();
        (0..4).for_each(|place| set(&mut held, place, place));
        for number in 0..5_000 {
            set(&mut held, number % 3, number);
            set(&mut held, 3, 7);
            if number % 50 == 0 {
                held.clear(2);
            }
        }
        let values = held.records().at(0).values.len();
        assert!(values < 2 * LOST + 10, "{values} values of 4 records");
        let mut fresh = self::held();
        for (place, number) in [(0, 4_998), (1, 4_999), (2, 4_997), (3, 7)] {
            set(&mut fresh, place, number);
        }
        for place in 0..4 {
            assert_eq!(read(&held, place), read(&fresh, place), "{place}");
        }
        let patterns = |held: &Held| {
            let plan = held.plan(0..4);
            let pairs = (0..4).flat_map(|left| (0..left).map(move |right| (left, right)));
            let agreement = |(a, b)| plan.agreement(&plan.row(a), &plan.row(b));
            pairs.map(agreement).collect::<Vec<u64>>()
        };
        assert_eq!(patterns(&held), patterns(&fresh));
    }
}
