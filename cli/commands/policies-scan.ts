import { buildCommand } from '@stricli/core';
import { finding } from '../../core/findings/finding';
import { policyFindings } from '../../core/findings/policies';
import { STEPS, type Step } from '../../policies/rule';
import { work } from '../command';
import type { Cli } from '../context';
import { calendarDate, outputFlag, text, type OutputFlag } from '../flags';
import { openKubectl } from '../live/kubectl';
import { endDenied } from '../policies';
import { print } from '../print/index';
import { rulesFlag, rulesFor } from '../rules';

interface Flags extends OutputFlag {
  readonly live: boolean;
  readonly context?: string;
  readonly namespace?: readonly string[];
  readonly level: Step;
  readonly rules?: string;
  readonly asOf?: string;
}

export const policiesScan = buildCommand<Flags, [], Cli>({
  docs: {
    brief: 'Judge what already runs in a cluster',
    fullDescription: `Judge what already runs, whoever made it. It reads by your kubectl and changes nothing.

  kea policies scan --live --context prod-cluster
  kea policies scan --live --namespace team-a --output sarif

Exit code 5 where a rule refuses something.`,
  },
  parameters: {
    flags: {
      output: outputFlag,
      live: { kind: 'boolean', withNegated: false, brief: 'Read the cluster that kubectl reaches' },
      context: {
        kind: 'parsed',
        parse: text,
        optional: true,
        placeholder: 'NAME',
        brief: 'Context of kubectl; the current one by default',
      },
      namespace: {
        kind: 'parsed',
        parse: text,
        optional: true,
        variadic: true,
        placeholder: 'NAME',
        brief: 'Namespace to judge, once for each; all by default',
      },
      level: { kind: 'enum', values: STEPS, default: 'deny', brief: 'Strongest step that is held' },
      rules: rulesFlag,
      asOf: {
        kind: 'parsed',
        parse: calendarDate,
        optional: true,
        placeholder: 'DATE',
        brief: 'Judge dates as of that day instead of today',
      },
    },
  },
  func: work('policies scan', async (cli, flags: Flags) => {
    const [rules, { liveObjects }, { judge }] = await Promise.all([
      rulesFor(cli.cwd, flags.rules),
      import('../live/objects.ts'),
      import('../../policies/evaluate/index.ts'),
    ]);
    const { objects, complaints } = await liveObjects(openKubectl(flags.context), rules.rules, { namespaces: flags.namespace });
    const asOf = flags.asOf ?? new Date().toISOString().slice(0, 10);
    const report = await judge({ objects, rules, asOf, level: flags.level });
    endDenied(cli, report);
    const unseen = complaints.map((message) => finding(policyFindings.unseen, { message }));
    await print(
      cli,
      {
        command: 'policies scan',
        findings: [...report.findings, ...unseen],
        findingsAreData: true,
        data: { objects: report.judged.objects, rules: report.judged.rules, asOf },
        summary: `${objects.length} objects by ${report.judged.rules} rules: ${report.verdicts.length} violations`,
      },
      { output: flags.output, root: cli.cwd },
    );
  }),
});
