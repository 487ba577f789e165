//! What every page carries: language, theme, where it is, who is signed in.

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, header, request::Parts},
    response::{Html, IntoResponse, Response},
};
use casework::Lang;

use crate::{app::App, assets, web::cookies, words::Words};

/// Colours of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the reader's device is set.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// The word in the cookie and in `data-theme`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of a word; anything else is the system's.
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        match word {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }
}

/// The frame of a page; templates extend `layout.html` with it as their field `page`.
#[derive(Clone, Debug)]
pub struct Page {
    /// Language.
    pub lang: Lang,
    /// The site's words.
    pub w: Words,
    /// Colours.
    pub theme: Theme,
    /// Path and query of this page, to come back to after a choice of theme.
    pub here: String,
    /// This page in the other language.
    pub other_lang: String,
    /// Whether this is the demonstration.
    pub demonstration: bool,
    /// Name of the signed-in agent, on the workbench's pages.
    pub agent: Option<String>,
    /// What the forms of a signed-in agent prove their session with; empty on the public pages.
    pub csrf: String,
    /// The workbench's pages are wide and have no quick exit.
    pub workbench: bool,
    /// Whether the agent's role reads submissions.
    pub reads: bool,
    /// Whether the agent's role has to do with films.
    pub films: bool,
    /// Whether the agent reads the record of looks.
    pub watches: bool,
    /// Whether the agent sees how the service runs.
    pub administers: bool,
    /// Whether the agent runs the machine.
    pub runs: bool,
    /// How many signs of misuse the agent is to be told of and has not seen yet.
    pub signs: usize,
    /// Whether the agent answers for how long submissions are kept.
    pub keeps: bool,
    /// Why the agent looks beyond their own; empty between two tasks.
    pub task: String,
}

impl Page {
    /// The language's tag, for `lang` attributes and paths.
    #[must_use]
    pub fn tag(&self) -> &'static str {
        self.lang.tag()
    }

    /// Address of the stylesheet, with its hash.
    #[must_use]
    pub fn stylesheet(&self) -> &'static str {
        assets::stylesheet()
    }

    /// Address of the script, with its hash.
    #[must_use]
    pub fn script(&self) -> &'static str {
        assets::script()
    }

    /// The page in the frame of the workbench; `csrf` goes into each of its forms.
    #[must_use]
    pub fn for_agent(mut self, name: &str, csrf: &str) -> Self {
        self.agent = Some(name.to_owned());
        self.csrf = csrf.to_owned();
        self.workbench = true;
        self
    }

    /// A moment as people of this language read it, Paris time: `14/03/2026 15:42`.
    #[must_use]
    pub fn moment(&self, micros: i64) -> String {
        crate::web::text::moment(self.lang, micros)
    }

    /// A day as people of this language read it, Paris time.
    #[must_use]
    pub fn day(&self, micros: i64) -> String {
        crate::web::text::day(self.lang, micros)
    }

    /// A date as people of this language read it.
    #[must_use]
    pub fn date(&self, date: jiff::civil::Date) -> String {
        crate::web::text::date(self.lang, date)
    }

    /// An amount as people of this language read it: `1 250,50 €`.
    #[must_use]
    pub fn money(&self, minor: i64, currency: &str) -> String {
        crate::web::text::money(self.lang, minor, currency)
    }

    /// A number as people of this language read it: `1 250,5`.
    #[must_use]
    pub fn number(&self, value: &serde_json::Number) -> String {
        crate::web::text::number(self.lang, value)
    }

    /// A count with its thousands apart.
    #[must_use]
    pub fn count(&self, value: i64) -> String {
        crate::web::text::count(self.lang, value)
    }
}

/// The language is the first part of the path (`/fr/…`, `/en/…`), else what the browser prefers.
impl FromRequestParts<App> for Page {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let path = parts.uri.path();
        let lang = path
            .split('/')
            .nth(1)
            .filter(|first| first.len() == 2)
            .and_then(Lang::from_tag)
            .unwrap_or_else(|| preferred(parts));
        let here = parts
            .uri
            .path_and_query()
            .map_or_else(|| path.to_owned(), |all| all.as_str().to_owned());
        let other = if lang == Lang::Fr { "en" } else { "fr" };
        let other_lang = match here.get(1..3) {
            Some("fr" | "en") => format!("/{other}{}", &here[3..]),
            _ => format!("/{other}/"),
        };
        Ok(Self {
            lang,
            w: Words(lang),
            theme: Theme::from_word(
                &cookies::read(&parts.headers, "orfevre-theme").unwrap_or_default(),
            ),
            here,
            other_lang,
            demonstration: app.settings.demonstration,
            agent: None,
            csrf: String::new(),
            workbench: path.contains("/workbench"),
            reads: false,
            films: false,
            watches: false,
            administers: false,
            runs: false,
            signs: 0,
            keeps: false,
            task: String::new(),
        })
    }
}

/// The first of the browser's languages that the site speaks (RFC 9110 §12.5.4, order kept, weights
/// ignored: browsers list by preference); French when none is.
pub(crate) fn preferred(parts: &Parts) -> Lang {
    parts
        .headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .into_iter()
        .flat_map(|value| value.split(','))
        .find_map(|range| Lang::from_tag(range.split(';').next().unwrap_or_default().trim()))
        .unwrap_or_default()
}

/// Renders a template as the answer, never stored by a cache between: pages may be somebody's.
pub fn render(status: StatusCode, template: &impl askama::Template) -> Response {
    match template.render() {
        Ok(html) => (status, [(header::CACHE_CONTROL, "no-store")], Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
