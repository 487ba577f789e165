// The workbench in a real browser: sign-in, triage by keyboard, two agents on one submission, routing, a reply,
// a series split and put back, search in three notations; and every page looked at by axe, light and dark.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { axe, focused, open, page, press, quiet, startServer, violations } from './harness.mjs';
import { invite, search, signInWith, until } from './steps.mjs';

const IBAN = 'FR1420041010050500013M02606';
let server;
const filed = [];

/** Files a report as a partner's program does, and answers its id. */
async function file(answers, key) {
  const answer = await fetch(`${server.url}/api/v1/desks/thesee/submissions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({
      track: 'report',
      answers: {
        scam_type: 'false_shop', for_whom: 'me', ordered: true, received: false, reachable: false, paid: true,
        shop_site: 'https://colis-rapide.example/vente', contact_email: 'victime@example.org', ...answers,
      },
    }),
  });
  assert.equal(answer.status, 201, await answer.clone().text());
  return (await answer.json()).id;
}

const link = (name, role) => invite(server, name, { unit: 'ofac-thesee', role });

/** A page of an agent who has just signed in. */
const signIn = async (name, role = 'investigator', options = {}) => signInWith(await link(name, role), options);

const at = (path) => `${server.url}/fr/workbench${path}`;

before(async () => {
  server = await startServer();
  for (const [place, phone] of ['06 39 98 12 34', '06 39 98 12 34', '06 39 98 12 35', '06 39 98 12 34'].entries()) {
    filed.push(await file({
      payments: [{ amount: '287,00', means: 'transfer', iban: IBAN }],
      story: `Commande ${place} jamais livrée par hxxps://colis-rapide[.]example, appelé du ${phone}.`,
    }, `workbench-series-${place}`));
  }
  filed.push(await file({
    shop_site: 'https://autre-boutique.example/', paid: false, story: 'Une bibliothèque commandée, rien reçu.',
  }, 'workbench-alone-1'));
  const agent = await signIn('Agent Attente', 'triage');
  await until('the submissions are matched', async () => {
    await agent.goto(at('/series'));
    return agent.getByText('S-000001').count();
  });
});

test('a sign-in link is looked at, then used once, then signed out', async () => {
  const once = await link('Camille Essai', 'triage');
  const opened = await open(once);
  await axe(opened);
  await opened.reload();
  await opened.getByRole('button', { name: 'Ouvrir ma session' }).click();
  await opened.waitForURL(/\/workbench$/);
  await opened.getByText('Camille Essai').waitFor();
  const second = await open(once);
  await second.getByRole('button', { name: 'Ouvrir ma session' }).click();
  await second.getByRole('alert').waitFor();
  await axe(second);
  await opened.getByRole('button', { name: 'Se déconnecter' }).click();
  await opened.goto(at('/queue'));
  assert.match(opened.url(), /sign-in$/);
  await quiet(opened);
});

test('triage by keyboard: next, previous, help, open, take, close with a reason', async () => {
  const opened = await signIn('Alix Clavier');
  await opened.goto(at('/queue'));
  const chosen = () => opened.locator('[data-current] th a').innerText();
  await press(opened, 'j');
  const first = await chosen();
  await press(opened, 'j');
  assert.notEqual(await chosen(), first);
  await press(opened, 'k');
  assert.equal(await chosen(), first);
  assert.ok((await focused(opened)).outlined, 'the chosen row shows its focus');

  await press(opened, '?');
  await opened.getByRole('dialog').waitFor();
  await axe(opened);
  await press(opened, 'Escape');
  await press(opened, '/');
  assert.equal((await focused(opened)).id, 'find');
  // Writing is writing: no key acts in a field.
  await opened.keyboard.type('tjc');
  assert.match(opened.url(), /queue$/);
  await press(opened, 'Escape');

  await press(opened, 'o');
  await opened.waitForURL(/submissions/);
  await press(opened, 't');
  await opened.getByText('en charge de Alix Clavier').waitFor();
  await press(opened, 'r');
  assert.equal((await focused(opened)).id, 'route-unit');
  await press(opened, 'Escape', 'c');
  assert.equal((await focused(opened)).id, 'close-closing');
  // Without a reason it is refused, with what was chosen still there.
  await opened.selectOption('#close-closing', 'kept');
  await opened.locator('#close').getByRole('button', { name: 'Clore' }).click();
  const summary = opened.getByRole('alert').filter({ hasText: 'Il reste à corriger' });
  await summary.waitFor();
  assert.equal(await opened.locator('#close-closing').inputValue(), 'kept');
  await axe(opened);
  await summary.getByRole('link').click();
  assert.equal((await focused(opened)).id, 'close-reason');
  await opened.keyboard.type('rien de plus à faire');
  await opened.locator('#close').getByRole('button', { name: 'Clore' }).click();
  await opened.getByText(`${first} est close.`).waitFor();
  assert.equal(await opened.getByRole('link', { name: first, exact: true }).count(), 0);
  await quiet(opened);
});

test('two agents on one submission: each sees the other, the second loses nothing', async () => {
  const path = at(`/submissions/${filed[4]}`);
  const one = await signIn('Agent Un');
  // Who has not taken it routes it only as a head.
  const two = await signIn('Agent Deux', 'head');
  await one.goto(path);
  await two.goto(path);
  await two.getByText('Agent Un la regarde aussi.').waitFor();
  await one.reload();
  await one.getByText('Agent Deux la regarde aussi.').waitFor();
  await axe(one);

  await one.getByRole('button', { name: 'Prendre' }).click();
  await one.getByText('en charge de Agent Un').waitFor();
  await two.getByText('Orienter vers un service').click();
  await two.selectOption('#route-unit', 'ofac-thesee');
  await two.fill('#route-reason', 'la victime est mineure');
  await two.locator('#route').getByRole('button', { name: 'Orienter' }).click();
  await two.getByRole('heading', { name: /a changé entre-temps/ }).waitFor();
  await two.getByText('Agent Un').first().waitFor();
  assert.equal(await two.getByLabel('Motif').inputValue(), 'la victime est mineure');
  await axe(two);
  await two.getByRole('button', { name: 'Le faire quand même' }).click();
  await two.getByText('est orientée.').waitFor();

  // The first agent's page says so by itself when it is looked at again.
  await one.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await one.getByText('Quelqu’un vient de modifier').waitFor();
  await one.reload();
  await one.getByText('la victime est mineure').waitFor();
  await quiet(one);
  await quiet(two);
});

test('without JavaScript: filter, open, route, reply, open the identity with a reason', async () => {
  const opened = await signIn('Agent Sansjs', 'triage', { javascript: false });
  await opened.goto(at('/queue'));
  await opened.selectOption('#filter-kind', 'thesee.false_shop');
  await opened.getByRole('button', { name: 'Afficher' }).click();
  assert.match(opened.url(), /kind=thesee\.false_shop/);
  await opened.goto(at(`/submissions/${filed[2]}?from=kind%3Dthesee.false_shop`));
  await opened.fill('#reply-text', 'Bonjour,\nvotre déclaration est à l’étude.');
  await opened.getByRole('button', { name: 'Envoyer la réponse' }).click();
  await opened.locator('.wb-messages').getByText('votre déclaration est à l’étude.').waitFor();

  assert.equal(await opened.getByText('victime@example.org').count(), 0);
  await opened.getByText('Ouvrir avec un motif').click();
  await opened.fill('#identity-reason', 'rappel de la personne ce matin');
  await opened.getByRole('button', { name: 'Ouvrir l’identité' }).click();
  await opened.getByText('victime@example.org').waitFor();
  await axe(opened);
  await opened.getByRole('link', { name: /Retour à la déclaration/ }).click();
  await opened.getByText('rappel de la personne ce matin').waitFor();
  assert.equal(await opened.getByText('victime@example.org').count(), 0);

  await opened.getByText('Orienter vers un service').click();
  await opened.locator('#route').getByRole('button', { name: 'Orienter' }).click();
  await opened.getByText('est orientée.').waitFor();
});

test('a hit is dismissed with a reason and taken back, by keyboard and without a script', async () => {
  for (const javascript of [true, false]) {
    const opened = await signIn(`Agent Éléments ${javascript}`, 'triage', { javascript });
    await opened.goto(at(`/submissions/${filed[3]}`));
    // What is copied cannot be followed by mistake, and needs no script.
    assert.match(await opened.locator('#observables input[readonly]').first().inputValue(), /hxxps|\[\.\]/);
    const phone = opened.locator('#kind-phone + .wb-scroll');
    await phone.getByRole('link', { name: 'Corriger 06 39 98 12 34' }).focus();
    await press(opened, 'Enter');
    await opened.waitForURL(/hit=phone/);
    await axe(opened);
    await opened.getByRole('button', { name: 'Écarter' }).click();
    await opened.locator('#correct-reason-error').waitFor();
    await opened.fill('#correct-reason', 'numéro de la victime');
    await opened.getByRole('button', { name: 'Écarter' }).click();
    await opened.getByText('n’est pas un élément technique').waitFor();
    assert.equal(await phone.count(), 0);
    await axe(opened);
    await opened.locator('#observables').getByText('Annuler cette décision').first().click();
    await opened.locator('#observables').getByLabel('Motif').last().fill('erreur de ma part');
    await opened.getByRole('button', { name: 'Annuler la décision' }).first().click();
    await phone.waitFor();
    await quiet(opened);
  }
});

test('a series is split, and the split undone, each with its reason', async () => {
  const opened = await signIn('Agent Séries');
  await opened.goto(at('/series/S-000001'));
  const rows = opened.locator('#members tbody tr');
  assert.equal(await rows.count(), 4);
  // Why they are together is read before who they are, and the account before the site, which is less rare.
  const headings = await opened.locator('.wb-content h2').allInnerTexts();
  assert.deepEqual(headings.slice(0, 3), ['Éléments communs', 'Pourquoi elles sont ensemble', 'Déclarations de la série']);
  assert.match(await opened.locator('.wb-observables tbody tr').first().innerText(), /FR14 2004/);
  await opened.getByText('1 148,00 €').first().waitFor();
  await rows.nth(2).getByRole('checkbox').check();
  await opened.getByText('Diviser', { exact: true }).click();
  await opened.fill('#split-reason', 'un autre numéro appelle');
  await opened.getByRole('button', { name: 'Sortir les déclarations cochées' }).click();
  await opened.getByText('La série est divisée.').waitFor();
  assert.equal(await rows.count(), 3);
  await axe(opened);
  await opened.getByText('Annuler cette décision').click();
  await opened.locator('#history').getByLabel('Motif').fill('le compte reste le même');
  await opened.getByRole('button', { name: 'Annuler la décision' }).click();
  await opened.getByText('La décision est annulée.').waitFor();
  assert.equal(await rows.count(), 4);
  await quiet(opened);
});

test('one search box finds in any notation, and says what it understood', async () => {
  const opened = await signIn('Agent Recherche', 'triage');
  for (const [asked, understood, found] of [
    ['fr14 2004 1010 0505 0001 3m02 606', 'FR14 2004 1010 0505 0001 3M02 606', 4],
    ['+33 (0)6.39.98.12.34', '06 39 98 12 34', 3],
    ['colis-rapide[.]example', 'colis-rapide.example', 4],
    ['HXXP://www[.]Colis-Rapide[.]example/autre', 'colis-rapide.example', 4],
    ['COMMANDEE', 'COMMANDEE', 5],
    ['bibliotheques commandées', 'bibliotheques commandées', 1],
  ]) {
    await search(opened, asked);
    await opened.getByText(understood, { exact: true }).first().waitFor();
    assert.equal(await opened.locator('[data-row]').count(), found, asked);
    await opened.goto(at('/queue'));
  }
  await search(opened, 'DE89 3704 0044 0532 0130 00');
  await opened.getByText('Aucune déclaration ne correspond.').waitFor();
  await opened.getByText('compte bancaire (IBAN)').waitFor();
  await axe(opened);
});

test('every page, light and dark, wide and narrow, in both languages, holds up to axe', async () => {
  const opened = await signIn('Agent Yeux', 'head');
  const cookies = await opened.context().cookies();
  // Asked for a reason, and with one.
  await opened.goto(at('/search?q=colis'));
  await axe(opened);
  await search(opened, 'colis');
  const paths = ['', '/queue', `/submissions/${filed[0]}`, '/series', '/series/S-000001', '/search?q=colis', '/queue?state=closed:kept'];
  for (const [lang, scheme, width] of [['fr', 'light', 1440], ['en', 'dark', 1440], ['fr', 'dark', 360], ['en', 'light', 360]]) {
    const looking = await page({ lang, scheme, width });
    await looking.context().addCookies(cookies);
    for (const path of paths) {
      await looking.goto(`${server.url}/${lang}/workbench${path}`);
      await axe(looking);
      const wider = await looking.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(wider <= 0, `${looking.url()} is ${wider} px too wide at ${width}`);
      await quiet(looking);
    }
  }
  const found = await violations(await open(at('/sign-in')));
  assert.deepEqual(found, []);
});
