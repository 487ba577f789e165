//! Quotes and what they make due, from the prices of their days: for the project's page, the applicant, and to print.

use axum::response::Response;
use casework::{
    price::{self, Line, Per, Quote},
    project::{Project, Request},
};
use jiff::civil::Date;

use super::{project, project_href, project_papers, shown, words};
use crate::{
    app::App,
    page::Page,
    sheet::{Block, Cell, Sheet, Table},
    web::text,
    workbench::{door::Admitted, session::Refused},
};

/// The day it is in Paris.
pub(crate) fn today(app: &App) -> Date {
    text::paris(app.now()).date()
}

/// Every quote so far, and what is due.
pub(crate) fn blocks(app: &App, page: &Page, project: &Project) -> Vec<Block> {
    if project.quotes().is_empty() {
        return vec![Block::Help(page.w.t("film-quote-none"))];
    }
    let account = match price::account(&app.config.film.prices, project.quotes()) {
        Ok(account) => account,
        Err(error) => return vec![Block::Notice(words::quote_error(page, &error))],
    };
    let mut blocks = Vec::new();
    for (at, (quote, basis)) in account.quotes.iter().zip(project.quotes()).enumerate() {
        if !quote.confirmed {
            blocks.push(Block::Notice(page.w.t("film-quote-example")));
        }
        let caption = page.w.t2(
            "film-quote-of",
            ("number", at as i64 + 1),
            ("day", page.date(basis.on)),
        );
        blocks.push(quote_table(page, caption, quote, &basis.lines));
    }
    blocks.extend(unpriced(page, project, project.request()));
    let currency = account
        .quotes
        .first()
        .map_or("EUR", |quote| &*quote.currency);
    let mut dues = Table::new(
        page.w.t("film-dues"),
        words::heads(page, &["film-due-what", "film-quote-number", "film-amount"]),
    );
    dues.none = page.w.t("film-dues-none");
    dues.rows = account
        .dues
        .iter()
        .map(|due| {
            vec![
                words::installment(page, due.what).into(),
                Cell::number((due.quote + 1).to_string()),
                Cell::number(page.money(due.amount, currency)),
            ]
        })
        .collect();
    blocks.push(Block::Table(dues));
    blocks
}

/// Which lines have no price yet, so that nobody takes a total for all of it.
pub(super) fn unpriced(page: &Page, project: &Project, request: &Request) -> Option<Block> {
    let lines = project.unpriced(request);
    let lines: Vec<String> = lines.iter().map(|line| (line + 1).to_string()).collect();
    let text = |lines: String| page.w.t1("film-unpriced", "lines", lines);
    (!lines.is_empty()).then(|| Block::Notice(text(lines.join(", "))))
}

fn quote_table(page: &Page, caption: String, quote: &Quote, lines: &[Line]) -> Block {
    let mut table = Table::new(
        caption,
        words::heads(
            page,
            &[
                "film-field-what",
                "film-quantity",
                "film-each",
                "film-amount",
            ],
        ),
    );
    let money = |minor| Cell::number(page.money(minor, &quote.currency));
    table.rows = quote
        .lines
        .iter()
        .map(|priced| {
            let what = lines.get(priced.line).map_or("", |line| match line {
                Line::Place { what, .. } | Line::Item { what, .. } | Line::Person { what, .. } => {
                    what
                }
            });
            let quantity = i64::try_from(priced.quantity).unwrap_or(i64::MAX);
            let quantity = match priced.per {
                Per::Day => page.w.t1("film-per-day", "n", quantity),
                Per::Preparation => page.w.t1("film-per-preparation", "n", quantity),
                Per::Hour => page.w.t1("film-per-hour", "n", quantity),
            };
            vec![
                what.into(),
                quantity.into(),
                money(priced.each),
                money(priced.total),
            ]
        })
        .collect();
    for (key, amount) in [
        ("film-total", quote.total),
        ("film-due-deposit", quote.deposit),
        ("film-due-balance", quote.balance),
    ] {
        table.rows.push(vec![
            words::text(page, key).into(),
            "".into(),
            "".into(),
            money(amount),
        ]);
    }
    Block::Table(table)
}

/// What a rider changes of the price, by the prices of a day.
pub(super) fn effect(
    app: &App,
    page: &Page,
    project: &Project,
    (before, rider): (&Request, &Request),
    on: Date,
) -> Vec<Block> {
    let grids = &app.config.film.prices;
    let total = |request: &Request| price::quote(grids, &project.basis(request, on));
    match (total(before), total(rider)) {
        (Ok(before), Ok(after)) => {
            let money = |minor| Cell::number(page.money(minor, &after.currency));
            let mut table = Table::new(
                page.w.t1("film-rider-price", "day", page.date(on)),
                words::heads(
                    page,
                    &[
                        "film-amount",
                        "film-before",
                        "film-after",
                        "film-difference",
                    ],
                ),
            );
            table.rows = vec![vec![
                page.w.t("film-total").into(),
                money(before.total),
                money(after.total),
                money(after.total - before.total),
            ]];
            let unpriced = unpriced(page, project, rider);
            std::iter::once(Block::Table(table))
                .chain(unpriced)
                .collect()
        }
        (Err(error), _) | (_, Err(error)) => vec![Block::Notice(words::quote_error(page, &error))],
    }
}

/// The quote and the terms that go with it, to print.
pub(super) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    let told = app.store.film.story::<Project>(at.path("id")).await;
    let told = told.map_err(|error| at.signed.failed(&error))?;
    let told = told.ok_or_else(|| at.signed.not_found())?;
    let (page, project) = (&at.signed.page, &told.story);
    let request = project.request();
    let title = page.w.t1("film-quote-title", "title", &*request.title);
    let mut sheet = Sheet::new(title).under(project_href(page, at.path("id")), &*request.title);
    let facts = vec![
        (page.w.t("film-field-company"), (&*request.company).into()),
        (
            page.w.t("film-kind"),
            words::work(&app, page, &request.work).into(),
        ),
        (page.w.t("film-field-team"), request.team.to_string().into()),
    ];
    sheet.section(
        "film-parties",
        page.w.t("film-parties"),
        vec![Block::Facts(facts), project::lines_table(page, project)],
    );
    let mut quotes = blocks(&app, page, project);
    let papers = project_papers(page, &project_href(page, at.path("id")), project);
    if !papers.is_empty() {
        quotes.push(Block::List(papers));
    }
    sheet.section("film-quote", page.w.t("film-quote"), quotes);
    let terms = page.w.t("film-terms");
    let terms = terms
        .lines()
        .map(|line| line.trim().to_owned().into())
        .collect();
    sheet.section(
        "film-terms",
        page.w.t("film-terms-title"),
        vec![
            Block::Notice(page.w.t("film-terms-example")),
            Block::List(terms),
        ],
    );
    Ok(shown(&at, sheet))
}
