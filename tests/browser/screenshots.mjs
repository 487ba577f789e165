// Takes the pictures that stand in docs/screenshots/ and in the README, on the demonstration data:
// `cargo xtask screenshots`. Add a picture by adding a line to `PICTURES`.

import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { close, page as newPage, screenshot, startServer } from './harness.mjs';
import { answerSteps, brings, choose, fill, send, signInWith, until } from './steps.mjs';

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'docs', 'screenshots');
const COMPLAINTS = '800';
// Larger ones fill the picture with one row after the other.
const MOST_MEMBERS = 30;
const AGENT = 'Dominique Chef';
// As long as a debug build on a busy machine needs to file and match the demonstration.
const FILLING = 300_000;

/** Each picture, and how its page is reached; `at` is an address of the site. */
const PICTURES = [
  { name: 'home', width: 1440, reach: (page, { at }) => page.goto(at('/fr/')) },
  { name: 'home-phone', width: 375, reach: (page, { at }) => page.goto(at('/fr/')) },
  { name: 'question', width: 1440, reach: question },
  { name: 'question-dark', width: 1440, scheme: 'dark', reach: question },
  { name: 'receipt', width: 1440, reach: receipt },
  { name: 'queue', width: 1440, agent: true, reach: (page, { at }) => page.goto(at('/fr/workbench/queue')) },
  { name: 'submission', width: 1440, agent: true, reach: submission },
  { name: 'series', width: 1440, agent: true, reach: (page, { series }) => page.goto(series) },
];

/** The step on money, with answers that have brought others. */
async function question(page, { at }) {
  await page.goto(at('/fr/desks/thesee'));
  await choose(page, 'track', 'complaint');
  await page.click('.begin button');
  const steps = {
    kind: { scam_type: 'false_shop', for_whom: 'me', adult: 'oui', author_known: 'non' },
    conditions: { ordered: 'oui', received: 'non', reachable: 'non' },
  };
  await answerSteps(page, true, steps, { last: 'money' });
  await choose(page, 'paid', 'oui');
  await brings(page, true, 'payments.0.amount.amount');
  await fill(page, 'payments.0.amount.amount', '287,00');
  await choose(page, 'payments.0.means', 'transfer');
  await brings(page, true, 'payments.0.iban');
  await page.locator('.status.good').waitFor();
}

async function receipt(page, { at }) {
  await page.goto(at('/fr/desks/pharos'));
  await page.click('.begin button');
  await answerSteps(page, true, {
    kind: { category: 'animals', visibility: 'public' },
    when: { 'seen_at.date': '14/03/2026' },
    where: { medium: 'network', 'urls.0.url': 'https://chats.example/post/1' },
    what: { description: 'Une vidéo où un chat est maltraité.' },
    concerned: { victim: 'no' },
    you: { identify: 'anonymous' },
  });
  await send(page);
}

/** A submission of the series, from its story to the groups of what was found in it: the first where two of each fit. */
async function submission(page, { series }) {
  await page.goto(series);
  const members = await page.locator('#members tbody th a').evaluateAll((links) => links.map(({ href }) => href));
  for (const member of members) {
    await page.goto(member);
    const fits = await page.evaluate(() => {
      const bottom = document.querySelectorAll('#observables table')[1]?.getBoundingClientRect().bottom;
      const marks = [...document.querySelectorAll('.wb-content mark')].map((mark) => mark.getBoundingClientRect().top);
      if (bottom === undefined || marks.filter((top) => bottom - top < innerHeight - 60).length < 2) return false;
      scrollTo(0, scrollY + bottom - innerHeight + 16);
      return true;
    });
    if (fits) return;
  }
  throw new Error(`no submission of ${series} has its story and what was found within one window`);
}

/** Waits until all is filed and matched, and answers the address of a series to show: large, and of complaints with a loss. */
async function matched(page, server) {
  await until('the demonstration is filed', () => server.output.some((line) => line.endsWith('reports filed')), FILLING);
  let before;
  await until('the demonstration is matched', async () => {
    await page.goto(`${server.url}/fr/workbench`);
    if (/attendent encore/.test(await page.innerText('main'))) return false;
    await page.goto(`${server.url}/fr/workbench/series`);
    const now = await page.innerText('main');
    const settled = now === before && (await page.locator('[data-row]').count()) > 0;
    before = now;
    return settled;
  }, FILLING);
  // Its rows are in the order of their members; the cells are id, state, members, loss …
  const rows = await page.locator('[data-row]').evaluateAll((all) => all.map((row) => ({
    href: row.querySelector('th a').href,
    members: Number(row.cells[2].textContent.replace(/\D/g, '')),
    lost: Number(row.cells[3].textContent.replace(/\D/g, '')),
  })));
  return rows.find(({ members, lost }) => members <= MOST_MEMBERS && lost > 0).href;
}

try {
  const server = await startServer({ command: 'demo', args: ['--complaints', COMPLAINTS] });
  const invited = await until('the sign-in links', () => server.output.find((line) => line.startsWith(AGENT)));
  const agent = await signInWith(invited.match(/http\S+/)[0]);
  const known = { at: (path) => server.url + path, series: await matched(agent, server) };
  const cookies = await agent.context().cookies();
  for (const { name, reach, agent: signedIn, ...options } of PICTURES) {
    const page = await newPage(options);
    if (signedIn) await page.context().addCookies(cookies);
    await reach(page, known);
    await screenshot(page, join(FOLDER, `${name}.png`));
    await page.context().close();
    console.log(`docs/screenshots/${name}.png`);
  }
  for (const file of await readdir(FOLDER)) {
    if (!PICTURES.some(({ name }) => file === `${name}.png`)) await rm(join(FOLDER, file));
  }
} finally {
  await close();
}
