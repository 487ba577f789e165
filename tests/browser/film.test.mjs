// The film office in a real browser: from a production's request to the yearly figures, with a place lent, an expert, an
// immersion and an encounter on the way; every page looked at by axe, and no wider than its window.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { open, startServer } from './harness.mjs';
import { answerSteps, invite, keepReceipt, send, signInWith, sound, soundInBoth, until } from './steps.mjs';

let server;
let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orfevre-film-'));
  server = await startServer({ data: join(folder, 'data') });
});
after(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const at = (path) => new URL(path, server.url).href;
const office = (path = '') => at(`/fr/workbench/film${path}`);

/** Fills the form that a button of this name sends, and sends it. */
async function does(page, button, fields = {}) {
  const form = page.locator('form.sheet-form', { has: page.getByRole('button', { name: button, exact: true }) }).first();
  for (const [name, given] of Object.entries(fields)) {
    const field = form.locator(`[name="${name}"]`).first();
    const kind = await field.evaluate((element) => (element.localName === 'select' ? 'select' : element.type));
    if (kind === 'select') await field.selectOption(given);
    else if (kind === 'file') await field.setInputFiles(given);
    else if (kind === 'checkbox') await form.locator(`[name="${name}"][value="${given}"]`).check();
    else await field.fill(given);
  }
  await form.getByRole('button', { name: button, exact: true }).click();
}

/** Downloads a document and checks that it is one. */
async function takes(page, link, name) {
  const [download] = await Promise.all([
    page.waitForEvent('download', { timeout: 60_000 }),
    page.getByRole('link', { name: link, exact: true }).click(),
  ]);
  assert.equal(download.suggestedFilename(), name);
  const bytes = await readFile(await download.path());
  assert.equal(bytes.subarray(0, 5).toString(), '%PDF-');
  assert.match(bytes.subarray(-8).toString(), /%%EOF/);
}

const signIn = async (name, unit, role, options) => signInWith(await invite(server, name, { unit, role }), options);

/** A request of a small team, as a production files it; answers its tracking code. */
async function request(javascript) {
  let page = await open(at('/fr/desks/cinema'), { javascript });
  await page.click('.begin button');
  page = await answerSteps(page, javascript, {
    project: {
      project_kind: 'feature', project_title: 'Garde de nuit', synopsis: 'Une nuit dans un commissariat.',
      maturity: 'dated', team: '8',
    },
    supports: { 'support.0.kind': 'place', 'support.0.what': 'un commissariat', 'support.0.from': '2027-02-01', 'support.0.days': '3' },
    papers: {},
    who: {
      company: 'Exemple Films', 'applicant.family_name': 'Exemple', 'applicant.given_names': 'Camille', contact: 'camille@exemple.test',
    },
  });
  await send(page);
  return (await keepReceipt(page, folder, 'film')).code;
}

test('a film goes from request to figures', { timeout: 600_000 }, async () => {
  const began = Date.now();
  const code = await request(true);
  assert.ok(Date.now() - began < 300_000, 'the light route takes less than five minutes');

  const lou = await signIn('Lou Cinéma', 'mission-cinema', 'film_officer');
  const chef = await signIn('Dominique Chef', 'comcyber-mi', 'head', { width: 360, scheme: 'dark' });
  await until('the request is in the list', async () => {
    await lou.goto(office());
    return lou.getByRole('link', { name: 'Garde de nuit' }).count();
  });
  await soundInBoth(lou);
  await lou.getByRole('link', { name: 'Garde de nuit' }).click();
  const project = lou.url();
  await does(lou, 'Prendre en charge');
  await sound(lou);

  // Opinions, by the service that is asked, on a phone.
  const ask = lou.locator('form[action$="/ask-opinion"]');
  await ask.locator('[name="unit"]').selectOption('comcyber-mi');
  await ask.getByRole('button').click();
  await chef.goto(office());
  await sound(chef);
  await chef.getByRole('link', { name: 'Garde de nuit' }).click();
  const opinion = chef.locator('form[action$="/opinion"]');
  for (const field of await opinion.locator('input[name^="reason-"]').all()) await field.fill('vu avec le service');
  await sound(chef);
  await opinion.getByRole('button').click();
  await chef.getByText('vu avec le service').first().waitFor();

  // The decision, with its condition; the quote.
  await lou.goto(project);
  await does(lou, 'Décider', { 'ruling-0': 'granted', 'text-0': 'de nuit seulement' });
  await does(lou, 'Classer une ligne', { line: '0', category: '4', hours: '12', preparation: '1' });
  await does(lou, 'Donner un devis aux prix d’aujourd’hui');
  await lou.getByText('Exemple : la grille').first().waitFor();
  await sound(lou);
  await lou.getByRole('link', { name: 'Devis et convention, à imprimer' }).click();
  await soundInBoth(lou);
  await takes(lou, 'Devis n° 1 (PDF)', 'devis-fr.pdf');

  // The production reads it all, and asks for more days.
  const camille = await open(at('/fr/follow'), { javascript: false, width: 360 });
  await camille.fill('#code', code);
  await camille.click('main form button');
  await camille.getByRole('link', { name: /Suivre mon projet/ }).click();
  await camille.getByText('vu avec le service').first().waitFor();
  await camille.getByText('Il reste à signer la convention').waitFor();
  await soundInBoth(camille);
  await takes(camille, 'Convention (PDF)', 'convention-fr.pdf');
  await does(camille, 'Remettre la liste', { 'crew-people': 'Camille Exemple ; image ; AB-123-CD\n; son' });
  await camille.getByRole('alert').getByText('Ligne 2 : il n’y a pas de nom.').waitFor();
  await does(camille, 'Remettre la liste', { 'crew-people': 'Camille Exemple ; image ; AB-123-CD' });
  await camille.getByRole('cell', { name: 'AB-123-CD' }).waitFor();
  await does(camille, 'Envoyer l’avenant', { 'days-0': '5', reason: 'la pluie' });
  await camille.getByText('Un avenant attend une réponse').waitFor();
  await sound(camille);
  await lou.goto(project);
  await does(lou, 'Répondre à l’avenant', { accepted: 'yes', text: 'de jour' });
  await does(lou, 'Donner un devis aux prix d’aujourd’hui');
  await lou.getByText('Complément d’acompte').waitFor();
  await lou.getByText(/Effet sur le prix, aux prix du/).first().waitFor();
  await lou.getByRole('link', { name: 'Qui vient sur le tournage' }).click();
  await does(lou, 'Noter le contrôle d’identité', { identity: 'checked' });
  await lou.getByText('vérifiée', { exact: true }).first().waitFor();
  await soundInBoth(lou);
  await takes(lou, 'Liste d’accès (PDF)', 'acces-fr.pdf');

  // A place: free, booked, approved, in the calendar; then an overlap is refused.
  await lou.goto(office('/pools/film?kind=place&from=2027-02-01T08:00&until=2027-02-05T20:00'));
  await soundInBoth(lou);
  const book = { from: '2027-02-01T08:00', until: '2027-02-05T20:00', prepare: '4', strike: '4', insured: '2027-12-31' };
  await does(lou, 'Demander une réservation', { applicant: 'Exemple Films', resource: 'old-police-station', ...book });
  await does(lou, 'Accorder');
  await lou.getByText('accordée').first().waitFor();
  await sound(lou);
  await lou.goto(office('/pools/film/resources/old-police-station?week=2027-02-01'));
  await does(lou, 'Ajouter', {
    photos: { name: 'façade.png', mimeType: 'image/png', buffer: Buffer.from('89504e470d0a1a0a', 'hex') }, seen: 'la façade, de la rue',
  });
  await lou.getByText('la façade, de la rue').waitFor();
  const [photo] = await Promise.all([lou.waitForEvent('download'), lou.getByRole('link', { name: 'façade.png' }).click()]);
  assert.equal(photo.suggestedFilename(), 'façade.png');
  await lou.goto(office('/pools/film/resources/old-police-station?week=2027-02-01'));
  await soundInBoth(lou);
  assert.ok((await lou.getByRole('link', { name: 'tenu', exact: true }).count()) > 80);
  await does(lou, 'Demander une réservation', { applicant: 'Une autre', ...book, from: '2027-02-05T21:00', until: '2027-02-06T20:00' });
  await does(lou, 'Accorder');
  await lou.getByRole('alert').getByText('est pris jusqu’au').waitFor();
  await sound(lou);

  // Twelve of what is alike are one form; one that is broken goes to nobody.
  await lou.goto(office('/pools/film'));
  await does(lou, 'Demander une réservation', { applicant: 'Exemple Films', resource: 'uniform', count: '12', ...book });
  await does(lou, 'Accorder');
  await lou.goto(office('/pools/film/kinds/uniform?week=2027-02-01'));
  await lou.getByRole('cell', { name: '48', exact: true }).first().waitFor();
  await soundInBoth(lou);
  await lou.getByRole('link', { name: 'Tenue (exemple) n° 60' }).click();
  await does(lou, 'Mettre en réparation', { until: '2027-06-30T12:00', reason: 'une manche' });
  await lou.getByText('une manche').waitFor();
  await sound(lou);

  // An expert is proposed, a meeting set and held.
  await lou.goto(office('/experts'));
  await does(lou, 'Inscrire à l’annuaire', { name: 'Capitaine Exemple', unit: 'comcyber-mi', fields: 'garde à vue', languages: 'fr' });
  await does(lou, 'Fixer un entretien', { from: '2027-01-10T10:00', until: '2027-01-10T11:00', place: 'Cergy', question: 'Combien de temps ?' });
  await sound(lou);
  const [invitation] = await Promise.all([lou.waitForEvent('download'), lou.getByRole('link', { name: /\.ics/ }).click()]);
  assert.equal(invitation.suggestedFilename(), 'invitation.ics');
  await chef.goto(office());
  await chef.getByRole('link', { name: 'Capitaine Exemple' }).click();
  await sound(chef);
  await does(chef, 'Noter la réponse', { answer: 'Vingt-quatre heures', withheld: 'yes' });
  await chef.getByText('Vingt-quatre heures').waitFor();
  await lou.reload();
  await does(lou, 'L’entretien a eu lieu');
  await lou.goto(office('/experts?field=garde'));
  await lou.getByText('Propositions').first().waitFor();
  await soundInBoth(lou);

  // An immersion, agreed by the unit on its phone.
  await lou.goto(office('/immersions'));
  await does(lou, 'Rédiger l’accord', {
    unit: 'comcyber-mi', from: '2027-01-11', until: '2027-01-12', people: 'Camille Exemple', duties: 'suivre', image: 'aucune', secrecy: 'tout',
  });
  await sound(lou);
  await chef.goto(lou.url());
  await does(chef, 'L’unité est d’accord');
  await sound(chef);

  // The shoot.
  await lou.goto(project);
  await does(lou, 'Convention signée');
  await does(lou, 'Le tournage commence', { day: '2027-02-02' });
  await does(lou, 'Noter un contrôle sur le plateau', { day: '2027-02-02', text: 'rien à dire' });
  await sound(lou);
  await does(lou, 'Le tournage est fini', { day: '2027-02-05', days: '4', incidents: 'aucun' });
  await does(lou, 'Noter le générique et la sortie', { line: 'Avec l’aide du ministère', day: '2028-01-01' });
  await lou.getByText('œuvre sortie, générique reçu').first().waitFor();
  await sound(lou);

  // The figures, for everybody.
  const anybody = await open(at('/fr/film'), { javascript: false, width: 360, scheme: 'dark' });
  await soundInBoth(anybody);
  const csv = await (await fetch(at('/fr/film/statistics.csv'))).text();
  const year = csv.split('\n').find((line) => line.startsWith('2027,'));
  assert.match(year, /^2027,0,0,0,0,1,4,0,0,1,0,0$/);
  assert.equal(await (await fetch(at('/fr/film/statistics.csv'))).text(), csv);
});

test('an encounter is planned, filled in order and read about', { timeout: 300_000 }, async () => {
  const lou = await signIn('Lou Rencontre', 'mission-cinema', 'film_officer');
  await lou.goto(office('/encounters'));
  await does(lou, 'Importer les deux rencontres connues');
  await lou.getByText('La DGSI et ses métiers').first().waitFor();
  await soundInBoth(lou);
  await does(lou, 'Enregistrer', {
    number: '9', theme_fr: 'Le secours', theme_en: 'Rescue', host: 'Sécurité civile', venue: 'Nogent',
    begins: '2027-03-10T18:00', ends: '2027-03-10T20:00', capacity: '3', programme_fr: 'Entrée de plain-pied.', programme_en: 'Level entrance.',
  });
  const inside = lou.url();
  await does(lou, 'Ouvrir les inscriptions');
  await soundInBoth(lou);
  const page = `/fr/encounters/${inside.split('/').pop()}`;

  const guest = await open(at(page), { javascript: false, width: 360 });
  await soundInBoth(guest);
  const register = async (names, contact) => {
    await guest.goto(at(page));
    await does(guest, 'Inscrire ce groupe', { profession: 'screenwriter', names, contact });
    await sound(guest);
    return /une fois : (\S+)/.exec(await guest.textContent('main'))[1];
  };
  const first = await register('Camille Exemple\nDominique Essai', 'camille@exemple.test');
  await guest.goto(at(page));
  await does(guest, 'Inscrire ce groupe', { profession: 'actor', names: 'C', contact: 'Camille+2@exemple.test' });
  await guest.getByRole('alert').getByText('a déjà une inscription').waitFor();
  await sound(guest);
  const second = await register('A\nB', 'dominique@exemple.test');
  await guest.getByText('sur liste d’attente').waitFor();
  await guest.goto(at(page));
  await does(guest, 'Voir mon inscription', { code: first });
  await does(guest, 'Je ne viens pas');
  await does(guest, 'Voir mon inscription', { code: second });
  await guest.getByText('inscrit', { exact: true }).waitFor();

  await lou.goto(inside);
  await does(lou, 'Noter le contrôle d’identité', { identity: 'checked' });
  await lou.getByText('vérifiée').first().waitFor();
  await does(lou, 'La rencontre a eu lieu', { came: '2' });
  await does(lou, 'Ce qu’il en reste à lire', { text_fr: 'Les diapositives.' });
  await sound(lou);
  await guest.goto(at(page));
  await guest.getByText('Les diapositives.').waitFor();
  await soundInBoth(guest);
});

test('a budget holds its line on a phone', { timeout: 120_000 }, async () => {
  const chef = await signIn('Chef Budget', 'comcyber-mi', 'head', { width: 360, javascript: false });
  await chef.goto(office('/pools/comcyber/budget'));
  await soundInBoth(chef);
  await does(chef, 'Ouvrir une ligne', { name: 'Matériel', year: '2027', amount: '1000' });
  await does(chef, 'Demander un achat', { what: 'un bloqueur', reason: 'cassé', amount: '1200' });
  await does(chef, 'Engager : un bloqueur');
  await chef.getByText('il faut d’abord une décision').waitFor();
  await sound(chef);
});
