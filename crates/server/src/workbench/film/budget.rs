//! The budget of a pool's unit: lines by year, requests of procurement, what is committed. Nothing goes over a line
//! without a decision.

use std::collections::BTreeMap;

use axum::response::Response;
use casework::film::{
    budget::{Change, Line, Standing},
    pool::Pool,
};
use store::film::Told;

use super::{back, kept, masked, pool_href, pool_of, quote, shown, tell, words};
use crate::{
    app::App,
    sheet::{Block, Cell, Field, Form, Sheet, Table},
    workbench::{door::Admitted, session::Refused, submission::act::new_id},
};

/// What is done with a line.
pub(super) const ACTS: &[&str] = &[
    "open", "decide", "ask", "commit", "decline", "pay", "release",
];

const CURRENCY: &str = "EUR";

/// The page.
pub(super) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    page_with(&app, &at, Vec::new()).await
}

async fn lines(
    app: &App,
    at: &Admitted,
    pool: &Pool,
) -> Result<BTreeMap<String, Told<Line>>, Refused> {
    let all = app.store.film.stories::<Line>().await;
    let mut all = all.map_err(|error| at.signed.failed(&error))?;
    all.retain(|_, told| told.story.unit == pool.unit);
    Ok(all)
}

async fn page_with(app: &App, at: &Admitted, errors: Vec<String>) -> Result<Response, Refused> {
    let pool = pool_of(app, at)?;
    let lines = lines(app, at, pool).await?;
    let page = &at.signed.page;
    let w = page.w;
    let base = format!("{}/budget/acts", pool_href(page, pool));
    let mut sheet =
        Sheet::new(w.t("film-budget")).under(pool_href(page, pool), pool.name.get(page.lang));
    sheet.errors = errors;
    let mut table = Table::new(
        w.t("film-budget-lines"),
        words::heads(
            page,
            &[
                "film-budget-line",
                "film-year",
                "film-amount",
                "film-committed",
                "film-left-over",
            ],
        ),
    );
    table.none = w.t("film-budget-none");
    let money = |line: &Line, minor| Cell::number(page.money(minor, &line.currency));
    table.rows = lines
        .values()
        .map(|told| {
            let line = &told.story;
            vec![
                (&*line.name).into(),
                Cell::number(line.year.to_string()),
                money(line, line.amount),
                money(line, line.committed()),
                money(line, line.left()),
            ]
        })
        .collect();
    sheet.section(
        "film-budget-lines",
        w.t("film-budget-lines"),
        vec![Block::Table(table)],
    );
    let mut blocks = Vec::new();
    for (id, told) in &lines {
        blocks.extend(requests(at, &base, id, &told.story));
    }
    sheet.section("film-requests", w.t("film-requests"), blocks);
    let options: Vec<(String, String)> = lines
        .iter()
        .map(|(id, told)| {
            (
                id.clone(),
                format!("{} {}", told.story.name, told.story.year),
            )
        })
        .collect();
    sheet.section(
        "film-change",
        w.t("film-change"),
        forms(app, at, &base, options),
    );
    Ok(shown(at, sheet))
}

fn forms(app: &App, at: &Admitted, base: &str, options: Vec<(String, String)>) -> Vec<Block> {
    let page = &at.signed.page;
    let w = page.w;
    let mut forms = Vec::new();
    let mut add = |act: &str, button: String, fields: Vec<Field>| {
        let form = Form::new(page, format!("{base}/{act}"), button);
        let fields = fields.into_iter().map(|field| kept(at, act, field));
        forms.push(Block::Form(fields.fold(form, Form::with)));
    };
    let year = quote::today(app).year().to_string();
    let amount = |act: &str| {
        Field::line(act, "amount", w.t("film-amount-euros"))
            .help(w.t("film-amount-help"))
            .required()
    };
    if !options.is_empty() {
        let line = |act: &str| {
            Field::choice(act, "line", w.t("film-budget-line"), options.clone()).required()
        };
        add(
            "ask",
            w.t("film-request-ask"),
            vec![
                line("ask"),
                Field::line("ask", "what", w.t("film-field-what")).required(),
                Field::line("ask", "reason", w.t("film-why")).required(),
                amount("ask"),
            ],
        );
        add(
            "decide",
            w.t("film-budget-decide"),
            vec![
                line("decide"),
                amount("decide"),
                Field::line("decide", "decision", w.t("film-which-decision")).required(),
            ],
        );
    }
    add(
        "open",
        w.t("film-budget-open"),
        vec![
            Field::line("open", "name", w.t("film-budget-line")).required(),
            Field::count("open", "year", w.t("film-year"))
                .value(year)
                .required(),
            amount("open"),
        ],
    );
    forms
}

fn requests(at: &Admitted, base: &str, id: &str, line: &Line) -> Vec<Block> {
    let page = &at.signed.page;
    let w = page.w;
    let mut table = Table::new(
        format!("{} {}", line.name, line.year),
        words::heads(
            page,
            &["film-field-what", "film-why", "film-amount", "film-stage"],
        ),
    );
    table.none = w.t("film-requests-none");
    let mut blocks = Vec::new();
    for (request, one) in &line.requests {
        table.rows.push(vec![
            (&*one.what).into(),
            (&*one.reason).into(),
            Cell::number(page.money(one.amount, &line.currency)),
            Cell::tag(one.standing.label(page.lang)),
        ]);
        let form = |act: &str, button: String| {
            Form::new(page, format!("{base}/{act}"), button)
                .hide("line", id)
                .hide("request", &**request)
        };
        let reason = |act: &str| {
            Field::line(&format!("{act}-{request}"), "reason", w.t("film-reason")).required()
        };
        match one.standing {
            Standing::Asked => {
                blocks.push(Block::Form(form(
                    "commit",
                    w.t1("film-commit", "what", &*one.what),
                )));
                blocks.push(Block::Form(
                    form("decline", w.t1("film-decline", "what", &*one.what))
                        .with(reason("decline")),
                ));
            }
            Standing::Committed => {
                let amount = Field::line(
                    &format!("pay-{request}"),
                    "amount",
                    w.t("film-amount-euros"),
                )
                .required();
                blocks.push(Block::Form(
                    form("pay", w.t1("film-pay", "what", &*one.what)).with(amount),
                ));
                blocks.push(Block::Form(
                    form("release", w.t1("film-release-it", "what", &*one.what))
                        .with(reason("release")),
                ));
            }
            _ => {}
        }
    }
    blocks.insert(0, Block::Table(table));
    blocks
}

/// Minor units of an amount typed in euros, `1250` or `1 250,50`; it may be negative.
fn amount(text: &str) -> Option<i64> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let plain = plain.replace(',', ".");
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, plain.as_str()),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let all = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !all(whole) || !all(part) || part.len() > 2 {
        return None;
    }
    let cents: i64 = format!("{part:0<2}").parse().ok()?;
    let whole: i64 = whole.parse().ok()?;
    Some(sign * whole.checked_mul(100)?.checked_add(cents)?)
}

fn change(app: &App, at: &Admitted, pool: &Pool) -> Result<Option<Change>, Refused> {
    let text = |name: &str| masked(at.field(name));
    let money = || amount(at.field("amount"));
    Ok(match at.act() {
        "open" => money()
            .zip(at.field("year").parse().ok())
            .map(|(amount, year)| Change::Open {
                unit: pool.unit.clone(),
                year,
                name: text("name"),
                amount,
                currency: CURRENCY.into(),
            }),
        "decide" => money().map(|by| Change::Decide {
            by,
            decision: text("decision"),
        }),
        "ask" => {
            let request = new_id(app, &at.signed)?.into();
            money().map(|amount| Change::Ask {
                request,
                what: text("what"),
                reason: text("reason"),
                amount,
            })
        }
        "commit" => Some(Change::Commit {
            request: text("request"),
        }),
        "decline" => Some(Change::Decline {
            request: text("request"),
            reason: text("reason"),
        }),
        "pay" => money().map(|amount| Change::Pay {
            request: text("request"),
            amount,
        }),
        "release" => Some(Change::Release {
            request: text("request"),
            reason: text("reason"),
        }),
        _ => None,
    })
}

/// Does what a form asks for.
pub(super) async fn post(app: App, at: Admitted) -> Result<Response, Refused> {
    let pool = pool_of(&app, &at)?;
    let page = &at.signed.page;
    let id = if at.act() == "open" {
        new_id(&app, &at.signed)?
    } else {
        // Only lines of the pool's own unit are reached from here.
        let known = lines(&app, &at, pool).await?;
        let id = at.field("line");
        if !known.contains_key(id) {
            return Err(at.signed.not_found());
        }
        id.to_owned()
    };
    let Some(change) = change(&app, &at, pool)? else {
        return page_with(&app, &at, vec![page.w.t("film-form-incomplete")]).await;
    };
    match tell::<Line>(&app, &at, &(), &id, change).await? {
        Ok(_) => Ok(back(&format!("{}/budget", pool_href(page, pool)))),
        Err(refusal) => page_with(&app, &at, vec![words::refusal(page, &refusal)]).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_as_people_type_it() {
        for (typed, expected) in [
            ("1250", Some(125_000)),
            ("1 250,5", Some(125_050)),
            ("-12.34", Some(-1_234)),
            ("0,05", Some(5)),
            ("", None),
            ("1,234", None),
            ("1e3", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(amount(typed), expected, "{typed}");
        }
    }
}
