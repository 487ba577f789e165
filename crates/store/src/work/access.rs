//! Agents, their one-time sign-in links, their sessions, and partners' API tokens. Only hashes of
//! tokens are kept.

use sha2::{Digest, Sha256};
use sqlx::Connection;

use super::Work;
use crate::{
    StoreError,
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

/// A session that is still good.
#[derive(Clone, Debug)]
pub struct AgentSession {
    /// Whose it is.
    pub agent: Agent,
    /// Microseconds since 1970 UTC.
    pub started_at: i64,
    /// Why they look beyond their own, for as long as they are at it; empty between two tasks.
    pub task: String,
}

pub(super) fn hashed(token: &[u8]) -> Vec<u8> {
    Sha256::new()
        .chain_update(b"orfevre-token-1\n")
        .chain_update(token)
        .finalize()
        .to_vec()
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

    /// Uses a sign-in token up and starts a session; none when the token is unknown, used or expired.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sign_in(
        &self,
        token: &[u8],
        session: &[u8],
        now: i64,
    ) -> Result<Option<String>, StoreError> {
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        let used = sql::run(
            &mut transaction,
            "UPDATE invitation SET used_at = $1 WHERE token = $2 AND used_at IS NULL AND expires_at > $1",
            params![now, hashed(token)],
        )
        .await?;
        if used == 0 {
            return Ok(None);
        }
        let row = sql::row(
            &mut transaction,
            "SELECT agent FROM invitation WHERE token = $1",
            params![hashed(token)],
        )
        .await?;
        let Some(row) = row else { return Ok(None) };
        let agent = sql::text(&row, 0)?;
        sql::run(
            &mut transaction,
            "INSERT INTO session (token, agent, started_at, seen_at) VALUES ($1, $2, $3, $3)",
            params![hashed(session), agent.as_str(), now],
        )
        .await?;
        transaction.commit().await?;
        Ok(Some(agent))
    }

    /// The session of a token, if it was seen since `idle_since` and started since `started_since`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn session(
        &self,
        token: &[u8],
        idle_since: i64,
        started_since: i64,
    ) -> Result<Option<(AgentSession, i64)>, StoreError> {
        let mut connection = self.reading().await?;
        let row = sql::row(
            &mut connection,
            "SELECT a.id, a.name, a.unit, a.role, a.clearance, s.started_at, s.seen_at, s.task FROM session s JOIN agent a ON a.id = s.agent WHERE s.token = $1 AND s.ended_at IS NULL AND s.seen_at >= $2 AND s.started_at >= $3 AND a.disabled = 0",
            params![hashed(token), idle_since, started_since],
        )
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some((
            AgentSession {
                agent: Agent {
                    id: sql::text(&row, 0)?,
                    name: sql::text(&row, 1)?,
                    unit: sql::text(&row, 2)?,
                    role: sql::text(&row, 3)?,
                    clearance: sql::text(&row, 4)?,
                },
                started_at: sql::int(&row, 5)?,
                task: sql::text(&row, 7)?,
            },
            sql::int(&row, 6)?,
        )))
    }

    /// Notes that a session was used.
    ///
    /// # Errors
    /// When it was not noted.
    pub async fn seen(&self, token: &[u8], now: i64) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        sql::run(
            &mut connection,
            "UPDATE session SET seen_at = $1 WHERE token = $2",
            params![now, hashed(token)],
        )
        .await?;
        Ok(())
    }

    /// Notes why the agent of a session looks beyond their own from now on; empty ends the task.
    ///
    /// # Errors
    /// When it was not noted.
    pub async fn set_task(&self, token: &[u8], task: &str) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        sql::run(
            &mut connection,
            "UPDATE session SET task = $1 WHERE token = $2",
            params![task, hashed(token)],
        )
        .await?;
        Ok(())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When it was not ended.
    pub async fn sign_out(&self, token: &[u8], now: i64) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        sql::run(
            &mut connection,
            "UPDATE session SET ended_at = $1 WHERE token = $2",
            params![now, hashed(token)],
        )
        .await?;
        Ok(())
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

    /// Takes an agent's access away: links and sessions end at once, what they did stays under their
    /// name. An invitation gives it back. False when nobody who has access has this id.
    ///
    /// # Errors
    /// When it was not taken away.
    pub async fn disable_agent(&self, id: &str, now: i64) -> Result<bool, StoreError> {
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        let disabled = sql::run(
            &mut transaction,
            "UPDATE agent SET disabled = 1 WHERE id = $1 AND disabled = 0",
            params![id],
        )
        .await?;
        for statement in [
            "UPDATE invitation SET used_at = $1 WHERE agent = $2 AND used_at IS NULL",
            "UPDATE session SET ended_at = $1 WHERE agent = $2 AND ended_at IS NULL",
        ] {
            sql::run(&mut transaction, statement, params![now, id]).await?;
        }
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
        work.sign_in(b"used", b"session", 1).await.unwrap().unwrap();
        assert!(work.disable_agent("a", 2).await.unwrap());
        assert!(!work.disable_agent("a", 2).await.unwrap());
        assert!(work.session(b"session", 0, 0).await.unwrap().is_none());
        assert!(work.agents().await.unwrap().is_empty());

        // Invited again: neither the old session nor the link that was left is good.
        work.put_agent(&agent).await.unwrap();
        assert!(work.session(b"session", 0, 0).await.unwrap().is_none());
        assert_eq!(work.sign_in(b"left", b"other", 3).await.unwrap(), None);
        work.invite("a", b"new", 100).await.unwrap();
        assert!(work.sign_in(b"new", b"other", 3).await.unwrap().is_some());
    }
}
