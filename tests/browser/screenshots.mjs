// Takes the pictures that stand in docs/screenshots/ and in the README, on the demonstration data:
// `cargo xtask screenshots`. Add a page by adding a line.

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { close, open, screenshot, startServer } from './harness.mjs';

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'docs', 'screenshots');

const PAGES = [
  { name: 'home', path: '/' },
  { name: 'home-dark', path: '/', scheme: 'dark' },
  { name: 'home-phone', path: '/', width: 375 },
  { name: 'home-en', path: '/', lang: 'en' },
];

try {
  const server = await startServer({ command: 'demo' });
  for (const { name, path, ...options } of PAGES) {
    const page = await open(new URL(path, server.url).href, options);
    await screenshot(page, join(FOLDER, `${name}.png`));
    await page.context().close();
    console.log(`docs/screenshots/${name}.png`);
  }
} finally {
  await close();
}
