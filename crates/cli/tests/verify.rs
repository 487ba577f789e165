//! What `orfevre verify` says of a receipt of long ago, offline.

#![expect(clippy::unwrap_used, reason = "a test: what fails must stop it")]

use std::{path::Path, process::Command};

/// Exit code, then what was written to both streams.
fn verify(receipt: &str, key: &str, more: &[&str]) -> String {
    let folder = Path::new("../ledger/tests/fixtures/receipts");
    let output = Command::new(env!("CARGO_BIN_EXE_orfevre"))
        .arg("verify")
        .arg(folder.join(receipt))
        .args(["--key", key])
        .args(more)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    format!(
        "{}\n{}{}",
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr)
    )
}

const KEY: &str = "../ledger/tests/fixtures/receipts/log.vkey";

#[test]
fn a_receipt_of_long_ago_is_valid() {
    insta::assert_snapshot!(verify("labelled.tlog-proof", KEY, &[]), @"
    0
    valid: submission 0197a000-0000-7000-8000-000000000001 is entry 300 of the ledger ledger.example/receipts, which held 701 entries when it was signed
    ");
}

#[test]
fn a_program_reads_the_same() {
    insta::assert_snapshot!(verify("labelled.tlog-proof", KEY, &["--json"]), @r#"
    0
    {"desk":"pharos","digest":"2222222222222222222222222222222222222222222222222222222222222222","index":300,"ledger":"ledger.example/receipts","size":701,"submission":"0197a000-0000-7000-8000-000000000001","valid":true}
    "#);
}

#[test]
fn another_ledger_did_not_sign_it() {
    // The key of the example in the C2SP specification of signed notes.
    let other = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    insta::assert_snapshot!(verify("labelled.tlog-proof", other, &[]), @"
    1
    NOT valid: the checkpoint is not signed by PeterNeumann+c74f20a3. Check that the file is whole and the key is the ledger's; the submission itself may still be found with its tracking code
    ");
}

#[test]
fn what_is_no_receipt_is_told() {
    insta::assert_snapshot!(verify("log.vkey", KEY, &[]), @"
    1
    NOT valid: the file does not begin with c2sp.org/tlog-proof@v1: it is not a receipt. Check that the file is whole and the key is the ledger's; the submission itself may still be found with its tracking code
    ");
}
