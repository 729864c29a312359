import { kinds } from './finding';

/** Findings about the Kubernetes objects that a stack and its models produce. */
export const planFindings = kinds({
  duplicateObject: {
    code: 'KEA2001',
    severity: 'error',
    title: 'two objects with one name',
    why: 'Kubernetes keeps one object per group, kind, namespace and name, so the second would silently replace the first',
    fix: 'rename one of the two models or the object of your own chart',
    explanation:
      'Every object of a plan must be unique by group, kind, namespace and name. Names come from the model and its version, so a clash usually means that a chart of your own, or a transform, makes an object with a name that KEA uses.',
  },
  unresolvedReference: {
    code: 'KEA2002',
    severity: 'error',
    title: 'reference to an object that is not there',
    why: 'a pod whose ConfigMap, Secret or account is missing never starts, and a route to a missing Service answers 503',
    fix: 'make the object part of the plan, or correct the reference in the transform or patch that set it',
    explanation:
      'KEA follows the references of its objects (ConfigMaps, Secrets, accounts, claims, scale targets, roles, backends). Each must lead to an object of the plan or to one that the stack file names as made by somebody else.',
  },
  emptySelector: {
    code: 'KEA2003',
    severity: 'error',
    title: 'selector that hits nothing',
    why: 'a Service, policy or disruption budget that selects no pod does nothing, and nobody notices',
    fix: 'correct the selector, or the labels of the pods that it should hit',
    explanation:
      'Services, PodDisruptionBudgets, NetworkPolicies and monitors of a plan must each select at least one pod template (or Service) of the plan.',
  },
  objectTooLarge: {
    code: 'KEA2004',
    severity: 'error',
    title: 'object too large',
    why: 'client-side apply and Argo CD refuse objects above 262,144 bytes',
    fix: 'make the schemas, examples or patches of the model smaller',
    explanation:
      'An object of the plan may have 240 KiB as JSON, after base64. KEA cuts its own large data into several ConfigMaps; what cannot be cut is refused here.',
  },
  badName: {
    code: 'KEA2005',
    severity: 'error',
    title: 'name that Kubernetes refuses',
    why: 'names are never cut or hashed, so that they stay what people search for',
    fix: 'choose a shorter model name of lower-case letters, digits and hyphens',
    explanation:
      'Names of Deployments, StatefulSets, Jobs and CronJobs may have 52 characters, because pods and Jobs get suffixes; other names 63. They consist of lower-case letters, digits and hyphens and start with a letter or digit.',
  },
  badLabel: {
    code: 'KEA2006',
    severity: 'error',
    title: 'label that Kubernetes refuses',
    why: 'one illegal label makes the API server refuse the whole object',
    fix: 'use at most 63 letters, digits, hyphens, underscores and dots, with a letter or digit at both ends',
    explanation:
      'Label values have at most 63 characters out of letters, digits, `-`, `_` and `.`, starting and ending with a letter or digit. KEA labels objects with the model, its version and its owner.',
  },
  unpinnedImage: {
    code: 'KEA2007',
    severity: 'error',
    title: 'image without digest',
    why: 'a tag can be moved, so what was reviewed would not be what runs',
    fix: 'add the digest to images.lock.yaml',
    explanation:
      'Every container of a plan runs an image by digest. `images: {lock: images.lock.yaml, unpinned: refuse}` in the stack file says where digests stand; `unpinned: warn` lets a plan pass without them. KEA never writes a digest that it did not see.',
  },
  refusedConstruct: {
    code: 'KEA2008',
    severity: 'error',
    title: 'construct refused',
    why: 'a construct of the tree said that it is not valid',
    fix: 'follow the message',
    explanation:
      'cdk8s constructs validate themselves when a tree is rendered. KEA collects their messages once and reports each as a finding with the path of its construct.',
  },
  escapeHatch: {
    code: 'KEA2009',
    severity: 'note',
    title: 'escape hatch used',
    why: 'a transform or patch can undo what KEA guarantees, so reviewers should see it',
    fix: 'prefer a prop where there is one',
    explanation:
      'Constructs take typed transforms of their children, and JSON patches after that. Each use is reported with the object that it changed.',
  },
  artifactStaysHere: {
    code: 'KEA2010',
    severity: 'error',
    title: 'artifact that cannot reach the cluster',
    why: 'pods cannot read files of this machine, and the artifact is too large to travel inside the plan',
    fix: 'name a store in the stack file (artifacts.store) and upload the artifact to <store>/sha256/<digest>, or use an s3://, https://, oci:// or pvc:// address',
    explanation:
      'Artifacts up to 700 KiB travel inside the plan when the stack has no artifact store. Larger ones, and folders, need a store.',
  },
  artifactShape: {
    code: 'KEA2011',
    severity: 'error',
    title: 'artifact of the wrong shape for its runtime',
    why: 'the model server would not find the model',
    fix: 'give the file or folder that the runtime expects',
    explanation: 'Some runtimes load one file, some load a folder. The table of runtimes in the documentation says which.',
  },
  missingGpu: {
    code: 'KEA2012',
    severity: 'error',
    title: 'runtime without its GPU',
    why: 'the model server does not start without a GPU',
    fix: 'add `gpu: { count: 1 }` to resources',
    explanation: 'Some runtimes need a GPU. Their versions must ask for one in `resources.gpu`.',
  },
  scalingSource: {
    code: 'KEA2013',
    severity: 'error',
    title: 'scaling metric without a source',
    why: 'an autoscaler whose metric nobody serves never scales',
    fix: 'name the source of the metric under metrics.custom in the stack file, or scale by cpu',
    explanation:
      'CPU comes with Kubernetes. Other metrics (`concurrency`, `rps`, `queue`, `gpu`) need an adapter in the cluster, which the stack file names under `metrics.custom`. A schedule needs `keda` as the source of some metric, and has one moment or two.',
  },
  foreignFile: {
    code: 'KEA2014',
    severity: 'error',
    title: 'file in the way',
    why: 'kea synth writes over and removes only files that it wrote itself',
    fix: 'remove the file, or choose another folder with --out',
    explanation:
      'The output folder holds an index of the files that kea wrote. A different file at a path that kea wants to write is left alone and reported.',
  },
  noNamespace: {
    code: 'KEA2015',
    severity: 'error',
    title: 'object without a namespace',
    why: 'it would land wherever the person who applies the plan happens to stand',
    fix: 'give the construct or its chart a namespace other than default',
    explanation: 'Every namespaced object of a plan names its namespace, and that is never `default`.',
  },
  closedOff: {
    code: 'KEA2017',
    severity: 'error',
    title: 'destination that the egress list closes off',
    why: 'network policies drop such calls without an answer: pods would only show timeouts',
    fix: 'add the port, or a range that holds the address, to `egress.allow` in the stack file',
    explanation:
      'With `egress.allow` pods reach only what it lists, by the ports that each entry names, or by all that they need where it names none. Everything that the plan itself calls outside is held against the list: the API server, providers of identity, an external Redis, the database, artifact stores and receivers of audit records. Which range a name lies in is not known here; only ports are judged then.',
  },
  missingImage: {
    code: 'KEA2016',
    severity: 'error',
    title: 'version without an image',
    why: 'this framework has no image of its own: the model brings it',
    fix: 'give the version an `image` by digest; for python, one that serves the class',
    explanation:
      'Container models name an image; python models need one in which the class speaks the contract as JSON, one path a method.',
  },
});
