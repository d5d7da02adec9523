const PAUSE_MS = 350;

/** Shows the account of a handle while it is typed: picture, handle and server. Offers a handle for half a handle. */
export function previewAccount(root) {
  const field = root.querySelector('input[data-preview]');
  const place = root.getElementById(field?.dataset.preview ?? '');
  if (!field || !place) return;
  const suggestion = root.getElementById('suggestion');
  let timer;
  let lookup;
  const hide = () => {
    place.hidden = true;
    suggestion.hidden = true;
  };
  const look = () => {
    clearTimeout(timer);
    lookup?.abort();
    hide();
    const identifier = field.value.trim();
    if (!mayBeAnAccount(identifier) && !mayBeHalfAHandle(identifier)) return;
    timer = setTimeout(() => {
      lookup = new AbortController();
      void lookUp({ place, suggestion, hide }, identifier, lookup.signal);
    }, PAUSE_MS);
  };
  field.addEventListener('input', look);
  suggestion.querySelector('button').addEventListener('click', ({ currentTarget }) => {
    field.value = currentTarget.textContent;
    field.focus();
    look();
  });
}

/** A half-typed handle has no dot yet, and a server's URL is no account. */
function mayBeAnAccount(text) {
  if (/^@?did:|\/profile\/./i.test(text)) return true;
  return /.[.．。]\p{L}{2,}[./]?$/u.test(text) && !text.includes('://');
}

/** A name without its server, or the beginning of an e-mail address. */
function mayBeHalfAHandle(text) {
  return /^@?[a-z0-9-]{3,18}$/i.test(text) || /^[^\s@]+@[^\s@]+$/.test(text);
}

/** Fails silently: the form reports errors when it is sent. */
async function lookUp({ place, suggestion, hide }, identifier, signal) {
  const url = `${place.dataset.lookup}?${new URLSearchParams({ identifier })}`;
  try {
    const response = await fetch(url, { signal });
    const { account, hint } = response.ok ? await response.json() : {};
    if (account) showAccount(place, account);
    else if (hint) showHint(suggestion, hint);
  } catch {
    hide();
  }
}

function showAccount(place, { handle, did, server, picture }) {
  const [image, name, host] = ['img', 'strong', 'span'].map(tag => place.querySelector(tag));
  image.src = picture;
  name.textContent = handle ?? did;
  host.textContent = server;
  place.hidden = false;
}

function showHint(place, { text, suggestion }) {
  const [words, button] = ['span', 'button'].map(tag => place.querySelector(tag));
  const question = suggestion ? `${place.dataset.question}:` : '';
  words.textContent = [text, question].filter(Boolean).join(' ');
  button.textContent = suggestion ?? '';
  button.hidden = !suggestion;
  place.hidden = false;
}
