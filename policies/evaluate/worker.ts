import { parentPort, workerData } from 'node:worker_threads';
import { prepareJudge } from './judge-objects';
import { PULSE, type WorkerAnswer, type WorkerStart, type WorkerTask } from './messages';

/** Most time that one rule may take over the objects of one task, in milliseconds: then it is not asked any more. */
const MOST_PER_RULE_MS = 5000;

const { rules, pulse } = workerData as WorkerStart;
const beat = new Int32Array(pulse);
const judge = prepareJudge(rules);
const answer = (message: WorkerAnswer): void => parentPort?.postMessage(message);

parentPort?.on('message', ({ objects, skip, unreadable }: WorkerTask) => {
  const spent = new Float64Array(rules.length);
  const skipped = new Set(skip);
  let last: { readonly rule: number; readonly at: number } | undefined;
  const { verdicts, decisions } = judge.judge(objects, {
    skip: skipped,
    unreadable: new Map(unreadable.map(({ object, message }) => [object, message])),
    onDecision: (object, rule) => {
      const at = performance.now();
      if (last) {
        spent[last.rule] = (spent[last.rule] ?? 0) + at - last.at;
        if ((spent[last.rule] ?? 0) > MOST_PER_RULE_MS) skipped.add(last.rule);
      }
      last = { rule, at };
      beat[PULSE.object] = object;
      beat[PULSE.rule] = rule;
      Atomics.add(beat, PULSE.count, 1);
    },
  });
  answer({ kind: 'done', verdicts, decisions, slow: [...skipped].filter((rule) => !skip.includes(rule)) });
});

answer({ kind: 'ready', broken: judge.broken });
