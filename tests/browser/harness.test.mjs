// The harness must be able to fail: each check is shown a page or a program that deserves it.

import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { axe, focused, open, press, quiet, screenshot, startServer, tabTo, violations } from './harness.mjs';

const GOOD = `<!doctype html><html lang="fr"><title>Accueil</title>
  <main><h1>Accueil</h1><p id="state">sans script</p>
  <form><label>Nom <input id="name"></label> <button id="send">Envoyer</button></form>
  <a id="bare" href="/good" style="outline: none">Suite</a></main>
  <script>document.getElementById('state').textContent = 'avec script';</script>`;
const BAD = '<!doctype html><html><body><img src="/dot.png"><input><p style="color:#ccc;background:#fff">pale</p>';
const PAGES = {
  '/good': GOOD,
  '/bad': BAD,
  '/loud': '<!doctype html><title>t</title><script>console.error("ouch"); missing();</script>',
  '/leaky': '<!doctype html><title>t</title><img alt="" src="http://tracker.example/pixel.png">',
  '/scheme': `<!doctype html><title>t</title><style>p { color: red } @media (prefers-color-scheme: dark) { p { color: lime } }</style><p>x`,
};

let site;
let url;
let folder;
const seen = [];
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orfevre-harness-'));
  site = createServer((request, response) => {
    seen.push(request.headers);
    const body = PAGES[request.url];
    response.writeHead(body ? 200 : 404, {
      'content-type': 'text/html; charset=utf-8',
      // As strict as the real site, to show that axe does not need it loosened.
      'content-security-policy': request.url === '/good' ? "script-src 'unsafe-inline'; connect-src 'none'" : '',
    });
    response.end(body ?? '<!doctype html><title>absent</title>');
  });
  await new Promise((resolve) => site.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${site.address().port}`;
});
after(async () => {
  site.closeAllConnections();
  site.close();
  await rm(folder, { recursive: true, force: true });
});

for (const javascript of [true, false]) {
  test(`axe passes a good page and names each fault of a bad one, javascript ${javascript}`, async () => {
    await axe(await open(`${url}/good`, { javascript }));
    const bad = await open(`${url}/bad`, { javascript });
    await assert.rejects(axe(bad), (error) => {
      for (const rule of ['image-alt', 'html-has-lang', 'document-title', 'label', 'color-contrast']) {
        assert.ok(error.message.includes(`${rule} (`), `${rule} is not in:\n${error.message}`);
      }
      return true;
    });
  });
}

test('scripts run with javascript on and do not with javascript off, even after axe', async () => {
  const on = await open(`${url}/good`, { javascript: true });
  assert.equal(await on.textContent('#state'), 'avec script');
  const off = await open(`${url}/good`, { javascript: false });
  assert.equal(await off.textContent('#state'), 'sans script');
  await violations(off);
  assert.equal(await off.textContent('#state'), 'sans script');
  await off.reload();
  assert.equal(await off.textContent('#state'), 'sans script');
});

test('language, scheme and width reach the page', async () => {
  const dark = await open(`${url}/scheme`, { lang: 'en', scheme: 'dark', width: 375 });
  assert.match(seen.at(-1)['accept-language'], /^en-GB/);
  assert.equal(await dark.evaluate(() => getComputedStyle(document.querySelector('p')).color), 'rgb(0, 255, 0)');
  assert.equal(await dark.evaluate(() => innerWidth), 375);
  const light = await open(`${url}/scheme`);
  assert.equal(await light.evaluate(() => getComputedStyle(document.querySelector('p')).color), 'rgb(255, 0, 0)');
});

test('a page that throws, complains or calls a third party is not quiet; a plain one and a wanted 404 are', async () => {
  await quiet(await open(`${url}/good`));
  await quiet(await open(`${url}/absent`));
  await assert.rejects(quiet(await open(`${url}/loud`)), /console: ouch[\s\S]*script error: missing is not defined/);
  await assert.rejects(quiet(await open(`${url}/leaky`)), /third party: http:\/\/tracker\.example\/pixel\.png/);
});

for (const javascript of [true, false]) {
  test(`the keyboard reaches what it should and says when it cannot, javascript ${javascript}`, async () => {
    const page = await open(`${url}/good`, { javascript });
    await tabTo(page, '#send');
    assert.deepEqual(await focused(page), { tag: 'button', id: 'send', name: 'Envoyer', outlined: true });
    await tabTo(page, '#name', { key: 'Shift+Tab' });
    await press(page, 'a', 'b');
    assert.equal(await page.inputValue('#name'), 'ab');
    await assert.rejects(tabTo(page, '#nowhere', { most: 4 }), /not reached with 4 × Tab[\s\S]*button#send "Envoyer"/);
    await assert.rejects(tabTo(page, '#bare'), /does not show it/);
  });
}

test('a screenshot is a PNG of the asked width', async () => {
  const path = join(folder, 'deep', 'home.png');
  await screenshot(await open(`${url}/good`, { width: 400 }), path);
  const bytes = await readFile(path);
  assert.equal(bytes.toString('latin1', 1, 4), 'PNG');
  assert.equal(bytes.readUInt32BE(16), 400);
});

// A stand-in for the binary, to test the starting and stopping of it.
async function program(name, body) {
  const path = join(folder, `${name}.cjs`);
  await writeFile(path, `#!/usr/bin/env node\n${body}`);
  await chmod(path, 0o755);
  return path;
}

test('a server is waited for, gets its folder, and leaves nothing behind', async () => {
  const works = await program(
    'works',
    `const [command, , data, , listen] = process.argv.slice(2);
     const site = require('node:http').createServer((_, r) => r.end([command, data, listen].join(' ')));
     process.on('SIGTERM', () => process.exit(0));
     console.log('starting');
     site.listen(0, '127.0.0.1', () => console.log('listening on http://127.0.0.1:' + site.address().port));`,
  );
  const server = await startServer({ command: 'demo', program: works });
  assert.equal(await (await fetch(server.url)).text(), `demo ${server.data} 127.0.0.1:0`);
  assert.deepEqual(server.output[0], 'starting');
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
  await assert.rejects(fetch(server.url));
  await assert.rejects(stat(server.data), { code: 'ENOENT' });

  const kept = await startServer({ program: works, data: folder });
  assert.deepEqual(await kept.kill(), { code: null, signal: 'SIGKILL' });
  await stat(folder);
});

test('a server that ends before it listens fails with what it said', async () => {
  const breaks = await program('breaks', `console.error('config/france: line 3: unknown kind'); process.exit(2);`);
  await assert.rejects(startServer({ program: breaks }), /\(exit 2\):\nconfig\/france: line 3: unknown kind/);
  await assert.rejects(startServer({ program: join(folder, 'absent') }), /ENOENT/);
});
