// Workbench. Links and buttons do all of this without it: keys to go through a list and decide, and who
// else looks at a submission.
(() => {
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
  if (!document.body.classList.contains('workbench')) return;

  const SOON = 1000;
  const EVERY = 20000;

  // ---------------------------------------------------------------- a fold that an address or a link names
  const unfold = () => {
    const fold = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (fold?.localName !== 'details') return;
    fold.open = true;
    (fold.querySelector('select, textarea, input:not([type=hidden])') ?? fold).focus();
  };
  window.addEventListener('hashchange', unfold);
  unfold();

  document.addEventListener('click', (event) => {
    const link = event.target.closest('.summary a[href^="#"]');
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    for (let at = field.parentElement; at; at = at.parentElement) if (at.localName === 'details') at.open = true;
    event.preventDefault();
    field.focus();
    field.scrollIntoView({ block: 'center' });
  });

  // ---------------------------------------------------------------- keys
  const rows = $$('[data-queue] [data-row]');
  const link = (row) => $('[data-key="open"], th a', row);
  let current = -1;

  const choose = (place) => {
    if (rows.length === 0) return;
    rows[current]?.removeAttribute('data-current');
    current = Math.max(0, Math.min(rows.length - 1, place));
    const row = rows[current];
    row.setAttribute('data-current', '');
    link(row).focus({ preventScroll: true });
    row.scrollIntoView({ block: 'nearest' });
  };
  rows.forEach((row, place) => row.addEventListener('focusin', () => {
    if (place === current) return;
    rows[current]?.removeAttribute('data-current');
    current = place;
    row.setAttribute('data-current', '');
  }));

  // In a list a key acts on the chosen row; on a submission, on the submission.
  const act = (name) => {
    const within = rows.length > 0 ? rows[current] : document;
    const found = within && $(`[data-key="${name}"]`, within);
    if (!found) return false;
    if (found.localName === 'summary') {
      found.parentElement.open = true;
      $('select, textarea', found.parentElement)?.focus();
    } else {
      found.click();
    }
    return true;
  };

  const help = () => {
    const keys = $('[data-keys]');
    if (!keys) return false;
    let dialog = $('.wb-keys-dialog');
    if (!dialog) {
      dialog = document.createElement('dialog');
      dialog.className = 'wb-keys-dialog';
      const title = document.createElement('h2');
      title.id = 'keys-dialog-title';
      title.textContent = $('summary', keys).textContent;
      dialog.setAttribute('aria-labelledby', title.id);
      dialog.append(title, $('dl', keys).cloneNode(true));
      document.body.append(dialog);
    }
    if (dialog.open) dialog.close();
    else dialog.showModal();
    return true;
  };

  const KEYS = {
    j: () => (choose(current + 1), rows.length > 0),
    ArrowDown: () => (choose(current + 1), rows.length > 0),
    k: () => (choose(current - 1), rows.length > 0),
    ArrowUp: () => (choose(current - 1), rows.length > 0),
    o: () => current >= 0 && (link(rows[current]).click(), true),
    t: () => act('take'),
    r: () => act('route'),
    c: () => act('close'),
    x: () => act('tick'),
    n: () => ($('[data-key="page"]')?.click(), true),
    u: () => ($('[data-key="up"]')?.click(), true),
    '/': () => ($('[data-key="search"]')?.focus(), true),
    '?': help,
  };

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const writing = event.target.closest?.('input:not([type=checkbox]), textarea, select, [contenteditable]');
    if (event.key === 'Escape' && writing) return writing.blur();
    if (writing || ($('dialog[open]') && event.key !== '?')) return;
    // Arrows stay the page's own until a row is chosen by hand.
    if (event.key.startsWith('Arrow') && current < 0) return;
    if (Object.hasOwn(KEYS, event.key) && KEYS[event.key]()) event.preventDefault();
  });

  // ---------------------------------------------------------------- who else looks
  const submission = $('[data-submission]');
  if (submission) {
    const notice = $('[data-others]', submission);
    const show = (text) => {
      if (notice.textContent.trim() === text) return;
      notice.replaceChildren(Object.assign(document.createElement('p'), { textContent: text }));
      notice.hidden = text === '';
    };
    const ask = async () => {
      if (document.hidden) return;
      try {
        const answer = await fetch(submission.dataset.presence, { headers: { accept: 'application/json' } });
        if (!answer.ok || answer.redirected) return;
        const { others, revision } = await answer.json();
        const texts = others.map((name) => notice.dataset.text.replace('WHO', () => name));
        if (String(revision) !== submission.dataset.revision) texts.push(notice.dataset.changed);
        show(texts.join(' '));
      } catch {
        // The next time will tell.
      }
    };
    setTimeout(ask, SOON);
    setInterval(ask, EVERY);
    document.addEventListener('visibilitychange', ask);
  }
})();
