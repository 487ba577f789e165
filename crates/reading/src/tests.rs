use std::{fs, path::Path};

use super::*;

fn paths_and_texts(bytes: &[u8]) -> Vec<(String, String)> {
    read(bytes, &Limits::default())
        .parts
        .into_iter()
        .map(|part| (part.path, part.text))
        .collect()
}

/// What is read, as `path: text`, with the white space around left out.
fn check(bytes: impl AsRef<[u8]>, expected: &[&str]) {
    let found: Vec<String> = paths_and_texts(bytes.as_ref())
        .iter()
        .map(|(path, text)| format!("{path}: {}", text.trim()))
        .collect();
    assert_eq!(found, expected);
}

fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    fs::read(folder.join(name)).unwrap()
}

fn fixtures(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(folder);
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension() == Some("eml".as_ref()))
        .map(|path| (path.display().to_string(), fs::read(&path).unwrap()))
        .collect();
    files.sort();
    assert!(files.len() > 5);
    files
}

const MAIL: &str = "Received: from mx.asso.example (mx.asso.example [192.0.2.9]) by in.asso.example with ESMTPS id abc for <jean@asso.example>; Mon, 5 Jan 2026 10:00:30 +0100\r\n\
Received: from pc (unknown [198.51.100.7]) by mx.asso.example with ESMTP id def;\r\n Mon, 5 Jan 2026 10:00:00 +0100\r\n\
Received: from localhost (localhost [10.0.0.1]) by pc with SMTP; Mon, 5 Jan 2026 10:01:00 +0100\r\n\
From: =?utf-8?q?Colis_Express?= <suivi@colis.example>\r\n\
Subject: =?utf-8?b?Vm90cmUgY29saXM=?=\r\n\
Message-ID: <1@colis.example>\r\n\
MIME-Version: 1.0\r\n\
Content-Type: multipart/mixed; boundary=b\r\n\r\n\
--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nPay=E9 sur https://colis.example/=\r\na\r\n\
--b\r\nContent-Type: text/html\r\n\r\n<p>Voir <a href=\"https://colis.example/b\">ici</a></p>\r\n\
--b\r\nContent-Type: text/csv; name=\"t.csv\"\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\nbm9tO3RlbApBOzA2MzkKQjswNjQw\r\n\
--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: dedans\r\nFrom: x@y.example\r\n\r\nhttps://dedans.example/\r\n\
--b--\r\n";

#[test]
fn a_mail_is_read_with_its_parts_and_what_they_carry() {
    let reading = read(MAIL.as_bytes(), &Limits::default());
    assert_eq!(reading.format, Format::Mail);
    let text = |path: &str| {
        reading
            .parts
            .iter()
            .find(|part| part.path == path)
            .map(|part| part.text.trim())
    };
    assert_eq!(text("header Subject"), Some("Votre colis"));
    assert_eq!(
        text("header From"),
        Some("Colis Express <suivi@colis.example>")
    );
    assert_eq!(text("part 1"), Some("Payé sur https://colis.example/a"));
    assert_eq!(text("part 2"), Some("Voir ici"));
    assert_eq!(text("part 2/a href"), Some("https://colis.example/b"));
    assert_eq!(text("part 3/row 2/tel"), Some("0639"));
    assert_eq!(text("part 4/header Subject"), Some("dedans"));
    assert_eq!(text("part 4/part 0"), Some("https://dedans.example/"));
    let table = &reading.attachments[0];
    assert_eq!(
        (
            table.name.as_deref(),
            table.declared.as_deref(),
            table.format,
            table.size
        ),
        (Some("t.csv"), Some("text/csv"), Format::Csv, 21)
    );
    // printf 'nom;tel\nA;0639\nB;0640' | md5sum, sha1sum, sha256sum
    assert_eq!(
        table.md5,
        hexadecimal(&Md5::digest(b"nom;tel\nA;0639\nB;0640"))
    );
    assert_eq!(table.sha256.len(), 64);
}

#[test]
fn the_way_of_a_mail_is_told_from_its_first_server() {
    let reading = read(MAIL.as_bytes(), &Limits::default());
    let way: Vec<_> = reading
        .hops
        .iter()
        .map(|hop| {
            (
                hop.address.as_deref(),
                hop.by.as_deref(),
                hop.delay,
                hop.claimed_origin,
            )
        })
        .collect();
    assert_eq!(
        way,
        [
            (Some("10.0.0.1"), Some("pc"), None, false),
            (
                Some("198.51.100.7"),
                Some("mx.asso.example"),
                Some(-60),
                true
            ),
            (Some("192.0.2.9"), Some("in.asso.example"), Some(30), false),
        ]
    );
    assert_eq!(reading.hops[2].with.as_deref(), Some("ESMTPS"));
    assert_eq!(
        reading.hops[2].recipient.as_deref(),
        Some("jean@asso.example")
    );
    assert_eq!(reading.hops[2].at, Some(1_767_603_630));
    assert!(
        reading
            .problems
            .iter()
            .any(|problem| problem.what == "time goes backward between hops 1 and 2"),
        "{:?}",
        reading.problems
    );
}

#[test]
fn the_examples_of_the_rfc_are_read_as_their_parser_reads_them() {
    for (name, bytes) in fixtures("mail/rfc") {
        let reading = read_as(Format::Mail, &bytes, &Limits::default());
        let expected: serde_json::Value =
            serde_json::from_slice(&fs::read(name.replace(".eml", ".json")).unwrap()).unwrap();
        let mut attached = 0;
        for part in expected["parts"].as_array().unwrap() {
            match part["body"].as_object().unwrap().iter().next().unwrap() {
                (kind, text) if kind == "Text" && !text.as_str().unwrap().trim().is_empty() => {
                    let text = text.as_str().unwrap();
                    assert!(
                        reading.parts.iter().any(|part| part.text == text),
                        "{name}: {text}"
                    );
                }
                (kind, _) if ["Binary", "InlineBinary", "Message"].contains(&kind.as_str()) => {
                    attached += 1
                }
                _ => {}
            }
        }
        assert!(reading.attachments.len() >= attached, "{name}");
    }
}

#[test]
fn broken_mails_and_mails_cut_anywhere_never_panic() {
    for (_, bytes) in fixtures("mail/malformed") {
        let reading = read_as(Format::Mail, &bytes, &Limits::default());
        assert!(!reading.parts.is_empty() || !reading.problems.is_empty() || bytes.len() < 400);
    }
    for bytes in [
        MAIL.as_bytes().to_vec(),
        fixture("mail/rfc/002.eml"),
        fixture("mail/malformed/019.eml"),
    ] {
        for end in (0..bytes.len()).step_by(if bytes.len() > 2_000 { 5 } else { 1 }) {
            read(&bytes[..end], &Limits::default());
            read_as(Format::Mail, &bytes[end..], &Limits::default());
        }
    }
}

#[test]
fn mails_in_mails_end_somewhere() {
    let mut mail = "Subject: x\r\nFrom: a@b.example\r\n\r\nfond".to_owned();
    for depth in 0..40 {
        mail = format!(
            "Subject: {depth}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b{depth}\r\n\r\n--b{depth}\r\nContent-Type: message/rfc822\r\n\r\n{mail}\r\n--b{depth}--\r\n"
        );
    }
    let reading = read(mail.as_bytes(), &Limits::default());
    assert!(
        reading
            .problems
            .iter()
            .any(|problem| problem.what.contains("too deep"))
    );
    assert!(reading.attachments.len() <= 40);
}

fn all(format: Format, bytes: &[u8]) -> Vec<Reading> {
    let mut readings = Vec::new();
    documents(format, bytes, &Limits::default(), |reading| {
        readings.push(reading);
        Ok(())
    })
    .unwrap();
    readings
}

#[test]
fn a_mailbox_is_cut_where_its_mails_begin() {
    let mailbox = "From a@b.example Mon Jan  5 10:00:00 2026\nSubject: un\nFrom: a@b.example\n\nbonjour\nFrom here to there\n\nFrom c@d.example Mon Jan  5 10:00:01 2026\nSubject: deux\nFrom: c@d.example\n\nau revoir\n";
    assert_eq!(sniff(mailbox.as_bytes()), Format::Mbox);
    let readings = all(Format::Mbox, mailbox.as_bytes());
    let subjects: Vec<_> = readings
        .iter()
        .map(|reading| (reading.start, reading.end, reading.parts[0].text.as_str()))
        .collect();
    let second = mailbox.find("From c@").unwrap() as u64;
    assert_eq!(
        subjects,
        [(0, second, "un"), (second, mailbox.len() as u64, "deux")]
    );
    assert!(readings[0].parts[2].text.contains("From here to there"));
    assert_eq!(first_mail(mailbox.as_bytes()).unwrap(), Some(second));
    assert_eq!(
        first_mail(&mailbox.as_bytes()[second as usize..]).unwrap(),
        None
    );
    let whole = read(mailbox.as_bytes(), &Limits::default());
    assert!(
        whole
            .parts
            .iter()
            .any(|part| part.path == "mail 2/header Subject")
    );
}

#[test]
fn a_page_gives_what_is_seen_where_it_leads_and_its_scripts() {
    check(
        "<!DOCTYPE html><html><head><title>Ma banque</title><meta http-equiv=refresh content=\"0; URL='https://suite.example/'\"></head><body><!-- kit de @auteur --><p>Votre&nbsp;compte&#46; <b>bloqué</b></p><a href='https&#58;//faux.example/a&amp;b'>https://banque.example</a><style>a{}</style><script>fetch('https://exfil.example/')</script>a < b &unknown; fin</body></html>",
        &[
            ": Ma banque\nVotre compte. bloqué\nhttps://banque.examplea < b &unknown; fin",
            "meta content: https://suite.example/",
            "comment: kit de @auteur",
            "a href: https://faux.example/a&b",
            "script: fetch('https://exfil.example/')",
        ],
    );
}

#[test]
fn a_page_that_is_never_closed_is_read_once() {
    for unit in [
        "<a ",
        "<a href=\"",
        "<!--",
        "<script>",
        "&#",
        "<",
        "<a b=c>",
        "&amp",
        "<a/",
        "<x='",
    ] {
        for end in ["", ">", "\""] {
            let page = format!("<html>{}{end}", unit.repeat(60_000));
            read(page.as_bytes(), &Limits::default());
        }
    }
}

#[test]
fn a_table_is_told_from_prose() {
    check(
        "nom;téléphone;site\nA;06 39 98 12 34;\"https://a.example;b\"\nB;;c.example\n",
        &[
            "row 2/nom: A",
            "row 2/téléphone: 06 39 98 12 34",
            "row 2/site: https://a.example;b",
            "row 3/nom: B",
            "row 3/site: c.example",
        ],
    );
    for prose in [
        "Bonjour,\nj'ai payé, puis rien.\nMerci,\nJean",
        "un texte, deux parties\n",
        "rien du tout, ligne après ligne\nencore une, et une autre\net une, qui finit\n",
        "Bonjour, je vous écris\nce jour, pour dire\n",
    ] {
        assert_eq!(sniff(prose.as_bytes()), Format::Text, "{prose}");
    }
    let short = all(Format::Csv, "nom;tel;site\nA;0639;c.example\n".as_bytes());
    assert_eq!(short[0].parts[2].path, "row 2/site");
    let mut long = "a,b,c\n".to_owned();
    long.push_str(&"1,x@y.example,3\n".repeat(2_500));
    let readings = all(Format::Csv, long.as_bytes());
    assert_eq!(readings.len(), 3);
    assert_eq!(readings[2].parts.last().unwrap().path, "row 2501/c");
    assert_eq!(readings.last().unwrap().end, long.len() as u64);
}

#[test]
fn json_gives_every_value_with_its_pointer() {
    check(
        r#"{"victim":{"phone":33639981234,"urls":["https://a.example/","b~/"]},"a/b":"c","https://k.example":null}"#,
        &[
            "/a~1b: c",
            "/https:~1~1k.example: https://k.example",
            "/victim/phone: 33639981234",
            "/victim/urls/0: https://a.example/",
            "/victim/urls/1: b~/",
        ],
    );
    check(
        "{\"a\":1}\n{\"a\":\"x\"}\n",
        &["value 1/a: 1", "value 2/a: x"],
    );
    check(
        "{\"a\":\"x\"}\n{\"a\": oui}\n{\"a\":\"y\"}\n",
        &["value 1/a: x", "value 2: {\"a\": oui}", "value 3/a: y"],
    );
    check("{\"a\": \"cut", &["value 1: {\"a\": \"cut"]);
    // As deep as the parser goes, and deeper.
    for depth in [100, 100_000] {
        read_as(
            Format::Json,
            "[".repeat(depth).as_bytes(),
            &Limits::default(),
        );
        let closed = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        read_as(Format::Json, closed.as_bytes(), &Limits::default());
    }
    let lines = "{\"a\":\"é\"}\n".repeat(2_000_000 / 5);
    let readings = all(Format::Json, lines.as_bytes());
    assert_eq!(
        readings
            .iter()
            .map(|reading| reading.parts.len())
            .sum::<usize>(),
        400_000
    );
    assert_eq!(readings.last().unwrap().end, lines.len() as u64);
    assert_eq!(all(Format::Json, b"{\n\"a\":\n\"x\"\n}")[0].parts.len(), 1);
}

#[test]
fn a_pdf_gives_its_pages_its_links_and_its_author() {
    let reading = read(&fixture("files/facture.pdf"), &Limits::default());
    assert_eq!(reading.format, Format::Pdf);
    let all: Vec<String> = reading
        .parts
        .iter()
        .map(|part| format!("{}: {}", part.path, part.text.trim()))
        .collect();
    for expected in [
        "page 1: Virement sur FR1420041010050500013M02606\nPayer ici",
        "page 2: page deux: 06 39 98 12 34",
        "link: https://paiement.example/cgi?x=1",
        "Author: jean@asso.example",
    ] {
        assert!(
            all.iter().any(|text| text == expected),
            "{expected} in {all:?}"
        );
    }
    let no_pdf = Limits {
        pdf: false,
        ..Limits::default()
    };
    assert_eq!(
        read(&fixture("files/facture.pdf"), &no_pdf).problems.len(),
        1
    );
}

#[test]
fn a_picture_gives_its_codes_its_place_and_its_time() {
    check(
        fixture("files/qr.png"),
        &["QR code 1: https://colis.example/suivi?id=7"],
    );
    check(fixture("files/code128.png"), &["bar code 1: LX123456785FR"]);
    let reading = read(&fixture("files/exif.jpg"), &Limits::default());
    assert_eq!(reading.parts[0].text, "Vu sur https://photo.example/a");
    assert!(
        reading
            .facts
            .iter()
            .any(|fact| fact.name == "position" && fact.value == "48.856667,-2.350000"),
        "{:?}",
        reading.facts
    );
    let hash = |name: &str| {
        let facts = read(&fixture(name), &Limits::default()).facts;
        facts.into_iter().find(|fact| fact.name == PDQ)
    };
    assert_eq!(hash("files/qr.png").unwrap().value.len(), 64);
    let small = Limits {
        pixels: 100,
        ..Limits::default()
    };
    assert!(
        read(&fixture("files/qr.png"), &small).problems[0]
            .what
            .contains("too large")
    );
    for name in ["files/qr.png", "files/exif.jpg"] {
        let bytes = fixture(name);
        for end in 0..bytes.len() {
            read(&bytes[..end], &Limits::default());
        }
    }
}

/// A .msg with these streams.
fn msg(streams: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write;
    let mut file = cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).unwrap();
    for (name, bytes) in streams {
        if let Some((storage, _)) = name
            .rsplit_once('/')
            .filter(|(storage, _)| !storage.is_empty())
        {
            file.create_storage_all(storage).unwrap();
        }
        file.create_stream(name).unwrap().write_all(bytes).unwrap();
    }
    file.flush().unwrap();
    file.into_inner().into_inner()
}

#[test]
fn a_mail_of_outlook_gives_its_texts_its_way_and_its_attachments() {
    let utf16 = |text: &str| {
        text.encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<u8>>()
    };
    let file = msg(&[
        ("/__substg1.0_0037001F", &utf16("Votre colis")),
        ("/__substg1.0_0C1F001E", b"suivi@colis.example"),
        ("/__substg1.0_1000001F", &utf16("https://colis.example/a")),
        ("/__substg1.0_10130102", b"<html><a href='https://colis.example/b'>ici</a>"),
        ("/__substg1.0_007D001E", b"Received: from a ([192.0.2.1]) by b with SMTP; Mon, 5 Jan 2026 10:00:00 +0000\r\nX-Mailer: kit\r\n\r\n"),
        ("/__recip_version1.0_#00000000/__substg1.0_39FE001F", &utf16("jean@asso.example")),
        ("/__attach_version1.0_#00000000/__substg1.0_3707001F", &utf16("lire.txt")),
        ("/__attach_version1.0_#00000000/__substg1.0_37010102", b"https://colis.example/c"),
        ("/__attach_version1.0_#00000001/__substg1.0_3701000D/__substg1.0_0037001F", &utf16("dedans")),
    ]);
    check(
        &file,
        &[
            "header Received: from a ([192.0.2.1]) by b with SMTP; Mon, 5 Jan 2026 10:00:00 +0000",
            "header X-Mailer: kit",
            "header Subject: Votre colis",
            "header From: suivi@colis.example",
            "body: https://colis.example/a",
            "body html: ici",
            "body html/a href: https://colis.example/b",
            "attachment 1: https://colis.example/c",
            "attachment 2/header Subject: dedans",
            "header To: jean@asso.example",
        ],
    );
    let reading = read(&file, &Limits::default());
    assert_eq!(reading.hops[0].address.as_deref(), Some("192.0.2.1"));
    assert_eq!(reading.attachments[0].name.as_deref(), Some("lire.txt"));
    for end in (0..file.len()).step_by(97) {
        read(&file[..end], &Limits::default());
        let mut changed = file.clone();
        changed[end] ^= 0xFF;
        read(&changed, &Limits::default());
    }
}

#[test]
fn limits_are_kept_and_told() {
    let limits = Limits {
        text: 10,
        ..Limits::default()
    };
    let reading = read_as(Format::Text, "été été été".as_bytes(), &limits);
    assert_eq!(reading.parts[0].text, "été ét");
    assert_eq!(reading.problems.len(), 1);
    let limits = Limits {
        items: 3,
        ..Limits::default()
    };
    assert_eq!(read(b"[\"a\",\"b\",\"c\",\"d\"]", &limits).parts.len(), 3);
    assert_eq!(read(&[0; 100], &Limits::default()).format, Format::Binary);
    check([0xFF, 0xFE, b'a', 0, b'b', 0], &[": ab"]);
}
