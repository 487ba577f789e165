//! Precision and recall of every kind on made complaints: a bar that no change may fall under.

use observables::Kind;

#[path = "../examples/support/complaints.rs"]
mod complaints;
#[path = "../examples/support/score.rs"]
mod score;

#[test]

fn every_kind_is_found_and_nothing_else_is() {
    let made: Vec<_> = complaints::complaints(1).take(8_000).collect();
    let score = score::Score::of(&made);
    let mut short = String::new();
    for &kind in Kind::ALL {
        let of = &score.kinds[kind as usize];
        assert!(of.values >= 100, "{kind}: {} values are made", of.values);
        if of.recall() < 0.99 || of.precision() < 0.99 {
            short += &format!(
                "{kind}: recall {:.4}, precision {:.4}\n  missed {:#?}\n  false {:#?}\n",
                of.recall(),
                of.precision(),
                &of.missed[..of.missed.len().min(3)],
                &of.wrong[..of.wrong.len().min(3)]
            );
        }
    }
    assert!(short.is_empty(), "{}\n{short}", complaints::summary(&made));
}
