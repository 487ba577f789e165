//! Which passwords are taken (NIST SP 800-63B-4 §3.1.1, OWASP ASVS 5.0 V6.2), and how they are kept: argon2id, computed
//! on threads of its own, a few at once.

use std::collections::HashSet;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use store::StoreError;
use tokio::sync::Semaphore;

use crate::words::Words;

/// Characters, at least…
pub(super) const LEAST: usize = 12;
/// … and at most: more than anybody types, less than what keeps a thread busy.
const MOST: usize = 256;
/// What is left without words that anybody could think of has so many letters and digits.
const LEFT: usize = 6;
/// Shorter words are in too many passwords.
const WORD: usize = 4;

/// Each takes 19 MiB and a core.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

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

/// The hash of a password, a PHC string with its salt.
pub(super) async fn hash(password: String) -> Result<String, StoreError> {
    on_its_thread(move || {
        let hash = Argon2::default().hash_password(password.as_bytes());
        hash.map(|hash| hash.to_string())
    })
    .await?
    .map_err(|error| StoreError::Io(std::io::Error::other(error)))
}

/// Whether a password is the one of a hash. Without one the answer is no, and takes the same work.
pub(super) async fn is_of(password: String, kept: Option<String>) -> Result<bool, StoreError> {
    on_its_thread(move || {
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
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StoreError> {
    let _turn = AT_ONCE.acquire().await.map_err(std::io::Error::other)?;
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(std::io::Error::other)?)
}

#[cfg(test)]
mod tests {
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

    #[tokio::test(flavor = "multi_thread")]
    async fn a_hash_opens_to_its_password_alone_to_the_last_character() {
        let long = format!("{}a", "é".repeat(200));
        let kept = hash(long.clone()).await.unwrap();
        assert!(
            kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{kept}"
        );
        assert!(is_of(long.clone(), Some(kept.clone())).await.unwrap());
        for wrong in [
            format!("{}b", "é".repeat(200)),
            long.to_uppercase(),
            String::new(),
        ] {
            assert!(!is_of(wrong, Some(kept.clone())).await.unwrap());
        }
        assert!(!is_of(long.clone(), None).await.unwrap());
        assert!(!is_of(long, Some("no hash".to_owned())).await.unwrap());
    }
}
