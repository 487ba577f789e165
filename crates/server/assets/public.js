// Public site. Everything works without this: it saves while a person writes, shows questions as answers
// call for them, and sends files with their progress.
(() => {
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
  const QUIET = 2000;
  const AGAIN = 10000;

  $('[data-focus]')?.focus();

  // A link of an error summary also puts the cursor there.
  document.addEventListener('click', (event) => {
    const link = event.target.closest('.summary a[href^="#"], .appeared a[href^="#"]');
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    const control = field.matches('input, select, textarea') ? field : ($('input:not([type=hidden]), select, textarea', field) ?? field);
    control.focus();
    field.scrollIntoView({ block: 'center' });
  });

  for (const code of $$('[data-copy]')) {
    if (!navigator.clipboard) continue;
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'small secondary';
    button.textContent = code.dataset.copy;
    const said = document.createElement('span');
    said.setAttribute('role', 'status');
    said.className = 'muted';
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText((code.value ?? code.textContent).trim());
      said.textContent = ` ${code.dataset.copied}`;
    });
    code.after(' ', button, said);
  }

  for (const form of $$('form[data-once]')) {
    form.addEventListener('submit', (event) => {
      if (form.dataset.sent) return event.preventDefault();
      form.dataset.sent = 'yes';
      $('[data-status]', form).textContent = form.dataset.once;
      for (const button of $$('button', form)) button.setAttribute('aria-disabled', 'true');
    });
  }
  // Coming back with the browser's button finds a form that can be sent again.
  window.addEventListener('pageshow', () => {
    for (const form of $$('form[data-once]')) delete form.dataset.sent;
  });

  const form = $('form[data-step]');
  if (!form) return;
  const status = $('[data-status]', form);
  const words = form.dataset;
  let timer;
  let asked = 0;
  let flying;
  let uploading = Promise.resolve();
  let unsaved = false;

  function say(text, how = '') {
    status.className = `status ${how}`;
    if (status.textContent !== text) status.textContent = text;
  }

  /** The form without files: those are sent by themselves. */
  function typed(submitter) {
    const data = new FormData(form, submitter);
    for (const input of $$('input[type=file]', form)) data.delete(input.name);
    return new URLSearchParams([...data].filter(([, value]) => typeof value === 'string'));
  }

  async function save(submitter) {
    clearTimeout(timer);
    flying?.abort();
    const turn = ++asked;
    flying = new AbortController();
    say(words.saving);
    try {
      const answer = await fetch(form.action, {
        method: 'POST',
        body: typed(submitter),
        headers: { 'X-Fragment': '1' },
        redirect: 'error',
        signal: flying.signal,
      });
      const text = await answer.text();
      if (turn !== asked) return false;
      if (!answer.ok) throw new Error(String(answer.status));
      unsaved = false;
      say(words.saved, 'good');
      show(text);
      return true;
    } catch (error) {
      if (error.name === 'AbortError' || turn !== asked) return false;
      unsaved = true;
      say(words.failed, 'bad');
      timer = setTimeout(save, AGAIN);
      return false;
    }
  }

  const names = (root) => $$('[name]', root).filter((field) => field.type !== 'hidden')
    .map((field) => `${field.name}=${field.matches('[type=radio], [type=checkbox], button') ? field.value : ''}`).join('&')
    + $$('option', root).length;

  /** Puts the server's page in place where it differs, keeping what is being typed and where the cursor is. */
  function show(html) {
    const page = new DOMParser().parseFromString(html, 'text/html');
    for (const kind of ['urgent', 'advice']) {
      const here = $(`[data-part=${kind}]`);
      const there = $(`[data-part=${kind}]`, page);
      if (there && here.textContent.trim() !== there.textContent.trim()) here.replaceChildren(...there.childNodes);
    }
    const here = $('[data-part=questions]', form);
    const there = $('[data-part=questions]', page);
    if (!there || (names(here) === names(there) && $$('.files li', here).length === $$('.files li', there).length)) return;
    const before = new Set($$('[name]', here).map((field) => field.name));
    const values = new Map();
    for (const field of $$('input:not([type=hidden], [type=file]), select, textarea', here)) {
      const key = field.matches('[type=radio], [type=checkbox]') ? `${field.name}=${field.value}` : field.name;
      values.set(key, field.matches('[type=radio], [type=checkbox]') ? field.checked : field.value);
    }
    const active = document.activeElement;
    const place = here.contains(active) ? { id: active.id, start: active.selectionStart, end: active.selectionEnd } : undefined;
    const sending = $('[data-uploads]', here);
    here.replaceChildren(...there.childNodes);
    if (sending?.childNodes.length) $('[data-uploads]', here)?.replaceWith(sending);
    for (const field of $$('input:not([type=hidden], [type=file]), select, textarea', here)) {
      const key = field.matches('[type=radio], [type=checkbox]') ? `${field.name}=${field.value}` : field.name;
      if (!values.has(key)) continue;
      if (field.matches('[type=radio], [type=checkbox]')) field.checked = values.get(key);
      else field.value = values.get(key);
    }
    if (place?.id) {
      const field = document.getElementById(place.id);
      field?.focus({ preventScroll: true });
      if (field && place.start != null && field.setSelectionRange) {
        try { field.setSelectionRange(place.start, place.end); } catch { /* not a text field */ }
      }
    }
    if ($$('[name]', here).some((field) => field.name !== '_asked' && !before.has(field.name))) say(`${words.saved} ${words.new}`, 'good');
    uploads();
  }

  form.addEventListener('input', (event) => {
    if (event.target.type === 'file') return;
    unsaved = true;
    clearTimeout(timer);
    timer = setTimeout(save, QUIET);
  });
  form.addEventListener('change', (event) => {
    if (event.target.matches('[type=radio], [type=checkbox], select')) save();
  });
  form.addEventListener('submit', async (event) => {
    const button = event.submitter;
    if (button && ['add', 'remove', 'remove-file'].includes(button.name)) {
      event.preventDefault();
      const { name, value } = button;
      const entries = () => $$('.entry', form).map((entry) => entry.id);
      const before = entries();
      if (name === 'remove') {
        // What is in the page is numbered anew by the server: its values, not the old names', must show.
        const saved = await saveAndReplace(button);
        if (saved) document.getElementById(`q-${value.replace(/\.\d+$/, '').replaceAll('.', '-')}`)?.focus();
        return;
      }
      await save(button);
      const fresh = entries().find((id) => !before.includes(id));
      if (name === 'add' && fresh) $('input:not([type=hidden]), select, textarea', document.getElementById(fresh))?.focus();
      if (name === 'remove-file') $('#files', form)?.focus();
      return;
    }
    clearTimeout(timer);
    flying?.abort();
    asked += 1;
    unsaved = false;
  });

  async function saveAndReplace(button) {
    const questions = $('[data-part=questions]', form);
    clearTimeout(timer);
    flying?.abort();
    asked += 1;
    try {
      const answer = await fetch(form.action, { method: 'POST', body: typed(button), headers: { 'X-Fragment': '1' }, redirect: 'error' });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      questions.replaceChildren(...$('[data-part=questions]', page).childNodes);
      // What it said was about the page as it was.
      $('#summary')?.remove();
      $('#appeared')?.remove();
      say(words.saved, 'good');
      uploads();
      return true;
    } catch {
      say(words.failed, 'bad');
      return false;
    }
  }

  window.addEventListener('beforeunload', (event) => {
    if (unsaved && status.classList.contains('bad')) event.preventDefault();
  });

  /** Sends chosen files one after the other, each with its progress and a way to stop it. */
  function uploads() {
    const input = $('input[data-upload]', form);
    if (!input || input.dataset.ready) return;
    input.dataset.ready = 'yes';
    $('[data-upload-button]', form)?.parentElement.remove();
    input.addEventListener('change', () => {
      const files = [...input.files];
      input.value = '';
      for (const file of files) uploading = uploading.then(() => send(input.name, file));
    });
  }

  function send(name, file) {
    const line = document.createElement('li');
    const label = document.createElement('span');
    label.textContent = `${words.sending} ${file.name}`;
    const bar = document.createElement('progress');
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute('aria-label', label.textContent);
    const cancel = document.createElement('button');
    cancel.type = 'button';
    cancel.className = 'small secondary';
    cancel.textContent = words.cancel;
    line.append(label, bar, cancel);
    ($('[data-uploads]', form) ?? status).append(line);
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      const end = (text) => {
        bar.remove();
        cancel.remove();
        if (text) {
          label.textContent = text;
          label.className = 'error';
          label.setAttribute('role', 'alert');
        } else line.remove();
        resolve();
      };
      request.upload.addEventListener('progress', (event) => {
        if (event.lengthComputable) bar.value = event.loaded / event.total;
      });
      request.addEventListener('load', () => {
        const page = new DOMParser().parseFromString(request.responseText, 'text/html');
        const why = $('#files .error', page)?.textContent.trim();
        end(request.status === 200 ? why : why ?? `${file.name} ${words.fileFailed}`);
        if (request.status === 200) {
          say(words.saved, 'good');
          const files = $('#files', page);
          for (const error of $$('.error', files)) error.remove();
          if (files) $('#files', form)?.replaceChildren(...files.childNodes);
        }
      });
      request.addEventListener('error', () => end(`${file.name} ${words.fileFailed}`));
      request.addEventListener('abort', () => end(`${file.name}: ${words.cancelled}`));
      cancel.addEventListener('click', () => request.abort());
      const data = new FormData();
      data.append(name, file);
      request.open('POST', form.action);
      request.setRequestHeader('X-Fragment', '1');
      request.send(data);
    });
  }

  uploads();
})();
