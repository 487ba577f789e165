//! What takes effect when a second person agrees: who gets access, and rules that are to be published.

use sqlx::{Connection, any::AnyRow};

use super::{Agent, Work};
use crate::{
    StoreError,
    access::hashed,
    sql::{self, Param, params},
};

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// UUID text.
    pub id: String,
    /// What is asked for: `access` or `rules`.
    pub kind: String,
    /// The unit whose head may agree; empty where none may.
    pub unit: String,
    /// The agent that it is about, or the hash of the file.
    pub about: String,
    /// JSON, or the file.
    pub body: String,
    /// Who asks.
    pub agent: String,
    /// Why.
    pub reason: String,
    /// When, microseconds since 1970 UTC.
    pub asked_at: i64,
    /// Who answered; empty while nobody did.
    pub second: String,
    /// When they did.
    pub answered_at: Option<i64>,
    /// `agreed`, `refused`, or `lapsed` where access was taken away meanwhile; empty while it waits.
    pub answer: String,
}

impl Request {
    /// Whether nobody answered yet.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.answered_at.is_none()
    }
}

/// Which requests to read.
#[derive(Clone, Debug, Default)]
pub struct Requested<'r> {
    /// `access` or `rules`.
    pub kind: &'r str,
    /// Of this unit; of all where it is empty.
    pub unit: &'r str,
    /// About this; about anything where it is empty.
    pub about: &'r str,
    /// Asked for since, microseconds since 1970 UTC.
    pub since: i64,
}

/// An answer to a request.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// The request.
    pub id: &'a str,
    /// Who answers: not who asked, nor whom it is about.
    pub second: &'a str,
    /// When, microseconds since 1970 UTC…
    pub now: i64,
    /// … and the oldest that may be answered.
    pub since: i64,
}

const COLUMNS: &str = "SELECT id, kind, unit, about, body, agent, reason, asked_at, second, answered_at, answer FROM request";
const ANSWER: &str = "UPDATE request SET second = $1, answered_at = $2, answer = $3 WHERE id = $4 AND answered_at IS NULL AND asked_at >= $5 AND agent <> $6 AND about <> $7 AND agent IN (SELECT id FROM agent WHERE disabled = 0)";

impl Answer<'_> {
    fn values(&self, answer: &str) -> Vec<Param> {
        let who = self.second;
        params![who, self.now, answer, self.id, self.since, who, who]
    }
}

impl Work {
    /// Keeps that somebody asks; false when `most` that they asked for since `since` wait for an answer. What waits already is asked
    /// for once, however often the form is sent.
    ///
    /// # Errors
    /// When it was not kept.
    pub async fn ask_request(
        &self,
        request: &Request,
        since: i64,
        most: i64,
    ) -> Result<bool, StoreError> {
        let mut connection = self.writing().await?;
        let same = sql::row(
            &mut connection,
            "SELECT id FROM request WHERE agent = $1 AND kind = $2 AND about = $3 AND body = $4 AND answered_at IS NULL AND asked_at >= $5 LIMIT 1",
            params![
                request.agent.as_str(), request.kind.as_str(), request.about.as_str(), request.body.as_str(), since,
            ],
        )
        .await?;
        if same.is_some() {
            return Ok(true);
        }
        let kept = sql::run(
            &mut connection,
            "INSERT INTO request (id, kind, unit, about, body, agent, reason, asked_at, second, answer) SELECT $1, $2, $3, $4, $5, $6, $7, $8, '', '' WHERE (SELECT COUNT(*) FROM request WHERE agent = $6 AND answered_at IS NULL AND asked_at >= $9) < $10",
            params![
                request.id.as_str(), request.kind.as_str(), request.unit.as_str(), request.about.as_str(),
                request.body.as_str(), request.agent.as_str(), request.reason.as_str(), request.asked_at, since, most,
            ],
        )
        .await?;
        Ok(kept > 0)
    }

    /// Requests, the newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn requests(
        &self,
        which: &Requested<'_>,
        most: i64,
    ) -> Result<Vec<Request>, StoreError> {
        let mut connection = self.reading().await?;
        let text = format!(
            "{COLUMNS} WHERE kind = $1 AND asked_at >= $2 AND ($3 = '' OR unit = $3) AND ($4 = '' OR about = $4) ORDER BY asked_at DESC, id DESC LIMIT $5"
        );
        let values = params![which.kind, which.since, which.unit, which.about, most];
        let rows = sql::rows(&mut connection, &text, values).await?;
        rows.iter().map(request).collect()
    }

    /// A request.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn request(&self, id: &str) -> Result<Option<Request>, StoreError> {
        let mut connection = self.reading().await?;
        let text = format!("{COLUMNS} WHERE id = $1");
        let row = sql::row(&mut connection, &text, params![id]).await?;
        row.as_ref().map(request).transpose()
    }

    /// Agrees to a request that changes nothing here, or refuses one; false when there is nothing to answer.
    ///
    /// # Errors
    /// When it was not kept.
    pub async fn answer_request(
        &self,
        answer: Answer<'_>,
        agreed: bool,
    ) -> Result<bool, StoreError> {
        let mut connection = self.writing().await?;
        let word = if agreed { "agreed" } else { "refused" };
        let answered = sql::run(&mut connection, ANSWER, answer.values(word)).await?;
        Ok(answered > 0)
    }

    /// Agrees that somebody gets access: the answer, the agent as asked for and the one-time link, where one was asked for,
    /// are kept together or not at all. False when there is nothing to answer.
    ///
    /// # Errors
    /// When it was not kept.
    pub async fn give_access(
        &self,
        answer: Answer<'_>,
        agent: &Agent,
        link: Option<(&[u8], i64)>,
    ) -> Result<bool, StoreError> {
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        if sql::run(&mut transaction, ANSWER, answer.values("agreed")).await? == 0 {
            return Ok(false);
        }
        sql::run(
            &mut transaction,
            super::access::PUT_AGENT,
            super::access::agent_values(agent),
        )
        .await?;
        if let Some((token, expires_at)) = link {
            sql::run(
                &mut transaction,
                "INSERT INTO invitation (token, agent, expires_at) VALUES ($1, $2, $3)",
                params![hashed(token), agent.id.as_str(), expires_at],
            )
            .await?;
        }
        transaction.commit().await?;
        Ok(true)
    }
}

fn request(row: &AnyRow) -> Result<Request, StoreError> {
    Ok(Request {
        id: sql::text(row, 0)?,
        kind: sql::text(row, 1)?,
        unit: sql::text(row, 2)?,
        about: sql::text(row, 3)?,
        body: sql::text(row, 4)?,
        agent: sql::text(row, 5)?,
        reason: sql::text(row, 6)?,
        asked_at: sql::int(row, 7)?,
        second: sql::text(row, 8)?,
        answered_at: sql::int_or_none(row, 9)?,
        answer: sql::text(row, 10)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;

    fn asked(id: &str, about: &str) -> Request {
        Request {
            id: id.to_owned(),
            kind: "access".to_owned(),
            unit: "u".to_owned(),
            about: about.to_owned(),
            body: "{}".to_owned(),
            agent: "asker".to_owned(),
            reason: "because".to_owned(),
            asked_at: 10,
            ..Request::default()
        }
    }

    fn by<'a>(second: &'a str, id: &'a str) -> Answer<'a> {
        Answer {
            id,
            second,
            now: 20,
            since: 5,
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn access_takes_somebody_else_than_who_asked_and_whom_it_is_about() {
        let folder = tempfile::tempdir().unwrap();
        let work = Store::open_work(folder.path()).await.unwrap();
        let agent = Agent {
            id: "new".to_owned(),
            name: "New".to_owned(),
            unit: "u".to_owned(),
            role: "triage".to_owned(),
            clearance: String::new(),
        };
        let asker = Agent {
            id: "asker".to_owned(),
            ..agent.clone()
        };
        work.put_agent(&asker).await.unwrap();
        assert!(work.ask_request(&asked("1", "new"), 0, 1).await.unwrap());
        // The same again is the one that waits; another is one too many.
        assert!(work.ask_request(&asked("2", "new"), 0, 1).await.unwrap());
        assert!(work.request("2").await.unwrap().is_none());
        assert!(!work.ask_request(&asked("2", "other"), 0, 1).await.unwrap());
        for nobody in ["asker", "new"] {
            let given = work.give_access(by(nobody, "1"), &agent, None).await;
            assert!(!given.unwrap(), "{nobody}");
        }
        let late = Answer {
            since: 11,
            ..by("second", "1")
        };
        assert!(!work.give_access(late, &agent, None).await.unwrap());
        work.disable_agent("asker", 15).await.unwrap();
        let left = work.give_access(by("second", "1"), &agent, None).await;
        assert!(!left.unwrap(), "who asked has left");
        assert!(work.agents().await.unwrap().is_empty());
        // What they asked for lapsed with their access; they ask anew.
        work.put_agent(&asker).await.unwrap();
        let lapsed = work.give_access(by("second", "1"), &agent, None).await;
        assert!(!lapsed.unwrap());
        assert_eq!(work.request("1").await.unwrap().unwrap().answer, "lapsed");
        assert!(work.ask_request(&asked("3", "new"), 0, 1).await.unwrap());
        let link: Option<(&[u8], i64)> = Some((b"link", 100));
        assert!(
            work.give_access(by("second", "3"), &agent, link)
                .await
                .unwrap()
        );
        assert!(
            !work
                .give_access(by("third", "3"), &agent, link)
                .await
                .unwrap()
        );
        assert!(!work.answer_request(by("third", "3"), false).await.unwrap());
        let who = work.use_invitation(b"link", 30).await.unwrap();
        assert_eq!(who.as_deref(), Some("new"));
        let kept = work.request("3").await.unwrap().unwrap();
        assert_eq!(
            (&*kept.second, &*kept.answer, kept.waits()),
            ("second", "agreed", false)
        );
        let of = async |unit, about| {
            let which = Requested {
                kind: "access",
                unit,
                about,
                since: 0,
            };
            work.requests(&which, 9).await.unwrap().len()
        };
        assert_eq!((of("", "").await, of("u", "new").await), (2, 2));
        assert_eq!((of("v", "").await, of("", "other").await), (0, 0));
    }
}
