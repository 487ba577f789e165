//! Where a draft stands: what is asked now, what is urgent, what to advise, what stops it.

use casework::{
    answers::{self, AskedStep, Context},
    assess::{self, Ineligible},
    desk::{Desk, RedirectTo},
    submission::Track,
};
use jiff::Timestamp;

use super::draft::{Draft, context};
use crate::{app::App, page::Page};

pub(super) struct Situation<'a> {
    pub(super) desk: &'a Desk,
    pub(super) track: Track,
    pub(super) ctx: Context,
    pub(super) asked: Vec<AskedStep<'a>>,
    pub(super) answers: answers::Answers,
}

/// The text of the lane that bypasses every queue.
pub(super) struct UrgentShown {
    pub(super) title: String,
    pub(super) text: String,
    /// What was said so far can be sent as it is.
    pub(super) ready: bool,
}

/// Advice, or what to do instead.
pub(super) struct Advice {
    pub(super) text: String,
    pub(super) link: Option<Way>,
}

/// Where an advice leads.
pub(super) struct Way {
    pub(super) label: String,
    pub(super) to: WayTo,
}

pub(super) enum WayTo {
    /// A form that changes the track of the draft.
    Track(&'static str),
    /// A page of ours.
    Here(String),
    /// A page elsewhere.
    Away(String),
    /// `tel:` link.
    Phone(String),
}

/// The code and the time of a draft, as every page shows them.
pub(super) struct DraftNote {
    pub(super) code: String,
    pub(super) until: String,
}

impl DraftNote {
    pub(super) fn of(page: &Page, draft: &Draft) -> Self {
        Self {
            code: draft.code.to_string(),
            until: page.day(draft.expires_at),
        }
    }
}

impl<'a> Situation<'a> {
    pub(super) fn of(app: &'a App, page: &Page, draft: &Draft) -> Option<Self> {
        let desk = draft.desk(app)?;
        let track = draft.track(desk);
        let ctx = context(app, page.lang);
        let raw = &draft.filling.answers;
        Some(Self {
            asked: answers::visible(desk, track, raw, &ctx),
            answers: answers::draft(desk, track, raw, &ctx),
            desk,
            track,
            ctx,
        })
    }

    /// The steps that ask something now.
    pub(super) fn steps(&self) -> Vec<&AskedStep<'a>> {
        self.asked
            .iter()
            .filter(|step| !step.questions.is_empty())
            .collect()
    }

    pub(super) fn urgent(&self, page: &Page, draft: &Draft) -> Option<UrgentShown> {
        let urgent = assess::urgent(self.desk, &self.answers, self.ctx.now)?;
        Some(UrgentShown {
            title: urgent.title.get(page.lang).to_owned(),
            text: urgent.text.get(page.lang).to_owned(),
            ready: answers::validate(self.desk, self.track, &draft.filling.answers, &self.ctx)
                .is_ok_and(|answers| {
                    assess::eligibility(self.desk, &answers, self.ctx.now).is_empty()
                }),
        })
    }

    pub(super) fn advice(&self, page: &Page) -> Vec<Advice> {
        assess::orientations(self.desk, &self.answers, self.ctx.now)
            .into_iter()
            .map(|rule| Advice {
                text: rule.text.get(page.lang).to_owned(),
                link: rule.link.as_ref().and_then(|to| self.way(page, to, None)),
            })
            .collect()
    }

    /// What stops the draft so far.
    pub(super) fn stops(&self) -> Vec<Ineligible<'a>> {
        assess::eligibility_so_far(self.desk, &self.answers, self.ctx.now)
    }

    pub(super) fn way(&self, page: &Page, to: &RedirectTo, label: Option<&str>) -> Option<Way> {
        let label = label.map(str::to_owned);
        Some(match to {
            RedirectTo::Track(track) => Way {
                label: label.unwrap_or_else(|| page.w.t(track_key(*track))),
                to: WayTo::Track(track.as_str()),
            },
            RedirectTo::Desk(desk) => Way {
                label: label.unwrap_or_else(|| page.w.t("way-other-desk")),
                to: WayTo::Here(desk_path(page, desk.as_str())),
            },
            RedirectTo::Url(url) => Way {
                label: label.unwrap_or_else(|| page.w.t("way-away")),
                to: WayTo::Away(url.to_string()),
            },
            RedirectTo::Phone(number) => Way {
                label: label.unwrap_or_else(|| number.to_string()),
                to: WayTo::Phone(
                    number
                        .chars()
                        .filter(|c| c.is_ascii_digit() || *c == '+')
                        .collect(),
                ),
            },
        })
    }
}

/// The words for filing on a track.
pub(super) fn track_key(track: Track) -> &'static str {
    match track {
        Track::Report => "track-report",
        Track::Complaint => "track-complaint",
        Track::Declaration => "track-declaration",
        Track::Request => "track-request",
    }
}

pub(super) fn desk_path(page: &Page, desk: &str) -> String {
    format!("/{}/desks/{desk}", page.tag())
}

pub(super) fn step_path(page: &Page, desk: &str, step: &str) -> String {
    format!("/{}/desks/{desk}/steps/{step}", page.tag())
}

/// The page of a form's answer, where only a form can lead: colours and language are chosen on the page
/// it belongs to.
pub(super) fn located(mut page: Page, path: &str) -> Page {
    let other = if page.tag() == "fr" { "en" } else { "fr" };
    page.here = format!("/{}{path}", page.tag());
    page.other_lang = format!("/{other}{path}");
    page
}

/// A moment that a submission's rules are read at.
pub(super) fn at(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}
