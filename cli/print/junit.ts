import { bySubject, stacksOf, subjectName, type Subject } from './groups';
import { countsOf, printable, type Report, type ReportedFinding } from './format';

function escaped(text: string): string {
  return printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;');
}

function attributes(values: { readonly [name: string]: string | number | undefined }): string {
  return Object.entries(values)
    .flatMap(([name, value]) => (value === undefined ? [] : [` ${name}="${escaped(String(value))}"`]))
    .join('');
}

/** An error is a failure; a warning or a note passes, and says what it has to say. */
function testcase(subject: Subject<ReportedFinding>, finding: ReportedFinding): string {
  const { place, severity } = finding;
  const stacks = stacksOf(finding);
  const about = [`why: ${finding.why}`, `fix: ${finding.fix}`, ...(stacks.length > 0 ? [`in: ${stacks.join(', ')}`] : [])].join('\n');
  const body =
    severity === 'error'
      ? `<failure${attributes({ message: finding.message, type: finding.code })}>${escaped(about)}</failure>`
      : `<system-out>${escaped(`${severity}: ${finding.message}\n${about}`)}</system-out>`;
  const name = `${finding.code} ${finding.message}`;
  return `    <testcase${attributes({ name, classname: subjectName(subject), file: place?.file, line: place?.line })}>${body}</testcase>`;
}

/** JUnit XML: a suite for each model with its owner, a case for each finding; one case that passes where nothing was found. */
export function renderJunit({ command, findings }: Pick<Report, 'command' | 'findings'>): string {
  const suites = bySubject(findings).map((subject) => {
    const counts = { tests: subject.findings.length, failures: countsOf(subject.findings).error };
    const cases = subject.findings.map((each) => testcase(subject, each));
    return [`  <testsuite${attributes({ name: subjectName(subject), ...counts })}>`, ...cases, '  </testsuite>'].join('\n');
  });
  const fine = `  <testsuite${attributes({ name: 'the platform', tests: 1, failures: 0 })}>\n    <testcase name="no findings" classname="the platform"/>\n  </testsuite>`;
  const all = { name: `kea ${command}`, tests: Math.max(1, findings.length), failures: countsOf(findings).error };
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${attributes(all)}>\n${suites.length > 0 ? suites.join('\n') : fine}\n</testsuites>`;
}
