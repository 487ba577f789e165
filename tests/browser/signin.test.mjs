// How agents sign in, in a real browser: by a password and codes without a script, by a certified identity provider, by a
// passkey of a virtual device; and the proof that is asked for anew before a sensitive act.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { open, page, startServer } from './harness.mjs';
import { CLIENT, startProvider } from './provider.mjs';
import { invite, sound, soundInBoth } from './steps.mjs';

const PASSWORD = 'un orage passe sur la Loire';
const STRICT = { ORFEVRE_LINK_OPENS: 'set-up' };
let server;
let folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orfevre-signin-'));
  server = await startServer({ env: STRICT });
});
after(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** The code that an application shows `ahead` steps of 30 s from now. */
function code(secret, ahead = 0) {
  const bits = [...secret.replaceAll(' ', '')].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const hash = createHmac('sha1', key).update(step).digest();
  const at = hash[19] & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** A page of an agent who came by a link, on their own page. */
async function invited(name, { at = server, options = {}, role = 'triage' } = {}) {
  const opened = await open(await invite(at, name, { unit: 'ofac-thesee', role }), options);
  await opened.getByRole('button', { name: 'Ouvrir ma session' }).click();
  await opened.waitForURL(/\/workbench(\/me)?$/);
  return opened;
}

/** Chooses a password and a device; answers the secret and the codes for when it is lost. */
async function setUp(opened) {
  await opened.getByRole('link', { name: 'Choisir un mot de passe' }).click();
  await opened.waitForURL(/\/me\/password$/);
  await sound(opened);
  const secret = await opened.textContent('#secret');
  await opened.fill('#password', PASSWORD);
  await opened.fill('#code', code(secret));
  await opened.getByRole('button', { name: 'Enregistrer' }).click();
  await opened.locator('#codes').waitFor();
  const codes = await opened.locator('#codes .code').allTextContents();
  assert.equal(codes.length, 10);
  return { secret, codes };
}

async function enter(opened, account, proof, password = PASSWORD) {
  await opened.fill('#account', account);
  await opened.fill('#password', password);
  await opened.fill('#device', 'poste de test');
  await opened.getByRole('button', { name: 'Continuer' }).click();
  await opened.locator('#code').waitFor();
  await opened.fill('#code', proof);
  await opened.getByRole('button', { name: 'Ouvrir ma session' }).click();
}

const signOut = (opened) => opened.getByRole('button', { name: 'Se déconnecter' }).click();

test('a password and codes, from the invitation to a lost device, without a script', async () => {
  const opened = await invited('Camille Codes', { options: { javascript: false } });
  assert.match(opened.url(), /\/workbench\/me$/);
  await soundInBoth(opened);
  // A weak password is refused, and says why.
  await opened.getByRole('link', { name: 'Choisir un mot de passe' }).click();
  const offered = await opened.textContent('#secret');
  await opened.fill('#password', 'camille.codes 2026');
  await opened.fill('#code', code(offered));
  await opened.getByRole('button', { name: 'Enregistrer' }).click();
  await opened.locator('#password-error').waitFor();
  assert.equal(await opened.textContent('#secret'), offered, 'the device that was set up stays');
  await sound(opened);
  await opened.goto(`${server.url}/fr/workbench/me`);

  const { secret, codes } = await setUp(opened);
  await sound(opened);
  await opened.getByRole('link', { name: 'Je les ai notés' }).click();
  await opened.getByText('mot de passe et code').first().waitFor();
  await sound(opened);
  await signOut(opened);
  await opened.waitForURL(/\/sign-in$/);
  await sound(opened);

  await enter(opened, 'Camille Codes', code(secret, 1));
  await opened.waitForURL(/\/workbench$/);
  await signOut(opened);
  // The same code again is not good; one of paper is, once.
  await enter(opened, 'camille.codes', code(secret, 1));
  await opened.getByRole('alert').waitFor();
  await sound(opened);
  await opened.fill('#code', codes[0]);
  await opened.getByRole('button', { name: 'Ouvrir ma session' }).click();
  await opened.waitForURL(/\/workbench$/);
  await opened.goto(`${server.url}/fr/workbench/me`);
  await opened.getByText('poste de test').waitFor();
  await opened.getByText('Codes de secours qui restent : 9.').waitFor();
});

test('every page of signing in, light and dark, wide and narrow, in both languages, is sound', async () => {
  const opened = await invited('Agent Regard');
  await setUp(opened);
  const cookies = await opened.context().cookies();
  for (const [lang, scheme, width] of [['fr', 'light', 1440], ['en', 'dark', 360]]) {
    const looking = await page({ lang, scheme, width });
    await looking.context().addCookies(cookies);
    for (const path of ['/me', '/me/password', '/me/password/change', '/sign-in', '/sign-in/code', '/sign-in?token=x']) {
      await looking.goto(`${server.url}/${lang}/workbench${path}`);
      await sound(looking);
    }
  }
});

test('a session is ended from another browser, and is over', async () => {
  const mine = await invited('Agent Sessions');
  const { codes } = await setUp(mine);
  const other = await open(`${server.url}/fr/workbench/sign-in`);
  await enter(other, 'agent.sessions', codes[1]);
  await other.waitForURL(/\/workbench$/);
  await mine.goto(`${server.url}/fr/workbench/me`);
  await mine.getByRole('button', { name: /Fermer la session ouverte/ }).click();
  await mine.waitForURL(/\/me$/);
  await other.goto(`${server.url}/fr/workbench/queue`);
  assert.match(other.url(), /\/sign-in$/);
  // So is one that an administrator ends while the server runs.
  const admin = (...args) => promisify(execFile)(process.env.ORFEVRE_BIN, ['admin', 'agent', ...args, '--data', server.data]);
  const { stdout } = await admin('sessions', 'agent.sessions', '--json');
  assert.equal(JSON.parse(stdout).made_by, 'password');
  await admin('end', 'agent.sessions');
  const ended = Date.now();
  await mine.goto(`${server.url}/fr/workbench/queue`);
  assert.match(mine.url(), /\/sign-in$/);
  assert.ok(Date.now() - ended < 5000, 'nothing remembers a session but the database');
});

// ---------------------------------------------------------------- an identity provider

/** A server that trusts a provider of a profile, and the provider. */
async function withProvider(profile, options) {
  const provider = await startProvider(options);
  const file = join(folder, `${profile}.toml`);
  await writeFile(join(folder, 'secret'), CLIENT.secret);
  await writeFile(file, `[staff]\nprofile = "${profile}"\nname = "Passe-partout"\nissuer = "${provider.issuer}"\nclient_id = "${CLIENT.id}"\nclient_secret_file = "secret"\n${profile === 'proconnect' ? 'amr = ["mfa"]\n' : ''}`);
  const trusting = await startServer({ args: ['--identity', file], env: STRICT });
  provider.serve(`${trusting.url}/workbench/identity/back`);
  return { provider, trusting };
}

/** At the provider, says who one is, and comes back. */
async function vouch(opened, account) {
  await opened.waitForURL(/\/interaction\//);
  await opened.fill('[name=account]', account);
  await opened.getByRole('button', { name: 'Sign in' }).click();
}

const byProvider = (opened) => opened.getByRole('button', { name: 'Se connecter avec Passe-partout' }).click();

for (const [profile, options] of [['generic', {}], ['proconnect', { signed: true, pkce: false }]]) {
  test(`the provider of the service, profile ${profile}: bound once, then the way in, and nobody else`, async () => {
    const { provider, trusting } = await withProvider(profile, options);
    try {
      // Known there, unknown here: no account comes of it.
      const stranger = await open(`${trusting.url}/fr/workbench/sign-in`);
      await sound(stranger);
      await byProvider(stranger);
      await vouch(stranger, 'stranger');
      await stranger.getByText('aucun agent d’ici').waitFor();
      await stranger.goto(`${trusting.url}/fr/workbench`);
      assert.match(stranger.url(), /\/sign-in$/);

      const opened = await invited('Camille Passe', { at: trusting });
      await sound(opened);
      await opened.getByRole('button', { name: 'Rattacher mon compte Passe-partout' }).click();
      await vouch(opened, 'camille');
      await opened.waitForURL(/\/workbench\/me$/);
      await opened.getByText('répond de vous').waitFor();
      await opened.goto(`${trusting.url}/fr/workbench`);
      await signOut(opened);

      const again = await open(`${trusting.url}/fr/workbench/sign-in`);
      await byProvider(again);
      await vouch(again, 'camille');
      await again.waitForURL(/\/workbench$/);
      await again.goto(`${trusting.url}/fr/workbench/me`);
      await again.getByText('fournisseur d’identité').first().waitFor();

      // What came back is used once, and by the browser that asked.
      const sent = provider.asked.at(-1);
      assert.ok(sent.get('state').length >= 32 && sent.get('nonce').length >= 32);
      assert.equal(sent.has('code_challenge'), profile === 'generic');
      const replay = await open(`${trusting.url}/workbench/identity/back?code=x&state=${sent.get('state')}`);
      await replay.getByText('n’est pas valable').waitFor();

      // Somebody else's account cannot be taken by another agent.
      const thief = await invited('Agent Voleur', { at: trusting });
      await thief.getByRole('button', { name: 'Rattacher mon compte Passe-partout' }).click();
      await vouch(thief, 'camille');
      await thief.getByText('déjà celui de quelqu’un d’autre').waitFor();

      // What it says of itself is kept for some minutes; what it says of somebody is asked for each time.
      provider.setDown(true);
      const late = await open(`${trusting.url}/fr/workbench/sign-in`);
      await byProvider(late);
      await vouch(late, 'camille');
      await late.getByText('n’a pas répondu').waitFor();
    } finally {
      await provider.stop();
      await trusting.stop();
    }
  });
}

// ---------------------------------------------------------------- who files a complaint

test('whoever files a complaint may have a provider say who they are, and need not', async () => {
  const provider = await startProvider({ signed: true, pkce: false, level: 'eidas1' });
  const file = join(folder, 'complaint.toml');
  await writeFile(join(folder, 'secret'), CLIENT.secret);
  await writeFile(file, `[complaint]\nprofile = "franceconnect"\nname = "Passe-partout"\nissuer = "${provider.issuer}"\nclient_id = "${CLIENT.id}"\nclient_secret_file = "secret"\n`);
  const trusting = await startServer({ args: ['--identity', file], env: STRICT });
  provider.serve(`${trusting.url}/identity/back`);
  try {
    for (const [javascript, scheme, width] of [[false, 'light', 360], [true, 'dark', 1440]]) {
      const filing = await page({ javascript, scheme, width });
      await filing.goto(`${trusting.url}/fr/desks/thesee`);
      await filing.locator('[name=track][value=complaint]').check();
      await filing.click('.begin button');
      await filing.waitForURL(/\/steps\//);
      await filing.goto(`${trusting.url}/fr/desks/thesee/steps/you`);
      await sound(filing);
      await filing.fill('[name="complainant.city"]', 'Lyon');
      await filing.getByRole('button', { name: 'Continuer avec Passe-partout' }).click();
      await vouch(filing, 'camille');
      await filing.getByText('Passe-partout a dit qui vous êtes').waitFor();
      await sound(filing);
      await filing.getByRole('button', { name: 'Reprendre ma plainte' }).click();
      await filing.waitForURL(/\/steps\/you#/);
      await sound(filing);
      assert.equal(await filing.inputValue('[name="complainant.family_name"]'), 'Nom de camille');
      assert.equal(await filing.inputValue('[name="complainant.birth_date"]'), '1990-02-03');
      assert.equal(await filing.inputValue('[name="complainant.city"]'), 'Lyon', 'what was typed before is kept');
      await filing.getByText('a donné votre nom').waitFor();
      const cookies = await filing.context().cookies(trusting.url);
      const ours = cookies.map((cookie) => cookie.name).filter((name) => name.startsWith('orfevre'));
      assert.deepEqual(ours, ['orfevre-draft']);
      assert.equal(new URL(filing.url()).search, '');
    }
    const sent = provider.asked.at(-1);
    assert.ok(sent.get('state').length >= 32 && sent.get('nonce').length >= 32);
    assert.equal(sent.get('acr_values'), 'eidas1');

    // Nobody is sent anywhere by a report.
    const report = await page();
    await report.goto(`${trusting.url}/fr/desks/thesee`);
    await report.locator('[name=track][value=report]').check();
    await report.click('.begin button');
    await report.waitForURL(/\/steps\//);
    await report.goto(`${trusting.url}/fr/desks/thesee/steps/you`);
    assert.equal(await report.getByText('Passe-partout').count(), 0);
  } finally {
    await provider.stop();
    await trusting.stop();
  }
});

// ---------------------------------------------------------------- passkeys

/** A device that recognises its holder, in this page's browser. */
async function device(opened, { verified = true } = {}) {
  const session = await opened.context().newCDPSession(opened);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true,
      isUserVerified: verified, automaticPresenceSimulation: true,
    },
  });
  return { session, authenticatorId };
}

test('a passkey is added, signs in without a name, and is refused once it is taken away', async () => {
  // A passkey belongs to a name: this machine's is localhost.
  const site = server.url.replace('127.0.0.1', 'localhost');
  const link = (await invite(server, 'Camille Clé', { unit: 'ofac-thesee', role: 'triage' })).replace('127.0.0.1', 'localhost');
  const opened = await open(link);
  const { session, authenticatorId } = await device(opened);
  await opened.getByRole('button', { name: 'Ouvrir ma session' }).click();
  await opened.waitForURL(/\/workbench(\/me)?$/);
  await opened.goto(`${site}/fr/workbench/me`);
  await opened.getByRole('link', { name: 'Ajouter une clé d’accès' }).click();
  await opened.waitForURL(/\/me\/passkey$/);
  await sound(opened);
  await opened.fill('#name', 'clé du bureau');
  await opened.getByRole('button', { name: 'Créer la clé' }).click();
  await opened.waitForURL(/\/workbench\/me$/);
  await opened.getByText('clé du bureau').first().waitFor();
  const { credentials } = await session.send('WebAuthn.getCredentials', { authenticatorId });
  assert.equal(credentials.length, 1);
  assert.equal(credentials[0].isResidentCredential, true);

  const withKey = async () => {
    await opened.goto(`${site}/fr/workbench/sign-in`);
    await opened.getByRole('button', { name: 'Se connecter avec une clé d’accès' }).click();
    await opened.waitForURL(/\/passkey\/begin$/);
    await sound(opened);
    await opened.getByRole('button', { name: 'Utiliser ma clé d’accès' }).click();
  };
  await signOut(opened);
  await withKey();
  await opened.waitForURL(/\/workbench$/);
  await opened.goto(`${site}/fr/workbench/me`);
  await opened.getByText(/clé du bureau, .*dernier usage/).waitFor();

  // A copy of it that signed less often than it did is refused: its counter tells.
  await signOut(opened);
  const [now] = (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials;
  const counted = async (signCount) => {
    await session.send('WebAuthn.removeCredential', { authenticatorId, credentialId: now.credentialId });
    await session.send('WebAuthn.addCredential', { authenticatorId, credential: { ...now, signCount } });
  };
  assert.ok(now.signCount > 1);
  await counted(0);
  await withKey();
  await opened.getByRole('alert').waitFor();
  await counted(now.signCount + 1);
  await withKey();
  await opened.waitForURL(/\/workbench$/);

  // Who does not prove that it is theirs does not come in: the device checks, and so do we.
  await signOut(opened);
  await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
  await withKey();
  await opened.getByRole('alert').waitFor();
  await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
  await withKey();
  await opened.waitForURL(/\/workbench$/);

  // The last way in stays; with another it can go, and then opens nothing.
  await opened.goto(`${site}/fr/workbench/me`);
  assert.equal(await opened.getByRole('button', { name: /Retirer la clé/ }).count(), 0);
  const { codes } = await setUp(opened);
  await opened.goto(`${site}/fr/workbench/me`);
  await opened.getByRole('button', { name: 'Retirer la clé clé du bureau' }).click();
  await opened.getByText('Aucune clé d’accès.').waitFor();
  await signOut(opened);
  await withKey();
  await opened.getByRole('alert').waitFor();
  await opened.goto(`${site}/fr/workbench/sign-in`);
  await enter(opened, 'camille.cle', codes[2]);
  await opened.waitForURL(/\/workbench$/);
});

test('without a script a passkey says that it needs one, and the other ways stay', async () => {
  const opened = await open(`${server.url}/fr/workbench/sign-in`, { javascript: false });
  await opened.getByRole('button', { name: 'Se connecter avec une clé d’accès' }).click();
  await opened.getByText('scripts de cette page').waitFor();
  await sound(opened);
  await opened.getByRole('link', { name: 'Recommencer' }).click();
  await opened.locator('#account').waitFor();
});
