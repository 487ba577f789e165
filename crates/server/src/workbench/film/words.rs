//! Words of the film office: refusals, fields, options of the desk.

use casework::{
    booking,
    desk::{Kind, Question},
    film,
    film::pool::Pool,
    price, project,
    submission::ResourceId,
};
use jiff::Timestamp;

use super::{DESK, pool::name_of};
use crate::{app::App, page::Page};

/// A text by a key that is computed; those that are written out go through `w.t`.
pub(crate) fn text(page: &Page, key: &str) -> String {
    page.w.t(key)
}

/// Headings of a table.
pub(crate) fn heads(page: &Page, keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| text(page, key)).collect()
}

/// Yes or no.
pub(crate) fn yes(page: &Page, yes: bool) -> String {
    if yes {
        page.w.t("film-yes")
    } else {
        page.w.t("film-no")
    }
}

/// The kind of a work, as the desk calls it.
pub(crate) fn work(app: &App, page: &Page, id: &str) -> String {
    option(app, page, &["project_kind"], id)
}

/// A paper, as the desk calls it.
pub(crate) fn paper(app: &App, page: &Page, id: &str) -> String {
    option(app, page, &["paper", "kind"], id)
}

/// Something sensitive, as the desk calls it.
pub(crate) fn sensitive(app: &App, page: &Page, id: &str) -> String {
    option(app, page, &["sensitive"], id)
}

/// The label of an option of the desk's question; its id where there is none.
fn option(app: &App, page: &Page, path: &[&str], id: &str) -> String {
    let [first, rest @ ..] = path else {
        return id.to_owned();
    };
    let mut question: Option<&Question> = app.desk(DESK).and_then(|desk| desk.question(first));
    for name in rest {
        question = match question.map(|question| &question.kind) {
            Some(Kind::Repetition { questions, .. }) => {
                questions.iter().find(|inner| inner.id.as_str() == *name)
            }
            _ => None,
        };
    }
    let options = match question.map(|question| &question.kind) {
        Some(Kind::Choice { options } | Kind::Choices { options, .. }) => options.as_slice(),
        _ => &[],
    };
    let found = options.iter().find(|option| *option.id == *id);
    found.map_or_else(
        || id.to_owned(),
        |option| option.label.get(page.lang).to_owned(),
    )
}

/// The question of a criterion; its id where it is no longer asked.
pub(crate) fn criterion(app: &App, page: &Page, id: &str) -> String {
    let found = app.config.film.criteria.get(id);
    found.map_or_else(
        || id.to_owned(),
        |one| one.question.get(page.lang).to_owned(),
    )
}

fn at(page: &Page, at: Timestamp) -> String {
    page.moment(at.as_microsecond())
}

/// Why something about a booking was not done.
pub(crate) fn booking_refusal(page: &Page, pool: &Pool, refusal: &booking::Refusal) -> String {
    use booking::Refusal;
    let w = page.w;
    let name = |id: &ResourceId| name_of(page, pool, id);
    match refusal {
        Refusal::Unknown(_) | Refusal::AskedBefore(_) => w.t("film-refused-unknown"),
        Refusal::NoResource(id) | Refusal::NotOut(id) => {
            w.t1("film-refused-resource", "what", name(id))
        }
        Refusal::NotHeldNow(id) => w.t1("film-refused-not-now", "what", name(id)),
        Refusal::Nothing => w.t("film-refused-nothing"),
        Refusal::EndsBefore => w.t("film-refused-ends"),
        Refusal::TooLong => w.t("film-refused-long"),
        Refusal::Taken(conflict) => w.t2(
            "film-refused-taken",
            ("what", name(&conflict.resource)),
            ("until", at(page, conflict.span.until())),
        ),
        Refusal::PassesOver(_) => w.t("film-refused-passes"),
        Refusal::Uninsured { needed } => w.t1("film-refused-uninsured", "until", at(page, *needed)),
        Refusal::OverQuota { category, most } => w.t2(
            "film-refused-quota",
            ("what", pool.category_name(category, page.lang)),
            ("most", *most as i64),
        ),
        Refusal::StillOut { resource, .. } => {
            w.t1("film-refused-still-out", "what", name(resource))
        }
        Refusal::Standing { .. } => w.t("film-refused-standing"),
        Refusal::Missing(_) => w.t("film-refused-missing"),
        _ => w.t("film-refused-standing"),
    }
}

/// Why something about a project was not done.
pub(crate) fn project_refusal(app: &App, page: &Page, refusal: &project::Refusal) -> String {
    use project::Refusal;
    let w = page.w;
    match refusal {
        Refusal::Stage { stage, .. } => w.t1("film-refused-stage", "stage", stage.label(page.lang)),
        Refusal::Unanswered(id) => {
            w.t1("film-refused-unanswered", "what", criterion(app, page, id))
        }
        Refusal::NothingAgainst(id) => w.t1(
            "film-refused-nothing-against",
            "what",
            criterion(app, page, id),
        ),
        Refusal::NotAsked { .. } | Refusal::NoCriterion(_) => w.t("film-refused-not-asked"),
        Refusal::Line(line) => w.t1("film-refused-line", "line", *line as i64 + 1),
        Refusal::Missing(_) => w.t("film-refused-missing"),
        Refusal::NoAppeal => w.t("film-refused-appeal"),
        Refusal::TooEarly(until) => w.t1("film-refused-early", "until", at(page, *until)),
        Refusal::DayBefore(_) => w.t("film-refused-ends"),
        Refusal::TooManyDays { most } => w.t1("film-refused-days", "most", *most),
        Refusal::Rider(true) => w.t("film-refused-rider"),
        Refusal::Rider(false) => w.t("film-refused-no-rider"),
        Refusal::NoRider => w.t("film-refused-same"),
        Refusal::Stars(_) => w.t("film-refused-stars"),
        _ => w.t("film-refused-standing"),
    }
}

/// Why something else was not done.
pub(crate) fn refusal(page: &Page, refusal: &film::Refusal) -> String {
    use film::Refusal;
    let w = page.w;
    match refusal {
        Refusal::Missing(_) => w.t("film-refused-missing"),
        Refusal::Unknown(_) => w.t("film-refused-unknown"),
        Refusal::Twice(_) => w.t("film-refused-twice"),
        Refusal::EndsBefore => w.t("film-refused-ends"),
        Refusal::Busy { until } => w.t1("film-refused-busy", "until", at(page, *until)),
        Refusal::Conflict(with) => w.t1("film-refused-conflict", "what", &**with),
        Refusal::Group { most } => w.t1("film-refused-group", "most", i64::from(*most)),
        Refusal::Amount => w.t("film-refused-amount"),
        Refusal::OverLine { left } => w.t1(
            "film-refused-line-of-budget",
            "left",
            page.money(*left, "EUR"),
        ),
        _ => w.t("film-refused-standing"),
    }
}

/// Why there is no quote.
pub(crate) fn quote_error(page: &Page, error: &price::QuoteError) -> String {
    use price::QuoteError;
    match error {
        QuoteError::NoPrice { line } => page.w.t1("film-quote-no-price", "line", *line as i64 + 1),
        QuoteError::NoGrid(day) => page.w.t1("film-quote-no-grid", "day", page.date(*day)),
        _ => page.w.t("film-quote-too-much"),
    }
}

/// What an installment of an account is.
pub(crate) fn installment(page: &Page, what: price::Installment) -> String {
    match what {
        price::Installment::Deposit => page.w.t("film-due-deposit"),
        price::Installment::Complement => page.w.t("film-due-complement"),
        price::Installment::Balance => page.w.t("film-due-balance"),
    }
}

/// Where a booking stands.
pub(crate) fn standing(page: &Page, standing: booking::Standing) -> String {
    use booking::Standing;
    match standing {
        Standing::Asked => page.w.t("film-booking-asked"),
        Standing::Approved => page.w.t("film-booking-approved"),
        Standing::Out => page.w.t("film-booking-out"),
        Standing::Returned => page.w.t("film-booking-returned"),
        Standing::Refused => page.w.t("film-booking-refused"),
        Standing::Cancelled => page.w.t("film-booking-cancelled"),
        Standing::Recalled => page.w.t("film-booking-recalled"),
    }
}

/// Where a booking stands, and what it is for where nobody asked for it.
pub(crate) fn booking(page: &Page, booking: &booking::Booking) -> String {
    use booking::{Purpose, Standing};
    match (booking.standing, booking.purpose) {
        (Standing::Approved, Purpose::Repair) => page.w.t("lending-in-repair"),
        (at, Purpose::Operations) => {
            format!(
                "{} – {}",
                standing(page, at),
                page.w.t("lending-purpose-operations")
            )
        }
        (at, _) => standing(page, at),
    }
}

/// A value of such a field, as people write it.
pub(crate) fn value(app: &App, page: &Page, field: &str, value: &str) -> String {
    let date = |day: &str| {
        day.parse()
            .map_or_else(|_| day.to_owned(), |day| page.date(day))
    };
    let listed = |told: &dyn Fn(&str) -> String| {
        let values = value.split(", ").map(told);
        values.collect::<Vec<_>>().join(", ")
    };
    match (field, value) {
        (_, "") => "–".to_owned(),
        ("operator" | "given_up", "yes") => page.w.t("film-yes"),
        ("operator" | "given_up", _) => page.w.t("film-no"),
        ("from" | "fallback", day) => date(day),
        ("sensitive", _) => listed(&|one| sensitive(app, page, one)),
        ("papers", _) => listed(&|one| match one
            .strip_suffix(')')
            .and_then(|one| one.split_once(" ("))
        {
            Some((kind, day)) => format!("{} ({})", paper(app, page, kind), date(day)),
            None => paper(app, page, one),
        }),
        (_, value) => value.to_owned(),
    }
}

/// A field of a request, where two versions differ.
pub(crate) fn field(page: &Page, field: &str) -> String {
    match field {
        "title" => page.w.t("film-field-title"),
        "company" => page.w.t("film-field-company"),
        "team" => page.w.t("film-field-team"),
        "papers" => page.w.t("film-field-papers"),
        "sensitive" => page.w.t("film-field-sensitive"),
        "line" => page.w.t("film-field-line"),
        "what" => page.w.t("film-field-what"),
        "count" => page.w.t("film-field-count"),
        "operator" => page.w.t("film-field-operator"),
        "from" => page.w.t("film-field-from"),
        "days" => page.w.t("film-field-days"),
        "fallback" => page.w.t("film-field-fallback"),
        "given_up" => page.w.t("film-field-given-up"),
        other => other.to_owned(),
    }
}
