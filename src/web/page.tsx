import type { ComponentChildren, VNode } from 'preact';

/** The frame of every page: language, title, the one stylesheet, and no script. */
export function Page({
  title,
  basePath,
  children,
}: {
  title: string;
  basePath: string;
  children: ComponentChildren;
}): VNode {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title}</title>
        <link rel="stylesheet" href={`${basePath}/assets/latchkey.css`} />
      </head>
      <body>
        <main>{children}</main>
      </body>
    </html>
  );
}
