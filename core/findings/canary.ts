import { kinds } from './finding';

/** KEA42xx: what `kea canary` has to say. */
export const canaryFindings = kinds({
  canaryUnfit: {
    code: 'KEA4201',
    severity: 'error',
    title: 'the version is not fit to be promoted',
    why: 'what the gateway measured of it does not reach the thresholds, or is not enough to decide',
    fix: 'wait for more calls, mend the version, or take it back with `kea canary abort`; the thresholds are flags',
    explanation:
      'A version on trial is judged by the share of mirrored answers that agree, by its failed calls and by its time, against the versions that have the traffic. `kea promote` changes weights without asking.',
    example: 'kea canary promote credit-score --stack prod --min-agreement 99.9',
  },
  noEvidence: {
    code: 'KEA4202',
    severity: 'error',
    title: 'no gateway tells about the version',
    why: 'a verdict needs the counts of the gateways that serve the model',
    fix: 'start the local run, or name the gateways with --from or --cluster',
    explanation:
      'Each gateway counts by itself and tells it on its management port at `/-/canary`. Without flags the local run of the project is asked; `--from` names addresses, `--cluster` a context of kubectl, through which every gateway pod is asked.',
    example: 'kea canary status credit-score --stack prod --from http://127.0.0.1:1',
  },
});
