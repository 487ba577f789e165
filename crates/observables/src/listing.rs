//! Classified ads and listings.

use url::Url;

use crate::{Kind, Observable, ParseError, Proof, context::Topics, extract::Scanner, web};

/// A site and how its listings are addressed.
struct Site {
    /// The part before the colon of the canonical form.
    name: &'static str,
    /// What people call it, besides its name.
    words: &'static [&'static str],
    /// Its hosts end with these, or with one of its own endings after a dot where they end with `.`.
    hosts: &'static [&'static str],
    /// What the path's first part is, and how the number follows.
    paths: &'static [(&'static str, Place)],
    /// Its name in texts, where a number beside it is read.
    topic: Option<Topics>,
    /// Digits of its numbers there.
    lengths: std::ops::RangeInclusive<usize>,
}

/// Where the number stands in a path.
#[derive(Clone, Copy)]
enum Place {
    /// The first digits of the next part: `/items/123-robe`.
    Next,
    /// The last part, whole or before `.htm` and the like: `/ad/voitures/123`.
    Last,
    /// The last part, after its last hyphen: `/annonce-clio-123.html`.
    LastAfterHyphen,
}

static SITES: [Site; 12] = [
    Site {
        name: "leboncoin",
        words: &["le bon coin", "lbc"],
        hosts: &["leboncoin.fr"],
        paths: &[
            ("ad", Place::Last),
            ("offre", Place::Last),
            ("vi", Place::Last),
            ("*.htm", Place::Last),
        ],
        topic: Some(Topics::LEBONCOIN),
        lengths: 9..=12,
    },
    Site {
        name: "vinted",
        words: &[],
        hosts: &["vinted."],
        paths: &[("items", Place::Next)],
        topic: Some(Topics::VINTED),
        lengths: 8..=12,
    },
    Site {
        name: "facebook",
        words: &["marketplace", "facebook marketplace"],
        hosts: &["facebook.com", "fb.com"],
        paths: &[("marketplace/item", Place::Next)],
        topic: Some(Topics::MARKETPLACE),
        lengths: 14..=17,
    },
    Site {
        name: "ebay",
        words: &[],
        hosts: &["ebay."],
        paths: &[("itm", Place::Last)],
        topic: Some(Topics::EBAY),
        lengths: 12..=12,
    },
    Site {
        name: "airbnb",
        words: &["air bnb"],
        hosts: &["airbnb."],
        paths: &[("rooms", Place::Last)],
        topic: Some(Topics::AIRBNB),
        lengths: 8..=19,
    },
    Site {
        name: "seloger",
        words: &[],
        hosts: &["seloger.com"],
        paths: &[("annonces", Place::Last)],
        topic: None,
        lengths: 0..=0,
    },
    Site {
        name: "lacentrale",
        words: &["la centrale"],
        hosts: &["lacentrale.fr"],
        paths: &[("*.html", Place::LastAfterHyphen)],
        topic: None,
        lengths: 0..=0,
    },
    Site {
        name: "pap",
        words: &[],
        hosts: &["pap.fr"],
        paths: &[("annonces", Place::LastAfterHyphen)],
        topic: None,
        lengths: 0..=0,
    },
    Site {
        name: "etsy",
        words: &[],
        hosts: &["etsy.com"],
        paths: &[("listing", Place::Next)],
        topic: None,
        lengths: 0..=0,
    },
    Site {
        name: "aliexpress",
        words: &[],
        hosts: &["aliexpress."],
        paths: &[("item", Place::Last)],
        topic: None,
        lengths: 0..=0,
    },
    Site {
        name: "kleinanzeigen",
        words: &[],
        hosts: &["kleinanzeigen.de"],
        paths: &[("s-anzeige", Place::Last)],
        topic: None,
        lengths: 0..=0,
    },
    Site {
        name: "rakuten",
        words: &[],
        hosts: &["rakuten.com"],
        paths: &[("offer/buy", Place::Next)],
        topic: None,
        lengths: 0..=0,
    },
];

/// Fewest and most digits of a listing's number.
const LENGTHS: std::ops::RangeInclusive<usize> = 4..=20;

impl Site {
    fn is_called(&self, word: &str) -> bool {
        self.name == word || self.words.contains(&word)
    }

    /// Whether a host is the site's, under any of its prefixes; `vinted.` stands for all its countries.
    fn has(&self, host: &str) -> bool {
        self.hosts.iter().any(|known| {
            if known.ends_with('.') {
                let country = host
                    .strip_prefix("www.")
                    .or_else(|| host.strip_prefix("m."))
                    .or_else(|| host.strip_prefix("fr."))
                    .unwrap_or(host)
                    .strip_prefix(known);
                matches!(country, Some(country) if country.len() <= 6 && country != "example")
            } else {
                host.strip_suffix(known)
                    .is_some_and(|before| before.is_empty() || before.ends_with('.'))
            }
        })
    }
}

/// `site:number`, `site number`, or a listing's URL.
pub(crate) fn listing(text: &str) -> Result<(String, Proof), ParseError> {
    let shape = ParseError::Shape {
        kind: Kind::Listing,
    };
    if text.len() > web::MAX_URL {
        return Err(shape);
    }
    if let Some((site, number)) = text.rsplit_once([':', ' ']) {
        let word = site.trim_end_matches([':', ' ']).to_lowercase();
        let word = word.trim_end_matches(" n°").trim_start_matches("annonce ");
        if let Some(site) = SITES.iter().find(|site| site.is_called(word))
            && let Some(canonical) = of_number(site, number)
        {
            return Ok((canonical, Proof::Shape));
        }
    }
    let found = web::url(text).ok().and_then(|(url, _)| of_url(&url));
    let canonical = found.ok_or(shape)?.canonical().to_owned();
    Ok((canonical, Proof::Shape))
}

fn of_number(site: &Site, number: &str) -> Option<String> {
    let sane = LENGTHS.contains(&number.len())
        && !number.starts_with('0')
        && number.bytes().all(|byte| byte.is_ascii_digit());
    sane.then(|| format!("{}:{number}", site.name))
}

/// The listing that a URL shows.
pub(crate) fn of_url(url: &Url) -> Option<Observable> {
    let host = url.host_str()?;
    let site = SITES.iter().find(|site| site.has(host))?;
    let path = url.path().trim_matches('/');
    let number = site
        .paths
        .iter()
        .find_map(|(start, place)| number_in(path, start, *place))?;
    let canonical = of_number(site, number)?;
    Some(Observable::from_canonical(Kind::Listing, canonical))
}

fn number_in<'a>(path: &'a str, start: &str, place: Place) -> Option<&'a str> {
    let last = path.rsplit('/').next()?;
    let rest = match start.strip_prefix('*') {
        Some(ending) => last.strip_suffix(ending).map(|_| path)?,
        None => path.strip_prefix(start)?.strip_prefix('/')?,
    };
    let leading = |part: &'a str| {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at(digits);
        let ends = rest.is_empty() || rest.starts_with('-') || rest.starts_with(".htm");
        ends.then_some(number)
    };
    match place {
        Place::Next => leading(rest.split('/').next()?),
        Place::Last => leading(last),
        Place::LastAfterHyphen => leading(last.rsplit('-').next()?.trim_start_matches('r')),
    }
}

impl Scanner<'_> {
    /// A listing's number beside its site's name, at a run of letters and digits. Answers where the walk goes on.
    pub(crate) fn listing_run(&mut self, start: usize, end: usize) -> Option<usize> {
        let bytes = self.bytes;
        let run = &bytes[start..end];
        if !(8..=19).contains(&run.len())
            || run[0] == b'0'
            || !run.iter().all(u8::is_ascii_digit)
            || start
                .checked_sub(1)
                .is_some_and(|at| matches!(bytes[at], b'+' | b'-' | b'.' | b'_' | b'/'))
            || matches!(
                &bytes[end..],
                [b'-' | b'.' | b'_' | b',' | b' ', b'0'..=b'9', ..]
            )
        {
            return None;
        }
        let span = start..end;
        let near = self.context.around(bytes, span.clone(), 32, 0);
        if !near.any(Topics::LISTING) {
            return None;
        }
        let near = self.context.around(bytes, span.clone(), 64, 32);
        let site = SITES.iter().find(|site| {
            site.lengths.contains(&run.len()) && site.topic.is_some_and(|topic| near.any(topic))
        })?;
        let canonical = of_number(site, &self.text[span.clone()])?;
        self.push(Kind::Listing, canonical, Proof::Shape, span);
        Some(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<String> = extract(text)
            .hits
            .iter()
            .filter(|hit| hit.kind == Kind::Listing)
            .map(|hit| hit.canonical.clone())
            .collect();
        assert_eq!(found, expected, "in {text:?}");
    }

    #[test]
    fn a_listings_url_is_the_listing() {
        for (url, expected) in [
            (
                "https://www.leboncoin.fr/ad/voitures/2345678901",
                "leboncoin:2345678901",
            ),
            (
                "leboncoin.fr/offre/locations/2345678901?utm=x",
                "leboncoin:2345678901",
            ),
            (
                "https://www.leboncoin.fr/vi/2345678901.htm",
                "leboncoin:2345678901",
            ),
            (
                "https://www.leboncoin.fr/voitures/2345678901.htm/",
                "leboncoin:2345678901",
            ),
            (
                "https://www.vinted.fr/items/4567890123-robe-rouge?x=1",
                "vinted:4567890123",
            ),
            ("vinted.be/items/4567890123", "vinted:4567890123"),
            (
                "https://www.facebook.com/marketplace/item/123456789012345/",
                "facebook:123456789012345",
            ),
            (
                "https://m.facebook.com/marketplace/item/123456789012345",
                "facebook:123456789012345",
            ),
            (
                "https://www.ebay.fr/itm/un-telephone/123456789012?hash=a",
                "ebay:123456789012",
            ),
            (
                "https://www.ebay.co.uk/itm/123456789012",
                "ebay:123456789012",
            ),
            (
                "https://www.airbnb.fr/rooms/12345678?adults=2",
                "airbnb:12345678",
            ),
            (
                "https://www.airbnb.com/rooms/plus/12345678",
                "airbnb:12345678",
            ),
            (
                "https://www.seloger.com/annonces/locations/appartement/lyon-69/123456789.htm",
                "seloger:123456789",
            ),
            (
                "https://www.lacentrale.fr/auto-occasion-annonce-69112345678.html",
                "lacentrale:69112345678",
            ),
            (
                "https://www.pap.fr/annonces/maison-lyon-r123456789",
                "pap:123456789",
            ),
        ] {
            check(&format!("voir {url} svp"), &[expected]);
            assert_eq!(
                listing(url).map(|found| found.0),
                Ok(expected.to_owned()),
                "{url}"
            );
        }
        for url in [
            "https://www.leboncoin.fr/recherche?text=velo",
            "https://www.leboncoin.fr/ad/voitures/",
            "https://www.vinted.fr/member/1234567-test",
            "https://www.ebay.example/itm/123456789012",
            "https://faux-leboncoin.fr/ad/voitures/2345678901",
            "https://leboncoin.fr.example/ad/voitures/2345678901",
        ] {
            check(url, &[]);
        }
    }

    #[test]
    fn a_number_needs_its_site() {
        check("annonce leboncoin n° 2345678901", &["leboncoin:2345678901"]);
        check(
            "sur Le Bon Coin, réf. annonce 2345678901",
            &["leboncoin:2345678901"],
        );
        check(
            "l'annonce 2345678901 sur leboncoin.",
            &["leboncoin:2345678901"],
        );
        check("l'article 4567890123 de Vinted", &["vinted:4567890123"]);
        check("annonce n° 2345678901", &[]);
        check("sur leboncoin, commande 2345678901", &[]);
        check("annonce leboncoin à 1250 euros, tél. 0639981234", &[]);
        check("annonce leboncoin du 12/12/2024, 06 39 98 12 34", &[]);
    }

    proptest::proptest! {
        #[test]
        fn any_path_is_read(path in "(ad|items|itm|rooms|vi|annonces)?/?[a-z0-9/.-]{0,24}", host in "(www\\.)?(leboncoin|vinted|ebay|airbnb|pap)\\.(fr|com)") {
            if let Ok((canonical, _)) = listing(&format!("https://{host}/{path}")) {
                proptest::prop_assert_eq!(listing(&canonical).map(|found| found.0), Ok(canonical));
            }
        }
    }
}
