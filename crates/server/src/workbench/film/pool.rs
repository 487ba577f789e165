//! What a pool lends: its entries with what is free, who waits, what is to be handed over and what is out; and asking for
//! something of it.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use casework::{
    booking::{Book, Booking, Change, Conflict, Event, Kind, Purpose, Request, Span, Standing},
    film::pool::{Entry, Pool, Sheet as ResourceSheet},
    project::Project,
    submission::{BookingId, ResourceId, SubmissionId},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::{
    StoreError,
    film::{BookingError, Lending, Told},
};

use super::{
    OFFICE, back, day, home, kept, masked, moment, pool_href, pool_of, project_href, shown, words,
};
use crate::{
    app::App,
    page::Page,
    sheet::{Block, Cell, Field, Form, Sheet, Table},
    web::text,
    workbench::{door::Admitted, session::Refused},
};

/// Hours of preparation and strike that a form may ask for.
const MOST_HOURS: i64 = 24 * 60;

/// What a pool lends, as the store wants it.
pub(super) fn lending(pool: &Pool) -> Lending<'_> {
    Lending {
        inventory: &pool.inventory,
        quotas: &pool.quotas,
    }
}

/// The name of a resource, with its number among those alike.
pub(crate) fn name_of(page: &Page, pool: &Pool, id: &ResourceId) -> String {
    let name = pool.name_of(id, page.lang);
    match pool.sheets.get(id).map_or(0, |sheet| sheet.number) {
        0 => name.to_owned(),
        number => page.w.t2(
            "film-name-numbered",
            ("name", name),
            ("number", i64::from(number)),
        ),
    }
}

/// Names of many resources: those alike once, with their numbers.
pub(crate) fn names_of<'i>(
    page: &Page,
    pool: &Pool,
    ids: impl IntoIterator<Item = &'i ResourceId>,
) -> String {
    let mut alike: BTreeMap<&ResourceId, Vec<(u32, &ResourceId)>> = BTreeMap::new();
    for id in ids {
        let sheet = pool.sheets.get(id);
        let (entry, number) = sheet.map_or((id, 0), |sheet| (&sheet.entry, sheet.number));
        alike.entry(entry).or_default().push((number, id));
    }
    let names = alike.into_values().map(|mut alike| {
        alike.sort_unstable();
        let name = alike
            .first()
            .map_or("", |(_, id)| pool.name_of(id, page.lang));
        match &*alike {
            [(_, one)] => name_of(page, pool, one),
            many => page.w.t2(
                "lending-many",
                ("name", name),
                ("numbers", numbers(many.iter().map(|(number, _)| *number))),
            ),
        }
    });
    names.collect::<Vec<_>>().join(", ")
}

/// Numbers in order as people write them: `1–3, 7`.
fn numbers(numbers: impl IntoIterator<Item = u32>) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => runs.push((number, number)),
        }
    }
    let runs = runs.into_iter().map(|(first, last)| match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first}–{last}"),
    });
    runs.collect::<Vec<_>>().join(", ")
}

/// Resources as people look for them: those alike in the order of their numbers.
pub(super) fn in_order<'i>(
    pool: &Pool,
    ids: impl IntoIterator<Item = &'i ResourceId>,
) -> Vec<&'i ResourceId> {
    let mut ids: Vec<&ResourceId> = ids.into_iter().collect();
    ids.sort_by_key(|id| {
        let sheet = pool.sheets.get(*id);
        sheet.map_or((*id, 0), |sheet| (&sheet.entry, sheet.number))
    });
    ids
}

pub(super) fn kind(page: &Page, kind: Kind) -> String {
    match kind {
        Kind::Place => page.w.t("film-kind-place"),
        Kind::Item => page.w.t("film-kind-item"),
        Kind::Kit => page.w.t("film-kind-kit"),
        Kind::Person => page.w.t("film-kind-person"),
    }
}

pub(super) fn booking_href(page: &Page, pool: &Pool, id: BookingId) -> String {
    format!("{}/bookings/{id}", pool_href(page, pool))
}

fn span_text(page: &Page, span: Span) -> String {
    format!(
        "{} – {}",
        page.moment(span.from().as_microsecond()),
        page.moment(span.until().as_microsecond())
    )
}

/// Names of those who ask: titles of the projects that an agent may know of, and units.
#[derive(Default)]
pub(super) struct Names {
    pub(super) projects: BTreeMap<String, String>,
    pub(super) units: BTreeMap<String, String>,
}

/// The titles of all projects but those that are kept from the agent, and the units' names.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn names(app: &App, at: &Admitted) -> Result<Names, StoreError> {
    let lang = at.signed.page.lang;
    let projects = super::projects(app, at).await?.into_iter();
    let titled = |(id, told): (String, Told<Project>)| (id, told.story.request().title.to_string());
    let units = app.config.units.iter();
    let named = units.map(|unit| (unit.id.to_string(), unit.name.get(lang).to_owned()));
    Ok(Names {
        projects: projects.map(titled).collect(),
        units: named.collect(),
    })
}

/// Bookings as a table, those that wait in their order.
pub(super) fn bookings_table(
    page: &Page,
    pool: &Pool,
    names: &Names,
    caption: String,
    bookings: &BTreeMap<BookingId, Booking>,
) -> Block {
    let mut table = Table::new(
        caption,
        words::heads(
            page,
            &[
                "film-booking",
                "film-applicant",
                "film-wanted",
                "film-used",
                "film-stage",
                "film-insured",
            ],
        ),
    );
    table.none = page.w.t("film-bookings-none");
    let mut all: Vec<(&BookingId, &Booking)> = bookings.iter().collect();
    // Who waits is answered in the order of asking; what is approved is got ready in the order of its time.
    all.sort_by_key(|(id, booking)| {
        let begins = match booking.standing {
            Standing::Asked => booking.asked_at,
            _ => booking.request.used.from(),
        };
        (begins, booking.asked_at, **id)
    });
    table.rows = all
        .into_iter()
        .map(|(id, booking)| {
            let insured = booking
                .request
                .insured_until
                .map(|at| page.day(at.as_microsecond()));
            let number = id.to_string();
            // The last digits differ between bookings made in the same minute.
            let short = number[number.len() - 8..].to_owned();
            vec![
                Cell::link(booking_href(page, pool, *id), short),
                applicant(page, names, booking),
                names_of(page, pool, &booking.request.wanted).into(),
                span_text(page, booking.request.used).into(),
                Cell::tag(words::booking(page, booking)),
                insured.unwrap_or_else(|| "–".to_owned()).into(),
            ]
        })
        .collect();
    Block::Table(table)
}

/// Who asked: a project by its title, a unit and others by their name.
pub(super) fn applicant(page: &Page, names: &Names, booking: &Booking) -> Cell {
    let applicant = &booking.request.applicant;
    if let Some(title) = names.projects.get(&**applicant) {
        return Cell::link(project_href(page, applicant), title);
    }
    if applicant.parse::<SubmissionId>().is_ok() {
        return page.w.t("film-project").into();
    }
    let unit = names.units.get(&**applicant);
    unit.map_or(&**applicant, String::as_str).into()
}

/// The page.
pub(super) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    page_with(&app, &at, Vec::new()).await
}

async fn page_with(app: &App, at: &Admitted, errors: Vec<String>) -> Result<Response, Refused> {
    let pool = pool_of(app, at)?;
    let failed = |error| at.signed.failed(&error);
    let page = &at.signed.page;
    let mut sheet = Sheet::new(pool.name.get(page.lang)).under(home(page), page.w.t("film-title"));
    sheet.errors = errors;
    let (now, film) = (app.now(), &app.store.film);
    let [asked, approved, out] = [Standing::Asked, Standing::Approved, Standing::Out];
    let asked = film.bookings(Some(asked)).await.map_err(failed)?;
    let mut approved = film.bookings(Some(approved)).await.map_err(failed)?;
    let mut out = film.bookings(Some(out)).await.map_err(failed)?;
    let names = names(app, at).await.map_err(failed)?;
    approved.retain(|_, one| is_of(app, pool, one));
    out.retain(|_, one| is_of(app, pool, one));
    let needs_care: BTreeMap<BookingId, Booking> = approved
        .iter()
        .chain(&out)
        .filter(|(_, one)| one.is_late(now) || !is_insured(pool, one))
        .map(|(id, one)| (*id, one.clone()))
        .collect();
    if !needs_care.is_empty() {
        let caption = page.w.t("film-care");
        let table = bookings_table(page, pool, &names, caption.clone(), &needs_care);
        let blocks = vec![Block::Notice(page.w.t("film-care-text")), table];
        sheet.section("film-care", caption, blocks);
    }
    let waiting: BTreeMap<BookingId, Booking> = asked
        .into_iter()
        .filter(|(_, one)| is_of(app, pool, one))
        .collect();
    let mut to_hand_over = approved.clone();
    to_hand_over.retain(|_, one| {
        let to_come = one.holds.iter().any(|hold| hold.span.until() > now);
        one.purpose != Purpose::Repair && to_come
    });
    let inventory = inventory(app, at, pool, &approved, &out).await?;
    for (id, key, bookings) in [
        ("film-waiting", "film-waiting", &waiting),
        ("film-to-hand-over", "lending-to-hand-over", &to_hand_over),
        ("film-out", "film-out", &out),
    ] {
        let title = words::text(page, key);
        let table = bookings_table(page, pool, &names, title.clone(), bookings);
        sheet.section(id, title, vec![table]);
    }
    sheet.section("film-inventory", page.w.t("film-inventory"), inventory);
    let options = options(page, pool);
    let form = Form::new(
        page,
        format!("{}/acts/book", pool_href(page, pool)),
        page.w.t("film-book"),
    );
    let applicant = Field::line("book", "applicant", page.w.t("film-applicant")).required();
    let form = form.with(kept(at, "book", applicant));
    let form = book_fields(at, pool, form, "book", options.clone(), "");
    sheet.section("film-book", page.w.t("film-book"), vec![Block::Form(form)]);
    let form = Form::new(
        page,
        format!("{}/acts/requisition", pool_href(page, pool)),
        page.w.t("film-requisition"),
    );
    let form = book_fields(at, pool, form, "requisition", options, "");
    let reason = Field::line("requisition", "reason", page.w.t("film-why")).required();
    let form = form.with(kept(at, "requisition", reason));
    sheet.section(
        "film-requisition",
        page.w.t("film-requisition"),
        vec![
            Block::Help(page.w.t("film-requisition-help")),
            Block::Form(form),
        ],
    );
    Ok(shown(at, sheet))
}

/// Whether a booking is of things of this pool. What no pool lends any more is the film office's to bring back.
pub(super) fn is_of(app: &App, pool: &Pool, booking: &Booking) -> bool {
    let lends = |pool: &Pool| {
        let mut wanted = booking.request.wanted.iter();
        wanted.any(|id| pool.inventory.resource(id).is_some())
    };
    let nobodys = || !app.config.film.pools.values().any(lends);
    lends(pool) || (&*pool.id == OFFICE && nobodys())
}

/// Whether the insurance of a booking that holds something runs until the last thing is back.
pub(super) fn is_insured(pool: &Pool, booking: &Booking) -> bool {
    let id = BookingId::new(jiff::Timestamp::UNIX_EPOCH, [0; 10]);
    let book = Book::of(&pool.inventory, &[], [(id, booking.clone())]);
    book.is_ok_and(|book| book.uninsured().is_empty())
}

/// Choices of a form that asks for something: each entry once.
pub(super) fn options(page: &Page, pool: &Pool) -> Vec<(String, String)> {
    let entries = pool.entries(page.lang).into_iter();
    entries
        .map(|entry| {
            let name = entry.sheet.name.get(page.lang);
            let text = match entry.resources.len() {
                1 => name.to_owned(),
                many => format!("{name} × {many}"),
            };
            (entry_value(&entry), text)
        })
        .collect()
}

/// What a form calls an entry: the only thing of it, or all that are alike.
fn entry_value(entry: &Entry<'_>) -> String {
    match *entry.resources {
        [one] => one.to_string(),
        _ => entry.id.to_string(),
    }
}

/// Every entry, with how many are free, now or over the span that is asked about, out, and being mended.
async fn inventory(
    app: &App,
    at: &Admitted,
    pool: &Pool,
    approved: &BTreeMap<BookingId, Booking>,
    out: &BTreeMap<BookingId, Booking>,
) -> Result<Vec<Block>, Refused> {
    let page = &at.signed.page;
    let span = match (moment(at.query("from")), moment(at.query("until"))) {
        (Some(from), Some(until)) => Span::new(from, until),
        _ => None,
    };
    let chosen = at.query("kind");
    let kinds = std::iter::once((String::new(), page.w.t("film-any"))).chain(
        Kind::ALL
            .iter()
            .map(|one| (one.as_str().to_owned(), kind(page, *one))),
    );
    let search = Form::search(pool_href(page, pool), page.w.t("film-search"))
        .with(Field::choice("search", "kind", page.w.t("film-kind"), kinds.collect()).value(chosen))
        .with(Field::moment("search", "from", page.w.t("film-field-from")).value(at.query("from")))
        .with(Field::moment("search", "until", page.w.t("film-until")).value(at.query("until")));
    let free = match span {
        Some(_) => "lending-free-then",
        None => "lending-free-now",
    };
    let mut table = Table::new(
        page.w.t("film-inventory"),
        words::heads(
            page,
            &[
                "film-resource",
                "film-kind",
                "film-category",
                "film-price-category",
                "lending-how-many",
                free,
                "film-out",
                "lending-in-repair",
            ],
        ),
    );
    table.none = page.w.t("film-inventory-none");
    let all: BTreeSet<ResourceId> = pool
        .inventory
        .resources()
        .map(|one| one.id.clone())
        .collect();
    let taken = match span.or_else(|| this_hour(app.now())) {
        Some(span) => app.store.film.conflicts(lending(pool), &all, span).await,
        None => Ok(BTreeMap::new()),
    };
    let taken = taken.map_err(|error| failed(at, error))?;
    let states = States {
        taken,
        out: out.values().flat_map(|one| &one.out).collect(),
        mended: mended(approved, app.now()).map(|(id, _)| id).collect(),
        now: span.is_none(),
    };
    let entries = pool.entries(page.lang).into_iter();
    table.rows = entries
        .filter(|entry| chosen.is_empty() || entry.kind.as_str() == chosen)
        .map(|entry| states.row(page, pool, &entry))
        .collect();
    Ok(vec![Block::Form(search), Block::Table(table)])
}

/// The whole hour around a moment.
pub(super) fn this_hour(now: Timestamp) -> Option<Span> {
    let next = now.checked_add(SignedDuration::from_secs(1)).ok()?;
    Some(Span::new(now, next)?.whole_hours())
}

/// What is being mended at a moment, and until when.
pub(super) fn mended(
    approved: &BTreeMap<BookingId, Booking>,
    now: Timestamp,
) -> impl Iterator<Item = (&ResourceId, Timestamp)> {
    let repairs = approved
        .values()
        .filter(|one| one.purpose == Purpose::Repair);
    let holds = repairs.flat_map(|one| &one.holds);
    holds
        .filter(move |hold| hold.span.contains(now))
        .map(|hold| (&hold.resource, hold.span.until()))
}

/// How things stand that the inventory counts.
struct States<'b> {
    taken: BTreeMap<ResourceId, Conflict>,
    out: BTreeSet<&'b ResourceId>,
    mended: BTreeSet<&'b ResourceId>,
    /// Whether it is about now: then what is late is not free.
    now: bool,
}

impl States<'_> {
    fn row(&self, page: &Page, pool: &Pool, entry: &Entry<'_>) -> Vec<Cell> {
        let count = |is: &dyn Fn(&ResourceId) -> bool| {
            let many = entry.resources.iter().filter(|id| is(id)).count();
            Cell::number(many.to_string())
        };
        let free =
            |id: &ResourceId| !(self.taken.contains_key(id) || self.now && self.out.contains(id));
        let mark = if entry.sheet.confirmed {
            String::new()
        } else {
            page.w.t("film-example")
        };
        let (href, until) = match *entry.resources {
            [one] => (resource_href(page, pool, one), self.taken.get(one)),
            _ => (entry_href(page, pool, entry.id), None),
        };
        let until = until.map(|conflict| {
            let until = page.moment(conflict.span.until().as_microsecond());
            page.w.t1("film-taken-until", "until", until)
        });
        vec![
            Cell::link(href, entry.sheet.name.get(page.lang)).tagged(mark),
            kind(page, entry.kind).into(),
            pool.category_name(entry.category, page.lang).into(),
            price_name(page, pool, entry.sheet).into(),
            count(&|_| true),
            count(&free).tagged(until.unwrap_or_default()),
            count(&|id| self.out.contains(id)),
            count(&|id| self.mended.contains(id)),
        ]
    }
}

/// The category in the grid of prices, by the name that the inventory has for it.
pub(super) fn price_name(page: &Page, pool: &Pool, sheet: &ResourceSheet) -> String {
    let price = sheet.price.as_deref().unwrap_or("–");
    pool.category_name(price, page.lang).to_owned()
}

/// The page of an entry of which there are many.
pub(super) fn entry_href(page: &Page, pool: &Pool, id: &ResourceId) -> String {
    format!("{}/kinds/{id}", pool_href(page, pool))
}

pub(super) fn resource_href(page: &Page, pool: &Pool, id: &ResourceId) -> String {
    format!("{}/resources/{id}", pool_href(page, pool))
}

fn failed(at: &Admitted, error: BookingError) -> Refused {
    match error {
        BookingError::Store(error) => at.signed.failed(&error),
        BookingError::Refused(_) => at.signed.not_found(),
    }
}

/// Whether something is free over a span, for programs: the same answer as on the page, and as an approval finds.
pub(super) async fn free(app: App, at: Admitted) -> Result<Response, Refused> {
    let pool = pool_of(&app, &at)?;
    let wanted: Option<BTreeSet<ResourceId>> = at
        .query("resource")
        .split(',')
        .map(|id| id.parse().ok())
        .collect();
    let span = match (moment(at.query("from")), moment(at.query("until"))) {
        (Some(from), Some(until)) => Span::new(from, until),
        _ => None,
    };
    let (Some(wanted), Some(span)) = (wanted, span) else {
        return Err(at.signed.not_found());
    };
    let conflict = app.store.film.conflict(lending(pool), &wanted, span).await;
    let answer = match conflict.map_err(|error| failed(&at, error))? {
        None => json!({"free": true}),
        Some(conflict) => json!({
            "free": false,
            "resource": conflict.resource.as_str(),
            "from": conflict.span.from().to_string(),
            "until": conflict.span.until().to_string(),
            "booking": conflict.by.to_string(),
        }),
    };
    Ok(Json(answer).into_response())
}

/// The fields of a form that asks for something.
pub(super) fn book_fields(
    at: &Admitted,
    pool: &Pool,
    form: Form,
    act: &str,
    options: Vec<(String, String)>,
    insured: &str,
) -> Form {
    let page = &at.signed.page;
    let w = page.w;
    let is_one = |id: &str| {
        id.parse()
            .is_ok_and(|id| pool.inventory.resource(&id).is_some())
    };
    let many = options.iter().any(|(value, _)| !is_one(value));
    let mut fields = vec![
        Field::choice(act, "resource", w.t("film-resource"), options).required(),
        Field::moment(act, "from", w.t("film-field-from")).required(),
        Field::moment(act, "until", w.t("film-until")).required(),
        Field::count(act, "prepare", w.t("film-prepare-hours")).value("0"),
        Field::count(act, "strike", w.t("film-strike-hours")).value("0"),
    ];
    if many {
        let help = w.t("lending-count-help");
        let count = Field::count(act, "count", w.t("lending-count")).value("1");
        fields.insert(1, count.help(help));
    }
    if act == "book" {
        let help = w.t("film-insured-help");
        fields.push(
            Field::day(act, "insured", w.t("film-insured"))
                .value(insured)
                .help(help),
        );
    }
    fields
        .into_iter()
        .fold(form, |form, field| form.with(kept(at, act, field)))
}

/// Why a form asks for nothing.
enum NotAsked {
    /// Something is missing, or is not what it should be.
    Incomplete,
    /// There are fewer of it than are asked for.
    TooMany(String, usize),
    /// The store did not answer.
    Failed(StoreError),
}

/// What a form asks for.
async fn request(
    app: &App,
    at: &Admitted,
    pool: &Pool,
    applicant: &str,
) -> Result<Request, NotAsked> {
    let number = |name: &str, otherwise: i64| match at.field(name) {
        "" => Some(otherwise),
        text => text.parse().ok(),
    };
    let hours = |name: &str| {
        let hours = number(name, 0).filter(|hours| (0..=MOST_HOURS).contains(hours));
        hours.map(SignedDuration::from_hours)
    };
    let whole = || -> Option<(ResourceId, usize, Request)> {
        let named = at.field("resource").parse().ok()?;
        let count = usize::try_from(number("count", 1)?).ok()?;
        let request = Request {
            applicant: applicant.into(),
            wanted: BTreeSet::new(),
            used: Span::new(moment(at.field("from"))?, moment(at.field("until"))?)?,
            prepare: hours("prepare")?,
            strike: hours("strike")?,
            insured_until: end_of(at.field("insured")),
        };
        Some((named, count, request)).filter(|(_, count, _)| *count > 0)
    };
    let (named, count, request) = whole().ok_or(NotAsked::Incomplete)?;
    let wanted = chosen(app, at, pool, (&named, count), request.held()).await?;
    Ok(Request { wanted, ..request })
}

/// So many of what a form names: of those alike, the ones that are free over the span first, then the others, for which
/// one waits.
async fn chosen(
    app: &App,
    at: &Admitted,
    pool: &Pool,
    (named, count): (&ResourceId, usize),
    span: Span,
) -> Result<BTreeSet<ResourceId>, NotAsked> {
    let lang = at.signed.page.lang;
    let one = pool.inventory.resource(named).map(|one| vec![&one.id]);
    let mut entries = pool.entries(lang).into_iter();
    let alike = one.or_else(|| Some(entries.find(|entry| entry.id == named)?.resources));
    let alike = alike.ok_or(NotAsked::Incomplete)?;
    if count > alike.len() {
        let name = alike.first().map_or("", |id| pool.name_of(id, lang));
        return Err(NotAsked::TooMany(name.to_owned(), alike.len()));
    }
    let all: BTreeSet<ResourceId> = alike.iter().copied().cloned().collect();
    let taken = match app.store.film.conflicts(lending(pool), &all, span).await {
        Ok(taken) => taken,
        Err(BookingError::Store(error)) => return Err(NotAsked::Failed(error)),
        Err(BookingError::Refused(_)) => return Err(NotAsked::Incomplete),
    };
    let (free, held): (Vec<&ResourceId>, Vec<&ResourceId>) =
        alike.into_iter().partition(|id| !taken.contains_key(*id));
    let chosen = free.into_iter().chain(held).take(count);
    Ok(chosen.cloned().collect())
}

/// The end of a day in Paris: until then a paper that expires on it holds.
pub(super) fn end_of(value: &str) -> Option<jiff::Timestamp> {
    let next = day(value)?.tomorrow().ok()?;
    text::of_paris(next.at(0, 0, 0, 0))
}

/// Keeps an event of a booking; a refusal comes back in words.
pub(super) async fn apply(
    app: &App,
    at: &Admitted,
    pool: &Pool,
    event: &Event,
) -> Result<Result<casework::booking::Effect, String>, Refused> {
    let actor = &at.signed.agent.id;
    match app.store.film.apply(lending(pool), event, actor).await {
        Ok(effect) => Ok(Ok(effect)),
        Err(BookingError::Refused(refusal)) => {
            Ok(Err(words::booking_refusal(&at.signed.page, pool, &refusal)))
        }
        Err(BookingError::Store(error)) => Err(at.signed.failed(&error)),
    }
}

/// Asks for what a form says, or takes it for operations.
pub(super) async fn ask(
    app: &App,
    at: &Admitted,
    pool: &Pool,
    applicant: &str,
) -> Result<Result<BookingId, String>, Refused> {
    let w = at.signed.page.w;
    let incomplete = w.t("film-form-incomplete");
    let request = match request(app, at, pool, applicant).await {
        Ok(request) => request,
        Err(NotAsked::Incomplete) => return Ok(Err(incomplete)),
        Err(NotAsked::TooMany(what, most)) => {
            let (what, most) = (("what", what), ("most", most as i64));
            return Ok(Err(w.t2("lending-too-many", what, most)));
        }
        Err(NotAsked::Failed(error)) => return Err(at.signed.failed(&error)),
    };
    let reason = masked(at.field("reason"));
    let change = match at.act() {
        "requisition" => Change::Requisition { request, reason },
        "repair" => Change::Repair { request, reason },
        _ => Change::Ask(request),
    };
    let id = crate::workbench::submission::act::new_id(app, &at.signed)?;
    let Ok(booking) = id.parse::<BookingId>() else {
        return Ok(Err(incomplete));
    };
    let event = Event {
        booking,
        at: app.now(),
        change,
    };
    Ok(apply(app, at, pool, &event).await?.map(|_| booking))
}

/// A form of the pool's page was sent.
pub(super) async fn book(app: App, at: Admitted) -> Result<Response, Refused> {
    let pool = pool_of(&app, &at)?;
    let applicant = match at.act() {
        "requisition" => masked(&at.signed.agent.unit),
        _ => masked(at.field("applicant")),
    };
    if applicant.is_empty() {
        let why = at.signed.page.w.t("film-form-incomplete");
        return page_with(&app, &at, vec![why]).await;
    }
    match ask(&app, &at, pool, &applicant).await? {
        Ok(booking) => Ok(back(&booking_href(&at.signed.page, pool, booking))),
        Err(why) => page_with(&app, &at, vec![why]).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_a_row_are_told_by_their_ends() {
        assert_eq!(numbers([1, 2, 3, 4, 7, 9, 10]), "1–4, 7, 9, 10");
        assert_eq!(numbers([60]), "60");
        assert_eq!(numbers([]), "");
    }
}
