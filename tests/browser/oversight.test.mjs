// Who answers for what, in a real browser: each role reaches its pages by the menu, in both languages, wide and narrow, light
// and dark; two people break the glass; a file is marked and unmarked; a clearance is chosen and agreed to.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { page, startServer } from './harness.mjs';
import { invite, signInWith, sound, until } from './steps.mjs';

let server;
let id;

const at = (path, lang = 'fr') => `${server.url}/${lang}/workbench${path}`;
const signIn = async (name, role, unit = 'ofac-thesee', options = {}) =>
  signInWith(await invite(server, name, { unit, role }), options);

before(async () => {
  server = await startServer();
  const answer = await fetch(`${server.url}/api/v1/desks/thesee/submissions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': 'oversight-1' },
    body: JSON.stringify({
      track: 'report',
      answers: {
        scam_type: 'false_shop', for_whom: 'me', ordered: true, received: false, reachable: false, paid: false,
        shop_site: 'https://colis-rapide.example/vente', contact_email: 'victime@example.org', story: 'Rien reçu.',
      },
    }),
  });
  assert.equal(answer.status, 201, await answer.clone().text());
  id = (await answer.json()).id;
  const agent = await signIn('Agent Attente', 'triage');
  await until('the submission is there', async () => {
    await agent.goto(at('/queue'));
    return agent.getByText('n° 1').count();
  });
});

/** Every page that the menus lead to from the first one, by path after `/workbench`. */
async function byTheMenu(agent, lang) {
  const reached = new Set();
  const waiting = [at('', lang)];
  while (waiting.length > 0) {
    const address = waiting.pop();
    const path = new URL(address).pathname.split('/workbench')[1];
    if (reached.has(path)) continue;
    reached.add(path);
    await agent.goto(address);
    await sound(agent);
    const links = await agent.locator('nav.wb-nav a, nav.wb-quick a').evaluateAll((all) => all.map((one) => one.href));
    waiting.push(...links.filter((link) => link.includes(`/${lang}/workbench/`) && !link.includes('#')));
  }
  return reached;
}

const ADMIN = ['/admin', '/admin/access', '/admin/agents', '/admin/units', '/admin/desks', '/admin/rules', '/admin/roles'];
const ROLES = [
  ['administrator', ADMIN, ['/admin/agents/agent.administrator', '/admin/desks/thesee', '/glass', '/me'], ['/record', '/retention', '/queue']],
  ['data_protection_officer', ['/retention', '/record'], ['/me'], ['/admin', '/queue']],
  ['auditor', ['/record'], ['/me'], ['/admin', '/retention', '/queue']],
  ['head', ['/queue', '/series', '/referrals', '/retention', '/admin', '/admin/access', '/admin/roles'], ['/glass', '/me'], ['/record', '/admin/agents', '/admin/rules']],
];

for (const [role, pages, more, nowhere] of ROLES) {
  test(`the menu of the role ${role} leads to what it answers for and nowhere else`, { timeout: 300_000 }, async () => {
    const opened = await signIn(`Agent ${role.replaceAll('_', '-')}`, role, 'ofac');
    const cookies = await opened.context().cookies();
    for (const [lang, scheme, width] of [['fr', 'light', 1440], ['en', 'dark', 360]]) {
      const agent = await page({ lang, scheme, width, javascript: width > 1000 });
      await agent.context().addCookies(cookies);
      const reached = await byTheMenu(agent, lang);
      for (const path of pages) assert.ok(reached.has(path), `${role} is not led to ${path}: ${[...reached].join(' ')}`);
      for (const path of nowhere) assert.ok(!reached.has(path), `${role} is led to ${path}`);
      for (const path of more.filter((path) => path !== '/glass' || role !== 'administrator')) {
        await agent.goto(at(path, lang));
        await sound(agent);
      }
    }
  });
}

test('two people break the glass, without a script, and those who answer for it are told', async () => {
  const asks = await signIn('Agent Loin', 'investigator', 'ofmin', { javascript: false });
  const second = await signIn('Agent Second', 'head', 'ofmin', { javascript: false });
  const denied = await asks.goto(at(`/submissions/${id}`));
  assert.equal(denied.status(), 404);
  await asks.goto(at('/glass'));
  await asks.fill('[name="number"]', '1');
  await asks.fill('[name="reason"]', 'vie en danger, parquet avisé');
  await asks.locator('form[action$="/glass/ask"] button').click();
  await sound(asks);
  assert.equal((await asks.goto(at(`/submissions/${id}`))).status(), 404);
  await second.goto(at('/glass'));
  await sound(second);
  await second.locator('form[action$="/agree"] button').click();
  assert.equal((await asks.goto(at(`/submissions/${id}`))).status(), 200);
  await sound(asks);
  assert.equal((await second.goto(at(`/submissions/${id}`))).status(), 404);
  const officer = await signIn('Agent Données', 'data_protection_officer', 'ofac');
  const there = await signIn('Agent Chef', 'head');
  for (const told of [officer, there, second]) {
    await told.goto(at(''));
    assert.ok(await told.getByText('par un accès exceptionnel').count(), told.url());
  }
  await sound(officer);
});

test('a file is marked by its head, and unmarked once somebody else agrees', async () => {
  const head = await signIn('Agent Marque', 'head', 'ofac-thesee', { javascript: false });
  const other = await signIn('Agent Autre', 'investigator');
  await head.goto(at(`/submissions/${id}`));
  await head.locator('#mark > summary').click();
  await head.selectOption('#mark-marking', 'TLP:AMBER+STRICT');
  await head.fill('#mark-reason', 'demande du partenaire');
  await head.locator('form[action$="/acts/mark"] button').first().click();
  await sound(head);
  assert.ok(await head.locator('.tag', { hasText: 'TLP:AMBER+STRICT' }).count());
  await head.locator('#mark > summary').click();
  await head.locator('#mark a[href*="/glass"]').click();
  assert.equal(await head.inputValue('[name="number"]'), '1');
  await head.fill('[name="reason"]', 'le partenaire a levé la mention');
  await head.locator('form[action$="/glass/ask"] button').click();
  await other.goto(at('/glass'));
  await other.locator('form[action$="/agree"] button').click();
  await head.goto(at(`/submissions/${id}`));
  await head.locator('#mark > summary').click();
  await sound(head);
  await head.selectOption('#mark-marking', { index: await head.locator('#mark-marking option').count() - 1 });
  await head.fill('#mark-reason', 'le partenaire a levé la mention');
  await head.locator('form[action$="/acts/mark"] button[formaction$="/acts/unmark"]').click();
  assert.equal(await head.locator('.tag', { hasText: 'TLP:AMBER+STRICT' }).count(), 0);
});

test('an administrator asks for an agent with a clearance, and the head of the unit agrees', async () => {
  const asks = await signIn('Agent Machine', 'administrator', 'ofac', { javascript: false });
  const head = await signIn('Agent Unité', 'head', 'ofmin', { javascript: false });
  await asks.goto(at('/admin/agents'));
  await asks.fill('#agent-name', 'Nadia Nouvelle');
  await asks.selectOption('#agent-unit', 'ofmin');
  await asks.selectOption('#agent-role', 'analyst');
  await asks.selectOption('#agent-level', 'secret');
  await asks.check('[name="mention"][value="special_france"]');
  await asks.fill('#agent-more', 'alpha');
  await asks.fill('#agent-reason', 'arrivée au service ce lundi');
  await asks.locator('form[action$="/agents/ask"] button').click();
  await sound(asks);
  await head.goto(at('/admin/access'));
  assert.ok(await head.getByText('Secret, Spécial France, compartiment « alpha »').count());
  await sound(head);
  await head.locator('form[action$="/agree"] button').first().click();
  assert.match(await head.inputValue('#given-link'), /sign-in\?token=[0-9a-f]{64}$/);
  await sound(head);
});
