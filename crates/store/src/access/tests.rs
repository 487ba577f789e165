//! What must hold when two come together, when something is tried again, and when it is too late.

use std::path::Path;

use super::*;
use crate::Store;

const ALWAYS: Good = Good {
    seen_since: 0,
    started_since: 0,
};

async fn access(folder: &Path) -> Access {
    Store::open_access(folder).await.unwrap()
}

fn new<'s>(token: &'s [u8], agent: &'s str) -> NewSession<'s> {
    NewSession {
        token,
        agent,
        made_by: MadeBy::Passkey,
        device: "",
        instead_of: None,
    }
}

fn password(hash: &str) -> Password {
    Password {
        hash: hash.to_owned(),
        secret: b"secret of the codes".to_vec(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_takes_the_place_of_another_ends_it_and_goes_on_with_its_task() {
    let folder = tempfile::tempdir().unwrap();
    let access = access(folder.path()).await;
    let first = NewSession {
        device: "bureau",
        made_by: MadeBy::Link,
        ..new(b"old", "a")
    };
    access.begin(first, 1).await.unwrap();
    access.set_task(b"old", "why").await.unwrap();
    let second = NewSession {
        instead_of: Some(b"old"),
        ..new(b"new", "a")
    };
    access.begin(second, 2).await.unwrap();
    assert_eq!(access.session(b"old", ALWAYS).await.unwrap(), None);
    let session = access.session(b"new", ALWAYS).await.unwrap().unwrap();
    assert_eq!(
        (session.task.as_str(), session.device.as_str()),
        ("why", "bureau")
    );
    assert_eq!((session.made_by, session.started_at), (MadeBy::Passkey, 2));
    let kinds = access.happened("a", 9).await.unwrap();
    let told: Vec<&str> = kinds.iter().map(|one| one.details.as_str()).collect();
    assert_eq!(told, ["passkey", "link"]);

    // Nobody goes on with the task of somebody else.
    let other = NewSession {
        instead_of: Some(b"new"),
        ..new(b"other", "b")
    };
    assert!(matches!(
        access.begin(other, 3).await,
        Err(StoreError::Changed)
    ));
    assert!(access.session(b"new", ALWAYS).await.unwrap().is_some());

    // Nor in the place of a session that has ended.
    access.end(b"new", 4).await.unwrap();
    let late = NewSession {
        instead_of: Some(b"new"),
        ..new(b"late", "a")
    };
    assert!(matches!(
        access.begin(late, 5).await,
        Err(StoreError::Changed)
    ));
    assert_eq!(access.session(b"late", ALWAYS).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_by_its_id_for_its_agent_alone_and_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let access = access(folder.path()).await;
    for token in [b"one", b"two", b"six"] {
        access.begin(new(token, "a"), 1).await.unwrap();
    }
    let id = access.session(b"one", ALWAYS).await.unwrap().unwrap().id;
    assert!(!access.end_by_id("b", &id, 2).await.unwrap());
    assert!(access.end_by_id("a", &id, 2).await.unwrap());
    assert!(!access.end_by_id("a", &id, 2).await.unwrap());
    assert_eq!(access.session(b"one", ALWAYS).await.unwrap(), None);
    assert_eq!(access.end_others("a", Some(b"two"), 3).await.unwrap(), 1);
    assert_eq!(access.sessions("a", ALWAYS).await.unwrap().len(), 1);
    assert_eq!(access.end_others("a", None, 3).await.unwrap(), 1);
    assert_eq!(access.session(b"two", ALWAYS).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_good_while_it_is_used_and_not_too_old() {
    let folder = tempfile::tempdir().unwrap();
    let access = access(folder.path()).await;
    access.begin(new(b"token", "a"), 10).await.unwrap();
    access.seen(b"token", 20).await.unwrap();
    let check = async |seen_since, started_since, expected: bool| {
        let good = Good {
            seen_since,
            started_since,
        };
        let found = access.session(b"token", good).await.unwrap();
        assert_eq!(found.is_some(), expected, "{good:?}");
    };
    check(20, 10, true).await;
    check(21, 10, false).await;
    check(20, 11, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_come_with_one_code_together_one_is_let_in() {
    let folder = tempfile::tempdir().unwrap();
    let access = access(folder.path()).await;
    let codes = ["AAAA".to_owned(), "BBBB".to_owned()];
    access
        .set_password("a", &password("phc"), 7, &codes, 1)
        .await
        .unwrap();
    let tries = (0..8).map(|_| {
        let access = access.clone();
        tokio::spawn(async move { access.use_code("a", "AAAA", 2).await.unwrap() })
    });
    let tries: Vec<_> = tries.collect();
    let mut let_in = 0;
    for one in tries {
        let_in += usize::from(one.await.unwrap());
    }
    assert_eq!(let_in, 1);
    assert!(!access.use_code("b", "BBBB", 2).await.unwrap());
    assert_eq!(access.ways("a", 0).await.unwrap().codes, 1);

    access
        .set_codes("a", &["CCCC".to_owned()], 3)
        .await
        .unwrap();
    assert!(!access.use_code("a", "BBBB", 4).await.unwrap());
    assert!(access.use_code("a", "CCCC", 4).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_of_a_step_is_used_once_and_none_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let access = access(folder.path()).await;
    assert!(!access.use_step("a", 1).await.unwrap());
    access
        .set_password("a", &password("phc"), 7, &[], 1)
        .await
        .unwrap();
    for (step, expected) in [
        (7, false),
        (6, false),
        (8, true),
        (8, false),
        (10, true),
        (9, false),
    ] {
        assert_eq!(
            access.use_step("a", step).await.unwrap(),
            expected,
            "{step}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_set_before_access_was_taken_away_counts_for_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let access = access(folder.path()).await;
    access
        .set_password("a", &password("phc"), 7, &["AAAA".to_owned()], 5)
        .await
        .unwrap();
    let passkey = Passkey {
        id: vec![1],
        agent: "a".to_owned(),
        name: "clé".to_owned(),
        body: "{}".to_owned(),
        set_at: 5,
        used_at: None,
    };
    assert!(access.add_passkey(&passkey).await.unwrap());
    assert!(!access.add_passkey(&passkey).await.unwrap());
    assert!(access.bind(("issuer", "sub"), ("a", 0), 5).await.unwrap());
    assert_eq!(access.ways("a", 4).await.unwrap().count(), 3);
    assert!(access.ways("a", 5).await.unwrap().is_empty());
    assert_eq!(
        access.password("a", 4).await.unwrap(),
        Some(password("phc"))
    );
    assert_eq!(access.password("a", 5).await.unwrap(), None);
    // A subject is bound once, to one agent; after access came back it may be bound again.
    assert!(!access.bind(("issuer", "sub"), ("b", 0), 6).await.unwrap());
    assert!(!access.bind(("issuer", "other"), ("a", 0), 6).await.unwrap());
    assert!(access.bind(("issuer", "other"), ("a", 5), 6).await.unwrap());
    assert_eq!(access.subject("issuer", "sub").await.unwrap(), None);
    assert_eq!(
        access.subject("issuer", "other").await.unwrap(),
        Some(("a".to_owned(), 6))
    );
    assert!(!access.remove_passkey("b", &[1], 7).await.unwrap());
    assert!(access.remove_passkey("a", &[1], 7).await.unwrap());
    access.remove_password("a", 7).await.unwrap();
    access.unbind("a", 7).await.unwrap();
    assert!(access.ways("a", 0).await.unwrap().is_empty());
    assert!(!access.use_code("a", "AAAA", 8).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_is_taken_once_by_its_kind_and_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let access = access(folder.path()).await;
    access
        .put_step(b"token", "code", b"secret words", (1, 10))
        .await
        .unwrap();
    assert_eq!(access.take_step(b"token", "oidc", 2).await.unwrap(), None);
    assert_eq!(access.take_step(b"token", "code", 11).await.unwrap(), None);
    let taken = access.take_step(b"token", "code", 10).await.unwrap();
    assert_eq!(taken.as_deref(), Some(&b"secret words"[..]));
    assert_eq!(access.take_step(b"token", "code", 2).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_not_in_the_file_and_does_not_open_for_another_agent() {
    let folder = tempfile::tempdir().unwrap();
    let access = access(folder.path()).await;
    access
        .set_password("a", &password("phc"), 7, &["AAAA-BBBB".to_owned()], 1)
        .await
        .unwrap();
    access
        .put_step(b"a token", "code", b"secret of the codes", (1, 10))
        .await
        .unwrap();
    for name in ["access.db", "access.db-wal"] {
        let bytes = std::fs::read(folder.path().join(name)).unwrap_or_default();
        for secret in [&b"secret of the codes"[..], b"AAAA-BBBB", b"a token"] {
            let found = bytes.windows(secret.len()).any(|part| part == secret);
            assert!(!found, "{name} holds {secret:?}");
        }
    }
    let mut connection = access.connection.lock().await;
    let moved = "UPDATE password SET agent = 'b' WHERE agent = 'a'";
    sql::run(&mut connection, moved, vec![]).await.unwrap();
    drop(connection);
    assert!(access.password("b", 0).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_wait_longer_and_longer_whether_or_not_the_account_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let access = access(folder.path()).await;
    let second = 1_000_000;
    for account in ["there", "not there"] {
        let mut now = 1_000 * second;
        for _ in 0..5 {
            assert_eq!(access.guess(account, now).await.unwrap(), Guess::Open);
        }
        assert_eq!(access.guess(account, now).await.unwrap(), Guess::Open);
        // Asking while one waits does not make it longer.
        for _ in 0..3 {
            assert_eq!(
                access.guess(account, now).await.unwrap(),
                Guess::Wait(2 * second)
            );
        }
        now += 2 * second;
        assert_eq!(access.guess(account, now).await.unwrap(), Guess::Open);
        assert_eq!(
            access.guess(account, now).await.unwrap(),
            Guess::Wait(4 * second)
        );
        // A day later nothing is left of it.
        now += 2 * DAY;
        for _ in 0..5 {
            assert_eq!(access.guess(account, now).await.unwrap(), Guess::Open);
        }
    }
    access.forgive("there").await.unwrap();
    for _ in 0..6 {
        assert_eq!(access.guess("there", 5 * DAY).await.unwrap(), Guess::Open);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_guesses_at_once_are_as_slow_as_one_after_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let access = access(folder.path()).await;
    let tries: Vec<_> = (0..40)
        .map(|_| {
            let access = access.clone();
            tokio::spawn(async move { access.guess("a", 1).await.unwrap() })
        })
        .collect();
    let mut open = 0;
    for one in tries {
        open += usize::from(one.await.unwrap() == Guess::Open);
    }
    assert_eq!(open, 6);
}
