//! Accounts on platforms: one identity whether it was given as a profile's URL, as `@handle` beside
//! the platform's name, or as `platform:handle`.

use url::Url;

use crate::{Kind, ParseError, Proof, extract::Scanner};

/// A platform and how its accounts are written.
pub(crate) struct Platform {
    /// The part before the colon of the canonical form.
    pub(crate) name: &'static str,
    /// Hosts of profiles, without `www.` and `m.`.
    hosts: &'static [&'static str],
    /// What people call it, besides its name.
    words: &'static [&'static str],
    /// What stands before the handle in a profile's path; the empty one means none.
    prefixes: &'static [&'static str],
    /// First parts of a path that are no handle.
    reserved: &'static [&'static str],
    /// Punctuation that a handle may hold.
    punctuation: &'static str,
    lengths: std::ops::RangeInclusive<usize>,
    /// Whether people write `@handle` there.
    at_sign: bool,
}

const NO: &[&str] = &[];

/// Every platform known, one entry each.
pub(crate) static PLATFORMS: [Platform; 15] = [
    Platform {
        name: "telegram",
        hosts: &["t.me", "telegram.me", "telegram.dog"],
        words: &["télégram", "telegramme", "tg"],
        prefixes: &["", "s"],
        reserved: &[
            "joinchat",
            "c",
            "share",
            "addstickers",
            "proxy",
            "socks",
            "iv",
            "s",
            "addlist",
            "login",
        ],
        punctuation: "_",
        lengths: 3..=32,
        at_sign: true,
    },
    Platform {
        name: "facebook",
        hosts: &[
            "facebook.com",
            "fb.com",
            "fr-fr.facebook.com",
            "m.me",
            "mbasic.facebook.com",
            "web.facebook.com",
        ],
        words: &["fb", "messenger"],
        prefixes: &[""],
        reserved: &[
            "groups",
            "marketplace",
            "watch",
            "events",
            "sharer",
            "sharer.php",
            "login",
            "login.php",
            "pages",
            "story.php",
            "permalink.php",
            "photo",
            "photo.php",
            "photos",
            "help",
            "reel",
            "reels",
            "share",
            "stories",
            "hashtag",
            "dialog",
            "profile.php",
            "people",
            "search",
            "tr",
            "plugins",
            "privacy",
            "policies",
            "business",
            "ads",
            "l.php",
        ],
        punctuation: ".-_",
        lengths: 3..=64,
        at_sign: true,
    },
    Platform {
        name: "instagram",
        hosts: &["instagram.com", "instagr.am"],
        words: &["insta", "ig"],
        prefixes: &["", "stories"],
        reserved: &[
            "p", "reel", "reels", "explore", "stories", "accounts", "tv", "direct", "about",
            "legal", "web",
        ],
        punctuation: "._",
        lengths: 2..=30,
        at_sign: true,
    },
    Platform {
        name: "tiktok",
        hosts: &["tiktok.com"],
        words: &["tik-tok", "tik tok"],
        prefixes: &["@"],
        reserved: NO,
        punctuation: "._",
        lengths: 2..=24,
        at_sign: true,
    },
    Platform {
        name: "snapchat",
        hosts: &["snapchat.com"],
        words: &["snap"],
        prefixes: &["add", "@"],
        reserved: NO,
        punctuation: "._-",
        lengths: 3..=15,
        at_sign: true,
    },
    Platform {
        name: "x",
        hosts: &["x.com", "twitter.com", "mobile.twitter.com", "mobile.x.com"],
        words: &["twitter"],
        prefixes: &[""],
        reserved: &[
            "home", "i", "search", "hashtag", "intent", "share", "explore", "login", "settings",
            "tos", "privacy", "signup",
        ],
        punctuation: "_",
        lengths: 1..=15,
        at_sign: true,
    },
    Platform {
        name: "discord",
        hosts: &["discord.com", "discordapp.com"],
        words: NO,
        prefixes: &["users"],
        reserved: NO,
        punctuation: "._",
        lengths: 2..=32,
        at_sign: true,
    },
    Platform {
        name: "youtube",
        hosts: &["youtube.com"],
        words: &["ytb"],
        prefixes: &["@", "channel", "user", "c"],
        reserved: NO,
        punctuation: "._-",
        lengths: 2..=100,
        at_sign: true,
    },
    Platform {
        name: "linkedin",
        hosts: &["linkedin.com", "fr.linkedin.com", "uk.linkedin.com"],
        words: NO,
        prefixes: &["in", "company"],
        reserved: NO,
        punctuation: "-_%",
        lengths: 3..=120,
        at_sign: false,
    },
    Platform {
        name: "leboncoin",
        hosts: &["leboncoin.fr"],
        words: &["le bon coin"],
        prefixes: &["profil", "profile", "boutique"],
        reserved: NO,
        punctuation: "-_",
        lengths: 3..=64,
        at_sign: false,
    },
    Platform {
        name: "vinted",
        hosts: &[
            "vinted.fr",
            "vinted.com",
            "vinted.be",
            "vinted.es",
            "vinted.it",
            "vinted.de",
            "vinted.co.uk",
        ],
        words: NO,
        prefixes: &["member"],
        reserved: NO,
        punctuation: "._-",
        lengths: 2..=64,
        at_sign: false,
    },
    Platform {
        name: "twitch",
        hosts: &["twitch.tv"],
        words: NO,
        prefixes: &[""],
        reserved: &[
            "directory",
            "videos",
            "p",
            "downloads",
            "settings",
            "subscriptions",
            "turbo",
            "prime",
        ],
        punctuation: "_",
        lengths: 3..=25,
        at_sign: true,
    },
    Platform {
        name: "threads",
        hosts: &["threads.net", "threads.com"],
        words: NO,
        prefixes: &["@"],
        reserved: NO,
        punctuation: "._",
        lengths: 2..=30,
        at_sign: true,
    },
    Platform {
        name: "signal",
        hosts: NO,
        words: NO,
        prefixes: NO,
        reserved: NO,
        punctuation: "._",
        lengths: 3..=35,
        at_sign: true,
    },
    Platform {
        name: "onlyfans",
        hosts: &["onlyfans.com"],
        words: NO,
        prefixes: &[""],
        reserved: &["my", "posts", "help", "terms", "privacy", "about"],
        punctuation: "._-",
        lengths: 3..=32,
        at_sign: true,
    },
];

impl Platform {
    /// A handle in canonical form, if the platform could have given it.
    fn handle(&self, raw: &str) -> Option<String> {
        let raw = raw.strip_prefix('@').unwrap_or(raw).trim_end_matches('.');
        // A company is another identity than a person of the same name.
        let (space, name) = match raw.strip_prefix("company/") {
            Some(name) if self.name == "linkedin" => ("company/", name),
            _ => ("", raw),
        };
        let legal =
            |byte: u8| byte.is_ascii_alphanumeric() || self.punctuation.as_bytes().contains(&byte);
        let sane = self.lengths.contains(&name.len())
            && name.bytes().all(legal)
            && name.bytes().any(|byte| byte.is_ascii_alphanumeric());
        if !sane {
            return None;
        }
        // YouTube's channel ids are the only ones where case tells two accounts apart.
        let is_channel = self.name == "youtube" && name.len() == 24 && name.starts_with("UC");
        Some(if is_channel {
            name.to_owned()
        } else {
            format!("{space}{}", name.to_ascii_lowercase())
        })
    }

    /// A handle as a person says it: they mistype, and platforms change their rules, so anything of a
    /// handle's shape is kept.
    fn said(&self, raw: &str) -> Option<String> {
        self.handle(raw).or_else(|| {
            let name = raw.strip_prefix('@').unwrap_or(raw).trim_end_matches('.');
            let legal =
                |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
            let sane = (2..=64).contains(&name.len())
                && name.bytes().all(legal)
                && name.bytes().any(|byte| byte.is_ascii_alphanumeric());
            sane.then(|| name.to_ascii_lowercase())
        })
    }

    fn is_called(&self, word: &str) -> bool {
        self.name == word || self.words.contains(&word)
    }
}

/// What the URL of a platform leads to.
pub(crate) struct Profile {
    /// `platform:handle`.
    pub(crate) account: String,
    /// Whether the URL is the profile itself, and not a post or a page under it.
    pub(crate) itself: bool,
}

/// The account that a URL names.
pub(crate) fn profile(url: &Url) -> Option<Profile> {
    let host = url.host_str()?;
    let host = host
        .strip_prefix("www.")
        .or_else(|| host.strip_prefix("m.").filter(|rest| rest.contains('.')))
        .unwrap_or(host);
    let platform = PLATFORMS
        .iter()
        .find(|platform| platform.hosts.contains(&host))?;
    let mut parts = url.path().split('/').filter(|part| !part.is_empty());
    let first = parts.next()?;
    let raw = match (platform.name, first) {
        ("facebook", "profile.php") => {
            let (_, id) = url.query_pairs().find(|(name, _)| name == "id")?;
            if !id.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            return profile_of(platform, &id, parts.next().is_none());
        }
        ("facebook", "people") => parts.nth(1)?,
        ("vinted", "member") => parts.next()?.split('-').next()?,
        ("linkedin", "company") => {
            let name = parts.next()?;
            return profile_of(platform, &format!("company/{name}"), parts.next().is_none());
        }
        ("leboncoin", "profil" | "profile" | "boutique") => parts.next()?,
        _ if first.starts_with('@') => first,
        _ if platform.prefixes.contains(&first) => parts.next()?,
        _ if platform.prefixes.contains(&"") && !platform.reserved.contains(&first) => first,
        _ => return None,
    };
    // A page of a shop's is still the shop.
    let itself = parts.next().is_none() || platform.name == "leboncoin";
    profile_of(platform, raw, itself)
}

fn profile_of(platform: &Platform, raw: &str, itself: bool) -> Option<Profile> {
    let handle = platform.handle(raw)?;
    Some(Profile {
        account: format!("{}:{handle}", platform.name),
        itself,
    })
}

/// The number behind a WhatsApp link, digits only.
pub(crate) fn whatsapp_number(url: &Url) -> Option<String> {
    let raw = match url.host_str()? {
        "wa.me" | "www.wa.me" => url.path().trim_matches('/').to_owned(),
        "api.whatsapp.com" | "web.whatsapp.com" if url.path().starts_with("/send") => url
            .query_pairs()
            .find(|(name, _)| name == "phone")?
            .1
            .into_owned(),
        _ => return None,
    };
    let digits = raw.trim().trim_start_matches('+');
    (digits.len() >= 7 && digits.len() <= 15 && digits.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| format!("+{digits}"))
}

/// `platform:handle`, `platform @handle`, or a profile's URL; Telegram's have a kind of their own.
pub(crate) fn social(text: &str) -> Result<(String, Proof), ParseError> {
    match read_account(text) {
        Some(account) if !account.starts_with("telegram:") => Ok((account, Proof::Shape)),
        _ => Err(ParseError::Shape { kind: Kind::Social }),
    }
}

/// `handle`, `@handle`, `telegram:handle`, `Telegram @handle` or `t.me/handle`.
pub(crate) fn telegram(text: &str) -> Result<(String, Proof), ParseError> {
    let account = read_account(text).or_else(|| account("telegram", text));
    match account
        .as_deref()
        .and_then(|account| account.strip_prefix("telegram:"))
    {
        Some(handle) => Ok((handle.to_owned(), Proof::Shape)),
        None => Err(ParseError::Shape {
            kind: Kind::Telegram,
        }),
    }
}

fn read_account(text: &str) -> Option<String> {
    if text.len() > crate::web::MAX_URL {
        return None;
    }
    if let Some((name, handle)) = text.split_once(':').or_else(|| text.split_once(' '))
        && let Some(canonical) = account(name, handle)
    {
        return Some(canonical);
    }
    let (url, _) = crate::web::url(text).ok()?;
    profile(&url)
        .filter(|profile| profile.itself)
        .map(|profile| profile.account)
}

/// The canonical form of a handle on the platform that goes by this name.
pub(crate) fn account(platform: &str, handle: &str) -> Option<String> {
    let word = platform.trim().to_lowercase();
    let platform = PLATFORMS
        .iter()
        .find(|platform| platform.is_called(&word))?;
    let handle = platform.said(handle.trim())?;
    Some(format!("{}:{handle}", platform.name))
}

/// Every account that `@handle` may be.
pub(crate) fn everywhere(handle: &str) -> Vec<String> {
    let written = PLATFORMS.iter().filter(|platform| platform.at_sign);
    written
        .filter_map(|platform| Some(format!("{}:{}", platform.name, platform.handle(handle)?)))
        .collect()
}

/// How far a platform's name may stand from the handle, in bytes.
const CONTEXT: usize = 48;

/// The end and canonical form of the handle whose `@` stands at `at`, when a platform is named
/// beside it: shortly before, else just after ("@x sur Telegram").
pub(crate) fn handle_at(text: &str, at: usize) -> Option<(usize, String)> {
    let bytes = text.as_bytes();
    let is_handle = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let length = bytes[at + 1..]
        .iter()
        .take(65)
        .take_while(|byte| is_handle(byte))
        .count();
    let raw = text[at + 1..at + 1 + length].trim_end_matches(['.', '-']);
    let end = at + 1 + raw.len();
    // "@été" is a word, not a handle followed by something.
    if raw.is_empty()
        || bytes
            .get(end)
            .is_some_and(|byte| *byte >= 0x80 && bytes[end..].starts_with(&[0xC3]))
    {
        return None;
    }
    let mut from = at.saturating_sub(CONTEXT);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let mut to = text.len().min(end + 24);
    while !text.is_char_boundary(to) {
        to -= 1;
    }
    // The name must be of this line; the nearest wins.
    let before = text[from..at].rsplit('\n').next().unwrap_or_default();
    let after = text[end..to].split(['\n', '@']).next().unwrap_or_default();
    // The letter alone is too common before an at sign.
    let named = |word: &str| {
        let word = word.to_lowercase();
        PLATFORMS
            .iter()
            .find(|platform| platform.at_sign && word != "x" && platform.is_called(&word))
    };
    let is_break = |character: char| !character.is_alphanumeric() && character != '-';
    let platform = before
        .rsplit(is_break)
        .take(8)
        .find_map(named)
        .or_else(|| {
            let mut words = after.split(is_break).filter(|word| !word.is_empty());
            let first = words.next()?;
            match first.to_lowercase().as_str() {
                "sur" | "on" | "via" | "de" => words.next().and_then(named),
                _ => named(first),
            }
        })?;
    let handle = platform.said(raw)?;
    // A rate or a sum ("telegram @ 20") is no account.
    if handle.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((end, format!("{}:{handle}", platform.name)))
}

impl Scanner<'_> {
    /// What follows a label such as "Insta :", whose colon ends at `at`. Answers where the walk goes on.
    pub(crate) fn labelled(&mut self, at: usize) -> Option<usize> {
        let _ = at;
        None
    }

    /// A token with an underscore and no at sign, colon or slash: an account, if its platform stands beside it.
    /// Answers where the walk goes on.
    pub(crate) fn named_account(&mut self, start: usize, end: usize) -> Option<usize> {
        let _ = (start, end);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(read_account(text).as_deref(), expected, "from {text:?}");
    }

    #[test]
    fn profiles_fold_to_one_account() {
        for url in [
            "https://t.me/Arnaque_Test",
            "t.me/s/arnaque_test",
            "telegram.me/arnaque_test",
            "https://t.me/@arnaque_test",
        ] {
            check(url, Some("telegram:arnaque_test"));
        }
        check(
            "https://m.facebook.com/test.arnaque?ref=1",
            Some("facebook:test.arnaque"),
        );
        check(
            "https://www.facebook.com/people/Test-Arnaque/100000000000001/",
            Some("facebook:100000000000001"),
        );
        check("https://m.me/test.arnaque", Some("facebook:test.arnaque"));
        check(
            "https://www.snapchat.com/@test.arnaque",
            Some("snapchat:test.arnaque"),
        );
        check(
            "https://www.youtube.com/@TestArnaque",
            Some("youtube:testarnaque"),
        );
        check(
            "https://www.youtube.com/channel/UCaaaaBBBBccccDDDDeeee00",
            Some("youtube:UCaaaaBBBBccccDDDDeeee00"),
        );
        check(
            "https://fr.linkedin.com/in/test-arnaque-1a2b3c/",
            Some("linkedin:test-arnaque-1a2b3c"),
        );
        check(
            "https://www.linkedin.com/company/test-arnaque/",
            Some("linkedin:company/test-arnaque"),
        );
        check(
            "https://www.leboncoin.fr/profil/00000000-aaaa-4bbb-8ccc-000000000000/offres",
            Some("leboncoin:00000000-aaaa-4bbb-8ccc-000000000000"),
        );
        check(
            "https://www.vinted.fr/member/1234567-test",
            Some("vinted:1234567"),
        );
        check(
            "https://discord.com/users/100000000000000001",
            Some("discord:100000000000000001"),
        );
        check("linkedin:company/test", Some("linkedin:company/test"));
        check("Insta @Test.Arnaque", Some("instagram:test.arnaque"));
        check("snap:test-arnaque", Some("snapchat:test-arnaque"));
    }

    #[test]
    fn other_pages_are_no_account() {
        for url in [
            "https://www.instagram.com/p/Cabc/",
            "https://www.facebook.com/groups/123456/",
            "https://t.me/+AbCdEf",
            "https://x.com/home",
            "https://www.youtube.com/watch?v=abc",
            "https://x.com/test_arnaque/status/1",
            "https://vm.tiktok.com/abc",
        ] {
            check(url, None);
        }
    }

    #[test]
    fn an_at_sign_needs_its_platform_named() {
        let handle =
            |text: &str| handle_at(text, text.find('@').unwrap()).map(|(_, canonical)| canonical);
        assert_eq!(
            handle("sur Telegram : @test_arnaque."),
            Some("telegram:test_arnaque".to_owned())
        );
        assert_eq!(
            handle("mon insta (@test.arnaque.)"),
            Some("instagram:test.arnaque".to_owned())
        );
        assert_eq!(
            handle("@test_arnaque sur snap"),
            Some("snapchat:test_arnaque".to_owned())
        );
        assert_eq!(handle("contactez @test_arnaque"), None);
        assert_eq!(handle("telegram\n@test_arnaque"), None);
        assert_eq!(handle("telegram @ 20"), None);
    }
}
