//! Agents, their one-time sign-in links, and partners' API tokens. Only hashes of tokens are kept. Their sessions are in
//! [`crate::access`].

use sqlx::Connection;

use super::Work;
use crate::{
    StoreError,
    access::hashed,
    objects::hex,
    sql::{self, Param, params},
};

/// A person of the public body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    /// Stable id.
    pub id: String,
    /// Name shown to colleagues.
    pub name: String,
    /// Unit.
    pub unit: String,
    /// The word of a `casework::policy::Role`.
    pub role: String,
    /// What they are cleared for, as words; empty for nothing.
    pub clearance: String,
}

/// A partner's API token, as far as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// The first bytes of its hash in hexadecimal: names it without giving it away.
    pub id: String,
    /// The partner's name.
    pub name: String,
    /// Microseconds since 1970 UTC.
    pub created_at: i64,
    /// When it was revoked, if it was.
    pub revoked_at: Option<i64>,
}

/// Digits of an [`ApiToken`]'s id.
const TOKEN_ID: usize = 12;

/// An agent who has access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub agent: Agent,
    /// When their access was last taken away, microseconds since 1970 UTC, 0 for never: sessions, and what they sign in
    /// with, count from there on.
    pub since: i64,
}

pub(super) const PUT_AGENT: &str = "INSERT INTO agent (id, name, unit, role, clearance, disabled) VALUES ($1, $2, $3, $4, $5, 0) ON CONFLICT (id) DO UPDATE SET name = excluded.name, unit = excluded.unit, role = excluded.role, clearance = excluded.clearance, disabled = 0";

/// The values of [`PUT_AGENT`].
pub(super) fn agent_values(agent: &Agent) -> Vec<Param> {
    params![
        agent.id.as_str(),
        agent.name.as_str(),
        agent.unit.as_str(),
        agent.role.as_str(),
        agent.clearance.as_str()
    ]
}

impl Work {
    /// Adds an agent, or changes the name, unit, role and clearance of one.
    ///
    /// # Errors
    /// When it was not kept.
    pub async fn put_agent(&self, agent: &Agent) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        sql::run(&mut connection, PUT_AGENT, agent_values(agent)).await?;
        Ok(())
    }

    /// Every agent, by name.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn agents(&self) -> Result<Vec<Agent>, StoreError> {
        let mut connection = self.reading().await?;
        sql::rows(
            &mut connection,
            "SELECT id, name, unit, role, clearance FROM agent WHERE disabled = 0 ORDER BY name",
            vec![],
        )
        .await?
        .iter()
        .map(|row| {
            Ok(Agent {
                id: sql::text(row, 0)?,
                name: sql::text(row, 1)?,
                unit: sql::text(row, 2)?,
                role: sql::text(row, 3)?,
                clearance: sql::text(row, 4)?,
            })
        })
        .collect()
    }

    /// Keeps a one-time sign-in token for an agent.
    ///
    /// # Errors
    /// When it was not kept.
    pub async fn invite(
        &self,
        agent: &str,
        token: &[u8],
        expires_at: i64,
    ) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        sql::run(
            &mut connection,
            "INSERT INTO invitation (token, agent, expires_at) VALUES ($1, $2, $3)",
            params![hashed(token), agent, expires_at],
        )
        .await?;
        Ok(())
    }

    /// The agent of an id, if they have access.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn member(&self, id: &str) -> Result<Option<Member>, StoreError> {
        let mut connection = self.reading().await?;
        let row = sql::row(
            &mut connection,
            "SELECT id, name, unit, role, clearance, ended_at FROM agent WHERE id = $1 AND disabled = 0",
            params![id],
        )
        .await?;
        row.map(|row| {
            Ok(Member {
                agent: Agent {
                    id: sql::text(&row, 0)?,
                    name: sql::text(&row, 1)?,
                    unit: sql::text(&row, 2)?,
                    role: sql::text(&row, 3)?,
                    clearance: sql::text(&row, 4)?,
                },
                since: sql::int(&row, 5)?,
            })
        })
        .transpose()
    }

    /// Uses a sign-in token up, and says whose it was; none when it is unknown, used or expired.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn use_invitation(
        &self,
        token: &[u8],
        now: i64,
    ) -> Result<Option<String>, StoreError> {
        let mut connection = self.writing().await?;
        let row = sql::row(
            &mut connection,
            "UPDATE invitation SET used_at = $1 WHERE token = $2 AND used_at IS NULL AND expires_at > $1 RETURNING agent",
            params![now, hashed(token)],
        )
        .await?;
        Ok(row.map(|row| sql::text(&row, 0)).transpose()?)
    }

    /// Keeps a partner's API token.
    ///
    /// # Errors
    /// When it was not kept.
    pub async fn put_api_token(
        &self,
        name: &str,
        token: &[u8],
        now: i64,
    ) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        sql::run(
            &mut connection,
            "INSERT INTO api_token (token, name, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            params![hashed(token), name, now],
        )
        .await?;
        Ok(())
    }

    /// Every API token ever made, the oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn api_tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        let mut connection = self.reading().await?;
        sql::rows(
            &mut connection,
            "SELECT token, name, created_at, revoked_at FROM api_token ORDER BY created_at, token",
            vec![],
        )
        .await?
        .iter()
        .map(|row| {
            let mut id = hex(&sql::bytes(row, 0)?);
            id.truncate(TOKEN_ID);
            Ok(ApiToken {
                id,
                name: sql::text(row, 1)?,
                created_at: sql::int(row, 2)?,
                revoked_at: sql::int_or_none(row, 3)?,
            })
        })
        .collect()
    }

    /// Revokes an API token by its id; false when none that is still good has it. The next request
    /// with it is refused.
    ///
    /// # Errors
    /// When it was not revoked.
    pub async fn revoke_api_token(&self, id: &str, now: i64) -> Result<bool, StoreError> {
        let mut connection = self.writing().await?;
        let good = "SELECT token FROM api_token WHERE revoked_at IS NULL";
        let mut found = None;
        for row in sql::rows(&mut connection, good, vec![]).await? {
            let token = sql::bytes(&row, 0)?;
            if id.len() == TOKEN_ID && hex(&token).starts_with(id) {
                found = Some(token);
            }
        }
        let Some(token) = found else {
            return Ok(false);
        };
        sql::run(
            &mut connection,
            "UPDATE api_token SET revoked_at = $1 WHERE token = $2",
            params![now, token],
        )
        .await?;
        Ok(true)
    }

    /// Takes an agent's access away: links and sessions end at once, and what they signed in with counts for nothing; what
    /// they did stays under their name. What was asked for, by them or about them, lapses. An invitation gives it back. False when nobody who has access has this id.
    ///
    /// # Errors
    /// When it was not taken away.
    pub async fn disable_agent(&self, id: &str, now: i64) -> Result<bool, StoreError> {
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        let disabled = sql::run(
            &mut transaction,
            "UPDATE agent SET disabled = 1, ended_at = $1 WHERE id = $2 AND disabled = 0",
            params![now, id],
        )
        .await?;
        sql::run(
            &mut transaction,
            "UPDATE invitation SET used_at = $1 WHERE agent = $2 AND used_at IS NULL",
            params![now, id],
        )
        .await?;
        sql::run(
            &mut transaction,
            "UPDATE request SET answered_at = $1, answer = 'lapsed' WHERE (agent = $2 OR about = $2) AND answered_at IS NULL",
            params![now, id],
        )
        .await?;
        transaction.commit().await?;
        Ok(disabled > 0)
    }

    /// The partner a token belongs to.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn partner(&self, token: &[u8]) -> Result<Option<String>, StoreError> {
        let mut connection = self.reading().await?;
        let row = sql::row(
            &mut connection,
            "SELECT name FROM api_token WHERE token = $1 AND revoked_at IS NULL",
            params![hashed(token)],
        )
        .await?;
        Ok(row.map(|row| sql::text(&row, 0)).transpose()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;

    async fn work(folder: &std::path::Path) -> Work {
        Store::open_work(folder).await.unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_token_is_listed_by_an_id_and_revoked_by_it_alone() {
        let folder = tempfile::tempdir().unwrap();
        let work = work(folder.path()).await;
        work.put_api_token("Bank", b"one", 1).await.unwrap();
        work.put_api_token("Bank", b"two", 2).await.unwrap();
        let tokens = work.api_tokens().await.unwrap();
        assert_eq!(
            tokens
                .iter()
                .map(|token| token.created_at)
                .collect::<Vec<_>>(),
            [1, 2]
        );
        for wrong in ["", "0", "Bank", &tokens[0].id[..4]] {
            assert!(!work.revoke_api_token(wrong, 3).await.unwrap(), "{wrong}");
        }
        assert!(work.revoke_api_token(&tokens[0].id, 3).await.unwrap());
        assert!(!work.revoke_api_token(&tokens[0].id, 4).await.unwrap());
        assert_eq!(work.partner(b"one").await.unwrap(), None);
        assert_eq!(work.partner(b"two").await.unwrap().as_deref(), Some("Bank"));
        assert_eq!(work.api_tokens().await.unwrap()[0].revoked_at, Some(3));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn who_leaves_is_signed_out_and_comes_back_by_an_invitation_only() {
        let folder = tempfile::tempdir().unwrap();
        let work = work(folder.path()).await;
        let agent = Agent {
            id: "a".to_owned(),
            name: "A".to_owned(),
            unit: "ofac".to_owned(),
            role: "triage".to_owned(),
            clearance: String::new(),
        };
        work.put_agent(&agent).await.unwrap();
        for link in [b"used", b"left"] {
            work.invite("a", link, 100).await.unwrap();
        }
        let used = work.use_invitation(b"used", 1).await.unwrap();
        assert_eq!(used.as_deref(), Some("a"));
        assert_eq!(work.use_invitation(b"used", 1).await.unwrap(), None);
        assert_eq!(work.member("a").await.unwrap().unwrap().since, 0);
        assert!(work.disable_agent("a", 2).await.unwrap());
        assert!(!work.disable_agent("a", 2).await.unwrap());
        assert_eq!(work.member("a").await.unwrap(), None);
        assert!(work.agents().await.unwrap().is_empty());

        // Invited again: what was before counts for nothing, and a link that was left is not good.
        work.put_agent(&agent).await.unwrap();
        let member = work.member("a").await.unwrap().unwrap();
        assert_eq!(member, Member { agent, since: 2 });
        assert_eq!(work.use_invitation(b"left", 3).await.unwrap(), None);
        work.invite("a", b"new", 100).await.unwrap();
        let used = work.use_invitation(b"new", 3).await.unwrap();
        assert_eq!(used.as_deref(), Some("a"));
    }
}
