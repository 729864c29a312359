import type { Finding, Place, Severity } from '../../core/findings/finding';
import { countsOf, printable, type Counts, type ReportedFinding } from './format';
import { bySubject, grouped, stacksOf, subjectName } from './groups';

/** How many findings a person is shown; all of them are counted, and printed in the other formats. */
const SHOWN = 50;
const WIDEST_LINE = 120;

export interface TextOptions {
  readonly colour: boolean;
  /** Text of a file that a finding points into, or undefined. */
  readonly source: (file: string) => string | undefined;
}

const CODES = { red: 31, yellow: 33, cyan: 36, bold: 1, dim: 2 } as const;
type Style = keyof typeof CODES;
type Paint = (style: Style, text: string) => string;

const COLOUR_OF: Record<Severity, Style> = { error: 'red', warning: 'yellow', note: 'cyan' };

function painter(colour: boolean): Paint {
  return (style, text) => (colour ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text);
}

/** `models/iris/model.yaml:3:5` */
function position(place: Place): string {
  const line = place.line === undefined ? '' : `:${place.line}${place.column === undefined ? '' : `:${place.column}`}`;
  return `${place.file}${line}`;
}

function excerpt(place: Place | undefined, options: TextOptions, paint: Paint): string[] {
  if (place?.line === undefined) return [];
  const lines = options.source(place.file)?.split('\n');
  const text = lines?.[place.line - 1];
  if (lines === undefined || text === undefined) return [];
  const width = String(place.line).length;
  const show = (number: number, mark: string): string => {
    const line = printable(lines[number - 1] ?? '').replaceAll('\t', ' ');
    return `    ${mark} ${paint('dim', `${String(number).padStart(width)} |`)} ${line.length > WIDEST_LINE ? `${line.slice(0, WIDEST_LINE)}…` : line}`.trimEnd();
  };
  const before = place.line > 1 && lines[place.line - 2]?.trim() ? [show(place.line - 1, ' ')] : [];
  return [...before, show(place.line, '>')];
}

function inStacks(stacks: readonly string[], paint: Paint): string[] {
  return stacks.length === 0
    ? []
    : [`  ${paint('dim', 'in')}   ${stacks.length === 1 ? 'stack' : 'stacks'} ${printable(stacks.join(', '))}`];
}

function renderOne(finding: ReportedFinding, isFirst: boolean, options: TextOptions, paint: Paint): string {
  const { place } = finding;
  const about = [place ? position(place) : '', place?.path ?? ''].filter(Boolean).join('  ');
  return [
    `${paint(COLOUR_OF[finding.severity], finding.severity)} ${paint('bold', finding.code)} ${printable(about)}`.trimEnd(),
    `  ${printable(finding.message)}`,
    ...(isFirst ? [`  ${paint('dim', 'why')}  ${printable(finding.why)}`] : []),
    `  ${paint('dim', 'fix')}  ${printable(finding.fix)}`,
    ...inStacks(stacksOf(finding), paint),
    ...(finding.related ?? []).map((each) => `  ${paint('dim', 'see')}  ${printable(position(each.place))} ${printable(each.message)}`),
    ...excerpt(place, options, paint),
  ].join('\n');
}

/** One rule against several objects: the reason and the way out once, then who has what. */
function renderGroup(findings: readonly ReportedFinding[], isFirst: boolean, paint: Paint): string {
  const [{ code, severity, policy, why, fix }] = findings as [ReportedFinding];
  const subjects = bySubject(findings).flatMap((subject) => [
    `  ${printable(subjectName(subject))}`,
    ...subject.findings.map((each) => {
      const stacks = stacksOf(each).join(', ');
      return `    ${printable(`${each.policy?.object ?? 'everything'}: ${each.policy?.said ?? each.message}${stacks === '' ? '' : ` (${stacks})`}`)}`;
    }),
  ]);
  return [
    `${paint(COLOUR_OF[severity], severity)} ${paint('bold', code)} ${policy?.rule ?? ''}, ${findings.length} times`,
    ...(isFirst ? [`  ${paint('dim', 'why')}  ${printable(why)}`] : []),
    `  ${paint('dim', 'fix')}  ${printable(fix)}`,
    ...subjects,
  ].join('\n');
}

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

/** `2 errors, 1 warning` */
export function countsLine(counts: Counts): string {
  const said = [
    counts.error > 0 ? plural(counts.error, 'error') : '',
    counts.warning > 0 ? plural(counts.warning, 'warning') : '',
    counts.note > 0 ? plural(counts.note, 'note') : '',
  ].filter(Boolean);
  return said.length > 0 ? said.join(', ') : 'no findings';
}

/** The findings as a person reads them, most important first within the cap, in the order of the files. */
export function renderText(findings: readonly ReportedFinding[], options: TextOptions): string {
  const paint = painter(options.colour);
  const weighty = (finding: Finding): boolean => finding.severity !== 'note';
  const kept =
    findings.length > SHOWN
      ? new Set([...findings.filter(weighty), ...findings.filter((each) => !weighty(each))].slice(0, SHOWN))
      : new Set(findings);
  const shown = findings.filter((each) => kept.has(each));
  // A reason is said with the first finding that has it.
  const first = new Map(shown.toReversed().map((each) => [each.why, each]));
  const blocks = grouped(shown).map((group) => {
    const [one, ...others] = group;
    const isFirst = group.some((each) => first.get(each.why) === each);
    return others.length > 0 ? renderGroup(group, isFirst, paint) : renderOne(one, isFirst, options, paint);
  });
  const hidden = findings.length - shown.length;
  if (hidden > 0) blocks.push(`… and ${plural(hidden, 'finding')} more of ${countsLine(countsOf(findings))}: --output json prints all`);
  return blocks.join('\n\n');
}
