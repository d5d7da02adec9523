import type { ComponentChildren, VNode } from 'preact';
import { frameTexts } from '../texts/frame.ts';
import type { Frame } from './pages.service.ts';

export type PageProps = Frame & {
  readonly title: string;
  /** Wide for pages with lists, narrow for pages with one question. */
  readonly width?: 'narrow' | 'wide';
  /** Shown at the right of the page's head. */
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
};

/** The frame of every page: language, title, stylesheet, script and the broker's name. */
export function Page(props: PageProps): VNode {
  const { title, basePath, brokerName, hasLogo = false, width = 'narrow', aside, children } = props;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title} · ${brokerName}`}</title>
        <link rel="icon" href={`${basePath}/assets/icon.svg`} type="image/svg+xml" />
        <link rel="stylesheet" href={`${basePath}/assets/latchkey.css`} />
        <link rel="stylesheet" href={`${basePath}/assets/keys.css`} />
        <script type="module" src={`${basePath}/assets/latchkey.js`} />
      </head>
      <body class={width}>
        <a class="skip" href="#main">
          {frameTexts.skip}
        </a>
        <header class="head">
          <a class="brand" href={`${basePath}/`}>
            <img src={`${basePath}/assets/${hasLogo ? 'logo' : 'icon.svg'}`} alt="" width="28" height="28" />
            {brokerName}
          </a>
          {aside}
        </header>
        <main id="main" tabIndex={-1}>
          {children}
        </main>
        <OperatorLinks {...props} />
      </body>
    </html>
  );
}

/** The operator's terms and policy. The pages' addresses are kept from the sites that they are on. */
function OperatorLinks({ termsUrl, policyUrl }: Frame): VNode | null {
  if (termsUrl === undefined && policyUrl === undefined) return null;
  return (
    <footer class="foot">
      {termsUrl === undefined ? null : (
        <a href={termsUrl} rel="terms-of-service noreferrer">
          {frameTexts.terms}
        </a>
      )}
      {policyUrl === undefined ? null : (
        <a href={policyUrl} rel="privacy-policy noreferrer">
          {frameTexts.policy}
        </a>
      )}
    </footer>
  );
}
