import { buildCommand } from '@stricli/core';
import type { JsonValue } from '../../core/json';
import type { RuleFacts } from '../../policies/rule';
import { work } from '../command';
import type { Cli } from '../context';
import { outputFlag, type OutputFlag } from '../flags';
import { print } from '../print/index';
import { rulesFlag, rulesFor } from '../rules';

interface Flags extends OutputFlag {
  readonly rules?: string;
}

export const policiesList = buildCommand<Flags, [], Cli>({
  docs: {
    brief: 'List the rules that plans and clusters are judged by',
    fullDescription: 'List the rules.\n\n  kea policies list\n  kea policies list --output json',
  },
  parameters: { flags: { output: outputFlag, rules: rulesFlag } },
  func: work('policies list', async (cli, flags: Flags) => {
    const { rules, planRules } = await rulesFor(cli.cwd, flags.rules);
    const all: readonly RuleFacts[] = [...rules, ...planRules];
    const width = Math.max(0, ...all.map((each) => each.id.length));
    const text = all
      .map((each) => `${each.id.padEnd(width)}  ${each.severity.padEnd(8)}  ${each.step.padEnd(5)}  ${each.title}`)
      .join('\n');
    await print(
      cli,
      {
        command: 'policies list',
        findings: [],
        data: all.map(dataOf),
        text,
        summary: `${rules.length} rule${rules.length === 1 ? '' : 's'} over objects, ${planRules.length} over everything at once`,
      },
      { output: flags.output, root: cli.cwd },
    );
  }),
});

function dataOf(rule: RuleFacts): JsonValue {
  const { id, title, severity, step, rationale, remediation, url, frameworks, tools } = rule;
  return {
    id,
    title,
    severity,
    step,
    rationale,
    remediation,
    ...(url === undefined ? {} : { url }),
    frameworks: frameworks.map(({ name, reference }) => ({ name, reference })),
    tools,
  };
}
