//! A copy handed over to a body outside.

use std::io::Read;

use super::*;

/// The key of the bank of the demonstration, made for it and public.
const BANK: &str = "AGE-SECRET-KEY-15WM3J67UJDKEL3G35VJZ6ZRYVAUK9R7AFPYF0A3Q0N59ALFUXSSSHDCD6N";
const PLATFORM: &str = "AGE-SECRET-KEY-189V2XKJ7QFS2CSREHXSD77XARNRP7CZS4NP8UXRPY2EGCDVGMXCQU89AXV";
const REASON: &str = "blocage du compte demandé";

impl Browser<'_> {
    /// Sends a form and gives the bytes that come back.
    async fn bytes(&self, path: &str, fields: &[(&str, &str)]) -> (StatusCode, HeaderMap, Vec<u8>) {
        let fields: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", crate::workbench::link::encoded(value)))
            .collect();
        let request = Request::post(path)
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(fields.join("&")))
            .unwrap();
        let answer = self.site.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        (parts.status, parts.headers, bytes)
    }
}

fn opened(key: &str, sealed: &[u8]) -> Option<Vec<u8>> {
    let key: age::x25519::Identity = key.parse().unwrap();
    age::decrypt(&key, sealed).ok()
}

/// The texts of the files of an archive, by their names.
fn files(tar: &[u8]) -> Vec<(String, Vec<u8>)> {
    let (mut files, mut tar) = (Vec::new(), tar);
    loop {
        let mut header = [0; 512];
        tar.read_exact(&mut header).unwrap();
        let text = |from: usize, to: usize| {
            let field = header[from..to].split(|byte| *byte == 0).next().unwrap();
            String::from_utf8(field.to_vec()).unwrap()
        };
        if header[0] == 0 {
            return files;
        }
        let size = usize::from_str_radix(&text(124, 136), 8).unwrap();
        let mut content = vec![0; size.next_multiple_of(512)];
        tar.read_exact(&mut content).unwrap();
        content.truncate(size);
        files.push((text(0, 100), content));
    }
}

/// A text as a page shows it.
fn unescaped(text: &str) -> String {
    let signs = [
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#38;", "&"),
    ];
    signs
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_what_was_previewed_opens_to_its_body_alone_and_names_nobody() {
    let site = Site::new().await;
    site.upload(
        "upload-1",
        "facture-dupont.csv",
        b"date;site\n1;releve.example\n",
    )
    .await;
    let seq = site
        .file(json!({
            "scam_type": "false_shop", "for_whom": "me", "paid": true,
            "payments": [{"amount": {"minor": 28_700, "currency": "EUR"}, "means": "transfer", "iban": IBAN}],
            "story": "Écrivez-moi à Secret.Person@example.org, le site colis.example ne répond plus.",
            "contact_email": "secret.person@example.org", "evidence": [{"id": "upload-1"}],
        }))
        .await;
    let id = site.kept(seq).await.id;
    site.add(seq, "m", "Ils rappellent du 06 39 98 77 01.", &[])
        .await;
    site.work_again().await;
    let lead = site.sign_in("lead", "head").await;
    let submission = format!("/fr/workbench/submissions/{id}");
    let path = format!("{submission}/handover");
    let note = lead.page(&submission).await;
    lead.form(
        &note,
        &format!("{submission}/acts/note"),
        &[("text", "pour nous seuls")],
    )
    .await;
    let csrf = lead.page(&path).await.hidden("csrf");
    let mut fields = vec![
        ("csrf", csrf.as_str()),
        ("body", "banque-exemple"),
        ("exhibit", "upload-1"),
        ("reason", REASON),
    ];
    let preview = lead.post(&format!("{path}/preview"), &fields).await;
    assert_eq!(preview.status, StatusCode::OK, "{}", preview.body);
    preview
        .has("2 passages qui répètent l’identité")
        .has_not("Secret.Person");
    let hidden = ["digest", "reference", "made_at"].map(|name| (name, preview.hidden(name)));
    fields.extend(hidden.iter().map(|(name, value)| (*name, value.as_str())));
    let send = format!("{path}/send");
    // Unread, it does not leave; nor does another than the one that was read.
    let unread = lead.post(&send, &fields).await;
    assert_eq!(unread.status, StatusCode::UNPROCESSABLE_ENTITY);
    unread.has("Confirmez que vous avez lu");
    fields.push(("confirm", "yes"));
    let without: Vec<_> = fields
        .iter()
        .copied()
        .filter(|(name, _)| *name != "exhibit")
        .collect();
    let other = lead.post(&send, &without).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    other.has("a changé depuis l’aperçu");
    let kept = async || {
        let acts = site.app.store.work.acts(seq).await.unwrap();
        acts.into_iter()
            .filter(|act| act.kind.starts_with("handover"))
            .collect::<Vec<_>>()
    };
    assert!(kept().await.is_empty());
    let (status, headers, sealed) = lead.bytes(&send, &fields).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers[header::CACHE_CONTROL], "no-store");
    let given = kept().await;
    assert_eq!((given.len(), given[0].reason.as_str()), (1, REASON));
    let asked = store::record::Asked::default();
    let looks = site.app.store.record.entries(&asked, 20).await.unwrap();
    let mut looks = looks.into_iter().map(|entry| entry.look);
    assert!(looks.any(|look| look.kind == "export" && look.reason == REASON));

    assert!(sealed.starts_with(b"age-encryption.org/v1\n"));
    assert_eq!(opened(PLATFORM, &sealed), None);
    let tar = opened(BANK, &sealed).unwrap();
    assert!(given[0].body.contains(&exchange::handover::digest(&tar)));
    let files = files(&tar);
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["manifest.json", "copy.json", "exhibits/1"]);
    assert_eq!(files[2].1, b"date;site\n1;releve.example\n");
    let shown = unescaped(&preview.body);
    let text = String::from_utf8(tar).unwrap();
    for (_, content) in &files[..2] {
        assert!(shown.contains(std::str::from_utf8(content).unwrap()));
    }
    for there in [
        "colis.example",
        IBAN,
        "releve.example",
        "[…]",
        "ofac-thesee",
    ] {
        assert!(text.contains(there), "{there}: {text}");
    }
    let nobodys = [
        "secret",
        "Secret",
        "Agent",
        "lead",
        "pour nous",
        "dupont",
        "77 01",
        "39987701",
    ];
    for nobody in nobodys {
        assert!(!text.contains(nobody), "{nobody}: {text}");
    }

    // What came of it comes back to the desk, and to the person in the words chosen.
    let reference = preview.hidden("reference");
    let outcome = format!("{path}/outcome");
    let empty = lead.post(&outcome, &[("csrf", csrf.as_str())]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [
        ("csrf", csrf.as_str()),
        ("reference", reference.as_str()),
        ("outcome", "compte bloqué"),
        ("to_person", "La banque a bloqué le compte."),
    ];
    let told = lead.post(&outcome, &fields).await;
    assert_eq!(told.status, StatusCode::SEE_OTHER, "{}", told.body);
    lead.page(&path).await.has("compte bloqué");
    lead.page(&submission)
        .await
        .has("compte bloqué")
        .has("La banque a bloqué le compte.");
    let acts = site.app.store.work.acts(seq).await.unwrap();
    assert!(
        acts.iter()
            .any(|act| act.kind == "reply" && act.body.contains("bloqué le compte"))
    );
    // A unit that takes part is told nothing of it.
    let units: [(&str, &[&str]); 1] = [("ofmin", &["facts", "notes"])];
    let act = store::work::NewAct {
        id: "shown".to_owned(),
        ..new_note()
    };
    site.app.store.work.show_to(seq, &units, act).await.unwrap();
    let there = site.sign_in_at("ofmin", "helper", "investigator").await;
    there.begin_task().await;
    there
        .page(&submission)
        .await
        .has("pour nous seuls")
        .has_not("compte bloqué");
    assert_eq!(there.get(&path).await.status, StatusCode::NOT_FOUND);
}

fn new_note() -> store::work::NewAct {
    store::work::NewAct {
        id: String::new(),
        at: 1,
        agent: "somebody".to_owned(),
        kind: "note".to_owned(),
        reason: String::new(),
        body: "{}".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_needs_a_body_that_takes_it_a_reason_and_a_fresh_sign_in() {
    static NOW: AtomicI64 = AtomicI64::new(1_800_000_000);
    fn clock() -> Timestamp {
        Timestamp::from_second(NOW.load(Ordering::Relaxed)).unwrap()
    }
    let site = Site::at(clock).await;
    site.upload("upload-1", "releve.csv", b"a\n").await;
    let seq = site
        .file(json!({"scam_type": "romance", "story": "Rien.", "evidence": [{"id": "upload-1"}]}))
        .await;
    let id = site.kept(seq).await.id;
    let lead = site.sign_in("lead", "head").await;
    let path = format!("/fr/workbench/submissions/{id}/handover");
    let csrf = lead.page(&path).await.hidden("csrf");
    let preview = async |body: &str, exhibit: &str, reason: &str| {
        let fields = [
            ("csrf", csrf.as_str()),
            ("body", body),
            ("exhibit", exhibit),
            ("reason", reason),
        ];
        lead.post(&format!("{path}/preview"), &fields).await
    };
    for (body, exhibit, reason, error) in [
        ("nobody", "", REASON, "Choisissez un organisme"),
        (
            "plateforme-exemple",
            "upload-1",
            REASON,
            "ne reçoit pas de pièces",
        ),
        ("banque-exemple", "", "", "dites pourquoi"),
    ] {
        let answer = preview(body, exhibit, reason).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        answer.has(error);
    }
    // A file that is none of this submission's is not part of it.
    let elsewhere = preview("banque-exemple", "upload-2", REASON).await;
    elsewhere.has("copy.json").has_not("exhibits/1");
    NOW.fetch_add(11 * 60, Ordering::Relaxed);
    let late = preview("banque-exemple", "", REASON).await;
    assert_eq!(late.status, StatusCode::FORBIDDEN);
    late.has("Confirmez que c’est bien vous");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_waits_for_its_outcome_on_a_list_until_an_answer_comes_with_its_file() {
    let site = Site::new().await;
    let work = &site.app.store.work;
    let (seq, id) = site.story().await;
    let lead = site.sign_in("lead", "head").await;
    let list = "/fr/workbench/referrals";
    lead.page(list).await.has_not("Copies remises");
    let path = format!("/fr/workbench/submissions/{id}/handover");
    let csrf = lead.page(&path).await.hidden("csrf");
    let mut fields = vec![
        ("csrf", csrf.as_str()),
        ("body", "banque-exemple"),
        ("reason", REASON),
    ];
    let preview = lead.post(&format!("{path}/preview"), &fields).await;
    let hidden = ["digest", "reference", "made_at"].map(|name| (name, preview.hidden(name)));
    fields.extend(hidden.iter().map(|(name, value)| (*name, value.as_str())));
    fields.extend([("confirm", "yes"), ("due", "2026-11-21")]);
    let late = lead.post(&format!("{path}/send"), &fields).await;
    late.has("handover-due-error");
    fields.retain(|(name, _)| *name != "due");
    fields.push(("due", "2026-12-15"));
    let (status, ..) = lead.bytes(&format!("{path}/send"), &fields).await;
    assert_eq!(status, StatusCode::OK);

    // It has an owner and a day, for the unit that has the file and for nobody else.
    lead.page(list)
        .await
        .has("Copies remises")
        .has("15/12/2026");
    let other = site.sign_in_at("ofmin", "other", "head").await;
    other.page(list).await.has_not("Copies remises");
    let auditor = site.sign_in("auditor", "auditor").await;
    assert_eq!(auditor.get(list).await.status, StatusCode::NOT_FOUND);
    work.guard(seq, true, &[], new_note()).await.unwrap();
    lead.page(list).await.has_not("Copies remises");
    let open = store::work::NewAct {
        id: "open".to_owned(),
        ..new_note()
    };
    work.guard(seq, false, &[], open).await.unwrap();

    let part = |name: &str, more: &str, value: &str| {
        format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{value}\r\n")
    };
    let reference = preview.hidden("reference");
    let answer = async |csrf: &str, file: &str| {
        let body = [
            part("csrf", "", csrf),
            part("reference", "", &reference),
            part("outcome", "", "compte bloqué"),
            part("to_person", "", ""),
            part("file", "; filename=\"../réponse.pdf\"", file),
        ];
        let request = Request::post(format!("{path}/outcome"))
            .header(header::COOKIE, &lead.cookie)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=B")
            .body(Body::from(format!("{}--B--\r\n", body.concat())))
            .unwrap();
        lead.send(request).await
    };
    let small = "%PDF-réponse";
    assert_eq!(answer("", small).await.status, StatusCode::FORBIDDEN);
    // A form lets it in and a file may not be so large: nothing is kept, and they read so.
    let large = answer(&csrf, &"x".repeat(13 << 20)).await;
    assert_eq!(large.status, StatusCode::UNPROCESSABLE_ENTITY);
    large.has("Le fichier est trop grand").has("compte bloqué");
    lead.page(list).await.has("Copies remises");
    assert_eq!(answer(&csrf, small).await.status, StatusCode::SEE_OTHER);
    lead.page(list).await.has_not("Copies remises");
    let seen = lead.page(&path).await;
    seen.has("compte bloqué").has("réponse.pdf").has_not("../");
    let href = seen.body.split("/handover/answers/").nth(1).unwrap();
    let href = format!("{path}/answers/{}", href.split('"').next().unwrap());
    let file = lead.get(&href).await;
    file.has("%PDF-réponse");
    assert_eq!(
        file.headers[header::CONTENT_TYPE],
        "application/octet-stream"
    );
    let named = file.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
    assert!(named.starts_with("attachment"), "{named}");
    for nobody in [&other, &auditor] {
        assert_eq!(nobody.get(&href).await.status, StatusCode::NOT_FOUND);
    }
    // It goes with the file.
    let erasure = store::work::Erasure {
        docket: seq,
        at: site.app.now_micros(),
        does: "erase_all".to_owned(),
        ..store::work::Erasure::default()
    };
    let revision = work.docket(seq).await.unwrap().unwrap().revision;
    let erased = site.app.store.erase(&erasure, revision, &site.app.model);
    assert!(erased.await.unwrap());
    assert_eq!(lead.get(&href).await.status, StatusCode::NOT_FOUND);
    // To whom it was handed over stays known.
    lead.page(&path)
        .await
        .has(&reference)
        .has_not("compte bloqué");
}
