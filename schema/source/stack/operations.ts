import { bytes, choice, cpu, duration, flag, formed, list, object, part, whole, type Defs } from '../build';
import { stackDefaults as is } from '../defaults';
import { CIDR, url } from './texts';

/** What runs beside the calls: metrics, audit, policies, egress, quota. */
export const operationsDefs: Defs = {
  Metrics: object('Metrics', 'How measurements are collected.', {
    monitors: flag('Writes ServiceMonitor and PodMonitor objects for the Prometheus operator.', { default: is.monitors, example: true }),
    custom: part('CustomMetrics', 'What supplies metrics other than cpu to autoscalers.', {
      otherwise: 'nothing; models scale by cpu only',
      example: { concurrency: 'prometheus-adapter' },
    }),
    prometheus: url('Where KEDA reaches Prometheus; needed with a source `keda`.', {
      otherwise: 'none',
      example: 'http://prometheus-operated.monitoring:9090',
    }),
  }),
  CustomMetrics: object(
    'CustomMetrics',
    'The source of each metric that autoscalers may use besides cpu. `prometheus-adapter`: a HorizontalPodAutoscaler reads it through the adapter, whose rules the plan writes. `keda`: a ScaledObject asks Prometheus; and wherever `keda` is named, models may have a `schedule`.',
    Object.fromEntries(
      ['concurrency', 'rps', 'gpu', 'queue'].map((metric) => [
        metric,
        choice(`Source of \`${metric}\`.`, ['prometheus-adapter', 'keda'], {
          otherwise: 'no source, so models cannot scale by it',
          example: 'prometheus-adapter',
        }),
      ]),
    ),
  ),
  StackAudit: object('StackAudit', 'Where records of calls go, and how long they stay.', {
    sinks: list("Receivers besides the platform's own.", part('AuditSink', 'One receiver.'), {
      most: 10,
      otherwise: 'none',
      example: [{ otlp: 'https://siem.example.com' }],
    }),
    retention: duration('How long records are kept.', { default: is.auditRetention, example: '400d' }),
    replicas: whole('Writers.', 1, 9, { unit: 'pods', default: is.auditReplicas, example: 2 }),
    volume: bytes('Disk of one writer.', { default: is.auditVolume, example: '10Gi' }),
  }),
  AuditSink: object(
    'AuditSink',
    'A receiver of audit records.',
    { otlp: url("Address that speaks OpenTelemetry's protocol over HTTP.", { late: true, example: 'https://siem.example.com' }) },
    ['otlp'],
  ),
  Policies: object('Policies', 'How strictly rules are held.', {
    level: choice('`audit`: noted; `warn`: printed; `deny`: refused.', ['audit', 'warn', 'deny'], {
      default: is.policyLevel,
      example: 'deny',
    }),
    admission: part('Admission', 'The API server holds the rules too, over the namespaces of the stack.', {
      otherwise: 'the rules are held before anything is applied, and nothing in the cluster',
      example: { deployers: ['system:serviceaccount:flux-system:kustomize-controller'] },
    }),
  }),
  Admission: object(
    'Admission',
    'Rules as admission policies of the plan, as strict as `level` says, and a guard of the facts that they read.',
    {
      deployers: list(
        'Who applies the plan, and so alone may set what stands below `kea.dev/`: users as the API server knows them, or `group:NAME`.',
        formed('One deployer.', 'the name of a user, or group: and the name of a group', '^[^\\s"\\\\]+$', {
          most: 500,
          example: 'system:serviceaccount:flux-system:kustomize-controller',
        }),
        { least: 1, most: 50, unique: true, example: ['system:serviceaccount:flux-system:kustomize-controller'] },
      ),
    },
    ['deployers'],
  ),
  Egress: object(
    'Egress',
    'What pods of the plan may reach besides one another and the name service. It holds for everything: the API server, providers of identity, Redis, the database, the artifact store, receivers of audit records, proxies.',
    { allow: list('Ranges of addresses.', part('EgressRange', 'One range.'), { least: 1, most: 50, example: [{ cidr: '10.0.0.0/8' }] }) },
    ['allow'],
  ),
  EgressRange: object(
    'EgressRange',
    'A range of addresses that may be reached.',
    {
      cidr: formed('The range; addresses of pods, for what runs in the cluster.', 'a range such as 10.0.0.0/8 or fd00::/8', CIDR, {
        most: 50,
        example: '10.0.0.0/8',
      }),
      ports: list('Which ports.', whole('A port.', 1, 65_535, { example: 443 }), {
        least: 1,
        most: 50,
        unique: true,
        otherwise: 'those that the plan needs',
        example: [443, 6379],
      }),
    },
    ['cidr'],
  ),
  Quota: object(
    'Quota',
    'Most that all models together may take.',
    {
      cpu: cpu('Processor time.', { example: '64' }),
      memory: bytes('Memory.', { example: '256Gi' }),
      pods: whole('Pods.', 1, 100_000, { unit: 'pods', example: 500 }),
    },
    ['cpu', 'memory', 'pods'],
  ),
};
