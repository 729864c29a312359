import { html } from '../html';
import { layout } from './layout';

/** A page with one sentence. */
export function messagePage(title: string, sentence: string, person: string | undefined): string {
  return layout({
    title,
    person,
    body: html`<h1>${title}</h1>
      <p>${sentence}</p>
      <p><a href="/docs">Back to the models</a></p>`,
  });
}
