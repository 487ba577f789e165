// From the person to the agent and back, for each desk, with and without scripts: filed, kept, resumed, found,
// taken, answered, read, answered back. Axe on every page that is passed.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { open, startServer } from './harness.mjs';
import { answerSteps, choose, invite, keepReceipt, resumeElsewhere, search, send, signInWith, sound, until } from './steps.mjs';

const AGENT = 'Maud Réponse';

const JOURNEYS = [
  {
    what: 'a report of unlawful content',
    desk: 'pharos',
    steps: {
      kind: { category: 'animals', visibility: 'public' },
      when: { 'seen_at.date': '14/03/2026' },
      where: { medium: 'network', 'urls.0.url': 'hxxps://chats[.]example/post/1' },
      what: { description: 'Une vidéo où un chat est maltraité.' },
      concerned: { victim: 'no' },
      you: { identify: 'anonymous' },
    },
    resumed: { arriving: 'what', at: 'where' },
    agentUnit: 'ofac-pharos',
    unit: 'OFAC, plateforme PHAROS',
    find: searched('chats.example'),
  },
  {
    what: 'a scam complaint',
    desk: 'thesee',
    track: 'complaint',
    steps: {
      kind: { scam_type: 'false_shop', for_whom: 'me', adult: 'oui', author_known: 'non' },
      conditions: { ordered: 'oui', received: 'non', reachable: 'non' },
      money: { paid: 'oui', 'payments.0.amount.amount': '287,00', 'payments.0.means': 'transfer', 'payments.0.iban': 'FR76 3000 6000 0112 3456 7890 189' },
      offer: { shop_site: 'https://velos.example/panier' },
      author: { 'phones.0.phone': '06 39 98 01 02' },
      account_of_facts: { 'started_at.date': '01/03/2026', story: 'J’ai commandé un vélo, rien n’est venu.' },
      you: {
        'complainant.family_name': 'Exemple', 'complainant.given_names': 'Camille', 'complainant.birth_date': '14/07/1980',
        'complainant.city': 'Lyon', 'complainant.country': 'FR', contact_email: 'camille@courrier.example',
      },
    },
    resumed: { arriving: 'offer', at: 'money' },
    agentUnit: 'ofac-thesee',
    unit: 'OFAC, plateforme THÉSÉE',
    find: queued('thesee.false_shop'),
  },
];

/** The first row of a search, for what is written in the submission. */
function searched(written) {
  return async (page) => {
    await search(page, written);
    return page.locator('[data-row] th a').first();
  };
}

/** The first row of the queue, filtered by kind. */
function queued(kind) {
  return async (page, site) => {
    await page.goto(`${site}/fr/workbench/queue`);
    await page.selectOption('#filter-kind', kind);
    await page.getByRole('button', { name: 'Afficher' }).click();
    await page.waitForURL(/kind=/);
    return page.locator('[data-row] th a').first();
  };
}

let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orfevre-journey-'));
});
after(() => rm(folder, { recursive: true, force: true }));

/** What a line of the follow-up page's list says: `standing(page, 'État')`. */
async function standing(page, name) {
  const line = page.locator('.standing div', { has: page.getByText(name, { exact: true }) }).locator('dd');
  return (await line.count()) ? (await line.innerText()).trim() : undefined;
}

for (const { what, desk, track, steps, resumed, agentUnit, unit, find } of JOURNEYS) {
  for (const javascript of [true, false]) {
    test(`${what} is filed, taken and answered ${javascript ? 'with scripts' : 'without scripts'}`, { timeout: 240_000 }, async () => {
      const server = await startServer({ data: join(folder, `${desk}-${javascript}`) });
      const options = { javascript };

      // The person files, goes on in another browser half-way, and keeps the receipt.
      let person = await open(`${server.url}/fr/desks/${desk}`, options);
      await sound(person);
      if (track) await choose(person, 'track', track);
      await person.click('.begin button');
      person = await answerSteps(person, javascript, steps, {
        async met(page, step) {
          await sound(page);
          if (step !== resumed.arriving) return page;
          return resumeElsewhere(page, options, `/fr/desks/${desk}/steps/${resumed.at}`);
        },
      });
      await sound(person);
      await send(person);
      const { code } = await keepReceipt(person, folder, `${desk}-${javascript}`);
      await person.context().close();

      // A browser that knows the code and nothing else.
      const follower = await open(`${server.url}/fr/follow`, options);
      await sound(follower);
      await follower.fill('#code', code);
      await follower.click('main form button');
      await follower.waitForURL(`${server.url}/fr/follow/submission`);
      await until('the worker has put it in the queue', async () => {
        await follower.reload();
        return (await standing(follower, 'État')) === "en attente d’examen";
      });
      assert.equal(await standing(follower, 'Service'), undefined, 'no unit has it yet');
      assert.match(await standing(follower, 'Délai'), /un agent doit l’avoir lue au plus tard le \S/);
      await sound(follower);

      // The agent finds it, takes it and answers.
      const agent = await signInWith(await invite(server, AGENT, { unit: agentUnit, role: 'investigator' }), options);
      await sound(agent);
      const row = await find(agent, server.url);
      await row.waitFor();
      await sound(agent);
      const number = await row.innerText();
      await row.click();
      await agent.waitForURL(/\/submissions\//);
      assert.match(await agent.innerText('h1'), new RegExp(`^${number} `));
      await sound(agent);
      await agent.getByRole('button', { name: 'Prendre' }).click();
      await agent.getByText(`en charge de ${AGENT}`).waitFor();
      await agent.fill('#reply-text', 'Bonjour,\nnous avons lu votre déclaration. Avez-vous une capture d’écran ?');
      await agent.getByRole('button', { name: 'Envoyer la réponse' }).click();
      await agent.locator('.wb-messages').getByText('Avez-vous une capture').waitFor();
      await sound(agent);

      // The person reads the answer, whose it is and where it stands, and writes back.
      await follower.reload();
      assert.equal(await standing(follower, 'État'), 'en cours de traitement');
      assert.equal(await standing(follower, 'Service'), unit);
      assert.equal(await standing(follower, 'Délai'), undefined);
      assert.match(await follower.innerText('.messages .ours'), /nous avons lu votre déclaration\. Avez-vous une capture d’écran/);
      assert.doesNotMatch(await follower.content(), new RegExp(AGENT), 'the agent has no name there');
      await sound(follower);
      await follower.fill('#message', 'Oui, je l’ajoute ce soir.');
      await follower.locator('form[action$="/message"] button').click();
      await follower.locator('.messages .theirs').getByText('Oui, je l’ajoute ce soir.').waitFor();
      await sound(follower);

      // The agent sees that there is something new, reads it, and it is new no more.
      const mine = `${server.url}/fr/workbench/queue?mine=1`;
      const unread = agent.locator('[data-row]', { hasText: number }).locator('.tag.unread');
      await until('the message is marked as new', async () => {
        await agent.goto(mine);
        return unread.count();
      });
      assert.equal(await unread.innerText(), 'nouveau');
      await sound(agent);
      await agent.getByRole('link', { name: number, exact: true }).click();
      await agent.locator('.wb-messages .person').getByText('Oui, je l’ajoute ce soir.').waitFor();
      await sound(agent);
      await agent.locator('form[action$="/acts/read"] button').click();
      await agent.locator('form[action$="/acts/read"]').waitFor({ state: 'detached' });
      await agent.goto(mine);
      assert.equal(await agent.locator('[data-row]', { hasText: number }).count(), 1);
      assert.equal(await unread.count(), 0);

      await follower.context().close();
      await agent.context().close();
      await server.stop();
    });
  }
}
