//! Which passwords are taken (NIST SP 800-63B-4 §3.1.1, OWASP ASVS 5.0 V6.2), and how they are kept: argon2id, computed
//! on threads of its own, a few at once.

use std::collections::HashSet;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use store::StoreError;
use tokio::sync::OwnedSemaphorePermit;

use crate::{app::App, words::Words};

/// Characters, at least…
pub(super) const LEAST: usize = 12;
/// … and at most: more than anybody types, less than what keeps a thread busy.
const MOST: usize = 256;
/// What is left without words that anybody could think of has so many letters and digits.
const LEFT: usize = 6;
/// Shorter words are in too many passwords.
const WORD: usize = 4;

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weak {
    Short,
    Long,
    /// It is in the list of those that leaked.
    Common,
    /// Little is left of it without the agent's name, unit, or the name of the service.
    Telling,
}

impl Weak {
    pub(super) fn text(self, words: Words) -> String {
        match self {
            Weak::Short => words.t1("wb-password-short", "least", LEAST as i64),
            Weak::Long => words.t1("wb-password-long", "most", MOST as i64),
            Weak::Common => words.t("wb-password-common"),
            Weak::Telling => words.t("wb-password-telling"),
        }
    }
}

/// Why a password is not taken, if it is not. `telling` are texts whose words others connect with the agent.
pub(super) fn weak(password: &str, common: &HashSet<String>, telling: &[&str]) -> Option<Weak> {
    let length = password.chars().count();
    if length < LEAST {
        return Some(Weak::Short);
    }
    if length > MOST {
        return Some(Weak::Long);
    }
    if common.contains(&password.to_lowercase()) {
        return Some(Weak::Common);
    }
    let folded = casework::fold(password);
    let mut left = folded.clone();
    let telling = telling.iter().map(|text| casework::fold(text));
    for text in telling.chain(["orfevre".to_owned()]) {
        for word in text.split(|c: char| !c.is_alphanumeric()) {
            if word.len() >= WORD {
                left = left.replace(word, "");
            }
        }
    }
    let little = left.chars().filter(|c| c.is_alphanumeric()).count() < LEFT;
    (little && left != folded).then_some(Weak::Telling)
}

/// A turn at computing one, held until that is done, whoever has gone away meanwhile.
pub(super) type Turn = OwnedSemaphorePermit;

/// The next turn; none when there is none in the time that anybody waits for it.
pub(super) async fn turn(app: &App) -> Option<Turn> {
    let next = app.hashing.clone().acquire_owned();
    let turn = tokio::time::timeout(app.settings.password_patience, next).await;
    turn.ok()?.ok()
}

/// The hash of a password, a PHC string with its salt.
pub(super) async fn hash(turn: Turn, password: String) -> Result<String, StoreError> {
    on_its_thread(turn, move || {
        let hash = Argon2::default().hash_password(password.as_bytes());
        hash.map(|hash| hash.to_string())
    })
    .await?
    .map_err(|error| StoreError::Io(std::io::Error::other(error)))
}

/// Whether a password is the one of a hash. Without one the answer is no, and takes the same work.
pub(super) async fn is_of(
    turn: Turn,
    password: String,
    kept: Option<String>,
) -> Result<bool, StoreError> {
    on_its_thread(turn, move || {
        let argon2 = Argon2::default();
        let Some(kept) = kept else {
            let _same_work = argon2.hash_password(password.as_bytes());
            return false;
        };
        let parsed = PasswordHash::new(&kept);
        parsed.is_ok_and(|hash| argon2.verify_password(password.as_bytes(), &hash).is_ok())
    })
    .await
}

async fn on_its_thread<T: Send + 'static>(
    turn: Turn,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StoreError> {
    // Whoever hangs up does not give their turn to the next while the thread goes on.
    let done = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        work()
    });
    Ok(done.await.map_err(std::io::Error::other)?)
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use tokio::sync::Semaphore;

    use super::*;

    #[test]
    fn long_passwords_of_any_characters_are_taken_and_those_that_others_think_of_are_not() {
        let common: HashSet<String> = ["123qweasdzxc".to_owned()].into();
        let telling = ["Camille Dœuvre", "ofac-thesee"];
        let check = |password: &str, expected: Option<Weak>| {
            let found = weak(password, &common, &telling);
            assert_eq!(found, expected, "{password}");
        };
        check("", Some(Weak::Short));
        check("onze lettre", Some(Weak::Short));
        check("douze lettre", None);
        // Twelve characters, not bytes.
        check("ééééééééééé", Some(Weak::Short));
        check("🦊 et ça 日本語 !", None);
        check(&"mot de passe ".repeat(10)[..128], None);
        check(&"x".repeat(256), None);
        check(&"x".repeat(257), Some(Weak::Long));
        check("123QweAsdZxc", Some(Weak::Common));
        check("Camille.Doeuvre1", Some(Weak::Telling));
        check("orfevre-thesee", Some(Weak::Telling));
        check("Orfèvre2026!", Some(Weak::Telling));
        check("Camille-Doeuvre-1234", Some(Weak::Telling));
        check("camille aime les orages", None);
        check("!?!?!?!?!?!?!", None);
    }

    async fn turn() -> Turn {
        Arc::new(Semaphore::new(1)).acquire_owned().await.unwrap()
    }

    async fn is_of(password: &str, kept: Option<&str>) -> bool {
        let kept = kept.map(str::to_owned);
        let found = super::is_of(turn().await, password.to_owned(), kept).await;
        found.unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_hash_opens_to_its_password_alone_to_the_last_character() {
        let long = format!("{}a", "é".repeat(200));
        let kept = hash(turn().await, long.clone()).await.unwrap();
        assert!(
            kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{kept}"
        );
        assert!(is_of(&long, Some(&kept)).await);
        for wrong in [
            format!("{}b", "é".repeat(200)),
            long.to_uppercase(),
            String::new(),
        ] {
            assert!(!is_of(&wrong, Some(&kept)).await);
        }
        assert!(!is_of(&long, None).await);
        assert!(!is_of(&long, Some("no hash")).await);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn whoever_hangs_up_keeps_their_turn_until_it_is_computed() {
        let turns = Arc::new(Semaphore::new(1));
        let turn = turns.clone().acquire_owned().await.unwrap();
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let work = on_its_thread(turn, move || wait.recv());
        let left = tokio::time::timeout(Duration::from_millis(20), work).await;
        assert!(left.is_err(), "it waits");
        assert_eq!(turns.available_permits(), 0);
        go.send(()).unwrap();
        turns.acquire().await.unwrap().forget();
    }
}
