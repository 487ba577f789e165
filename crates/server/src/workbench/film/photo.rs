//! Photos of what is lent, and of its condition as it went out and came back. As with exhibits, a photo is judged by its
//! bytes, never parsed here, and sent as an attachment of no type; what is seen on it is said in words beside it.

use axum::response::Response;
use casework::{Lang, film::pool::Pool};
use store::{
    StoreError,
    film::{Moment, Photo},
    intake::Upload,
    objects::{Incoming, UploadError},
};

use super::{back, booking, calendar, masked, pool_href, pool_of, words};
use crate::{
    app::App,
    page::Page,
    sheet::{Block, Cell, Field, FieldKind, Form, Table},
    workbench::{
        door::Admitted,
        row,
        sent::{MOST_BYTES, MOST_FILES},
        session::Refused,
        submission::{act::new_id, exhibit},
    },
};

/// What bytes may show to be kept as a photo.
const PICTURES: &[&str] = &["image/jpeg", "image/png", "image/webp", "image/gif"];

/// Photos that were sent, written and not yet kept: let go, they leave nothing.
pub(super) struct Taken(Vec<(Incoming, String)>);

impl Taken {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What photos show.
pub(super) struct Shows<'s> {
    pub(super) pool: &'s Pool,
    pub(super) moment: Moment,
    pub(super) subject: &'s str,
    /// In French, in English.
    pub(super) seen: [String; 2],
}

/// The photos of the form, or why they are not taken, in words.
pub(super) async fn take(app: &App, at: &Admitted) -> Result<Result<Taken, String>, Refused> {
    let page = &at.signed.page;
    let sent = at.files();
    if sent.len() > MOST_FILES {
        let most = i64::try_from(MOST_FILES).unwrap_or_default();
        return Ok(Err(page.w.t1("film-photos-too-many", "most", most)));
    }
    let mut taken = Vec::new();
    for file in sent {
        let name = observables::mask_cards(&file.name).into_owned();
        let Some(bytes) = &file.bytes else {
            let megabytes = page.count((MOST_BYTES >> 20) as i64);
            let (name, megabytes) = (("name", name), ("megabytes", megabytes));
            return Ok(Err(page.w.t2("file-too-large", name, megabytes)));
        };
        let unique = new_id(app, &at.signed)?;
        let failed = |error: UploadError| match error {
            UploadError::Io(error) => at.signed.failed(&StoreError::Io(error)),
            other => at
                .signed
                .failed(&StoreError::Io(std::io::Error::other(other))),
        };
        let incoming = app.store.objects.receive(&unique, MOST_BYTES as u64).await;
        let mut incoming = incoming.map_err(failed)?;
        incoming.write(bytes).await.map_err(failed)?;
        if !PICTURES.contains(&incoming.media_type()) {
            return Ok(Err(page.w.t1("film-photo-none", "name", name)));
        }
        taken.push((incoming, name));
    }
    Ok(Ok(Taken(taken)))
}

/// Keeps photos, each durable before its row.
pub(super) async fn keep(
    app: &App,
    at: &Admitted,
    taken: Taken,
    shows: Shows<'_>,
) -> Result<(), Refused> {
    for (incoming, name) in taken.0 {
        let kept = incoming.keep().await;
        let (kept, unrecorded) = kept.map_err(|error| {
            at.signed
                .failed(&StoreError::Io(std::io::Error::other(error)))
        })?;
        let photo = Photo {
            id: new_id(app, &at.signed)?,
            pool: shows.pool.id.to_string(),
            moment: shows.moment,
            subject: shows.subject.to_owned(),
            sha256: [0; 32],
            size: 0,
            media_type: String::new(),
            name,
            seen: shows.seen.clone(),
            at: app.now_micros(),
            actor: at.signed.agent.id.to_string(),
        };
        let photo = photo.of(&kept);
        let kept = app.store.film.keep_photo(&photo, &unrecorded).await;
        kept.map_err(|error| at.signed.failed(&error))?;
    }
    Ok(())
}

/// The field of a form that takes photos.
pub(super) fn field(page: &Page, form: &str) -> Field {
    let megabytes = page.count((MOST_BYTES >> 20) as i64);
    let most = page.count(i64::try_from(MOST_FILES).unwrap_or_default());
    let help = page
        .w
        .t2("film-photos-help", ("most", most), ("megabytes", megabytes));
    let label = page.w.t("film-photos");
    Field::new(form, "photos", label, FieldKind::Input("file")).help(help)
}

/// The photos of a resource or a booking; those of a resource may be taken away.
pub(super) async fn blocks(
    app: &App,
    at: &Admitted,
    pool: &Pool,
    subject: &str,
) -> Result<Vec<Block>, Refused> {
    let page = &at.signed.page;
    let failed = |error: StoreError| at.signed.failed(&error);
    let photos = app.store.film.photos(&pool.id, subject).await;
    let photos = photos.map_err(failed)?;
    let names = row::agent_names(app).await.map_err(failed)?;
    let mut table = Table::new(
        page.w.t("film-photos"),
        words::heads(
            page,
            &[
                "film-photo-seen",
                "film-photo-moment",
                "film-when",
                "film-who",
                "film-photo-file",
            ],
        ),
    );
    table.none = page.w.t("film-photos-none");
    table.rows = photos
        .iter()
        .map(|photo| {
            let kilobytes =
                page.count(i64::try_from(photo.size.div_ceil(1024)).unwrap_or(i64::MAX));
            let kind = photo.media_type.trim_start_matches("image/").to_uppercase();
            let size = page
                .w
                .t2("film-photo-size", ("kind", kind), ("kilobytes", kilobytes));
            vec![
                seen(page, photo).into(),
                moment(page, photo.moment).into(),
                page.moment(photo.at).into(),
                names
                    .get(&photo.actor)
                    .unwrap_or(&photo.actor)
                    .clone()
                    .into(),
                Cell::link(href(page, pool, &photo.id), photo.name.as_str()).tagged(size),
            ]
        })
        .collect();
    let mut blocks = vec![
        Block::Help(page.w.t("film-photos-sent")),
        Block::Table(table),
    ];
    let lent = photos.iter().filter(|photo| photo.moment == Moment::Lent);
    blocks.extend(lent.map(|photo| {
        let action = format!("{}/acts/remove", href(page, pool, &photo.id));
        let button = page.w.t1("film-photo-remove", "name", photo.name.as_str());
        Block::Form(Form::new(page, action, button))
    }));
    Ok(blocks)
}

fn href(page: &Page, pool: &Pool, id: &str) -> String {
    format!("{}/photos/{id}", pool_href(page, pool))
}

/// What is seen, in the reader's language where it was said in that.
fn seen<'p>(page: &Page, photo: &'p Photo) -> &'p str {
    let [fr, en] = &photo.seen;
    match page.lang {
        Lang::En if !en.is_empty() => en,
        _ => fr,
    }
}

fn moment(page: &Page, moment: Moment) -> String {
    match moment {
        Moment::Lent => page.w.t("film-photo-lent"),
        Moment::Out => page.w.t("film-photo-out"),
        Moment::Back => page.w.t("film-photo-back"),
    }
}

/// Adds photos to a resource, which needs words for what is seen, or to a booking that is out or over.
pub(super) async fn add(app: App, at: Admitted) -> Result<Response, Refused> {
    let pool = pool_of(&app, &at)?;
    let w = at.signed.page.w;
    let text = |name: &str| masked(at.field(name)).into_string();
    let seen = [text("seen"), text("seen_en")];
    let resource = at.path("resource").parse().ok();
    let resource = resource.filter(|id| pool.inventory.resource(id).is_some());
    let resource = resource.ok_or_else(|| at.signed.not_found())?;
    let taken = match take(&app, &at).await? {
        Ok(taken) if taken.is_empty() => Err(w.t("film-photo-missing")),
        Ok(_) if seen[0].is_empty() => Err(w.t("film-photo-unseen")),
        taken => taken,
    };
    match taken {
        Ok(taken) => {
            let shows = Shows {
                pool,
                moment: Moment::Lent,
                subject: resource.as_str(),
                seen,
            };
            keep(&app, &at, taken, shows).await?;
            let to = super::pool::resource_href(&at.signed.page, pool, &resource);
            Ok(back(&to))
        }
        Err(why) => calendar::page_with(&app, &at, vec![why]).await,
    }
}

/// Adds photos to a booking after its hand-over or return was noted.
pub(super) async fn add_to_booking(app: App, at: Admitted) -> Result<Response, Refused> {
    let pool = pool_of(&app, &at)?;
    let (id, found) = booking::found(&app, &at, pool).await?;
    let w = at.signed.page.w;
    let moment = booking::photographed(&found);
    let taken = match (take(&app, &at).await?, moment) {
        (Ok(taken), _) if taken.is_empty() => Err(w.t("film-photo-missing")),
        (Ok(_), None) => Err(w.t("film-refused-standing")),
        (Ok(taken), Some(moment)) => Ok((taken, moment)),
        (Err(why), _) => Err(why),
    };
    match taken {
        Ok((taken, moment)) => {
            let subject = id.to_string();
            let shows = Shows {
                pool,
                moment,
                subject: &subject,
                seen: [masked(at.field("seen")).into_string(), String::new()],
            };
            keep(&app, &at, taken, shows).await?;
            Ok(back(&super::pool::booking_href(&at.signed.page, pool, id)))
        }
        Err(why) => booking::page_with(&app, &at, vec![why]).await,
    }
}

async fn found(app: &App, at: &Admitted) -> Result<Photo, Refused> {
    let pool = pool_of(app, at)?;
    let photo = app.store.film.photo(&pool.id, at.path("photo")).await;
    let photo = photo.map_err(|error| at.signed.failed(&error))?;
    photo.ok_or_else(|| at.signed.not_found())
}

/// Sends a photo, as exhibits are sent.
pub(super) async fn open(app: App, at: Admitted) -> Result<Response, Refused> {
    let photo = found(&app, &at).await?;
    let upload = Upload {
        id: photo.id,
        sha256: photo.sha256,
        size: photo.size,
        name: photo.name,
        media_type: photo.media_type,
        at: photo.at,
    };
    exhibit::attached(&app, &at.signed, &upload).await
}

/// Takes a photo of a resource away. What shows in what condition things went out stays.
pub(super) async fn remove(app: App, at: Admitted) -> Result<Response, Refused> {
    let photo = found(&app, &at).await?;
    let pool = pool_of(&app, &at)?;
    let resource = photo.subject.parse().ok();
    let resource = resource.filter(|_| photo.moment == Moment::Lent);
    let resource = resource.ok_or_else(|| at.signed.not_found())?;
    let by = at.signed.agent.id.as_str();
    let removed = app.store.remove_photo(&photo, app.now_micros(), by).await;
    removed.map_err(|error| at.signed.failed(&error))?;
    let to = super::pool::resource_href(&at.signed.page, pool, &resource);
    Ok(back(&to))
}
