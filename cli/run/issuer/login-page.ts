import { createHash } from 'node:crypto';
import type { Identity } from './people';

const STYLE = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:34rem;margin:3rem auto;padding:0 1rem}
.note{border-left:.3rem solid #c77700;padding:.25rem 1rem;margin:1.5rem 0}
ul{list-style:none;padding:0}li{margin:.75rem 0}
button{font:inherit;text-align:left;width:100%;padding:.75rem 1rem;border:1px solid #888;border-radius:.5rem;background:transparent;color:inherit;cursor:pointer}
button:hover,button:focus-visible{outline:.2rem solid #2a6fdb;outline-offset:1px}
b{display:block}small{opacity:.8;overflow-wrap:anywhere}`;

/** Policy of the page: its own style and nothing else; the form may end at the gateway, where the login came from. */
export function loginPolicy(origins: readonly string[]): string {
  const style = createHash('sha256').update(STYLE).digest('base64');
  return `default-src 'none'; style-src 'sha256-${style}'; form-action 'self' ${origins.join(' ')}; base-uri 'none'; frame-ancestors 'none'`;
}

/** Lists the sample people; each is a button, so that keyboard and screen reader need nothing else. */
export function loginPage(people: readonly Identity[], action: string): string {
  const buttons = people.map(
    (person) =>
      `<li><button name="person" value="${escapeHtml(person.id)}"><b>${escapeHtml(person.name)}</b><small>${escapeHtml(person.about)}</small></button></li>`,
  );
  return page(
    'Who are you?',
    `<p class="note" role="note">This is the login of a local KEA run on this machine. It asks for no password and is <strong>not for production</strong>: a real installation uses your own identity provider.</p>
<form method="post" action="${escapeHtml(action)}"><ul>
${buttons.join('\n')}
</ul></form>`,
  );
}

/** Shown when a login was not started by a page, or is too old. */
export function lostPage(): string {
  return page('This login has ended', '<p>Open the documentation page again to start a new one.</p>');
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${title} · KEA local login</title><style>${STYLE}</style></head>
<body><main><h1>${title}</h1>
${body}
</main></body></html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
