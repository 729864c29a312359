import { buildCommand, buildRouteMap } from '@stricli/core';
import type { ContractEvidence, VersionEvidence } from '../../core/contract/canary';
import { candidateOf, canaryVerdict, DEFAULT_THRESHOLDS, quantile, type CanaryVerdict } from '../../core/decide/canary-verdict';
import { canaryFindings } from '../../core/findings/canary';
import { cliFindings } from '../../core/findings/cli';
import { finding } from '../../core/findings/finding';
import { gatherEvidence } from '../canary';
import { work } from '../command';
import type { Cli } from '../context';
import { applyEdits, contractsOf, edited, type FoundContract } from '../edit';
import { EXIT } from '../exit';
import { checkFlag, modelArgument, outputFlag, projectFlag, text, wholeNumber, type OutputFlag } from '../flags';
import { print } from '../print/index';
import { projectOf, requireStack } from '../project';
import { Refusal } from '../refusal';

interface Flags extends OutputFlag {
  readonly stack: string;
  readonly contract?: string;
  readonly version?: string;
  readonly from?: readonly string[];
  readonly cluster?: string;
  readonly namespace: string;
  readonly minCalls: number;
  readonly minAgreement: number;
  readonly maxMoreErrors: number;
  readonly maxSlower: number;
  readonly project?: string;
}

interface EditFlags extends Flags {
  readonly weight: number;
  readonly check: boolean;
}

/** A number of at least 0, and at most `most`. */
function number(most: number): (input: string) => number {
  return (input) => {
    const value = Number(input);
    if (!/^\d+(\.\d+)?$/.test(input) || value > most) throw new Error(`expected a number from 0 to ${most}`);
    return value;
  };
}

const percents = (share: number): string => String(Number((share * 100).toFixed(3)));

const flags = {
  output: outputFlag,
  stack: { kind: 'parsed', parse: text, placeholder: 'STACK', brief: 'Stack that the gateways serve' },
  contract: { kind: 'parsed', parse: text, optional: true, placeholder: 'CONTRACT', brief: 'Such as v1; the newest by default' },
  version: { kind: 'parsed', parse: text, optional: true, placeholder: 'VERSION', brief: 'Version to judge; the one on trial by default' },
  from: {
    kind: 'parsed',
    parse: text,
    optional: true,
    variadic: true,
    placeholder: 'URL',
    brief: "Management port of a gateway, such as http://127.0.0.1:9901; may be repeated. Without it the project's local run",
  },
  cluster: {
    kind: 'parsed',
    parse: text,
    optional: true,
    placeholder: 'CONTEXT',
    brief: 'Context of kubectl: asks every gateway pod through the API server',
  },
  namespace: { kind: 'parsed', parse: text, default: 'kea-system', placeholder: 'NAME', brief: 'Namespace of the gateway pods' },
  minCalls: {
    kind: 'parsed',
    parse: wholeNumber(1, 1_000_000_000),
    default: String(DEFAULT_THRESHOLDS.minCalls),
    placeholder: 'CALLS',
    brief: 'Calls before anything is decided',
  },
  minAgreement: {
    kind: 'parsed',
    parse: number(100),
    default: percents(DEFAULT_THRESHOLDS.minAgreement),
    placeholder: 'PERCENT',
    brief: 'Mirrored answers that must agree, in percent',
  },
  maxMoreErrors: {
    kind: 'parsed',
    parse: number(100),
    default: percents(DEFAULT_THRESHOLDS.maxMoreErrors),
    placeholder: 'PERCENT',
    brief: 'Failed calls that it may have more than the others, in percent of its calls',
  },
  maxSlower: {
    kind: 'parsed',
    parse: number(1000),
    default: String(DEFAULT_THRESHOLDS.maxSlower),
    placeholder: 'TIMES',
    brief: 'Times as long as the others that 95 % of its answers may take',
  },
  project: projectFlag,
} as const;

interface Trial {
  readonly root: string;
  readonly contract: FoundContract;
  readonly evidence: ContractEvidence;
  readonly version: string;
  readonly verdict: CanaryVerdict;
}

async function judged(cli: Cli, given: Flags, model: string): Promise<Trial> {
  const root = projectOf(cli.cwd, given.project);
  requireStack(root, given.stack);
  const contracts = await contractsOf(root, model);
  const contract = given.contract === undefined ? contracts.at(-1) : contracts.find((each) => each.contract === given.contract);
  if (!contract) throw new Refusal(finding(cliFindings.unknownVersion, { message: `${model} has no contract "${given.contract ?? ''}"` }));
  const { from = [], cluster, namespace } = given;
  const evidence = await gatherEvidence(
    { urls: from, namespace, root, ...(cluster === undefined ? {} : { cluster }) },
    model,
    contract.contract,
  );
  const version = given.version ?? candidateOf(evidence);
  if (version === undefined)
    throw new Refusal(
      finding(canaryFindings.noEvidence, { message: `no version of ${model} ${contract.contract} is on trial: name one with --version` }),
    );
  const verdict = canaryVerdict(evidence, version, {
    minCalls: given.minCalls,
    minAgreement: given.minAgreement / 100,
    maxMoreErrors: given.maxMoreErrors / 100,
    maxSlower: given.maxSlower,
  });
  return { root, contract, evidence, version, verdict };
}

const status = buildCommand<Flags, [string], Cli>({
  docs: {
    brief: 'Show how a version on trial does beside those that have the traffic, and the verdict',
    fullDescription: `Show how a version on trial does beside those that have the traffic, and the verdict: promote, wait or abort.

  kea canary status credit-score --stack dev
  kea canary status credit-score --stack prod --cluster prod`,
  },
  parameters: { flags, positional: { kind: 'tuple', parameters: [modelArgument] } },
  func: work('canary status', async (cli, given: Flags, model: string) => {
    const { root, evidence, version, verdict } = await judged(cli, given, model);
    await print(
      cli,
      {
        command: 'canary status',
        findings: [],
        data: JSON.parse(JSON.stringify({ ...evidence, candidate: version, ...verdict })),
        text: table(evidence, version),
        summary: [`verdict on ${version}: ${verdict.verdict}`, ...verdict.reasons.map((reason) => `  ${reason}`)].join('\n'),
      },
      { output: given.output, root },
    );
  }),
});

const promote = buildCommand<EditFlags, [string], Cli>({
  docs: {
    brief: "Give a version on trial its share of the traffic, in the model's file, if the verdict on it is good",
    fullDescription: `Give a version on trial its share of the traffic, if the verdict on it is good; else say why not and change nothing. Calls are no longer mirrored to it. Only the routing is rewritten; comments stay.

  kea canary promote credit-score --stack prod --cluster prod --weight 10`,
  },
  parameters: {
    flags: {
      ...flags,
      weight: {
        kind: 'parsed',
        parse: wholeNumber(1, 100),
        default: '100',
        placeholder: 'PERCENT',
        brief: 'Share of the traffic, 1 to 100',
      },
      check: checkFlag,
    },
    positional: { kind: 'tuple', parameters: [modelArgument] },
  },
  func: work('canary promote', async (cli, given: EditFlags, model: string) => {
    const trial = await judged(cli, given, model);
    if (trial.verdict.verdict === 'promote') return rewrite(cli, given, trial, given.weight, 'canary promote');
    const message = `${model} ${trial.version}: ${trial.verdict.verdict}: ${trial.verdict.reasons.join('; ')}`;
    await print(
      cli,
      { command: 'canary promote', findings: [finding(canaryFindings.canaryUnfit, { message })] },
      { output: given.output, root: trial.root },
    );
    cli.end(EXIT.findings);
  }),
});

const abort = buildCommand<EditFlags, [string], Cli>({
  docs: {
    brief: "Take a version on trial out of the traffic and mirror no more calls to it, in the model's file",
    fullDescription: `Take a version on trial out of the traffic, whatever the verdict, and mirror no more calls to it. Only the routing is rewritten; comments stay.

  kea canary abort credit-score --stack prod --cluster prod`,
  },
  parameters: {
    flags: {
      ...flags,
      weight: { kind: 'parsed', parse: wholeNumber(0, 0), default: '0', hidden: true, brief: 'Always 0' },
      check: checkFlag,
    },
    positional: { kind: 'tuple', parameters: [modelArgument] },
  },
  func: work('canary abort', async (cli, given: EditFlags, model: string) => {
    await rewrite(cli, given, await judged(cli, given, model), 0, 'canary abort');
  }),
});

async function rewrite(cli: Cli, given: EditFlags, trial: Trial, weight: number, command: string): Promise<void> {
  const { endTrial } = await import('../../schema/edit/index.ts');
  const { file, source, value } = trial.contract.document;
  const edit = await edited(cliFindings.unknownVersion, () =>
    endTrial({ file, source, document: value, stack: given.stack }, trial.version, weight),
  );
  const { output, check, stack } = given;
  await applyEdits(cli, [edit], { command, root: trial.root, output, check, next: `next: kea check --stack ${stack}` });
}

function table({ since, versions }: ContractEvidence, candidate: string): string {
  const head = ['version', 'weight', 'shadow', 'answered', 'failed', 'p50', 'p95', 'agree', 'differ', 'failed alone', 'dropped'];
  const rows = versions.map((each) => [
    `${each.version}${each.version === candidate ? ' *' : ''}`,
    `${each.weight} %`,
    `${each.shadow} %`,
    String(each.calls.answered),
    String(each.calls.failed),
    time(each, 0.5),
    time(each, 0.95),
    ...(each.shadow > 0
      ? [each.shadowed.agreed, each.shadowed.differed, each.shadowed.shadowFailed, each.shadowed.dropped].map(String)
      : ['', '', '', '']),
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [`since ${since}`, line(head), ...rows.map(line)].join('\n');
}

function time(version: VersionEvidence, q: number): string {
  const value = quantile([version], q);
  return value === undefined ? '–' : `${Number((value * 1000).toFixed(1))} ms`;
}

export const canary = buildRouteMap({
  routes: { status, promote, abort },
  docs: { brief: 'Judge a version on trial by what the gateways measured' },
});
