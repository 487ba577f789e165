use linkage::*;
use std::collections::*;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let model = Model::from_toml(&std::fs::read_to_string(&a[1]).unwrap()).unwrap();
    let text = std::fs::read_to_string(&a[2]).unwrap();
    let mut c = Component::new();
    let mut truth = vec![];
    let mut df: HashMap<u64, u64> = HashMap::new();
    let mut kinds = HashMap::new();
    for l in text.lines() {
        let f: Vec<&str> = l.split('\t').collect();
        let r = RecordId(f[0].parse().unwrap());
        if f[1] != "-" { truth.push((r, f[1].parse().unwrap())); }
        for k in f[2].split(' ').filter(|k| !k.is_empty()) {
            let p: Vec<&str> = k.split(':').collect();
            let id: u64 = p[0].parse().unwrap();
            *df.entry(id).or_default() += 1;
            kinds.insert(id, (p[1].to_owned(), p[2] == "1"));
            c.push_member(KeyId(id), r);
        }
    }
    for (id, (k, d)) in &kinds {
        let n = if k == "text" { 2 } else { df[id] };
        if let Some(kind) = model.kind(k) { c.push_key(Key { id: KeyId(*id), kind, damped: *d }, n); }
    }
    let t: HashSet<RecordId> = truth.iter().map(|x: &(RecordId,u64)| x.0).collect();
    let found: Vec<_> = c.cluster(&model).labels().into_iter().filter(|(r, _)| t.contains(r)).collect();
    let q = quality::pairwise(&truth, &found);
    println!("P {:.4} R {:.4} F1 {:.4}", q.precision, q.recall, q.f1);
}
