//! Photos of what is lent: of a place as it is, of things as they went out and came back. Their bytes lie among the
//! exhibits; a row says what they show. Taken away, the bytes go and the row stays.

use sqlx::any::AnyRow;

use super::Film;
use crate::{
    Store, StoreError,
    objects::{Kept, Unrecorded},
    sql::{self, params},
};

/// When what a photo shows was so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// As it is lent: of a resource.
    Lent,
    /// When it was handed over: of a booking.
    Out,
    /// When it came back: of a booking.
    Back,
}

impl Moment {
    const ALL: [Moment; 3] = [Moment::Lent, Moment::Out, Moment::Back];

    fn as_str(self) -> &'static str {
        match self {
            Moment::Lent => "lent",
            Moment::Out => "out",
            Moment::Back => "back",
        }
    }
}

/// A photo, without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    /// Unguessable.
    pub id: String,
    /// The pool that what it shows is of.
    pub pool: String,
    /// When what it shows was so.
    pub moment: Moment,
    /// The resource or the booking.
    pub subject: String,
    /// SHA-256 of the bytes.
    pub sha256: [u8; 32],
    /// Number of bytes.
    pub size: u64,
    /// What the bytes themselves show.
    pub media_type: String,
    /// The name the file had: text to show, never a path.
    pub name: String,
    /// What is seen on it, in French and in English; the second may be empty.
    pub seen: [String; 2],
    /// Microseconds since 1970 UTC.
    pub at: i64,
    /// The agent.
    pub actor: String,
}

const PHOTO: &str = "SELECT id, pool, moment, subject, sha256, size, media_type, name, seen_fr, seen_en, at, actor FROM photo WHERE gone_at IS NULL";

impl Photo {
    /// With the bytes that were kept.
    #[must_use]
    pub fn of(self, kept: &Kept) -> Self {
        Self {
            sha256: kept.sha256,
            size: kept.size,
            media_type: kept.media_type.to_owned(),
            ..self
        }
    }
}

impl Film {
    /// Keeps a photo whose bytes were kept just now.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn keep_photo(
        &self,
        photo: &Photo,
        _unrecorded: &Unrecorded,
    ) -> Result<(), StoreError> {
        self.write(
            "INSERT INTO photo (id, pool, moment, subject, sha256, size, media_type, name, seen_fr, seen_en, at, actor) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            params![
                photo.id.as_str(),
                photo.pool.as_str(),
                photo.moment.as_str(),
                photo.subject.as_str(),
                photo.sha256.to_vec(),
                i64::try_from(photo.size).unwrap_or(i64::MAX),
                photo.media_type.as_str(),
                photo.name.as_str(),
                photo.seen[0].as_str(),
                photo.seen[1].as_str(),
                photo.at,
                photo.actor.as_str()
            ],
        )
        .await
    }

    /// The photos of a resource or a booking of a pool, the oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn photos(&self, pool: &str, subject: &str) -> Result<Vec<Photo>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        let text = format!("{PHOTO} AND pool = $1 AND subject = $2 ORDER BY at, id");
        let rows = sql::rows(&mut connection, &text, params![pool, subject]).await?;
        rows.iter().map(photo).collect()
    }

    /// A photo of a pool.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn photo(&self, pool: &str, id: &str) -> Result<Option<Photo>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        let text = format!("{PHOTO} AND pool = $1 AND id = $2");
        let row = sql::row(&mut connection, &text, params![pool, id]).await?;
        row.as_ref().map(photo).transpose()
    }

    /// Which of these bytes a photo has.
    pub(crate) async fn with_bytes(
        &self,
        hashes: &[[u8; 32]],
    ) -> Result<Vec<[u8; 32]>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        let wanted = hashes.iter().map(|sha256| (*sha256).into()).collect();
        let head = "SELECT DISTINCT sha256 FROM photo WHERE gone_at IS NULL AND sha256";
        let rows = sql::select_values(&mut connection, head, "", wanted).await?;
        rows.iter().map(|row| digest(row, 0)).collect()
    }
}

impl Store {
    /// Takes a photo away: its bytes unless something else has the same, then what shows it.
    ///
    /// # Errors
    /// When a file or the database does not answer: it is still to be done then.
    pub async fn remove_photo(&self, photo: &Photo, at: i64, by: &str) -> Result<(), StoreError> {
        // From here to the end nobody has bytes that no row names.
        let all_recorded = self.objects.all_recorded().await;
        let film = &self.film;
        let same = film.same_bytes(photo).await?;
        if !same && self.intake.with_bytes(&[photo.sha256]).await?.is_empty() {
            self.objects
                .remove(&photo.sha256)
                .await
                .map_err(StoreError::Io)?;
        }
        film.write(
            "UPDATE photo SET gone_at = ?, gone_by = ? WHERE id = ? AND gone_at IS NULL",
            params![at, by, photo.id.as_str()],
        )
        .await?;
        drop(all_recorded);
        Ok(())
    }
}

impl Film {
    /// Whether another photo has the bytes of this one.
    async fn same_bytes(&self, photo: &Photo) -> Result<bool, StoreError> {
        let mut connection = self.pool.acquire().await?;
        let text =
            "SELECT id FROM photo WHERE gone_at IS NULL AND sha256 = $1 AND id <> $2 LIMIT 1";
        let values = params![photo.sha256.to_vec(), photo.id.as_str()];
        Ok(sql::row(&mut connection, text, values).await?.is_some())
    }
}

fn digest(row: &AnyRow, column: usize) -> Result<[u8; 32], StoreError> {
    let bytes = sql::bytes(row, column)?;
    bytes.try_into().map_err(|_| corrupt("no SHA-256"))
}

fn corrupt(why: &str) -> StoreError {
    StoreError::Corrupt {
        what: "photo",
        why: why.to_owned(),
    }
}

fn photo(row: &AnyRow) -> Result<Photo, StoreError> {
    let moment = sql::text(row, 2)?;
    let moment = Moment::ALL.into_iter().find(|one| one.as_str() == moment);
    Ok(Photo {
        id: sql::text(row, 0)?,
        pool: sql::text(row, 1)?,
        moment: moment.ok_or_else(|| corrupt("no moment"))?,
        subject: sql::text(row, 3)?,
        sha256: digest(row, 4)?,
        size: u64::try_from(sql::int(row, 5)?).map_err(|_| corrupt("no size"))?,
        media_type: sql::text(row, 6)?,
        name: sql::text(row, 7)?,
        seen: [sql::text(row, 8)?, sql::text(row, 9)?],
        at: sql::int(row, 10)?,
        actor: sql::text(row, 11)?,
    })
}
