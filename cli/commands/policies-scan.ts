import { buildCommand } from '@stricli/core';
import { finding, type Finding } from '../../core/findings/finding';
import { policyFindings } from '../../core/findings/policies';
import type { Exception, Verdict } from '../../policies/report';
import { STEPS, type RuleSet, type Step } from '../../policies/rule';
import { work } from '../command';
import type { Cli } from '../context';
import { calendarDate, outputFlag, projectFlag, stackFlag, text, type OutputFlag } from '../flags';
import { openKubectl } from '../live/kubectl';
import { loadSound } from '../load';
import { endDenied } from '../policies';
import { print } from '../print/index';
import { projectOf } from '../project';
import { projectRules, rulesFlag, rulesFor } from '../rules';

interface Flags extends OutputFlag {
  readonly live: boolean;
  readonly context?: string;
  readonly namespace?: readonly string[];
  readonly level?: Step;
  readonly stack?: string;
  readonly project?: string;
  readonly rules?: string;
  readonly asOf?: string;
}

export const policiesScan = buildCommand<Flags, [], Cli>({
  docs: {
    brief: 'Judge what already runs in a cluster',
    fullDescription: `Judge what already runs, whoever made it. It reads by your kubectl and changes nothing.

  kea policies scan --live --context prod-cluster
  kea policies scan --live --namespace team-a --output sarif
  kea policies scan --live --stack prod              # its namespaces, level, own rules and exceptions

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
        brief: 'Namespace to judge, once for each; those of --stack, or all, by default',
      },
      stack: { ...stackFlag, brief: 'Stack whose namespaces, level, rules and exceptions hold' },
      level: { kind: 'enum', values: STEPS, optional: true, brief: 'Strongest step that is held; deny, or what the stack says' },
      rules: rulesFlag,
      asOf: {
        kind: 'parsed',
        parse: calendarDate,
        optional: true,
        placeholder: 'DATE',
        brief: 'Judge dates as of that day instead of today',
      },
      project: projectFlag,
    },
  },
  func: work('policies scan', async (cli, flags: Flags) => {
    const asOf = flags.asOf ?? new Date().toISOString().slice(0, 10);
    const by = await measureOf(cli, flags, asOf);
    if (!by) return;
    const { liveObjects } = await import('../live/objects.ts');
    const { judge } = await import('../../policies/evaluate/index.ts');
    const { objects, complaints } = await liveObjects(openKubectl(flags.context), by.rules.rules, { namespaces: by.namespaces });
    const report = await judge({ objects, rules: by.rules, exceptions: by.exceptions, asOf, level: by.level });
    endDenied(cli, report);
    const unseen = complaints.map((message) => finding(policyFindings.unseen, { message }));
    await print(
      cli,
      {
        command: 'policies scan',
        findings: [...report.findings, ...unseen, ...by.judgeExceptions(report.verdicts)],
        findingsAreData: true,
        data: { objects: report.judged.objects, rules: report.judged.rules, asOf },
        summary: `${objects.length} objects by ${report.judged.rules} rules: ${report.findings.length} violations`,
      },
      { output: flags.output, root: cli.cwd },
    );
  }),
});

interface Measure {
  readonly rules: RuleSet;
  readonly exceptions: readonly Exception[];
  readonly level: Step;
  readonly namespaces: readonly string[] | undefined;
  /** What is wrong with the exceptions, seen against what was judged. */
  readonly judgeExceptions: (verdicts: readonly Verdict[]) => readonly Finding[];
}

/** By what a cluster is judged: for a stack also by the project's own rules, less the exceptions that hold in it on that day. */
async function measureOf(cli: Cli, flags: Flags, asOf: string): Promise<Measure | undefined> {
  const { stack, namespace } = flags;
  if (stack === undefined) {
    const rules = await rulesFor(cli.cwd, flags.rules);
    return { rules, exceptions: [], level: flags.level ?? 'deny', namespaces: namespace, judgeExceptions: () => [] };
  }
  const root = projectOf(cli.cwd, flags.project);
  const loaded = await loadSound(cli, { command: 'policies scan', root, stack, output: flags.output });
  if (!loaded) return undefined;
  const { namespaces, policies } = loaded.platform.stack;
  const project = await projectRules(root);
  const { exceptionsFor, judgeExceptions } = await import('../../policies/exceptions.ts');
  const own = project.exceptions.filter((each) => each.stack === stack);
  return {
    rules: flags.rules === undefined ? project.rules : await rulesFor(cli.cwd, flags.rules),
    exceptions: exceptionsFor(own, stack, asOf),
    level: flags.level ?? policies.level,
    namespaces: namespace ?? [...new Set([namespaces.platform, namespaces.models])],
    // Of namespaces that nobody looked at nothing can be unused.
    judgeExceptions: (verdicts) => judgeExceptions(own, namespace ? [] : [{ stack, verdicts }], asOf),
  };
}
