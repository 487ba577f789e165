// What every browser journey stands on: a real server process, a real Chromium, and checks that fail with a
// list a person can act on. `harness.test.mjs` shows that each check here can fail.
//
//     const server = await startServer();                       // or startServer({ command: 'demo' })
//     const page = await open(server.url, { javascript: false, lang: 'fr' });
//     await axe(page);
//     await quiet(page);
//
// Pages and the browser close by themselves when the tests of the file are over; so do servers left running.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { after } from 'node:test';
import { chromium } from 'playwright-core';

const CHROMIUM = process.env.ORFEVRE_CHROMIUM ?? '/usr/bin/chromium';

// Nothing leaves the machine and nothing is drawn by a graphics card, so that a run is the same everywhere.
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

// A debug build on a busy machine: slow is not broken.
const PATIENCE = 15_000;
const START_PATIENCE = 60_000;
const STOP_PATIENCE = 10_000;

// ---------------------------------------------------------------- server

const running = new Set();

/**
 * Starts `$ORFEVRE_BIN COMMAND --data DATA --listen 127.0.0.1:0 …args` and waits until it listens.
 *
 * Without `data` the folder is new and goes away with `stop()`; with it, the folder is yours and stays, so that a
 * test can kill a server and start another on what it left.
 */
export async function startServer({ command = 'serve', args = [], data, env = {}, program = process.env.ORFEVRE_BIN } = {}) {
  assert.ok(program, 'ORFEVRE_BIN must name the orfevre binary; `cargo xtask test --only browser` sets it');
  const folder = data ?? (await mkdtemp(join(tmpdir(), 'orfevre-browser-')));
  const child = spawn(program, [command, '--data', folder, '--listen', '127.0.0.1:0', ...args], {
    // A link of the administrator opens the workbench, unless a test is about that.
    env: { ...process.env, ORFEVRE_LINK_OPENS: 'everything', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = [];
  const exited = new Promise((resolve) => {
    child.once('error', (error) => {
      output.push(String(error));
      resolve({ code: null, signal: null });
    });
    child.once('close', (code, signal) => resolve({ code, signal }));
  });

  const server = {
    url: undefined,
    data: folder,
    pid: child.pid,
    /** Lines of stdout and stderr so far, the sign-in links of `demo` among them. */
    output,
    /** Asks it to end, waits, and answers `{ code, signal }`. */
    async stop() {
      return end('SIGTERM');
    },
    /** kill -9, for the tests of what a cut leaves behind. */
    async kill() {
      return end('SIGKILL');
    },
  };

  async function end(signal) {
    running.delete(server);
    child.kill(signal);
    const hard = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE);
    const how = await exited;
    clearTimeout(hard);
    if (data === undefined) await rm(folder, { recursive: true, force: true });
    return how;
  }

  running.add(server);
  const listening = new Promise((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      output.push(line);
      const found = /^listening on (http:\/\/127\.0\.0\.1:\d+)\/?$/.exec(line.trim());
      if (found) resolve(found[1]);
    });
  });
  createInterface({ input: child.stderr }).on('line', (line) => output.push(line));

  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, START_PATIENCE, undefined);
  });
  server.url = await Promise.race([listening, exited.then(() => undefined), late]);
  clearTimeout(timer);
  if (server.url === undefined) {
    const { code, signal } = await server.stop();
    throw new Error(
      `\`${program} ${command}\` did not say "listening on http://127.0.0.1:PORT" (exit ${code ?? signal}):\n` +
        output.slice(-40).join('\n'),
    );
  }
  return server;
}

// ---------------------------------------------------------------- pages

let browser;
const troubles = new WeakMap();
const scripted = new WeakMap();

/**
 * A page in a context of its own: nothing is shared with another page, cookies included.
 *
 * @param {{ javascript?: boolean, lang?: string, scheme?: 'light'|'dark'|'no-preference', width?: number }} options
 */
export async function page({ javascript = true, lang = 'fr', scheme = 'light', width = 1280 } = {}) {
  browser ??= await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  const context = await browser.newContext({
    javaScriptEnabled: javascript,
    locale: lang === 'fr' ? 'fr-FR' : lang === 'en' ? 'en-GB' : lang,
    timezoneId: 'Europe/Paris',
    colorScheme: scheme,
    reducedMotion: 'reduce',
    viewport: { width, height: width < 600 ? 800 : 900 },
    acceptDownloads: true,
  });
  context.setDefaultTimeout(PATIENCE);
  const opened = await context.newPage();
  scripted.set(opened, javascript);
  troubles.set(opened, watch(opened));
  return opened;
}

/** `page(options)`, gone to `url`. */
export async function open(url, options) {
  const opened = await page(options);
  await opened.goto(url);
  return opened;
}

// The state a person sees when scripts are off is what we test, so a page must not need them, nor anybody else's
// server, nor throw: every page is listened to from its first request.
function watch(opened) {
  const found = [];
  opened.on('pageerror', (error) => found.push(`script error: ${error.message}`));
  opened.on('console', (message) => {
    // A 4xx that a journey provokes on purpose is the answer under test, not a fault of the page.
    const status = message.text().startsWith('Failed to load resource') && message.location().url === opened.url();
    if (message.type() === 'error' && !status) found.push(`console: ${message.text()}`);
  });
  opened.on('request', (request) => {
    const url = new URL(request.url());
    const ours = ['data:', 'blob:', 'about:'].includes(url.protocol) || ['127.0.0.1', 'localhost'].includes(url.hostname);
    if (!ours) found.push(`request to a third party: ${request.url()}`);
  });
  return found;
}

/** Fails when the page threw, wrote an error to the console, broke its own policy or called a third party. */
export async function quiet(opened) {
  const found = troubles.get(opened);
  assert.deepEqual(found, [], `${opened.url()} was not quiet:\n  ${found.join('\n  ')}`);
}

/** Closes the browser and what still runs. Tests need not call it; a plain script does. */
export async function close() {
  await browser?.close();
  browser = undefined;
  for (const server of [...running]) await server.stop();
}

// In a plain script the hook would make node print a test report.
if (process.argv[1]?.endsWith('.test.mjs')) after(close);

// ---------------------------------------------------------------- accessibility

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Every violation axe-core finds on the page as it stands, best practices included: `{ id, help, impact, nodes }`. */
export async function violations(opened) {
  const run = async () => {
    if (!(await opened.evaluate(() => 'axe' in globalThis))) await opened.evaluate(`${AXE};0`);
    return opened.evaluate(async () => {
      const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'] });
      return violations.map(({ id, help, impact, nodes }) => ({
        id,
        help,
        impact,
        nodes: nodes.map(({ html, target, failureSummary }) => ({ html, target: target.join(' '), failureSummary })),
      }));
    });
  };
  if (scripted.get(opened) !== false) return run();

  // axe needs timers, which a page without scripts has not. The page is already parsed, so its own scripts stay
  // unrun; the switch goes back before anybody clicks.
  const session = await opened.context().newCDPSession(opened);
  try {
    await session.send('Emulation.setScriptExecutionDisabled', { value: true });
    await session.send('Emulation.setScriptExecutionDisabled', { value: false });
    return await run();
  } finally {
    await session.send('Emulation.setScriptExecutionDisabled', { value: true });
  }
}

/** Fails with a readable list when axe-core finds anything. */
export async function axe(opened) {
  const found = await violations(opened);
  const list = found.flatMap(({ id, help, impact, nodes }) => [
    `${id} (${impact}): ${help}`,
    ...nodes.map(({ target, html, failureSummary }) => `    ${target}\n      ${html}\n      ${failureSummary.replaceAll('\n', '\n      ')}`),
  ]);
  assert.equal(found.length, 0, `axe: ${found.length} violation(s) on ${opened.url()}\n  ${list.join('\n  ')}`);
}

// ---------------------------------------------------------------- keyboard

/** What has the focus: `{ tag, id, name, outlined }`, or `undefined` when nothing but the page has it. */
export async function focused(opened) {
  return opened.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return undefined;
    const label = element.labels?.[0]?.innerText;
    const style = getComputedStyle(element);
    return {
      tag: element.localName,
      id: element.id,
      name: (element.getAttribute('aria-label') ?? label ?? element.innerText ?? element.getAttribute('value') ?? '').trim(),
      // A ring drawn by a shadow counts; a focus that cannot be seen does not.
      outlined: (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none',
    };
  });
}

/** Presses Tab until the element that `selector` names has the focus; fails with the way it went. */
export async function tabTo(opened, selector, { key = 'Tab', most = 80 } = {}) {
  const way = [];
  for (let step = 0; step < most; step += 1) {
    await opened.keyboard.press(key);
    const reached = await opened.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector);
    const now = await focused(opened);
    way.push(now ? `${now.tag}${now.id ? `#${now.id}` : ''} "${now.name.slice(0, 40)}"` : '(page)');
    if (reached) {
      assert.ok(now?.outlined, `${selector} has the focus but does not show it`);
      return way;
    }
  }
  assert.fail(`${selector} was not reached with ${most} × ${key}; the way went:\n  ${way.join('\n  ')}`);
}

/** Presses keys one after the other: `press(page, 'j', 'j', 'Enter')`. */
export async function press(opened, ...keys) {
  for (const key of keys) await opened.keyboard.press(key);
}

// ---------------------------------------------------------------- pictures

/** Writes a PNG of the page to `path`, without caret or half-done animation, so that two runs look alike. */
export async function screenshot(opened, path, { fullPage = false } = {}) {
  await mkdir(dirname(path), { recursive: true });
  await opened.screenshot({ path, fullPage, animations: 'disabled', caret: 'hide' });
}
