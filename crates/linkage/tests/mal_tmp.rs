use linkage::*;
use std::collections::*;
#[test]
fn mal() {
    let mut text = include_str!("../../../config/france/models/submissions.toml").to_owned();
    for r in std::env::var("SWEEP").unwrap_or_default().split(';').filter(|r| !r.is_empty()) {
        let (a, b) = r.split_once("=>").unwrap();
        assert!(text.contains(a));
        text = text.replace(a, b);
    }
    let model = Model::from_toml(&text).unwrap();
    let kinds = std::env::var("KINDS").unwrap_or("ipv4,domain,registrable,url".into());
    let data = std::fs::read_to_string("/tmp/e/m.tsv").unwrap();
    let mut truth: BTreeMap<u64,u64> = BTreeMap::new();
    let mut holders: BTreeMap<(String,String,bool), BTreeSet<u64>> = BTreeMap::new();
    for l in data.lines() { let f: Vec<&str> = l.split('\t').collect();
        truth.insert(f[0].parse().unwrap(), f[1].parse().unwrap());
        if kinds.split(',').any(|k| k == f[2]) { holders.entry((f[2].into(), f[3].into(), f[4] == "1")).or_default().insert(f[0].parse().unwrap()); } }
    let mut c = Component::new();
    let mut m = 0;
    for (i, ((k, _, d), h)) in holders.iter().enumerate() {
        c.push_key(Key { id: KeyId(i as u64), kind: model.kind(k).unwrap(), damped: *d }, h.len() as u64);
        for r in h { c.push_member(KeyId(i as u64), RecordId(*r)); m += 1; }
    }
    let t = std::time::Instant::now();
    let cl = c.cluster(&model);
    let e = t.elapsed();
    let truth: Vec<_> = truth.into_iter().map(|(a,b)| (RecordId(a), b)).collect();
    let q = quality::pairwise(&truth, &cl.labels());
    println!("mal members {m} time {e:?} series {} largest {} P {:.4} R {:.5} right {} found {}", cl.series.len(), cl.series.iter().map(|s| s.members.len()).max().unwrap_or(0), q.precision, q.recall, q.right_pairs, q.found_pairs);
}
