import { html, type Html } from '../html';
import { methodPath } from '../../../core/contract/names';
import { layout } from './layout';
import type { Shelf } from '../library';

/** The index: every contract that the caller may use, and how to call it. */
export function modelsPage(stack: string | undefined, shelves: readonly Shelf[], person: string | undefined): string {
  const body = html`<h1>Models${stack === undefined ? html`` : html` <small>of ${stack}</small>`}</h1>
    ${
      shelves.length === 0
        ? nothing()
        : html`<ul class="cards">
            ${shelves.map(card)}
          </ul>`
    }`;
  return layout({ title: 'Models', person, body });
}

function nothing(): Html {
  return html`<p class="note">
    Your roles admit to no method yet. The owner of a model grants its roles; ask the team that published it.
  </p>`;
}

function card({ part: { contract }, methods }: Shelf): Html {
  const page = `/docs/models/${contract.model}/${contract.contract}`;
  const { deprecated, sunset } = contract.lifecycle;
  return html`<li class="card">
    <h2>
      <a href="${page}">${contract.model} <small>${contract.contract}</small></a>
    </h2>
    ${contract.description === '' ? html`` : html`<p>${contract.description}</p>`}
    ${deprecated === undefined ? html`` : html`<p class="warning">Deprecated from ${deprecated}${sunset === undefined ? '' : `, not answered after ${sunset}`}.</p>`}
    <ul class="methods">
      ${methods.map(
        (method) =>
          html`<li><code>POST ${methodPath(contract.model, contract.contract, method.method)}</code> <span>${method.summary}</span></li>`,
      )}
    </ul>
    <p class="facts">
      <span>${contract.owner}</span> <span>${contract.classification}</span>
      ${contract.tags.map((tag) => html`<span class="tag">${tag}</span>`)}
    </p>
  </li>`;
}
