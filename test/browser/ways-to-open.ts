/** The ways in which a page can open an address of its origin so that a script there might run. */
export const waysToOpen = [
  'navigation',
  'iframe',
  'object',
  'img',
  'script',
  'import',
  'shared worker',
  'service worker',
  'service worker of all pages',
] as const;

export type WayToOpen = (typeof waysToOpen)[number];

/**
 * Opens an address from a page, and waits until the browser has loaded or refused it. Runs inside the page, so it uses
 * nothing from outside.
 */
export async function openInPage({ way, url }: { way: WayToOpen; url: string }): Promise<void> {
  const settled = (target: EventTarget): Promise<unknown> =>
    Promise.race([
      new Promise(resolve => {
        for (const event of ['load', 'error', 'message']) target.addEventListener(event, resolve);
      }),
      new Promise(resolve => setTimeout(resolve, 300)),
    ]);
  const append = (tag: string, attributes: object): Promise<unknown> => {
    const element = Object.assign(document.createElement(tag), attributes);
    document.documentElement.append(element);
    return settled(element);
  };
  const ways: Record<WayToOpen, () => unknown> = {
    navigation: () => {
      location.assign(url);
    },
    iframe: () => append('iframe', { src: url }),
    object: () => append('object', { data: url }),
    img: () => append('img', { src: url }),
    script: () => append('script', { src: url }),
    import: () => import(url).catch(() => undefined),
    'shared worker': () => settled(new SharedWorker(url)),
    'service worker': () => navigator.serviceWorker.register(url).catch(() => undefined),
    'service worker of all pages': () =>
      navigator.serviceWorker.register(url, { scope: '/' }).catch(() => undefined),
  };
  await ways[way]();
}

/** Returns the marks of scripts that have run in the page's origin. Runs inside the page. */
export async function findMarks(): Promise<string[]> {
  const workers = await navigator.serviceWorker.getRegistrations();
  return [...Object.keys(localStorage), document.cookie, ...(await caches.keys())]
    .concat(workers.map(({ scope }) => scope))
    .filter(mark => mark !== '');
}
