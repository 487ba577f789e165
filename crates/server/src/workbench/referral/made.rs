//! Joint work for the demonstration: made, so that its pages show something.

use std::collections::BTreeSet;

use casework::{
    policy::Part,
    referral::{Change, Event, Form},
    submission::{ReferralId, UnitId},
};
use jiff::{SignedDuration, Timestamp};
use store::{
    StoreError,
    work::{Docket, Filter, NewAct, Sight, Sort},
};

use super::kept::{Kept, NotKept, keep};
use crate::app::App;

/// An agent of the demonstration: their id and unit.
type Made<'a> = (&'a str, &'a UnitId);

/// What happens to one submission: so many days ago, by whom, what.
type Scene<'a> = Vec<(i64, Made<'a>, Change)>;

/// Makes some joint work between the lead and another unit; nothing where the lead has nothing, or there is some already.
///
/// # Errors
/// When the store failed.
pub async fn demonstrate(app: &App, lead: Made<'_>, other: Made<'_>) -> Result<(), StoreError> {
    let sight = Sight::new(Some(lead.1.as_str()), Vec::new(), |_| true);
    let scenes = scenes(app, lead, other);
    let filter = Filter::default();
    let most = scenes.len() as i64;
    let found = app
        .store
        .work
        .queue(&filter, Sort::Newest, None, most, &sight)
        .await?;
    for (docket, scene) in found.rows.iter().zip(scenes) {
        if !app.store.work.joint_acts(docket.seq).await?.is_empty() {
            return Ok(());
        }
        play(app, docket.seq, scene).await?;
    }
    Ok(())
}

async fn play(app: &App, seq: i64, scene: Scene<'_>) -> Result<(), StoreError> {
    let referral = ReferralId::from(new_id(app)?);
    for (days, (agent, unit), change) in scene {
        let Some(docket) = app.store.work.docket(seq).await? else {
            return Ok(());
        };
        let event = Event {
            referral,
            at: ago(app, days),
            by: unit.clone(),
            change,
        };
        let act = NewAct {
            id: new_id(app)?.to_string(),
            at: event.at.as_microsecond(),
            agent: agent.to_owned(),
            kind: String::new(),
            reason: said(&event.change).to_owned(),
            body: String::new(),
        };
        let kept = Kept::read(app, &docket).await?;
        match keep(app, &docket, kept, &event, &number(&docket), act).await {
            Err(NotKept::Failed(error)) => return Err(error),
            Ok(()) | Err(NotKept::Changed | NotKept::Refused(_)) => {}
        }
    }
    Ok(())
}

fn number(docket: &Docket) -> String {
    (docket.seq + 1).to_string()
}

fn ago(app: &App, days: i64) -> Timestamp {
    let at = app.now().checked_sub(SignedDuration::from_hours(24 * days));
    at.unwrap_or(app.now())
}

fn new_id(app: &App) -> Result<uuid::Uuid, StoreError> {
    let mut random = [0_u8; 10];
    getrandom::fill(&mut random).map_err(|error| StoreError::Io(std::io::Error::other(error)))?;
    let millis = u64::try_from(app.now().as_millisecond()).unwrap_or(0);
    Ok(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
}

/// The text of a change, which is the reason of its act.
fn said(change: &Change) -> &str {
    match change {
        Change::Ask { reason, .. } | Change::Refuse { reason } | Change::Return { reason } => {
            reason
        }
        Change::End { outcome } => outcome,
        Change::Acknowledge | Change::Accept | Change::Withdraw | Change::Show { .. } => "",
    }
}

fn scenes<'a>(app: &App, lead: Made<'a>, other: Made<'a>) -> Vec<Scene<'a>> {
    let ask = |form: Form, parts: &[Part], reason: &str, due: i64| Change::Ask {
        form,
        unit: other.1.clone(),
        parts: parts
            .iter()
            .copied()
            .chain([Part::Facts])
            .collect::<BTreeSet<Part>>(),
        reason: reason.into(),
        authority: (form == Form::Initiative).then(|| "Parquet de Toulouse (exemple)".into()),
        due: ago(app, -due),
    };
    let files = "Lecture d’un téléphone : besoin technique.";
    vec![
        vec![(1, lead, ask(Form::Assistance, &[Part::Exhibits], files, 6))],
        vec![(
            12,
            lead,
            ask(Form::Joint, &[Part::Messages], "Même mode opératoire dans vos dossiers.", -3),
        )],
        vec![
            (9, lead, ask(Form::Joint, &[Part::Exhibits], "Série commune, victimes dans deux ressorts.", 5)),
            (8, other, Change::Acknowledge),
            (7, other, Change::Accept),
        ],
        vec![(
            2,
            lead,
            ask(Form::Transfer, &[], "L’enquête demande des moyens que nous n’avons pas.", 5),
        )],
        vec![
            (20, lead, ask(Form::Assistance, &[], "Suivi d’un portefeuille.", 5)),
            (18, other, Change::Accept),
            (
                4,
                other,
                Change::End {
                    outcome: "Portefeuille suivi jusqu’à une plateforme d’échange, qui garde les données.".into(),
                },
            ),
        ],
        vec![
            (6, lead, ask(Form::Assistance, &[Part::Messages], "Relecture des échanges.", 5)),
            (
                5,
                other,
                Change::Refuse {
                    reason: "Aucun besoin technique particulier.".into(),
                },
            ),
        ],
        vec![(3, other, ask(Form::Initiative, &[Part::Exhibits], "Lié à une enquête en cours.", 4))],
    ]
}
