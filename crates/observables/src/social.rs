//! Accounts on platforms: one identity whether it was given as a profile's URL, as `@handle` beside
//! the platform's name, or as `platform:handle`.

use url::Url;

use crate::{
    Kind, ParseError, Proof,
    context::{REACH, Topics, letter_after, letter_before},
    extract::Scanner,
    web,
};

/// A platform and how its accounts are written.
pub(crate) struct Platform {
    /// The part before the colon of the canonical form.
    pub(crate) name: &'static str,
    /// Hosts of profiles, without `www.` and `m.`.
    hosts: &'static [&'static str],
    /// What people call it, besides its name.
    words: &'static [&'static str],
    /// Its name in texts; empty where no word is safe.
    topic: Topics,
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
pub(crate) static PLATFORMS: [Platform; 21] = [
    Platform {
        name: "telegram",
        hosts: &["t.me", "telegram.me", "telegram.dog"],
        words: &["télégram", "telegramme", "tg"],
        topic: Topics::TELEGRAM,
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
            "fb.me",
            "fr-fr.facebook.com",
            "m.me",
            "mbasic.facebook.com",
            "web.facebook.com",
        ],
        words: &["fb", "messenger"],
        topic: Topics::FACEBOOK,
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
        topic: Topics::INSTAGRAM,
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
        topic: Topics::TIKTOK,
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
        topic: Topics::SNAPCHAT,
        prefixes: &["add", "@"],
        reserved: NO,
        punctuation: "._-",
        // 15 when an account is made today; older ones and typing errors are longer.
        lengths: 3..=30,
        at_sign: true,
    },
    Platform {
        name: "x",
        hosts: &["x.com", "twitter.com", "mobile.twitter.com", "mobile.x.com"],
        words: &["twitter"],
        topic: Topics::TWITTER,
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
        topic: Topics::DISCORD,
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
        topic: Topics::YOUTUBE,
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
        topic: Topics::LINKEDIN,
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
        topic: Topics::LEBONCOIN,
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
        topic: Topics::VINTED,
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
        topic: Topics::TWITCH,
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
        topic: Topics::THREADS,
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
        topic: Topics::SIGNAL,
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
        topic: Topics::ONLYFANS,
        prefixes: &[""],
        reserved: &["my", "posts", "help", "terms", "privacy", "about"],
        punctuation: "._-",
        lengths: 3..=32,
        at_sign: true,
    },
    Platform {
        name: "whatsapp",
        hosts: &["chat.whatsapp.com", "whatsapp.com", "wa.me"],
        words: &["whats app"],
        topic: Topics::WHATSAPP,
        prefixes: &["channel", "message"],
        reserved: NO,
        punctuation: "",
        lengths: 8..=64,
        at_sign: false,
    },
    Platform {
        name: "steam",
        hosts: &["steamcommunity.com"],
        words: NO,
        topic: Topics::STEAM,
        prefixes: &["id", "profiles"],
        reserved: NO,
        punctuation: "_-",
        lengths: 2..=32,
        at_sign: false,
    },
    Platform {
        name: "mastodon",
        hosts: NO,
        words: NO,
        topic: Topics::MASTODON,
        prefixes: NO,
        reserved: NO,
        punctuation: "_.-",
        lengths: 1..=64,
        at_sign: false,
    },
    Platform {
        name: "bluesky",
        hosts: &["bsky.app"],
        words: &["bsky"],
        topic: Topics::BLUESKY,
        prefixes: &["profile"],
        reserved: NO,
        punctuation: ".-",
        lengths: 3..=253,
        at_sign: true,
    },
    Platform {
        name: "reddit",
        hosts: &["reddit.com", "old.reddit.com"],
        words: NO,
        topic: Topics::REDDIT,
        prefixes: &["user", "u"],
        reserved: NO,
        punctuation: "_-",
        lengths: 3..=20,
        at_sign: false,
    },
    Platform {
        name: "pinterest",
        hosts: &["pinterest.com", "pinterest.fr", "fr.pinterest.com"],
        words: NO,
        topic: Topics::PINTEREST,
        prefixes: &[""],
        reserved: &["pin", "ideas", "search", "login", "today", "settings"],
        punctuation: "_",
        lengths: 3..=30,
        at_sign: false,
    },
];

/// Instances of Mastodon that the French and English use most; elsewhere the word must stand near.
const INSTANCES: [&str; 14] = [
    "fosstodon.org",
    "framapiaf.org",
    "hachyderm.io",
    "infosec.exchange",
    "mamot.fr",
    "mas.to",
    "mastodon.online",
    "mastodon.social",
    "mastodon.world",
    "mastodon.xyz",
    "mstdn.fr",
    "mstdn.social",
    "piaille.fr",
    "social.tchncs.de",
];

impl Platform {
    /// A handle in canonical form, if the platform could have given it.
    fn handle(&self, raw: &str) -> Option<String> {
        if self.name == "mastodon" {
            let (user, host) = raw.strip_prefix('@').unwrap_or(raw).split_once('@')?;
            return fediverse(user, host);
        }
        let raw = raw.strip_prefix('@').unwrap_or(raw).trim_end_matches('.');
        // A link that invites has a code, not a name, and the case of its letters counts.
        let invites: &[&str] = match self.name {
            "discord" => &["invite/"],
            "whatsapp" => &["group/", "channel/", "message/"],
            "signal" => &["group/", "link/"],
            _ => &[],
        };
        for space in invites {
            if let Some(code) = raw.strip_prefix(space) {
                let sane = (2..=128).contains(&code.len())
                    && code
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
                return sane.then(|| raw.to_owned());
            }
        }
        // Discord's older names have a number of four digits.
        if self.name == "discord"
            && let Some((name, tag)) = raw.rsplit_once('#')
        {
            let sane = tag.len() == 4 && tag.bytes().all(|byte| byte.is_ascii_digit());
            return sane
                .then(|| self.handle(name))
                .flatten()
                .map(|name| format!("{name}#{tag}"));
        }
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
            // These have no other form.
            if matches!(self.name, "whatsapp" | "mastodon") {
                return None;
            }
            let name = raw.strip_prefix('@').unwrap_or(raw).trim_end_matches('.');
            let legal =
                |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
            let sane = (2..=64).contains(&name.len())
                && name.bytes().all(legal)
                && name.bytes().any(|byte| byte.is_ascii_alphanumeric());
            sane.then(|| name.to_ascii_lowercase())
        })
    }

    /// Whether its name is a word of other subjects too, and needs a stronger sign than standing near.
    fn is_common_word(&self) -> bool {
        matches!(self.name, "signal" | "threads")
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
    if let Some(found) = invitation(host, url) {
        return Some(found);
    }
    if INSTANCES.contains(&host) {
        return mastodon_page(url);
    }
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
        ("whatsapp", "channel" | "message") => {
            let code = format!("{first}/{}", parts.next()?);
            return profile_of(platform, &code, parts.next().is_none());
        }
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

/// What a link that invites to a group leads to.
fn invitation(host: &str, url: &Url) -> Option<Profile> {
    let path = url.path().trim_matches('/');
    let (name, space, code) = match host {
        "discord.gg" => (
            "discord",
            "invite",
            path.strip_prefix("invite/").unwrap_or(path),
        ),
        "discord.com" | "discordapp.com" => ("discord", "invite", path.strip_prefix("invite/")?),
        "chat.whatsapp.com" => (
            "whatsapp",
            "group",
            path.strip_prefix("invite/").unwrap_or(path),
        ),
        "signal.group" => ("signal", "group", url.fragment()?),
        "signal.me" => ("signal", "link", url.fragment()?.strip_prefix("eu/")?),
        _ => return None,
    };
    let platform = PLATFORMS.iter().find(|platform| platform.name == name)?;
    profile_of(platform, &format!("{space}/{code}"), true)
}

/// `user@host` of Mastodon and what speaks its protocol.
fn fediverse(user: &str, host: &str) -> Option<String> {
    let sane = (1..=64).contains(&user.len())
        && user
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
        && user.bytes().any(|byte| byte.is_ascii_alphanumeric());
    let (host, _) = sane.then(|| web::domain(host).ok())??;
    Some(format!("{}@{host}", user.to_ascii_lowercase()))
}

/// The account whose page on an instance of Mastodon this is: `/@user`.
pub(crate) fn mastodon_page(url: &Url) -> Option<Profile> {
    let mut parts = url.path().trim_matches('/').split('/');
    let user = parts.next()?.strip_prefix('@')?;
    let host = url.host_str()?;
    // An account of another instance, seen from this one.
    let (user, host) = user.split_once('@').unwrap_or((user, host));
    let account = format!("mastodon:{}", fediverse(user, host)?);
    Some(Profile {
        account,
        itself: parts.next().is_none(),
    })
}

/// The number behind a link of WhatsApp, Signal or Telegram, with its plus.
pub(crate) fn linked_number(url: &Url) -> Option<String> {
    let raw = match url.host_str()? {
        "wa.me" | "www.wa.me" => url.path().trim_matches('/').to_owned(),
        "api.whatsapp.com" | "web.whatsapp.com" if url.path().starts_with("/send") => url
            .query_pairs()
            .find(|(name, _)| name == "phone")?
            .1
            .into_owned(),
        "signal.me" => url.fragment()?.strip_prefix("p/")?.to_owned(),
        "t.me" => url.path().strip_prefix("/+")?.to_owned(),
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
    if let Some((user, host)) = text.strip_prefix('@').and_then(|text| text.split_once('@')) {
        return fediverse(user, host).map(|account| format!("mastodon:{account}"));
    }
    if let Some(name) = text.strip_prefix("u/").or_else(|| text.strip_prefix("/u/")) {
        return account("reddit", name);
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

/// How far a platform's name may stand before an at sign, and before a name without one, in bytes.
const BEFORE: usize = 48;
const NAMED_BEFORE: usize = 36;
const AFTER: usize = 24;
/// Longest handle that a text is searched for.
const LONGEST: usize = 64;

/// Answers to "Insta :" that are no handle.
const ANSWERS: [&[u8]; 22] = [
    b"aucun",
    b"aucune",
    b"compte",
    b"connu",
    b"ici",
    b"inconnu",
    b"inconnue",
    b"merci",
    b"n/a",
    b"neant",
    b"no",
    b"non",
    b"none",
    b"null",
    b"oui",
    b"pareil",
    b"pas",
    b"rien",
    b"supprime",
    b"unknown",
    b"voir",
    b"yes",
];

/// Endings of files that a name with a dot may be.
const FILES: [&[u8]; 21] = [
    b"jpg", b"jpeg", b"png", b"gif", b"pdf", b"doc", b"docx", b"txt", b"mp4", b"mp3", b"zip",
    b"apk", b"exe", b"html", b"webp", b"heic", b"md", b"js", b"py", b"rs", b"xml",
];

fn is_handle(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

/// What a name without an at sign looks like.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Holds an underscore, as no word does.
    Underscore,
    /// Letters with a dot inside, and perhaps digits.
    Dotted,
    /// Letters, then digits.
    Digits,
    /// A word like any other.
    Word,
}

/// The look of a name; `None` for what is no handle, such as a number, a file or a host.
fn look(name: &[u8]) -> Option<Look> {
    let (first, last) = (name.first()?, name.last()?);
    let starts = first.is_ascii_alphabetic() || *first == b'_';
    if !(2..=LONGEST).contains(&name.len())
        || !starts
        || matches!(last, b'.' | b'-')
        || !name.iter().copied().all(is_handle)
    {
        return None;
    }
    let has = |wanted: u8| memchr::memchr(wanted, name).is_some();
    // So are constants of programs.
    if has(b'_') && !name.iter().any(u8::is_ascii_lowercase) {
        return None;
    }
    if let Some(dot) = memchr::memrchr(b'.', name) {
        let ending = &name[dot + 1..];
        if FILES.iter().any(|known| ending.eq_ignore_ascii_case(known)) {
            return None;
        }
    }
    if has(b'_') {
        let letters = name.iter().filter(|byte| byte.is_ascii_alphabetic());
        return (letters.count() >= 2).then_some(Look::Underscore);
    }
    let digits = name.iter().filter(|byte| byte.is_ascii_digit()).count();
    if has(b'.') {
        let sane = !name.windows(2).any(|pair| pair == b"..")
            && name
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'.')
            // "Merci.Bonjour" is two sentences.
            && !name
                .windows(2)
                .any(|pair| pair[0] == b'.' && pair[1].is_ascii_uppercase())
            && name.split(|byte| *byte == b'.').all(|part| part.len() >= 2);
        return sane.then_some(Look::Dotted);
    }
    let trailing = name
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if digits > 0 && trailing == digits && name.len() - digits >= 4 {
        return Some(Look::Digits);
    }
    name.iter()
        .all(|byte| byte.is_ascii_alphabetic() || *byte == b'-')
        .then_some(Look::Word)
}

/// The topics of all platforms.
const NAMED: Topics = {
    let mut all = Topics::NONE;
    let mut at = 0;
    while at < PLATFORMS.len() {
        all = all.with(PLATFORMS[at].topic);
        at += 1;
    }
    all
};

fn of_topic(topics: Topics) -> Option<&'static Platform> {
    PLATFORMS.iter().find(|platform| topics.any(platform.topic))
}

fn without_spaces_after(text: &[u8]) -> &[u8] {
    let count = text.iter().rev().take_while(|byte| **byte == b' ').count();
    &text[..text.len() - count]
}

/// Whether the last word before the end of a text is one of these, whatever its case.
fn ends_with_word(text: &[u8], words: &[&str]) -> bool {
    let text = without_spaces_after(text);
    words.iter().any(|word| {
        text.len() >= word.len()
            && text[text.len() - word.len()..].eq_ignore_ascii_case(word.as_bytes())
            && !letter_before(text, text.len() - word.len())
    })
}

impl Scanner<'_> {
    /// An account that Telegram's own links open: `tg://resolve?domain=NAME`. `colon` is where `://` stands.
    pub(crate) fn telegram_link(&mut self, start: usize, colon: usize) -> Option<usize> {
        const ASKS: &[u8] = b"://resolve?domain=";
        let from = colon.checked_sub(2).filter(|from| *from >= start)?;
        let name_start = colon + ASKS.len();
        let asked = self.bytes.get(colon..name_start)?;
        let is_link = self.bytes[from..colon].eq_ignore_ascii_case(b"tg")
            && asked.eq_ignore_ascii_case(ASKS)
            && !letter_before(self.bytes, from);
        let length = self.bytes[name_start..]
            .iter()
            .take(64)
            .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
            .count();
        self.work += length;
        let end = name_start + length;
        let name = self.text.get(name_start..end).filter(|_| is_link)?;
        self.push_account(account("telegram", name)?, from..end);
        Some(end)
    }

    /// The end and canonical form of the handle whose `@` stands at `at`: when a platform is named
    /// beside it, shortly before or just after ("@x sur Telegram"), or when it names its own host
    /// (`@user@host`).
    pub(crate) fn handle_at(&mut self, at: usize) -> Option<(usize, String)> {
        let bytes = self.bytes;
        let length = bytes[at + 1..]
            .iter()
            .take(LONGEST + 1)
            .take_while(|byte| is_handle(**byte))
            .count();
        self.work += length;
        if length == 0 {
            return None;
        }
        let whole = at + 1 + length;
        if bytes.get(whole) == Some(&b'@') {
            let host = bytes[whole + 1..]
                .iter()
                .take(web::MAX_HOST + 1)
                .take_while(|byte| is_handle(**byte) && **byte != b'_')
                .count();
            self.work += host;
            let host = self.text[whole + 1..whole + 1 + host].trim_end_matches(['.', '-']);
            let account = fediverse(&self.text[at + 1..whole], host)?;
            return Some((whole + 1 + host.len(), format!("mastodon:{account}")));
        }
        let raw = self.text[at + 1..whole].trim_end_matches(['.', '-']);
        let end = at + 1 + raw.len();
        // "@été" is a word, not a handle followed by something.
        if raw.is_empty() || letter_after(bytes, end) {
            return None;
        }
        if let Some(name) = raw.get(raw.len().saturating_sub(12)..)
            && name.eq_ignore_ascii_case(".bsky.social")
        {
            return Some((end, format!("bluesky:{}", raw.to_ascii_lowercase())));
        }
        let platform = self.platform_of_handle(at, end)?;
        let handle = platform.said(raw)?;
        // A rate or a sum ("telegram @ 20") is no account.
        if handle.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        Some((end, format!("{}:{handle}", platform.name)))
    }

    /// The platform named beside a handle: the nearest before, in its line, unless the text says "sur …"
    /// right after.
    fn platform_of_handle(&mut self, at: usize, end: usize) -> Option<&'static Platform> {
        let bytes = self.bytes;
        let before = self
            .context
            .before(bytes, at, BEFORE)
            .find_map(|(word, topics)| {
                of_topic(topics)
                    .filter(|platform| platform.at_sign)
                    .map(|platform| (word, platform))
            })
            .filter(|(word, _)| memchr::memchr(b'\n', &bytes[word.end..at]).is_none());
        if let Some((word, platform)) = &before
            && at - word.end <= 5
            && memchr::memchr2(b',', b'.', &bytes[word.end..at]).is_none()
        {
            return Some(*platform);
        }
        let after = self.platform_after(end);
        if let Some(platform) = after {
            return Some(platform);
        }
        if let Some((_, platform)) = before
            && !platform.is_common_word()
        {
            return Some(platform);
        }
        // The letter alone is too common, but for "sur X @…".
        let line = &bytes[at.saturating_sub(BEFORE)..at];
        let lead = line
            .iter()
            .rposition(|byte| !matches!(byte, b' ' | b':' | b'(' | b'-'))
            .map_or(line, |last| &line[..=last]);
        let said = [" sur X", " on X", " compte X", "compte X", "Compte X"];
        let is_x = said.iter().any(|said| lead.ends_with(said.as_bytes()))
            || [" sur X", " on X", " (X)"].iter().any(|said| {
                bytes[end..].starts_with(said.as_bytes()) && !letter_after(bytes, end + said.len())
            });
        is_x.then(|| PLATFORMS.iter().find(|platform| platform.name == "x"))?
    }

    /// The platform that is named right after a handle.
    fn platform_after(&mut self, end: usize) -> Option<&'static Platform> {
        let bytes = self.bytes;
        let (word, topics) = self.context.after(bytes, end, AFTER).next()?;
        const JOINTS: [&[u8]; 16] = [
            b" ",
            b" (",
            b" sur ",
            b" on ",
            b" via ",
            b" de ",
            b" sur mon ",
            b" sur son ",
            b" - ",
            b", sur ",
            b" (sur ",
            b" chez ",
            b" : ",
            b") sur ",
            b" sous ",
            b" / ",
        ];
        if !JOINTS.contains(&&bytes[end..word.start]) {
            return None;
        }
        // "Telegram @a Instagram @b", "@a Insta : b"
        let next = bytes.get(word.end..).unwrap_or_default();
        let own = next
            .iter()
            .take(4)
            .find(|byte| **byte != b' ')
            .is_some_and(|byte| matches!(byte, b'@' | b':'));
        of_topic(topics).filter(|platform| platform.at_sign && !own)
    }

    /// What follows a label such as "Insta :", whose colon ends at `at`. Answers where the walk goes on.
    pub(crate) fn labelled(&mut self, at: usize) -> Option<usize> {
        let bytes = self.bytes;
        let start = at
            + bytes[at..]
                .iter()
                .take(2)
                .take_while(|byte| **byte == b' ')
                .count();
        // Before the name is looked at: nearly every colon follows a word of a sentence.
        let label = at - 1..at;
        let is_named = self.context.is_near(bytes, &label, (REACH, 0), NAMED);
        is_named.then(|| self.labelled_at(start, at - 1))?
    }

    /// A handle at `start`, whose label ends before `colon`.
    fn labelled_at(&mut self, start: usize, colon: usize) -> Option<usize> {
        let bytes = self.bytes;
        let length = bytes[start..]
            .iter()
            .take(LONGEST + 1)
            .take_while(|byte| is_handle(**byte))
            .count();
        self.work += length;
        let mut end = start + length;
        while end > start && matches!(bytes[end - 1], b'.' | b'-') {
            end -= 1;
        }
        // "lola#1234"
        let tagged = bytes.get(end) == Some(&b'#')
            && bytes
                .get(end + 1..end + 5)
                .is_some_and(|tag| tag.iter().all(u8::is_ascii_digit))
            && !letter_after(bytes, end + 5);
        let name = &bytes[start..end];
        let look = look(name)?;
        // "Snap : lola_b: salut" is a name before what it says, "lola_b:80" is none.
        let goes_on = match &bytes[end..] {
            [b'@' | b'/', ..] => true,
            [b':', next, ..] => !next.is_ascii_whitespace(),
            _ => letter_after(bytes, end),
        };
        if goes_on {
            return None;
        }
        let rest = &bytes[end..];
        let ends_line = matches!(
            rest,
            [] | [b'\n' | b'\r', ..] | [b' ' | b'.' | b',' | b';', b'\n' | b'\r', ..] | [b'.']
                // The next sentence begins.
                | [b' ', b'A'..=b'Z', ..] | [b'.', b' ', ..]
        ) || tagged;
        if look == Look::Word && !ends_line {
            return None;
        }
        let label = without_spaces_after(&bytes[..colon]);
        let closed = label.strip_suffix(b")").unwrap_or(label);
        let (word, platform) = self
            .context
            .before(bytes, label.len(), BEFORE)
            .find_map(|(word, topics)| of_topic(topics).map(|platform| (word, platform)))?;
        let between = &bytes[word.end..label.len()];
        // "Snap du vendeur :", "Telegram (pseudo) :"; another sentence is another subject.
        let is_near = between.len() <= 24
            && !between
                .iter()
                .any(|byte| matches!(byte, b'\n' | b'.' | b'!' | b'?' | b';' | b':' | b','));
        if !is_near {
            return None;
        }
        let line = &bytes[word.start.saturating_sub(BEFORE)..word.start];
        let lead = line.rsplit(|byte| *byte == b'\n').next().unwrap_or(line);
        let is_form = lead.len() < BEFORE
            && lead
                .iter()
                .all(|byte| matches!(byte, b' ' | b'-' | b'*' | b'(' | b'\t') || *byte >= 0x80);
        let names = [
            "pseudo",
            "pseudonyme",
            "compte",
            "profil",
            "identifiant",
            "nom",
            "handle",
            "username",
            "account",
            "id",
            "son",
            "mon",
            "user",
            "login",
        ];
        let is_named =
            ends_with_word(&bytes[..word.start], &names) || ends_with_word(closed, &names);
        // Signal's names end with a dot and digits.
        let is_signals = name.last().is_some_and(u8::is_ascii_digit) && look == Look::Dotted;
        if platform.is_common_word() && !(is_signals || is_named) {
            return None;
        }
        match look {
            Look::Underscore => {}
            Look::Dotted => {
                let is_host = self.text.get(start..end).is_some_and(|name| {
                    web::domain(name).is_ok()
                        && (!(is_form || is_named)
                            || [
                                ".com", ".fr", ".net", ".org", ".example", ".test", ".invalid",
                            ]
                            .iter()
                            .any(|ending| name.ends_with(ending)))
                });
                if is_host {
                    return None;
                }
            }
            Look::Digits => {}
            Look::Word => {
                // "Insta : jeandupont", alone in its line.
                if !(is_form && between.len() <= 1 || is_named)
                    || name.len() < 3
                    || ANSWERS
                        .iter()
                        .any(|answer| name.eq_ignore_ascii_case(answer))
                {
                    return None;
                }
            }
        }
        let end = if tagged && platform.name == "discord" {
            end + 5
        } else {
            end
        };
        let handle = platform.said(&self.text[start..end])?;
        self.push_account(format!("{}:{handle}", platform.name), start..end);
        Some(end)
    }

    /// A token without at sign, colon or slash that holds an underscore, a dot or a digit: an account,
    /// if its platform stands beside it. Answers where the walk goes on.
    pub(crate) fn named_account(&mut self, start: usize, end: usize) -> Option<usize> {
        let bytes = self.bytes;
        let mut end = end;
        while end > start && matches!(bytes[end - 1], b'.' | b'-') {
            end -= 1;
        }
        if end - start < 4 {
            return None;
        }
        // Before the name is looked at: nearly every token has no platform near it.
        let reach = (NAMED_BEFORE, AFTER);
        if !self.context.is_near(bytes, &(start..end), reach, NAMED) {
            return None;
        }
        let look = look(&bytes[start..end]).filter(|look| *look != Look::Word)?;
        // Letters of another script make it a word of theirs.
        if letter_before(bytes, start) || letter_after(bytes, end) {
            return None;
        }
        let found = self
            .context
            .before(bytes, start, NAMED_BEFORE)
            .find_map(|(word, topics)| of_topic(topics).map(|platform| (word, platform)));
        let name = self.text.get(start..end)?;
        if look == Look::Dotted && web::domain(name).is_ok() {
            return None;
        }
        let alone = |gap: &[u8]| {
            gap.iter().all(|byte| {
                matches!(byte, b' ' | b'"' | b'(' | b':' | b'-' | b'\'') || *byte >= 0x80
            })
        };
        let pseudonym = [
            "pseudo",
            "pseudonyme",
            "nom",
            "identifiant",
            "compte",
            "profil",
            "username",
            "handle",
            "name",
            "user",
            "utilisateur",
            "utilisatrice",
            "vendeur",
            "vendeuse",
            "account",
            "nommé",
            "nommée",
            "called",
            "named",
        ];
        if let Some((word, platform)) = found {
            let gap = &bytes[word.end..start];
            let told = [b'\n', b'.', b'!', b'?', b';'];
            let one_sentence = !gap.iter().any(|byte| told.contains(byte));
            let lead = without_spaces_after(&bytes[..start]);
            let lead = lead.strip_suffix(b":").unwrap_or(lead);
            let lead = lead.strip_suffix(b"\"").unwrap_or(lead);
            let is_named = ends_with_word(lead, &pseudonym)
                || alone(gap) && ends_with_word(&bytes[..word.start], &pseudonym);
            // What is sold there has names with digits too.
            let apart = gap.iter().any(|byte| matches!(byte, b' ' | b':'));
            // "Signal lola.42"
            let is_signals = platform.name == "signal"
                && look == Look::Dotted
                && bytes[word.start].is_ascii_uppercase()
                && name.ends_with(|last: char| last.is_ascii_digit());
            let common = platform.is_common_word() && !is_signals;
            let alone = |gap: &[u8]| apart && !common && alone(gap);
            let said: [&[u8]; 10] = [
                b" est ",
                b" c'est ",
                b" c est ",
                b" is ",
                b" as ",
                b" under ",
                b" = ",
                b" sous ",
                b" username is ",
                b" username ",
            ];
            let is_said = !common && said.contains(&gap);
            let sells = matches!(
                platform.name,
                "leboncoin" | "vinted" | "facebook" | "steam" | "whatsapp"
            );
            let taken = is_said && !sells
                || one_sentence
                    && match look {
                        Look::Underscore => {
                            alone(gap) && !sells || is_named || alone(gap) && gap.len() <= 1
                        }
                        Look::Dotted => alone(gap) && !sells || is_named,
                        Look::Digits | Look::Word => is_named,
                    };
            if taken && let Some(handle) = platform.said(name) {
                self.push_account(format!("{}:{handle}", platform.name), start..end);
                return Some(end);
            }
        }
        // "crypto_gains33 sur Telegram", "le pseudo lola33 sur Vinted"
        let is_named = ends_with_word(&bytes[..start], &pseudonym);
        if look == Look::Underscore || is_named {
            let (word, topics) = self.context.after(bytes, end, AFTER).next()?;
            let gap = &bytes[end..word.start];
            let platform = of_topic(topics)?;
            let joints: [&[u8]; 6] = [b" sur ", b" on ", b" (", b" (sur ", b"\" sur ", b"\" on "];
            let sells = matches!(platform.name, "leboncoin" | "vinted" | "facebook");
            if joints.contains(&gap) && (is_named || !sells) {
                let handle = platform.said(name)?;
                self.push_account(format!("{}:{handle}", platform.name), start..end);
                return Some(end);
            }
        }
        None
    }

    /// A token with a colon or a slash inside: `Insta:lola_33`, `u/lola_33`.
    pub(crate) fn joined_account(&mut self, start: usize, end: usize) -> Option<usize> {
        let bytes = self.bytes;
        let token = &bytes[start..end];
        let user = match token {
            [b'u', b'/', ..] => Some(start + 2),
            [b'/', b'u', b'/', ..] => Some(start + 3),
            _ => None,
        };
        if let Some(from) = user {
            let mut end = end;
            while end > from && matches!(bytes[end - 1], b'.' | b':') {
                end -= 1;
            }
            let name = self.text.get(from..end)?;
            let reddit = of_topic(Topics::REDDIT)?;
            let telling = name
                .bytes()
                .any(|byte| byte.is_ascii_digit() || byte == b'_')
                && token[0] == b'u';
            let near = self.context.around(bytes, start..end, BEFORE, AFTER);
            if name.contains('.')
                || !telling && !near.any(Topics::REDDIT)
                || letter_after(bytes, end)
            {
                return None;
            }
            let handle = reddit.handle(name)?;
            self.push_account(format!("reddit:{handle}"), start..end);
            return Some(end);
        }
        let letters = token
            .iter()
            .take(12)
            .take_while(|byte| byte.is_ascii_alphabetic())
            .count();
        if letters < 2 || token.get(letters) != Some(&b':') {
            return None;
        }
        let word = &token[..letters];
        let is_platform = PLATFORMS.iter().any(|platform| {
            word.eq_ignore_ascii_case(platform.name.as_bytes())
                || platform
                    .words
                    .iter()
                    .any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
        });
        if !is_platform {
            return None;
        }
        self.labelled_at(start + letters + 1, start + letters)
    }

    /// Four digits after a number sign that end a name on Discord: `lola#1234`. Answers where the walk
    /// goes on.
    pub(crate) fn discord_tag(&mut self, start: usize, end: usize) -> Option<usize> {
        let bytes = self.bytes;
        if end - start != 4
            || start == 0
            || bytes[start - 1] != b'#'
            || !bytes[start..end].iter().all(u8::is_ascii_digit)
        {
            return None;
        }
        let length = bytes[..start - 1]
            .iter()
            .rev()
            .take(33)
            .take_while(|byte| is_handle(**byte))
            .count();
        self.work += length;
        let from = start - 1 - length;
        if !(2..=32).contains(&length) || letter_before(bytes, from) {
            return None;
        }
        let near = self.context.around(bytes, from..end, BEFORE, AFTER);
        if !near.any(Topics::DISCORD) {
            return None;
        }
        let handle = of_topic(Topics::DISCORD)?.handle(&self.text[from..end])?;
        self.push_account(format!("discord:{handle}"), from..end);
        Some(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::check as found;

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
        found("sur Telegram : @test_arnaque.", &["telegram test_arnaque"]);
        found("Telegram – @test_arnaque", &["telegram test_arnaque"]);
        found(
            "mon insta (@test.arnaque.)",
            &["social instagram:test.arnaque"],
        );
        found("@test_arnaque sur snap", &["social snapchat:test_arnaque"]);
        found(
            "vu sur Facebook, @test_a sur Telegram",
            &["telegram test_a"],
        );
        found(
            "Telegram @test_a Instagram @test_b",
            &["telegram test_a", "social instagram:test_b"],
        );
        found("son compte X : @test_arnaque", &["social x:test_arnaque"]);
        found("@test_arnaque sur X.", &["social x:test_arnaque"]);
        found("contactez @test_arnaque", &[]);
        found("telegram\n@test_arnaque", &[]);
        found("telegram @ 20, telegram @été", &[]);
    }

    #[test]
    fn a_handle_that_names_its_host_needs_no_word() {
        found(
            "@Test@Mastodon.example, merci",
            &["social mastodon:test@mastodon.example"],
        );
        found("@test.bsky.social", &["social bluesky:test.bsky.social"]);
        found(
            "https://mastodon.social/@test",
            &["social mastodon:test@mastodon.social"],
        );
        found(
            "Mastodon : https://social.example/@test",
            &["social mastodon:test@social.example"],
        );
        found(
            "https://social.example/@test",
            &["url https://social.example/@test"],
        );
    }

    #[test]
    fn labels_name_an_account() {
        found("Insta : jean_dupont", &["social instagram:jean_dupont"]);
        found("Snap: lola.martin", &["social snapchat:lola.martin"]);
        found(
            "Snap: lola.martin33 et c'est tout",
            &["social snapchat:lola.martin33"],
        );
        found(
            "Insta : jeandupont\nTél : rien",
            &["social instagram:jeandupont"],
        );
        found("pseudo Discord : x_y", &["social discord:x_y"]);
        found(
            "mon pseudo Discord : testarnaque\n",
            &["social discord:testarnaque"],
        );
        found("Telegram (pseudo) : testarnaque", &["telegram testarnaque"]);
        found("Snap du vendeur : lola_33", &["social snapchat:lola_33"]);
        found(
            "Insta:lola_33 ou snap:lola.martin",
            &["social instagram:lola_33", "social snapchat:lola.martin"],
        );
        found("Discord : lola#1234", &["social discord:lola#1234"]);
        found(
            "sur discord c'est Lola#1234 qui",
            &["social discord:lola#1234"],
        );
        for text in [
            "Snap: je vais vous dire",
            "Facebook : il m'a contacté hier",
            "Facebook : non\n",
            "Insta : 2 photos",
            "vu sur Facebook : arnaque\n",
            "Telegram : oui",
            "Instagram : voir photo_12.jpg",
            "Bonjour : jean_dupont",
            "ticket #1234, lola #12345",
        ] {
            found(text, &[]);
        }
        found("Facebook : arnaque.example", &["domain arnaque.example"]);
        found("Vinted : 12,50 €", &["amount 12.50 EUR"]);
        found("WhatsApp : 06 39 98 12 34", &["phone +33639981234"]);
    }

    #[test]
    fn a_name_beside_its_platform_is_an_account() {
        found(
            "le compte Telegram crypto_gains33.",
            &["telegram crypto_gains33"],
        );
        found(
            "sur insta jean.dupont33",
            &["social instagram:jean.dupont33"],
        );
        found(
            "son snap lola.martin, puis",
            &["social snapchat:lola.martin"],
        );
        found("crypto_gains33 sur Telegram", &["telegram crypto_gains33"]);
        found(
            "son Snap c'est lola_martin.",
            &["social snapchat:lola_martin"],
        );
        found(
            "son instagram est lola.martin",
            &["social instagram:lola.martin"],
        );
        found("on Snapchat as lola_33", &["social snapchat:lola_33"]);
        found(
            "sur Snapchat (pseudo : lola-du33)",
            &["social snapchat:lola-du33"],
        );
        found("joint sur Signal lola.42", &["social signal:lola.42"]);
        found("sur Vinted, le vendeur lola33", &["social vinted:lola33"]);
        found(
            "sous le pseudo lola33 sur leboncoin",
            &["social leboncoin:lola33"],
        );
        found("son pseudo Vinted lola33", &["social vinted:lola33"]);
        found(
            "u/test_arnaque, reddit u/testarnaque",
            &["social reddit:test_arnaque", "social reddit:testarnaque"],
        );
        for text in [
            "acheté sur Vinted iPhone12",
            "un iPhone_12 sur leboncoin",
            "capture Telegram photo_12.jpg",
            "sur Facebook le fichier mon_dossier est parti",
            "sur insta. jean_dupont est venu",
            "une PS5 sur Discord",
            "sur insta bonjour.Merci",
            "signal: controller.signal, mon_signal(a_b), les threads: worker_threads",
            "sur Telegram MAX_SIZE, Telegram config.xml",
            "le variable_a et b_c, 3.5/u/min",
        ] {
            found(text, &[]);
        }
    }

    #[test]
    fn invitations_and_numbers_are_read_from_links() {
        found(
            "https://discord.gg/AbCdEf12",
            &["social discord:invite/AbCdEf12"],
        );
        found(
            "discord.com/invite/AbCdEf12",
            &["social discord:invite/AbCdEf12"],
        );
        found(
            "https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv",
            &["social whatsapp:group/AbCdEfGhIjKlMnOpQrStUv"],
        );
        found(
            "https://whatsapp.com/channel/0029VaAbCdEf",
            &["social whatsapp:channel/0029VaAbCdEf"],
        );
        found("https://signal.me/#p/+33639981234", &["phone +33639981234"]);
        found("https://t.me/+33639981234", &["phone +33639981234"]);
        found(
            "https://steamcommunity.com/profiles/76561190000000001",
            &["social steam:76561190000000001"],
        );
        found(
            "https://steamcommunity.com/id/Test_Arnaque/",
            &["social steam:test_arnaque"],
        );
        found(
            "https://bsky.app/profile/test.bsky.social",
            &["social bluesky:test.bsky.social"],
        );
        found(
            "https://www.reddit.com/user/Test_Arnaque/",
            &["social reddit:test_arnaque"],
        );
    }
}
