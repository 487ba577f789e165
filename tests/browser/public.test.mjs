// The public site in a real browser: each desk once with and once without scripts, from the home page to the
// answer on the follow-up page, with axe on every page that is passed, in both languages.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { focused, open, page as newPage, press, startServer, tabTo } from './harness.mjs';
import { answerSteps, brings, choose, fill, keepReceipt, onward, resumeElsewhere, send, sound, soundInBoth, value } from './steps.mjs';

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const PROGRAM = Buffer.from('4d5a90000300000004000000', 'hex');

let server;
let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orfevre-public-'));
  server = await startServer({ data: join(folder, 'data') });
});
after(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const at = (path) => new URL(path, server.url).href;

/** The command that the ledger's page shows, run as it stands; one changed letter and it says no. */
async function verify(page, file) {
  await page.goto(at('/fr/ledger'));
  const [, key] = / --key (\S+)/.exec(await page.textContent('main'));
  const run = (path) => spawnSync(process.env.ORFEVRE_BIN, ['verify', path, '--key', key], { encoding: 'utf8' });
  const good = run(file);
  assert.equal(good.status, 0, good.stderr);
  const changed = `${file}.changed`;
  await writeFile(changed, (await readFile(file, 'utf8')).replace(/^(extra .{60})(.)/m, (_, before, letter) => before + (letter === 'A' ? 'B' : 'A')));
  assert.notEqual(run(changed).status, 0);
}

async function followUp(code, options) {
  const page = await open(at('/fr/'), options);
  await soundInBoth(page);
  await page.locator('main').getByRole('link', { name: 'Suivre ma déclaration' }).click();
  await soundInBoth(page);
  await page.fill('#code', code.replace(/.$/, '*'));
  await page.click('main form button');
  assert.match(await page.textContent('.summary'), /n’ouvre rien/);
  await sound(page);
  await page.fill('#code', code);
  await page.click('main form button');
  await page.waitForURL(at('/fr/follow/submission'));
  await soundInBoth(page);
  await page.fill('#message', 'Avez-vous besoin de l’original ?');
  await page.locator('form[action$="/message"] button').click();
  assert.match(await page.textContent('.messages'), /l’original/);
  await page.fill('#facts', 'Une autre adresse : https://suite.example/');
  await page.setInputFiles('#facts-files', { name: 'suite.png', mimeType: 'image/png', buffer: PNG });
  await page.locator('form[action$="/facts"] button').click();
  assert.match(await page.textContent('.messages'), /suite\.example[\s\S]*suite\.png/);
  await sound(page);
  await page.locator('a[href$="/follow/withdraw"]').click();
  await soundInBoth(page);
  await page.locator('main a[href$="/follow/submission"]').click();
  await page.getByRole('button', { name: 'Fermer le suivi' }).click();
  await page.waitForURL(at('/fr/'));
  await page.goto(at('/fr/follow/submission'));
  assert.equal(page.url(), at('/fr/follow'));
}

for (const javascript of [true, false]) {
  const how = javascript ? 'with scripts' : 'without scripts';
  const options = { javascript, width: javascript ? 1440 : 360, scheme: javascript ? 'dark' : 'light' };

  test(`a scam complaint is filed, resumed, proved and followed ${how}`, { timeout: 240_000 }, async () => {
    let page = await open(at('/'), options);
    await page.getByRole('link', { name: 'Escroquerie sur Internet' }).first().click();
    await soundInBoth(page);
    await choose(page, 'track', 'complaint');
    await page.click('.begin button');
    await soundInBoth(page);

    await onward(page);
    assert.match(await page.title(), /^Erreur/);
    assert.equal((await focused(page))?.id, javascript ? 'summary' : undefined);
    await sound(page);
    await choose(page, 'scam_type', 'false_shop');
    await choose(page, 'for_whom', 'me');
    await choose(page, 'adult', 'oui');
    await choose(page, 'author_known', 'non');
    await onward(page);
    await page.waitForURL(/\/conditions$/);
    await soundInBoth(page);
    await choose(page, 'ordered', 'oui');
    await choose(page, 'received', 'non');
    await choose(page, 'reachable', 'non');
    await onward(page);
    await page.waitForURL(/\/money$/);

    await choose(page, 'paid', 'oui');
    await brings(page, javascript, 'payments.0.amount.amount');
    await fill(page, 'payments.0.amount.amount', '1 250,50');
    await choose(page, 'payments.0.means', 'transfer');
    await brings(page, javascript, 'payments.0.iban');
    assert.equal(await value(page, 'payments.0.amount.amount'), '1 250,50');
    await fill(page, 'payments.0.iban', 'FR76 3000 6000 0112 3456 7890 189');
    await page.click('button[name=add]');
    await page.locator('[name="payments.1.amount.amount"]').waitFor();
    await fill(page, 'payments.1.amount.amount', 'beaucoup');
    await choose(page, 'payments.1.means', 'cash');
    await brings(page, javascript, 'payments.1.mandate_country');
    await onward(page);
    await page.locator('.summary').waitFor();
    assert.equal(await value(page, 'payments.1.amount.amount'), 'beaucoup', 'a wrong answer stays as typed');
    assert.match(await page.textContent('.summary'), /Paiement 2, Combien/);
    await sound(page);
    await page.click('.summary a');
    if (javascript) assert.equal((await focused(page))?.id, 'q-payments-1-amount-amount');
    await page.click('button[name=remove][value="payments.1"]');
    await page.locator('[name="payments.1.amount.amount"]').waitFor({ state: 'detached' });
    assert.equal(await value(page, 'payments.0.iban'), 'FR76 3000 6000 0112 3456 7890 189');

    page = await resumeElsewhere(page, options, '/fr/desks/thesee/steps/money');
    assert.equal(await value(page, 'payments.0.amount.amount'), '1 250,50');
    await onward(page);
    await page.waitForURL(/\/offer$/);
    await fill(page, 'shop_site', 'https://velos.example/panier');
    await soundInBoth(page);
    // Going to the other language and back, nothing was sent: it is typed again.
    await fill(page, 'shop_site', 'https://velos.example/panier');
    await onward(page);
    await page.waitForURL(/\/author$/);
    await fill(page, 'phones.0.phone', '06 39 98 01 02');
    await fill(page, 'accounts.0.account.handle', '@velos');
    await page.selectOption('[name="accounts.0.account.platform"]', 'telegram');
    await onward(page);
    await page.waitForURL(/\/account_of_facts$/);
    await fill(page, 'started_at.date', '1er mars 2026');
    await fill(page, 'story', 'J’ai commandé un vélo.\nRien n’est venu.');
    await page.setInputFiles('input[type=file]', [
      { name: 'releve.png', mimeType: 'image/png', buffer: PNG },
      { name: 'facture.pdf', mimeType: 'application/pdf', buffer: PROGRAM },
    ]);
    if (!javascript) await page.click('button[name=upload]');
    await page.locator('.files .name', { hasText: 'releve.png' }).waitFor();
    await page.locator('.error', { hasText: 'facture.pdf' }).first().waitFor();
    assert.equal(await value(page, 'story'), 'J’ai commandé un vélo.\nRien n’est venu.');
    await sound(page);
    await onward(page);
    await page.waitForURL(/\/you$/);
    await sound(page);
    await fill(page, 'complainant.family_name', 'Exemple');
    await fill(page, 'complainant.given_names', 'Camille');
    await fill(page, 'complainant.birth_date', '14/07/1980');
    await fill(page, 'complainant.city', 'Lyon');
    await page.selectOption('[name="complainant.country"]', 'FR');
    await fill(page, 'contact_email', 'camille@courrier.example');
    await onward(page);
    await page.waitForURL(/\/review$/);
    await soundInBoth(page);
    const review = await page.textContent('main');
    for (const shown of ['1 250,50', 'velos.example', 'releve.png', 'Exemple', 'Telegram']) {
      assert.ok(review.replaceAll(/[\u202f\u00a0]/g, ' ').includes(shown), `${shown} is not in the review`);
    }
    await send(page);
    const { code, file } = await keepReceipt(page, folder, `complaint-${javascript}`);
    await verify(page, file);
    await page.goto(at('/fr/desks/thesee/review'));
    assert.equal(page.url(), at('/fr/receipt'), 'going back cannot send twice');
    await followUp(code, options);
  });

  test(`a report of unlawful content is filed without a name and followed ${how}`, { timeout: 240_000 }, async () => {
    const page = await open(at('/en/desks/pharos'), { ...options, lang: 'en' });
    await page.click('.begin button');
    await soundInBoth(page);
    await choose(page, 'category', 'discrimination');
    await brings(page, javascript, 'subcategory');
    await choose(page, 'subcategory', 'racial_hatred');
    await choose(page, 'visibility', 'public');
    await onward(page);
    await page.waitForURL(/\/when$/);
    await sound(page);
    await page.click('button[value=later]');
    await page.waitForURL(at('/en/draft'));
    await soundInBoth(page);
    await page.locator('main').getByRole('link', { name: 'Resume my report' }).click();
    await page.goto(at('/en/desks/pharos/steps/when'));
    await fill(page, 'seen_at.date', 'March 14, 2026');
    await onward(page);
    await page.waitForURL(/\/where$/);
    await choose(page, 'medium', 'network');
    await fill(page, 'urls.0.url', 'hxxps://haine[.]example/post/1');
    await sound(page);
    await onward(page);
    await page.waitForURL(/\/what$/);
    await fill(page, 'description', 'A call to hatred.');
    await sound(page);
    await onward(page);
    await page.waitForURL(/\/concerned$/);
    await choose(page, 'victim', 'no');
    await onward(page);
    await page.waitForURL(/\/you$/);
    await choose(page, 'identify', 'anonymous');
    await onward(page);
    await page.waitForURL(/\/review$/);
    await sound(page);
    await send(page);
    const { code } = await keepReceipt(page, folder, `report-${javascript}`);
    await followUp(code, options);
  });

  test(`a life at risk is answered before anything else ${how}`, { timeout: 120_000 }, async () => {
    const page = await open(at('/fr/desks/pharos'), options);
    await page.click('.begin button');
    await choose(page, 'category', 'danger');
    if (javascript) {
      await page.locator('.urgent').waitFor();
    } else await onward(page);
    await page.locator('[name=subcategory]').first().waitFor();
    assert.match(await page.textContent('.urgent'), /112/);
    await sound(page);
    await choose(page, 'subcategory', 'life_risk');
    await onward(page);
    await page.waitForURL(/\/danger$/);
    await sound(page);
    // The Enter key goes on, it does not send.
    await fill(page, 'danger_where', 'Pont Exemple');
    await Promise.all([page.waitForURL(/\/when$/), page.press('[name=danger_where]', 'Enter')]);
    await page.goto(at('/fr/desks/pharos/steps/danger'));
    // One press sends, and what stands in the page goes along.
    await fill(page, 'danger_when', 'ce soir');
    await page.locator('.urgent button[value=send]').click();
    await page.waitForURL(at('/fr/receipt'));
    assert.match(await page.textContent('.urgent'), /112/);
    await sound(page);
  });

  test(`a team of eight asks for a place to shoot ${how}`, { timeout: 240_000 }, async () => {
    const page = await open(at('/fr/'), options);
    await page.locator('main').getByRole('link', { name: 'Cinéma et audiovisuel', exact: true }).click();
    await soundInBoth(page);
    await page.click('.begin button');
    await answerSteps(
      page,
      javascript,
      {
        project: {
          project_kind: 'short',
          project_title: 'Nuit blanche',
          synopsis: 'Une gardienne de la paix cherche son frère, qui a payé sur https://boutique.example/.',
          maturity: 'dated',
          team: '8',
        },
        supports: {
          'support.0.kind': 'place',
          'support.0.what': 'Un commissariat désaffecté',
          'support.0.setting': 'interior',
          'support.0.from': '1er février 2027',
          'support.0.days': '3',
          'sensitive.0': 'uniforms',
          'sensitive.7': 'night',
        },
        papers: {},
        who: {
          company: 'Films du Quai',
          'applicant.family_name': 'Exemple',
          'applicant.given_names': 'Ana',
          contact: 'ana@films.example',
        },
      },
      {
        met: async (same, step) => {
          await sound(same);
          if (step === 'papers') assert.match(await same.textContent('main'), /assurance en cours de validité/);
          return same;
        },
      },
    );
    await sound(page);
    await send(page);
    const { code } = await keepReceipt(page, folder, `film-${javascript}`);
    await followUp(code, options);
  });

  test(`the wrong desk shows the right one ${how}`, { timeout: 120_000 }, async () => {
    const page = await open(at('/fr/desks/thesee'), options);
    await choose(page, 'track', 'complaint');
    await page.click('.begin button');
    await choose(page, 'scam_type', 'false_shop');
    await choose(page, 'for_whom', 'other');
    await choose(page, 'adult', 'oui');
    await choose(page, 'author_known', 'non');
    await onward(page);
    await page.waitForURL(/\/stop$/);
    await soundInBoth(page);
    await page.locator('button[name=track][value=report]').first().click();
    await page.waitForURL(/\/steps\/kind$/);
    assert.ok(await page.isChecked('[name=scam_type][value=false_shop]'));
  });
}

test('information pages are sound in both languages, light and dark, narrow and wide', { timeout: 240_000 }, async () => {
  for (const [width, scheme] of [[360, 'light'], [1440, 'dark']]) {
    const page = await newPage({ width, scheme });
    for (const path of ['', 'desks/pharos', 'desks/pharos/criteria', 'figures', 'ledger', 'privacy', 'accessibility', 'resume', 'absent']) {
      for (const lang of ['fr', 'en']) {
        await page.goto(at(`/${lang}/${path}`));
        await sound(page);
      }
    }
  }
});

test('the keyboard alone files an answer, and colours are chosen without a script', async () => {
  const page = await open(at('/fr/desks/pharos'), { javascript: false });
  await page.keyboard.press('Tab');
  assert.equal((await focused(page)).name, 'Aller au contenu');
  await tabTo(page, '.begin button');
  await Promise.all([page.waitForURL(/\/steps\/kind$/), press(page, 'Enter')]);
  await tabTo(page, '[name=category]');
  await press(page, 'ArrowDown');
  assert.ok(await page.isChecked('[name=category][value=terrorism]'));
  await page.click('.theme button[value=dark]');
  assert.equal(await page.getAttribute('html', 'data-theme'), 'dark');
  assert.match(page.url(), /\/steps\/kind$/);
});

test('a script saves while a person writes, says so, and says when it could not', { timeout: 120_000 }, async () => {
  const other = await startServer({ data: join(folder, 'other') });
  const page = await open(`${other.url}/fr/desks/pharos`);
  await page.click('.begin button');
  await choose(page, 'category', 'animals');
  await page.locator('.status.good').waitFor();
  // The page grows under the person's hands and leaves the cursor where it is.
  await choose(page, 'category', 'minors');
  await page.locator('[name=subcategory]').first().waitFor();
  assert.equal((await focused(page)).name, 'Atteinte à un mineur');
  await sound(page);
  await choose(page, 'category', 'animals');
  await page.locator('[name=subcategory]').first().waitFor({ state: 'detached' });
  await page.reload();
  assert.ok(await page.isChecked('[name=category][value=animals]'), 'saved before "Continue"');
  // A kill at any moment: the person reads that it is not saved, and the page still holds it.
  await other.kill();
  await choose(page, 'visibility', 'public');
  await page.locator('.status.bad').waitFor();
  assert.match(await page.textContent('.status'), /NON enregistré/);
  assert.ok(await page.isChecked('[name=visibility][value=public]'));
});

test('a file on its way shows its progress and can be stopped', async () => {
  const page = await open(at('/fr/desks/pharos'));
  await page.click('.begin button');
  await choose(page, 'category', 'animals');
  await choose(page, 'visibility', 'public');
  await onward(page);
  await page.waitForURL(/\/when$/);
  await page.goto(at('/fr/desks/pharos/steps/what'));
  let held;
  const holding = new Promise((resolve) => (held = resolve));
  await page.route('**/steps/what', (route) => (route.request().method() === 'POST' ? held(route) : route.continue()));
  await page.setInputFiles('input[type=file]', { name: 'longue.png', mimeType: 'image/png', buffer: PNG });
  await page.locator('.uploads progress').waitFor();
  await sound(page);
  await holding;
  await page.locator('.uploads').getByRole('button', { name: 'Annuler' }).click();
  await page.locator('.uploads', { hasText: 'longue.png: annulé' }).waitFor();
  assert.equal(await page.locator('.files .name').count(), 0);
});

test('"leave quickly" takes the draft along and shows another page', async () => {
  const page = await open(at('/fr/desks/pharos'));
  await page.route('https://**', (route) => route.fulfill({ contentType: 'text/html', body: '<title>elsewhere</title>' }));
  await page.click('.begin button');
  await page.click('button.leave');
  await page.waitForURL(/^https:/);
  assert.deepEqual(await page.context().cookies(server.url), []);
});
