//! Whatever is sent, a clear problem comes back and the store holds exactly what it must.

use super::*;

/// Files a body and gives the answer, after making sure that nothing was received.
async fn refused(site: &Site, desk: &str, body: impl Into<Body>) -> Answer {
    let answer = site.file(desk, KEY, body).await;
    assert!(
        answer.status.is_client_error(),
        "{} {}",
        answer.status,
        answer.body
    );
    assert_eq!(
        answer.headers[header::CONTENT_TYPE],
        "application/problem+json"
    );
    assert!(!answer.body["title"].as_str().unwrap().is_empty());
    assert_eq!(site.count().await, 0);
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_not_the_json_we_read() {
    let site = site().await;
    let cut = refused(&site, "pharos", "{\"answers\":{\n\"category\":").await;
    cut.problem(400, "invalid-json");
    assert_eq!(
        (&cut.body["why"], &cut.body["line"], &cut.body["column"]),
        (&json!("cut"), &json!(2), &json!(11))
    );
    for (body, why) in [
        (
            "{\"answers\":{\"category\":\"scam\",\"category\":\"danger\"}}",
            "duplicate-name",
        ),
        ("{\"answers\":{},\"answers\":{}}", "duplicate-name"),
        ("{answers:{}}", "syntax"),
        ("{\"answers\":{}}garbage", "syntax"),
        ("\u{feff}{\"answers\":{}}", "syntax"),
    ] {
        assert_eq!(
            refused(&site, "pharos", body)
                .await
                .problem(400, "invalid-json")
                .body["why"],
            why,
            "{body}"
        );
    }
    let deep = format!("{{\"answers\":{{\"category\":{}", "[".repeat(500_000));
    assert_eq!(
        refused(&site, "pharos", deep)
            .await
            .problem(400, "invalid-json")
            .body["why"],
        "too-deep"
    );
    let many = format!(
        "{{\"answers\":{{\"category\":[{}0]}}}}",
        "0,".repeat(2_000_000)
    );
    assert_eq!(
        refused(&site, "pharos", many)
            .await
            .problem(400, "invalid-json")
            .body["why"],
        "too-many-values"
    );
    let bytes = refused(
        &site,
        "pharos",
        b"{\"answers\":{\"description\":\"\xc3(\"}}".to_vec(),
    )
    .await;
    assert_eq!(bytes.problem(400, "invalid-utf8").body["offset"], 27);
    refused(&site, "pharos", "")
        .await
        .problem(400, "invalid-json");
    for body in ["null", "[]", "\"x\"", "12"] {
        refused(&site, "pharos", body).await.field("", "wrong_kind");
    }
    refused(&site, "pharos", "{}")
        .await
        .field("answers", "required");
    refused(&site, "pharos", "{\"answers\":[]}")
        .await
        .field("answers", "wrong_kind");
    refused(&site, "pharos", "{\"answers\":{},\"track\":7}")
        .await
        .field("track", "wrong_kind");
    refused(&site, "pharos", "{\"answers\":{},\"track\":\"plea\"}")
        .await
        .field("track", "track_not_offered");
    refused(&site, "pharos", "{\"answers\":{},\"track\":\"complaint\"}")
        .await
        .field("track", "track_not_offered");
    refused(&site, "pharos", "{\"answers\":{},\"lang\":\"tlh\"}")
        .await
        .field("lang", "not_an_option");
    refused(&site, "pharos", "{\"answers\":{},\"colour\":1}")
        .await
        .field("colour", "unknown_field");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_cut_at_any_byte_is_refused_and_the_whole_one_is_then_received() {
    let site = site().await;
    let whole = report().to_string();
    for cut in 0..whole.len() {
        refused(&site, "pharos", whole[..cut].to_owned())
            .await
            .problem(400, "invalid-json");
    }
    site.file("pharos", KEY, whole).await.filed();
    assert_eq!(site.count().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_multipart_cut_at_any_byte_is_refused_and_the_whole_one_is_then_received() {
    let site = site().await;
    let whole = parts(&[
        (
            "submission",
            None,
            "application/json",
            report().to_string().as_bytes(),
        ),
        ("evidence", Some("a.txt"), "text/plain", b"what they wrote"),
    ]);
    // The last line end says nothing more.
    for cut in 0..whole.len() - 2 {
        let answer = site.file_parts("pharos", KEY, whole[..cut].to_vec()).await;
        answer.problem(400, "invalid-multipart");
        assert_eq!(site.count().await, 0, "cut at {cut}");
    }
    site.file_parts("pharos", KEY, whole).await.filed();
    assert_eq!(site.count().await, 1);
    assert_eq!(site.app.store.intake.exhibits(0).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks_inside_the_body() {
    let site = site().await;
    for first in ["", "{\"answers\":"] {
        let chunks = futures_util::stream::iter([Ok(first), Err(std::io::Error::other("reset"))]);
        site.file("pharos", KEY, Body::from_stream(chunks))
            .await
            .problem(400, "cut-body");
        let chunks =
            futures_util::stream::iter([Ok("--XXXX\r\n"), Err(std::io::Error::other("reset"))]);
        site.file_parts("pharos", KEY, Body::from_stream(chunks))
            .await
            .problem(400, "invalid-multipart");
    }
    assert_eq!(site.count().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_long_too_many_or_too_large() {
    let site = site().await;
    let mut long = report();
    long["answers"]["description"] = json!("é".repeat(5 << 20));
    refused(&site, "pharos", long.to_string())
        .await
        .field("description", "too_long");
    long["answers"]["description"] = json!("x".repeat(17 << 20));
    assert_eq!(
        refused(&site, "pharos", long.to_string())
            .await
            .problem(413, "too-large")
            .body["most"],
        16 << 20
    );
    let chunks = (0..40).map(|_| Ok::<_, std::io::Error>("[".repeat(1 << 20)));
    let endless = Body::from_stream(futures_util::stream::iter(chunks));
    refused(&site, "pharos", endless)
        .await
        .problem(413, "too-large");
    let mut many = report();
    many["answers"]["urls"] = (0..10_000)
        .map(|page| json!({ "url": format!("https://shop.example/{page}") }))
        .collect();
    refused(&site, "pharos", many.to_string())
        .await
        .field("urls", "too_many");
    let mut unknown = report();
    for field in 0..10_000 {
        unknown["answers"][format!("field_{field}")] = json!("x");
    }
    let answer = refused(&site, "pharos", unknown.to_string()).await;
    answer.field("field_0", "unknown_field");
    assert_eq!(answer.body["errors"].as_array().unwrap().len(), 100);
    let mut name = report();
    name["answers"]["x".repeat(1 << 20)] = json!("x");
    let answer = refused(&site, "pharos", name.to_string()).await;
    assert!(answer.body.to_string().len() < 2_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_kind_for_every_kind_of_question_names_its_field() {
    let site = site_of(TRIAL.clone(), clock).await;
    let answers = |field: &str, value: &Value| {
        let mut answers =
            json!({ "type": "shop", "story": "It was sold and never sent, for weeks." });
        if let Some(of_payment) = field.strip_prefix("payments[0].") {
            answers["paid"] = json!(true);
            answers["payments"] =
                json!([{ "amount": "10 EUR", "by_transfer": true, "holder": "A" }]);
            answers["payments"][0][of_payment] = value.clone();
        } else {
            answers[field] = value.clone();
        }
        json!({ "track": if field == "me" { "complaint" } else { "report" }, "answers": answers })
            .to_string()
    };
    let object = json!({ "a": { "b": [1] } });
    let list = json!([{ "x": 1 }, "y"]);
    let text = json!("\u{0}?!");
    // Field, and what of the three it cannot be read from.
    let table: &[(&str, &[&Value])] = &[
        ("type", &[&object, &list, &text]),
        ("title", &[&object, &list]),
        ("story", &[&object, &list]),
        ("means", &[&object, &list, &text]),
        ("paid", &[&object, &list, &text]),
        ("day", &[&object, &list, &text]),
        ("happened", &[&object, &list, &text]),
        ("count", &[&object, &list, &text]),
        ("share", &[&object, &list, &text]),
        ("country", &[&object, &list, &text]),
        ("town", &[&object, &list, &text]),
        ("department", &[&object, &list, &text]),
        ("email", &[&object, &list, &text]),
        ("phone", &[&object, &list, &text]),
        ("page", &[&object, &list, &text]),
        ("wallet", &[&object, &list, &text]),
        ("account", &[&object, &list, &text]),
        ("proof", &[&object, &list, &text]),
        ("me", &[&object, &list, &text]),
        ("payments[0].amount", &[&object, &list, &text]),
        ("payments[0].iban", &[&object, &list, &text]),
        ("payments[0].references", &[&object, &list, &text]),
    ];
    let kinds: std::collections::BTreeSet<&str> = {
        let desk = site.app.desk("trial").unwrap();
        let of = |question: &casework::desk::Question| question.kind.name();
        desk.questions()
            .flat_map(|question| match &question.kind {
                casework::desk::Kind::Repetition { questions, .. } => {
                    questions.iter().map(of).chain([of(question)]).collect()
                }
                _ => vec![of(question)],
            })
            .collect()
    };
    assert_eq!(
        kinds.len(),
        21,
        "the trial desk asks a question of every kind: {kinds:?}"
    );
    for (field, wrong) in table {
        for value in *wrong {
            let answer = site.file("trial", KEY, answers(field, value)).await;
            answer.problem(422, "invalid-answers");
            let errors = answer.body["errors"].as_array().unwrap();
            let named = errors
                .iter()
                .any(|error| error["field"].as_str().unwrap().starts_with(field));
            assert!(named, "{field} = {value}: {}", answer.body);
        }
    }
    site.file("trial", KEY, answers("notice", &text))
        .await
        .field("notice", "not_asked");
    assert_eq!(site.count().await, 0);
    site.file("trial", KEY, answers("title", &json!("A title")))
        .await
        .filed();
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_are_in_the_language_of_the_reader() {
    let site = site().await;
    let body =
        |lang: &str| json!({ "lang": lang, "answers": { "category": "no such" } }).to_string();
    let french = site.file("pharos", KEY, body("fr")).await;
    assert_eq!(french.headers[header::CONTENT_LANGUAGE], "fr");
    assert!(
        french.body["errors"][0]["message"]
            .as_str()
            .unwrap()
            .contains("Choisissez")
    );
    let english = site.file("pharos", KEY, body("en")).await;
    assert!(
        english.body["errors"][0]["message"]
            .as_str()
            .unwrap()
            .contains("Choose")
    );
    let none = site.file("pharos", KEY, "{").await;
    assert_eq!(none.headers[header::CONTENT_LANGUAGE], "en");
}

/// What a program is told, and the person who reads its log.
async fn problem(lang: &str) -> String {
    let site = site().await;
    let answers = json!({
        "category": "scam", "visibility": "public", "medium": 3, "urls": [{ "url": "https://a.example" }, {}],
        "description": "", "victim": "nobody", "identify": "anonymous", "colour": "red",
    });
    let body = json!({ "lang": lang, "answers": answers });
    let answer = site.file("pharos", KEY, body.to_string()).await;
    serde_json::to_string_pretty(&answer.body).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn problem_details_name_every_field() {
    insta::assert_snapshot!(problem("en").await, @r#"
    {
      "detail": "Nothing was received. 4 fields are wrong: “errors” says what and how to mend each.",
      "errors": [
        {
          "code": "not_an_option",
          "field": "medium",
          "message": "Choose one of the answers offered."
        },
        {
          "code": "required",
          "field": "description",
          "message": "Answer this question."
        },
        {
          "code": "not_an_option",
          "field": "victim",
          "message": "Choose one of the answers offered."
        },
        {
          "code": "unknown_field",
          "field": "colour",
          "message": "This form has no such field."
        }
      ],
      "status": 422,
      "title": "Some fields are wrong",
      "type": "/problems/invalid-answers"
    }
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn problem_details_name_every_field_in_french() {
    insta::assert_snapshot!(problem("fr").await, @r#"
    {
      "detail": "Rien n’a été reçu. 4 champs sont faux : « errors » dit lesquels et comment les corriger.",
      "errors": [
        {
          "code": "not_an_option",
          "field": "medium",
          "message": "Choisissez une des réponses proposées."
        },
        {
          "code": "required",
          "field": "description",
          "message": "Répondez à cette question."
        },
        {
          "code": "not_an_option",
          "field": "victim",
          "message": "Choisissez une des réponses proposées."
        },
        {
          "code": "unknown_field",
          "field": "colour",
          "message": "Ce champ n’existe pas dans ce formulaire."
        }
      ],
      "status": 422,
      "title": "Des champs sont faux",
      "type": "/problems/invalid-answers"
    }
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_are_missing_or_wrong() {
    let site = site().await;
    let (long, longest) = ("k".repeat(129), "k".repeat(128));
    for key in [
        "",
        "short",
        long.as_str(),
        "with spaces in the key",
        "clé-de-plus-de-seize",
    ] {
        site.file("pharos", key, report().to_string())
            .await
            .problem(400, "idempotency-key");
    }
    let twice = post("pharos", KEY)
        .header("idempotency-key", KEY)
        .header(header::CONTENT_TYPE, "application/json");
    site.send(twice.body(Body::from(report().to_string())).unwrap())
        .await
        .problem(400, "idempotency-key");
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonx",
        "",
    ] {
        let request = post("pharos", KEY)
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from(report().to_string()));
        let answer = site.send(request.unwrap()).await;
        assert!(
            answer
                .problem(415, "media-type")
                .headers
                .contains_key("accept-post")
        );
    }
    let packed = post("pharos", KEY)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONTENT_ENCODING, "gzip");
    site.send(packed.body(Body::from("x")).unwrap())
        .await
        .problem(415, "media-type");
    for desk in ["nowhere", "Pharos", "%FF", "pharos%2F..", "x'--"] {
        site.file(desk, KEY, report().to_string())
            .await
            .problem(404, "unknown-desk");
    }
    assert_eq!(site.count().await, 0);
    site.file("pharos", &longest, report().to_string())
        .await
        .filed();
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_too_large_lie_or_answer_nothing() {
    let site = site().await;
    let submission = report().to_string();
    let with = |part: (&str, Option<&str>, &str, &[u8])| {
        parts(&[
            (
                "submission",
                None,
                "application/json",
                submission.as_bytes(),
            ),
            part,
        ])
    };
    let large = vec![b'x'; MOST_UPLOAD as usize + 1];
    let answer = site
        .file_parts(
            "pharos",
            KEY,
            with(("evidence", Some("l"), "text/plain", &large)),
        )
        .await;
    assert_eq!(answer.problem(413, "too-large").body["most"], MOST_UPLOAD);
    let lie = with((
        "evidence",
        Some("cat.png"),
        "image/png",
        b"MZ\x90\x00 a program",
    ));
    let answer = site.file_parts("pharos", KEY, lie).await;
    answer.field("evidence", "type_mismatch");
    assert!(
        answer.body["errors"][0]["message"]
            .as_str()
            .unwrap()
            .contains("image/png")
    );
    let unknown = with(("holiday", Some("a"), "text/plain", b"x"));
    site.file_parts("pharos", KEY, unknown)
        .await
        .field("holiday", "unknown_field");
    let twice = with(("submission", None, "application/json", b"{}"));
    site.file_parts("pharos", KEY, twice)
        .await
        .problem(400, "invalid-multipart");
    let alone = parts(&[("evidence", Some("a"), "text/plain", b"x")]);
    site.file_parts("pharos", KEY, alone)
        .await
        .problem(400, "invalid-multipart");
    let other = post("pharos", KEY).header(header::CONTENT_TYPE, "multipart/form-data");
    site.send(other.body(Body::from("x")).unwrap())
        .await
        .problem(400, "invalid-multipart");
    let mut many = vec![(
        "submission",
        None,
        "application/json",
        submission.as_bytes(),
    )];
    many.resize(22, ("evidence", Some("a"), "text/plain", b"x".as_slice()));
    site.file_parts("pharos", KEY, parts(&many))
        .await
        .field("evidence", "too_many");
    let endless = [
        b"--XXXX\r\nContent-Disposition: ".to_vec(),
        vec![b'x'; 6 << 20],
    ]
    .concat();
    site.file_parts("pharos", KEY, endless)
        .await
        .problem(400, "invalid-multipart");

    site.send_evidence(parts(&[])).await.field("", "required");
    site.send_evidence(parts(&[("note", None, "text/plain", b"x")]))
        .await
        .field("note", "not_a_file");
    site.send_evidence(parts(&[("f", Some("l"), "text/plain", &large)]))
        .await
        .problem(413, "too-large");
    let mut absent = report();
    absent["answers"]["evidence"] = json!(["0123456789abcdef"]);
    site.file("pharos", KEY, absent.to_string())
        .await
        .field("evidence[0]", "not_a_file");
    assert_eq!(site.count().await, 0);
    let incoming = site.folder.path().join("exhibits/incoming");
    assert_eq!(
        std::fs::read_dir(incoming).unwrap().count(),
        0,
        "nothing unfinished stays"
    );
    let exact = vec![b'x'; MOST_UPLOAD as usize];
    site.file_parts(
        "pharos",
        KEY,
        with(("evidence", Some("l"), "text/plain", &exact)),
    )
    .await
    .filed();
}

#[test]
fn any_answers_are_received_or_refused_with_their_fields() {
    use proptest::{collection::vec, prelude::*, sample::select, test_runner::TestRunner};

    let words: Vec<String> = FRANCE
        .desks()
        .flat_map(|desk| desk.questions())
        .flat_map(|question| match &question.kind {
            casework::desk::Kind::Choice { options } => {
                options.iter().map(|option| option.id.to_string()).collect()
            }
            _ => vec![question.id.to_string()],
        })
        .collect();
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        select(words.clone()).prop_map(Value::from),
    ];
    let member = (select(words), leaf).prop_recursive(3, 40, 4, |inner| {
        (inner.clone(), vec(inner, 0..4), any::<bool>()).prop_map(|((name, _), members, list)| {
            let value = if list {
                members.into_iter().map(|(_, value)| value).collect()
            } else {
                Value::Object(members.into_iter().collect())
            };
            (name, value)
        })
    });
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let site = runtime.block_on(site());
    let changed = (select(vec!["pharos", "thesee"]), vec(member, 1..4));
    let number = AtomicI64::new(0);
    TestRunner::default()
        .run(&changed, |(desk, members)| {
            let mut body = report();
            for (name, value) in members {
                body["answers"][name] = value;
            }
            let key = format!(
                "key-of-the-try-number-{}",
                number.fetch_add(1, Ordering::Relaxed)
            );
            let before = runtime.block_on(site.count());
            let answer = runtime.block_on(site.file(desk, &key, body.to_string()));
            let received = runtime.block_on(site.count()) - before;
            match answer.status.as_u16() {
                201 => prop_assert_eq!(received, 1),
                422 => prop_assert!(
                    received == 0
                        && (answer.body["errors"].is_array() || answer.body["unmet"].is_array())
                ),
                status => prop_assert!(false, "{}: {}", status, answer.body),
            }
            Ok(())
        })
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_of_a_card_is_refused_where_it_cannot_be_masked() {
    let site = site_of(TRIAL.clone(), clock).await;
    let (whole, power) = ("4970101234567893", "4.970101234567893e15");
    for number in [whole, power, "\"4970 1012 3456 7893\""] {
        let body = format!(r#"{{"answers": {{"type": "rental", "share": {number}}}}}"#);
        let answer = refused(&site, "trial", body).await;
        answer.field("share", "card_number");
        assert!(!answer.body.to_string().contains(whole));
    }
    // A name that nobody asked for is told back without it.
    for name in [whole, "n 4970 1012 3456 7893"] {
        let body = json!({"answers": {"type": "rental", name: 1}}).to_string();
        let answer = refused(&site, "trial", body).await;
        let masked = observables::mask_cards(name);
        answer.field(&masked, "unknown_field");
        assert!(!answer.body.to_string().contains(name));
    }
    // Where a text is asked it is a text, masked.
    for (key, number) in [("key-of-a-number-01", whole), ("key-of-a-number-02", power)] {
        let body = format!(r#"{{"answers": {{"type": "rental", "title": {number}}}}}"#);
        site.file("trial", key, body.clone()).await.filed();
        let again = site.file("trial", key, body).await;
        assert_eq!(again.headers["idempotency-replayed"], "true");
    }
    for seq in 0..2 {
        let kept = site.app.store.intake.by_seq(seq).await.unwrap().unwrap();
        assert!(kept.facts.contains("497010******7893"), "{}", kept.facts);
        assert!(!kept.facts.contains(whole));
    }
}
