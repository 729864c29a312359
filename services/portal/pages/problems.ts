import { html } from '../html';
import { Problem, problemType, type ProblemName } from '../../../core/contract/problems';
import { problemTexts } from '../problem-texts';
import { layout } from './layout';

const NAMES = Object.keys(Problem) as ProblemName[];

export function isProblemName(name: string): name is ProblemName {
  return Object.hasOwn(Problem, name);
}

/** All problems, by status. */
export function problemsPage(person: string | undefined): string {
  const rows = [...NAMES]
    .sort((a, b) => Problem[a].status - Problem[b].status)
    .map(
      (name) =>
        html`<tr>
          <td>${Problem[name].status}</td>
          <td><a href="/docs/problems/${name}">${name}</a></td>
          <td>${Problem[name].title}</td>
        </tr>`,
    );
  const body = html`<h1>Problems</h1>
    <p>Every error answer is a problem document (RFC 9457). Its <code>type</code> is one of these.</p>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Status</th>
            <th scope="col">Type</th>
            <th scope="col">Title</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>`;
  return layout({ title: 'Problems', person, body });
}

/** One problem: what it means and what to do. */
export function problemPage(name: ProblemName, person: string | undefined): string {
  const { status, title } = Problem[name];
  const { meaning, remedy } = problemTexts[name];
  const body = html`<h1>${title}</h1>
    <dl>
      <dt>Type</dt>
      <dd><code>${problemType(name)}</code></dd>
      <dt>Status</dt>
      <dd>${status}</dd>
    </dl>
    <h2>What it means</h2>
    <p>${meaning}</p>
    <h2>What to do</h2>
    <p>${remedy}</p>
    <p>The <code>instance</code> of the answer names the record of this one request; quote it when you ask for help.</p>`;
  return layout({ title, person, body });
}
