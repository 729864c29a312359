import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { byPlace } from './order';
import { wantsColour, type Cli } from '../context';
import { EXIT } from '../exit';
import { countsOf, type OutputFormat, type Report } from './format';

/** Where the files that findings point into stand. */
export interface ReportOptions {
  readonly output: OutputFormat;
  /** Absolute; places in findings are relative to it. */
  readonly root: string;
  /** Warnings end the command with 1 too. */
  readonly strict?: boolean;
}

function sources(root: string): (file: string) => string | undefined {
  const read = new Map<string, string | undefined>();
  return (file) => {
    if (!read.has(file)) {
      try {
        read.set(file, readFileSync(resolve(root, file), 'utf8'));
      } catch {
        read.set(file, undefined);
      }
    }
    return read.get(file);
  };
}

async function printText(cli: Cli, report: Report, options: ReportOptions): Promise<void> {
  const { renderText } = await import('./text.ts');
  const { stdout, stderr, env } = cli.process;
  const stream = report.findingsAreData ? stdout : stderr;
  const findings = renderText(report.findings, { colour: wantsColour(stream, env), source: sources(options.root) });
  if (report.text !== undefined) cli.data(report.text);
  if (report.findingsAreData) cli.data(findings);
  else cli.say(findings);
  if (report.summary) cli.say(`${findings ? '\n' : ''}${report.summary}`);
}

/** Prints a report in the asked format and notes how the command ends. The only place where findings become text. */
export async function print(cli: Cli, unordered: Report, options: ReportOptions): Promise<void> {
  const report = { ...unordered, findings: [...unordered.findings].sort(byPlace) };
  switch (options.output) {
    case 'text':
      await printText(cli, report, options);
      break;
    case 'json':
      cli.data((await import('./json.ts')).renderJson(report));
      break;
    case 'github':
      cli.data((await import('./github.ts')).renderGithub(report.findings));
      break;
    case 'gitlab':
      cli.data((await import('./gitlab.ts')).renderGitlab(report.findings));
      break;
    case 'junit':
      cli.data((await import('./junit.ts')).renderJunit(report));
      break;
    case 'sarif': {
      const [{ renderSarif }, { catalogue }, { version }] = await Promise.all([
        import('./sarif.ts'),
        import('../../core/findings/index.ts'),
        import('../version.ts'),
      ]);
      cli.data(renderSarif(report.findings, catalogue, version()));
      break;
    }
  }
  const counts = countsOf(report.findings);
  if (counts.error > 0 || (options.strict && counts.warning > 0)) cli.end(EXIT.findings);
}
