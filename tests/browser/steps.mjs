// What several journeys do the same way: a person answers questions and keeps a receipt, an agent comes in.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { axe, open, quiet } from './harness.mjs';

const run = promisify(execFile);

// ---------------------------------------------------------------- any page

/** What every page must be: silent, free of axe's complaints, no wider than its window. */
export async function sound(page) {
  await axe(page);
  await quiet(page);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${page.url()} is ${wide} px wider than its window`);
}

/** The same page in the other language is sound too; then back. */
export async function soundInBoth(page) {
  await sound(page);
  const here = page.url();
  const other = here.replace(/\/(fr|en)\//, (_, lang) => (lang === 'fr' ? '/en/' : '/fr/'));
  await page.goto(other);
  await sound(page);
  await page.goto(here);
}

/** Looks again until `look` answers something, for what the worker does in its own time; answers that. */
export async function until(what, look, patience = 30_000) {
  for (const late = Date.now() + patience; Date.now() < late; await pause(200)) {
    const found = await look();
    if (found) return found;
  }
  return assert.fail(`not within ${patience / 1000} s: ${what}`);
}

// ---------------------------------------------------------------- a person

export const value = (page, name) => page.inputValue(`[name="${name}"]`);
export const fill = (page, name, text) => page.fill(`[name="${name}"]`, text);
export const choose = (page, name, option) => page.check(`[name="${name}"][value="${option}"]`);
export const onward = (page) => page.locator('form.questions .actions button').first().click();

/** Chooses, then waits for a field that the choice brings: by itself with scripts, with "Continue" without. */
export async function brings(page, javascript, name) {
  const field = page.locator(`[name="${name}"]`).first();
  if (!javascript) {
    await onward(page);
    assert.match(await page.textContent('#appeared'), /nouvelles? questions?|new questions?/);
    await sound(page);
  }
  await field.waitFor();
}

/** Answers a question of whatever form; a list is a choice of several. */
async function answer(page, javascript, name, given) {
  const field = page.locator(`[name="${name}"]`).first();
  if (!(await field.count())) await brings(page, javascript, name);
  const form = await field.evaluate((element) => (element.localName === 'select' ? 'select' : element.type));
  if (form === 'radio' || form === 'checkbox') {
    for (const option of [given].flat()) await choose(page, name, option);
  } else if (form === 'select') await page.selectOption(`[name="${name}"]`, given);
  else await fill(page, name, given);
}

/**
 * Answers the steps of a desk from the first one on, until the review or the step that is `last`.
 *
 * @param {Record<string, Record<string, string | string[]>>} steps answers by step and question, in order
 * @param {{ met?: (page, step: string) => Promise<page>, last?: string }} options `met`: what to do on coming to a
 *   step; it may go on in another page, at the step before
 */
export async function answerSteps(page, javascript, steps, { met = async (same) => same, last = 'review' } = {}) {
  for (const [step, answers] of Object.entries(steps)) {
    const here = new RegExp(`/steps/${step}$`);
    await page.waitForURL(here);
    page = await met(page, step);
    if (!here.test(page.url())) {
      await onward(page);
      await page.waitForURL(here);
    }
    for (const [name, given] of Object.entries(answers)) await answer(page, javascript, name, given);
    await onward(page);
  }
  await page.waitForURL(new RegExp(`/${last}$`));
  return page;
}

/** Sends what the review shows and waits for the receipt. */
export async function send(page) {
  await page.locator('form[action$="/send"] button').click();
  await page.waitForURL(/\/receipt$/);
}

/** Opens the draft of this page in a browser that knows nothing but its code; it must come back to `path`. */
export async function resumeElsewhere(page, options, path) {
  const code = (await page.textContent('aside.draft .code')).trim();
  assert.match(code, /^([0-9A-Z]{4}-){6}[0-9A-Z]{4}$/);
  assert.ok(!page.url().includes(code));
  const elsewhere = await open(new URL('/fr/resume', page.url()).href, options);
  await sound(elsewhere);
  await elsewhere.fill('#code', code.toLowerCase().replaceAll('-', ' '));
  await elsewhere.click('main form button');
  await elsewhere.waitForURL(new URL(path, page.url()).href);
  return elsewhere;
}

/** Keeps the receipt as a person would: the code that is shown, and the file, in `folder`. */
export async function keepReceipt(page, folder, name) {
  await soundInBoth(page);
  const code = (await page.textContent('#code')).trim();
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('a[download]')]);
  assert.match(download.suggestedFilename(), /^orfevre-recepisse-[0-9a-f]{8}\.tlog-proof$/);
  const file = join(folder, `${name}.tlog-proof`);
  await download.saveAs(file);
  assert.match(await readFile(file, 'utf8'), /^c2sp\.org\/tlog-proof@v1\n/);
  return { code, file };
}

// ---------------------------------------------------------------- an agent

/** A sign-in link, good once, as an administrator gets it. */
export async function invite(server, name, { unit, role }) {
  const { stdout } = await run(process.env.ORFEVRE_BIN, [
    'admin', 'invite', name, '--data', server.data, '--unit', unit, '--role', role, '--public-url', server.url,
  ]);
  return stdout.trim();
}

/** A page of an agent who has just signed in with a link. */
export async function signInWith(link, options = {}) {
  const page = await open(link, options);
  await page.getByRole('button', { name: /Ouvrir ma session|Sign in/ }).click();
  await page.waitForURL(/\/workbench$/);
  return page;
}

/** Searches; the first time of a task the agent says why. */
export async function search(page, asked) {
  await page.fill('#find', asked);
  await page.press('#find', 'Enter');
  await page.waitForURL(/search\?q=/);
  if (!(await page.locator('#task-reason').count())) return;
  await page.fill('#task-reason', 'rapprochement de deux déclarations');
  await page.locator('form[action$="/workbench/task"] button').click();
  await page.locator('#understood').waitFor();
}
