// Passkeys: hands the page's challenge to the browser and sends its answer with the form. Without it the other ways to
// sign in work all the same.
(() => {
  const form = document.querySelector('form[data-passkey]');
  if (!form || !window.PublicKeyCredential) return;

  const bytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  const named = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));

  const read = () => {
    const options = JSON.parse(form.dataset.options);
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    if (options.excludeCredentials) options.excludeCredentials = named(options.excludeCredentials);
    if (options.allowCredentials) options.allowCredentials = named(options.allowCredentials);
    return options;
  };

  const written = ({ id, rawId, type, response }) => {
    const fields = {};
    for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
      if (response[name]) fields[name] = text(response[name]);
    }
    return JSON.stringify({ id, rawId: text(rawId), type, response: fields, extensions: {} });
  };

  const button = form.querySelector('button');
  const failed = form.querySelector('[role="alert"]');
  button.disabled = false;
  for (const unhelped of document.querySelectorAll('[data-unhelped]')) unhelped.hidden = true;
  form.addEventListener('submit', async (event) => {
    if (form.elements.response.value) return;
    event.preventDefault();
    button.disabled = true;
    failed.hidden = true;
    try {
      const credential = await navigator.credentials[form.dataset.passkey]({ publicKey: read() });
      form.elements.response.value = written(credential);
      form.submit();
    } catch {
      failed.hidden = false;
      button.disabled = false;
    }
  });
})();
