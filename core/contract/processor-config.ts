/** The processor's configuration file: written by the plan (ConfigMap) and by the local run, read by `services/processor/main`. */
export interface ProcessorConfig {
  /** Folder with `index.json`, `parts/<name>-<digest>.json.gz` and `endpoints.json`; watched. */
  readonly bundleFolder: string;
  /** Folder of the Unix sockets that Envoy and the processor share (`core/contract/ports` names them). */
  readonly socketFolder: string;
  /** In a cluster: the API objects that are mirrored into `bundleFolder`. Absent in the local run, which writes the folder itself. */
  readonly cluster?: ClusterSource;
  /** Number of request workers, 1 or more. */
  readonly workers: number;
  /** Gateways that share the load: one's part of a limit while the shared count cannot be reached. @default 1 */
  readonly gateways?: number;
  readonly management: { readonly host: string; readonly port: number };
  /** The public listener as this pod reaches it: ready only while it answers. Absent: not asked. */
  readonly edge?: { readonly host: string; readonly port: number; readonly tls: boolean };
  /** How long a leaving pod lets callers finish, milliseconds. @default 30 s */
  readonly drainMs?: number;
  /** Envoy's admin, `http://127.0.0.1:9900`, for drain and readiness. */
  readonly envoyAdmin: string;
  readonly audit: {
    /** Folder for records on disk. */
    readonly folder: string;
    /** Name of this writer, unique among writers. */
    readonly writer: string;
    /** File with the key of body hashes; absent = a fresh random key at each start. */
    readonly payloadKeyFile?: string;
    /** Audit writers, `http://host:port`: records of level `durable` and `strict` count as written when one of them has acknowledged. Absent: this folder is the record. */
    readonly writers?: readonly string[];
  };
  readonly cache:
    | { readonly kind: 'none' }
    /** In this process, shared by nobody. */
    | { readonly kind: 'memory'; readonly maxBytes: number }
    | {
        readonly kind: 'redis';
        /** `host:port`, or a Unix socket's path: of the server, or of nodes or sentinels to begin with. */
        readonly addresses: readonly string[];
        readonly mode: 'single' | 'sentinel' | 'cluster';
        /** Name of the master, in mode `sentinel`. */
        readonly master?: string;
        readonly tls: boolean;
        /** Certificate authorities in PEM; absent = the public ones. */
        readonly caFile?: string;
        readonly usernameFile?: string;
        readonly passwordFile?: string;
        /**
         * What values are sealed with, so that whoever can write to Redis makes no answer; all gateways read the same file.
         * @default the password's; without one each worker keeps values for itself alone
         */
        readonly sealFile?: string;
        readonly prefix: string;
        /** Longest wait for an answer, ms; afterwards the call goes on without it. @default 50 */
        readonly patienceMs?: number;
      };
  /** Bodies in memory over all requests of one worker; beyond it answers 503 `overloaded`. */
  readonly maxBufferedBytes: number;
}

/** Where the gateway's state stands in a cluster. */
export interface ClusterSource {
  /** Namespace of the bundle's ConfigMaps. */
  readonly platformNamespace: string;
  /** Namespaces of the EndpointSlices of models and of the portal. */
  readonly endpointNamespaces: readonly string[];
  /** Label selector of the EndpointSlices. */
  readonly endpointSelector: string;
  /** Label selector of the gateway's own EndpointSlices, in `platformNamespace`: which zones its pods stand in. Absent: no zone is preferred. */
  readonly gatewaySelector?: string;
}
