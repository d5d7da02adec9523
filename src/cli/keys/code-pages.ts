import { createHash } from 'node:crypto';

/** The colours and shapes of the broker's own pages, in one piece: this page may load nothing. */
const STYLE = `
:root{color-scheme:light dark;--ground:light-dark(#f6f7f8,#111418);--text:light-dark(#1a1f26,#e9ebee);--quiet:light-dark(#57606b,#a4adb8)}
.good{--note:light-dark(#e7f5ec,#15291d);--sign:light-dark(#1e6539,#8fd6a8)}
.problem{--note:light-dark(#fdeeec,#341c1b);--sign:light-dark(#98231f,#ffb3ab)}
*{box-sizing:border-box}
body{margin:0;padding:clamp(1.25rem,7vh,4.5rem) 1rem 4rem;background:var(--ground);color:var(--text);font:1rem/1.55 system-ui,sans-serif}
main{display:grid;gap:1.25rem;max-width:27rem;margin-inline:auto}
h1,p{margin:0;overflow-wrap:anywhere}
h1{font-size:1.75rem;font-weight:680;line-height:1.2;letter-spacing:-.015em}
.brand{font-weight:650}
.note{display:grid;grid-template-columns:auto 1fr;gap:.75rem;padding:.875rem 1.125rem;border-radius:.75rem;background:var(--note)}
svg{margin-top:.15rem;fill:none;stroke:var(--sign);stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}
.quiet{color:var(--quiet);font-size:.9375rem}
`;

const SIGNS = { good: 'M6.5 10.3 9 12.8l4.6-5.3', problem: 'M10 5.8v5M10 13.9v.1' } as const;

/** Allows the page's own style and nothing else. */
export const CODE_PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The page in the owner's browser once the program on this machine has the code. */
export const acceptedPage = page('good', {
  title: 'That’s all',
  text: 'The code has reached the program that asked for the key. It fetches the key now.',
  next: 'You can close this page and go back to the terminal.',
});

/** The page for every request that does not bring the awaited code. */
export const refusedPage = page('problem', {
  title: 'There is nothing here',
  text: 'This address takes the code of one key, and this isn’t that code.',
  next: 'Go back to the terminal. If it still waits, open the link that it shows once more.',
});

function page(
  kind: keyof typeof SIGNS,
  { title, text, next }: { readonly title: string; readonly text: string; readonly next: string },
): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Latchkey</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<p class="brand">Latchkey</p>
<h1>${title}</h1>
<div class="note ${kind}" role="${kind === 'good' ? 'status' : 'alert'}">
<svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true"><circle cx="10" cy="10" r="8"/><path d="${SIGNS[kind]}"/></svg>
<p>${text}</p>
</div>
<p class="quiet">${next}</p>
</main>
</body>
</html>
`;
}
