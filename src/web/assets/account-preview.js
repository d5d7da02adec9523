const PAUSE_MS = 350;

/** Shows the account of a handle while it is typed: picture, handle and server. */
export function previewAccount(root) {
  const field = root.querySelector('input[data-preview]');
  const place = root.getElementById(field?.dataset.preview ?? '');
  if (!field || !place) return;
  let timer;
  let lookup;
  field.addEventListener('input', () => {
    clearTimeout(timer);
    lookup?.abort();
    place.hidden = true;
    const identifier = field.value.trim();
    if (!mayBeAnAccount(identifier)) return;
    timer = setTimeout(() => {
      lookup = new AbortController();
      void lookUp(place, identifier, lookup.signal);
    }, PAUSE_MS);
  });
}

/** A half-typed handle has no dot yet, and a server's URL is no account. */
function mayBeAnAccount(text) {
  if (/^@?did:|\/profile\/./i.test(text)) return true;
  return /.[.．。]\p{L}{2,}[./]?$/u.test(text) && !text.includes('://');
}

/** Fails silently: the form reports errors when it is sent. */
async function lookUp(place, identifier, signal) {
  const url = `${place.dataset.lookup}?${new URLSearchParams({ identifier })}`;
  try {
    const response = await fetch(url, { signal });
    const { account } = response.ok ? await response.json() : {};
    if (account) showAccount(place, account);
  } catch {
    place.hidden = true;
  }
}

function showAccount(place, { handle, did, server, picture }) {
  const [image, name, host] = ['img', 'strong', 'span'].map(tag => place.querySelector(tag));
  image.src = picture;
  name.textContent = handle ?? did;
  host.textContent = server;
  place.hidden = false;
}
