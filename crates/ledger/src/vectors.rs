//! The inclusion and consistency cases of transparency-dev/merkle, good and bad; where they come
//! from and their licence stand beside them in `tests/fixtures/tlog`.

use std::{fs, path::Path};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::Value;

use crate::{ConsistencyProof, Hash, InclusionProof};

fn cases(folder: &Path) -> Vec<Value> {
    let mut cases = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            cases.extend(self::cases(&path));
        } else {
            cases.push(serde_json::from_slice(&fs::read(path).unwrap()).unwrap());
        }
    }
    cases
}

/// Some cases hold a short text where the hash does not matter, and it is compared only: padded
/// here. Some bad cases hold none at all, which cannot even be written in our types.
fn hash(value: &Value) -> Option<Hash> {
    let mut bytes = BASE64_STANDARD.decode(value.as_str()?).unwrap();
    if bytes.is_empty() {
        return None;
    }
    bytes.resize(32, 0);
    Some(Hash(bytes.try_into().ok()?))
}

fn hashes(value: &Value) -> Option<Vec<Hash>> {
    value
        .as_array()
        .map_or(Some(vec![]), |all| all.iter().map(hash).collect())
}

fn check(kind: &str, accepts: impl Fn(&Value) -> Option<bool>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/tlog")
        .join(kind);
    let cases = cases(&folder);
    assert_eq!(cases.len(), 98);
    for case in &cases {
        let accepted = accepts(case).unwrap_or(false);
        assert_eq!(accepted, !case["wantErr"].as_bool().unwrap(), "{case:#}");
    }
    assert_eq!(
        cases.iter().filter(|case| case["wantErr"] == false).count(),
        6
    );
}

#[test]
fn inclusion() {
    check("inclusion", |case| {
        let number = |name: &str| case[name].as_u64().unwrap();
        let proof = InclusionProof {
            hashes: hashes(&case["proof"])?,
        };
        let (root, leaf) = (hash(&case["root"])?, hash(&case["leafHash"])?);
        Some(
            proof
                .check(number("leafIdx"), number("treeSize"), &root, &leaf)
                .is_ok(),
        )
    });
}

#[test]
fn consistency() {
    check("consistency", |case| {
        let number = |name: &str| case[name].as_u64().unwrap();
        let proof = ConsistencyProof {
            hashes: hashes(&case["proof"])?,
        };
        let (old_root, root) = (hash(&case["root1"])?, hash(&case["root2"])?);
        Some(
            proof
                .check(number("size1"), &old_root, number("size2"), &root)
                .is_ok(),
        )
    });
}
