import { html, type Html } from '../html';

export interface Frame {
  readonly title: string;
  /** Who is logged in; absent where the edge did not say. */
  readonly person: string | undefined;
  readonly body: Html;
  /** The page is wider than text is readable. */
  readonly wide?: boolean;
  /** Files of scripts, in order. */
  readonly scripts?: readonly string[];
}

/** The frame of every page. Needs no script. */
export function layout({ title, person, body, wide, scripts }: Frame): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · KEA</title>
        <link rel="icon" href="/docs/assets/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/docs/assets/portal.css" />
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header>
          <a class="brand" href="/docs">KEA</a>
          <nav aria-label="Main"><a href="/docs">Models</a><a href="/docs/problems">Problems</a></nav>
          ${person === undefined ? html`` : html`<p class="person"><span>${person}</span> <a href="/docs/logout">Log out</a></p>`}
        </header>
        <main id="content" class="${wide ? 'wide' : 'text'}">${body}</main>
        ${(scripts ?? []).map((file) => html`<script src="${file}"></script>`)}
      </body>
    </html> `.text;
}
