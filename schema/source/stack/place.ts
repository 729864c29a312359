import { choice, dnsLabel, formed, list, map, object, part, text, type Defs } from '../build';
import { stackDefaults as is } from '../defaults';
import { secret } from './texts';

/** Where a stack stands and what it takes in: cluster, namespaces, models, images. */
export const placeDefs: Defs = {
  Cluster: object(
    'Cluster',
    'The cluster that the stack belongs to.',
    {
      kubeSystemUid: formed(
        'Uid of the namespace `kube-system`; any other cluster is refused.',
        'the uid of a namespace',
        '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
        {
          most: 36,
          example: '6d1c3b52-8f0e-4c1b-9a57-2f6d0c7e9b14',
        },
      ),
    },
    ['kubeSystemUid'],
  ),
  Namespaces: object('Namespaces', 'Where objects are put.', {
    platform: formed("Namespace of the gateway and the platform's own pods.", dnsLabel.form, dnsLabel.pattern, {
      most: 63,
      default: is.platformNamespace,
      example: 'kea-system',
    }),
    models: formed("Namespace of the models' pods.", dnsLabel.form, dnsLabel.pattern, {
      most: 63,
      default: is.modelsNamespace,
      example: 'kea-models',
    }),
  }),
  Models: object('Models', 'Which models the stack serves.', {
    from: list(
      'Folders that are searched, relative to the project.',
      formed('A folder.', 'a relative path without ..', '^[^/\\u0000-\\u001f\\\\][^\\u0000-\\u001f\\\\]*$', {
        most: 200,
        example: 'models',
      }),
      {
        least: 1,
        most: 20,
        unique: true,
        otherwise: '`[models]`',
        example: ['models'],
      },
    ),
    select: part('Select', 'Takes only some of them, which makes the stack a shard.', {
      otherwise: 'all',
      example: { owner: ['risk-team'] },
    }),
    shards: map(
      'Shards',
      'Models whose pods stand in Pulumi stacks of their own, each named `<stack>.<shard>`; routes to them stay in the stack itself.',
      dnsLabel,
      part('Select', 'Models of one shard.'),
      50,
    ),
  }),
  Select: object('Select', 'A model is taken when it fits every key that is given.', {
    owner: list('Its owner is one of these.', text('Name of a group.', { most: 63, example: 'risk-team' }), {
      least: 1,
      unique: true,
      otherwise: 'any',
      example: ['risk-team'],
    }),
    tags: list('It has one of these tags.', text('A tag.', { most: 40, example: 'risk' }), {
      least: 1,
      unique: true,
      otherwise: 'any',
      example: ['risk'],
    }),
    name: list('Its name is one of these.', text('Name of a model.', { most: 63, example: 'credit-score' }), {
      least: 1,
      most: 2000,
      unique: true,
      otherwise: 'any',
      example: ['credit-score'],
    }),
  }),
  Images: object('Images', 'How container images are named and pinned.', {
    lock: formed(
      'File of digests, relative to the project, one for all stacks.',
      'a relative path to a YAML file',
      '^[^/\\u0000-\\u001f\\\\][^\\u0000-\\u001f\\\\]*\\.ya?ml$',
      { most: 200, default: is.imagesLock, example: 'images.lock.yaml' },
    ),
    unpinned: choice('What happens to an image without a digest.', ['refuse', 'warn'], { default: is.unpinned, example: 'refuse' }),
    registry: formed(
      'Replaces the registry of every image, for private mirrors.',
      'a registry host with an optional path',
      '^[a-z0-9][-a-z0-9.]*(:[0-9]{1,5})?(/[-a-z0-9._/]+)?$',
      {
        most: 200,
        otherwise: 'images keep their registry',
        example: 'registry.example.com/mirror',
      },
    ),
    pullSecret: secret('Secret with which nodes pull images.', { otherwise: 'none', example: 'registry-login' }),
  }),
};
