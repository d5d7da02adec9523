const PAUSE_MS = 350;

/** Shows whose handle it is while it is typed: picture, handle and server. */
export function previewAccount(root) {
  const field = root.querySelector('input[data-preview]');
  const place = root.getElementById(field?.dataset.preview ?? '');
  if (!field || !place) return;
  let timer;
  let asking;
  field.addEventListener('input', () => {
    clearTimeout(timer);
    asking?.abort();
    place.hidden = true;
    const identifier = field.value.trim();
    if (!mayBeAnAccount(identifier)) return;
    timer = setTimeout(() => {
      asking = new AbortController();
      void ask(place, identifier, asking.signal);
    }, PAUSE_MS);
  });
}

/** Whoever is still typing has no dot yet, or the address of a server, which is nobody's account. */
function mayBeAnAccount(text) {
  return text.startsWith('did:') || (/.\.[a-z]{2,}$/i.test(text) && !text.includes('://'));
}

/** What goes wrong here, the form tells when it is sent. */
async function ask(place, identifier, signal) {
  const url = `${place.dataset.lookup}?${new URLSearchParams({ identifier })}`;
  try {
    const answer = await fetch(url, { signal });
    const { account } = answer.ok ? await answer.json() : {};
    if (account) show(place, account);
  } catch {
    place.hidden = true;
  }
}

function show(place, { handle, did, server, picture }) {
  const [image, name, host] = ['img', 'strong', 'span'].map(tag => place.querySelector(tag));
  image.src = picture;
  name.textContent = handle ?? did;
  host.textContent = server;
  place.hidden = false;
}
