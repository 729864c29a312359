import { html } from '../html';
import { layout } from './layout';
import type { Shelf } from '../library';

/** One contract: its facts without any script, and the reference below, drawn by Scalar from the same OpenAPI document. */
export function contractPage({ part: { contract }, methods }: Shelf, person: string | undefined): string {
  const base = `/docs/models/${contract.model}/${contract.contract}`;
  const versions = contract.versions.map(({ version }) => `${version} (${contract.routing.weights[version] ?? 0} %)`).join(', ');
  const body = html`<section class="text">
      <h1>${contract.model} <small>${contract.contract}</small></h1>
      <p>${contract.description}</p>
      <dl>
        <dt>Owner</dt>
        <dd>${contract.owner}</dd>
        <dt>Versions</dt>
        <dd>${versions}</dd>
        <dt>Data</dt>
        <dd>${contract.classification}</dd>
        <dt>Recorded of each call</dt>
        <dd>${recorded(contract.audit.payload)}</dd>
        <dt>You may call</dt>
        <dd>${methods.map(({ method }) => method).join(', ')}</dd>
        <dt>OpenAPI 3.1</dt>
        <dd><a href="${base}/openapi.json">openapi.json</a></dd>
      </dl>
      <noscript><p class="note">The reference below is drawn by a script; the OpenAPI file above says the same.</p></noscript>
    </section>
    <div id="reference" data-url="${base}/openapi.json"></div>`;
  return layout({
    title: `${contract.model} ${contract.contract}`,
    person,
    body,
    wide: true,
    scripts: ['/docs/assets/standalone.js', `${base}/reference.js`],
  });
}

function recorded(payload: 'none' | 'hashed' | 'redacted'): string {
  switch (payload) {
    case 'none':
      return 'who called what and when; nothing of the body';
    case 'hashed':
      return 'who called what and when, and a keyed hash of the body';
    case 'redacted':
      return 'who called what and when, and the body without its marked fields';
  }
}
