//! Lays the film office's table: what `demo::film` made is filed through the public API, then told event by event,
//! as the office, the services and the productions would.

use std::{collections::BTreeMap, net::SocketAddr};

use anyhow::{Context, Result, bail};
use casework::{
    booking,
    film::{
        crew::{self, Crew},
        encounter::{self, Encounter, Identity},
        expert::{self, Expert},
        immersion::{self, Immersion},
    },
    project::{Change, Project},
    story::{Event, Story},
    submission::{self, Closing},
    written,
};
use jiff::{SignedDuration, civil::Date};
use serde_json::Value;
use server::app::App;
use store::film::Lending;

use super::{new_id, parcel, step};
use crate::{
    client::Client,
    demo::film::{self as made, Loan, Scene},
};

/// The desk that requests come in by.
const DESK: &str = "cinema";
/// The office's own pool.
const POOL: &str = "film";

/// Lays the table; what is on it already stays as it is.
pub(super) async fn lay(app: &App, address: SocketAddr, officer: &str) -> Result<()> {
    server::import_encounters(app).await?;
    let today = written::paris(app.now()).date();
    let office = Office {
        app,
        officer,
        today,
    };
    let projects = made::projects(today);
    let ids = file(address, &projects).await?;
    crate::import::settle(app).await?;
    server::begin_projects(app).await?;
    for (id, project) in ids.iter().zip(projects) {
        if let Some(id) = id {
            office.play(id, project).await?;
        }
    }
    office.people(&ids).await
}

/// Files each request; the same again answers the same identifiers, and none where it was filed on another day.
async fn file(address: SocketAddr, projects: &[made::Project]) -> Result<Vec<Option<String>>> {
    let mut client = Client::connect(address).await?;
    let mut ids = Vec::new();
    for project in projects {
        let parcel = parcel(
            DESK,
            "request",
            project.idempotency.to_owned(),
            project.answers.clone(),
            None,
        );
        let answer = client
            .submit(DESK, &parcel.idempotency, None, parcel.body)
            .await?;
        let said = String::from_utf8_lossy(&answer.body);
        match answer.status {
            201 => {
                let said: Value = serde_json::from_str(&said)?;
                let id = said["id"].as_str().context("an answer without an id")?;
                ids.push(Some(id.to_owned()));
            }
            // Days are counted from today: filed before the filling was cut, it said other days.
            409 => ids.push(None),
            _ => bail!("the film desk refused {}: {said}", project.idempotency),
        }
    }
    Ok(ids)
}

struct Office<'a> {
    app: &'a App,
    officer: &'a str,
    today: Date,
}

impl Office<'_> {
    async fn play(&self, id: &str, made: made::Project) -> Result<()> {
        let rules = &self.app.config.film.criteria;
        let told = self.app.store.film.story::<Project>(id).await?;
        let told = told.with_context(|| format!("{} became no project", made.idempotency))?;
        // It was played before.
        if told.events.len() > 1 {
            return Ok(());
        }
        let mut project = told.story;
        for scene in made.scenes {
            let (actor, change) = self.change(&project, scene)?;
            project = self.tell(rules, id, actor, change).await?;
        }
        for loan in made.loans {
            self.lend(id, loan).await?;
        }
        if project.takes_crew() {
            self.list_crew(id).await?;
        }
        self.follow_in_docket(id, &project).await
    }

    fn change(&self, project: &Project, scene: Scene) -> Result<(&str, Change)> {
        Ok(match scene {
            Scene::Office(change) => (self.officer, change),
            Scene::Applicant(change) => ("applicant", change),
            Scene::Ask(unit) => {
                let change = Change::AskOpinion {
                    unit: unit.parse()?,
                    criteria: made::CRITERIA.iter().copied().map(Into::into).collect(),
                    script: false,
                };
                (self.officer, change)
            }
            Scene::Opinion(unit, answers) => {
                let unit = unit.parse()?;
                (self.officer, Change::GiveOpinion { unit, answers })
            }
            Scene::Quote => {
                let basis = project.basis(project.request(), self.today);
                (self.officer, Change::Quote { basis })
            }
        })
    }

    async fn tell<S: Story>(
        &self,
        rules: &S::Rules,
        id: &str,
        actor: &str,
        change: S::Change,
    ) -> Result<S>
    where
        S::Refusal: Send + Sync + 'static,
    {
        let event = Event {
            at: self.app.now(),
            actor: actor.into(),
            change,
        };
        let told = self.app.store.film.tell::<S>(rules, id, &event).await;
        told.with_context(|| format!("the {} {id} of the demonstration", S::KIND))
    }

    /// What is asked for, approved and, where it is out, handed over.
    async fn lend(&self, project: &str, loan: Loan) -> Result<()> {
        let pool = self.app.config.film.pools.get(POOL).context("no pool")?;
        let lending = Lending {
            inventory: &pool.inventory,
            quotas: &pool.quotas,
        };
        let wanted = loan.wanted.iter().map(|id| id.parse());
        let request = booking::Request {
            applicant: project.into(),
            wanted: wanted.collect::<Result<_, _>>()?,
            used: booking::Span::new(loan.from, loan.until).context("a loan without time")?,
            prepare: SignedDuration::ZERO,
            strike: SignedDuration::ZERO,
            insured_until: Some(loan.insured_until),
        };
        let booking = new_id(self.app)?.parse()?;
        let mut changes = vec![
            booking::Change::Ask(request),
            booking::Change::Approve { passing: None },
        ];
        if loan.out {
            changes.push(booking::Change::HandOver {
                condition: "Bon état.".into(),
            });
        }
        for change in changes {
            let event = booking::Event {
                booking,
                at: self.app.now(),
                change,
            };
            let film = &self.app.store.film;
            film.apply(lending, &event, self.officer).await?;
        }
        Ok(())
    }

    /// Who comes to the shoot, handed in by the production; the office has looked at the first.
    async fn list_crew(&self, project: &str) -> Result<()> {
        let people = crew::read(made::CREW).ok().context("a crew of bad lines")?;
        let bodies = people.iter().enumerate();
        let bodies: BTreeMap<String, String> = bodies
            .map(|(at, person)| Ok((format!("0-{at}"), serde_json::to_string(person)?)))
            .collect::<Result<_>>()?;
        let event = Event {
            at: self.app.now(),
            actor: "applicant".into(),
            change: crew::Change::List {
                people: bodies.keys().map(|id| id.as_str().into()).collect(),
            },
        };
        let film = &self.app.store.film;
        film.tell_with_people::<Crew>(&(), project, &event, &bodies)
            .await?;
        let check = crew::Change::Check {
            person: "0-0".into(),
            identity: Identity::Checked,
        };
        self.tell::<Crew>(&(), project, self.officer, check).await?;
        Ok(())
    }

    /// The docket says who has the project, and that it is over.
    async fn follow_in_docket(&self, id: &str, project: &Project) -> Result<()> {
        if project.owner().is_some() {
            self.step(id, "take", submission::Event::Assign).await?;
        }
        if project.stage().is_final() {
            let over = submission::Event::Close(Closing::Resolved);
            self.step(id, "close", over).await?;
        }
        Ok(())
    }

    async fn step(&self, id: &str, kind: &str, event: submission::Event) -> Result<()> {
        let docket = self.app.store.work.docket_by_id(id).await?;
        let docket = docket.with_context(|| format!("{id} has no docket"))?;
        step(self.app, &docket, self.officer, kind, event).await
    }

    /// Experts of the directory, an immersion of one project and a meeting for another, and an encounter to come.
    async fn people(&self, projects: &[Option<String>]) -> Result<()> {
        let film = &self.app.store.film;
        for (id, profile) in made::experts() {
            if film.story::<Expert>(id).await?.is_none() {
                let listed = expert::Change::List(profile);
                self.tell::<Expert>(&(), id, self.officer, listed).await?;
            }
        }
        let immersed = projects.get(made::IMMERSED).and_then(Option::as_ref);
        let there = film.story::<Immersion>(made::IMMERSION).await?;
        if let (None, Some(project)) = (there, immersed) {
            let agreed = made::immersion(project, self.today).context("no immersion")?;
            let draft = immersion::Change::Draft(agreed);
            self.tell::<Immersion>(&(), made::IMMERSION, self.officer, draft)
                .await?;
        }
        let there = film.story::<Encounter>(made::ENCOUNTER).await?;
        if there.is_none() {
            let plan = made::encounter(self.today).context("no encounter")?;
            for change in [encounter::Change::Plan(plan), encounter::Change::Open] {
                self.tell::<Encounter>(&(), made::ENCOUNTER, self.officer, change)
                    .await?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demonstrate::tests::Served;

    #[tokio::test(flavor = "multi_thread")]
    async fn the_table_of_the_film_office_has_projects_at_every_stage_and_is_laid_once() {
        let served = Served::new().await;
        let (app, address) = (&served.app, served.address);

        let mut laid = Vec::new();
        for _ in 0..2 {
            lay(app, address, "lou.cinema").await.unwrap();
            let told = app.store.film.stories::<Project>().await.unwrap();
            laid.push(told.values().map(|told| told.events.len()).sum::<usize>());
            let mut stages: Vec<_> = told
                .values()
                .map(|told| told.story.stage().as_str())
                .collect();
            stages.sort_unstable();
            assert_eq!(
                stages,
                [
                    "agreed", "appealed", "credited", "examined", "examined", "noticed", "shooting"
                ]
            );
            let film = &app.store.film;
            assert_eq!(film.stories::<Expert>().await.unwrap().len(), 4);
            assert_eq!(film.stories::<Encounter>().await.unwrap().len(), 3);
            let over = app.store.work.docket_by_id(
                told.iter()
                    .find(|(_, told)| told.story.stage().is_final())
                    .unwrap()
                    .0,
            );
            assert_eq!(over.await.unwrap().unwrap().state, "closed:resolved");
        }
        assert_eq!(laid[0], laid[1]);
        served.stop().await;
    }
}
