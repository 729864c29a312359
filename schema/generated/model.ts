// Generated from schema/source by `npm run generate`. Do not edit.

import type { JsonSchema, JsonValue } from '../../core/json';

/** A `model.yaml`: what is true of the model; and of its contract, when it has only one and no `vN.yaml`. */
export interface ModelDocument {
  /**
   * Format of the file. Left out, it is v1 for ever.
   * @default "v1"
   */
  readonly kea?: 'v1' | undefined;
  /**
   * Group that owns the model: a group of the identity provider, the reviewer of changes, the receiver of alerts.
   * Written as letters, digits and any of - _ . : / @, starting with a letter or a digit.
   * @default - the stack's `defaults.owner`
   */
  readonly owner?: string | undefined;
  /**
   * Groups that may grant the model's roles.
   * @default - the owner
   */
  readonly approvers?: readonly string[] | undefined;
  /**
   * What the model answers, for people who look for it.
   * @default - the model's name
   */
  readonly description?: string | undefined;
  /**
   * Words by which the model is found.
   * @default - none
   */
  readonly tags?: readonly string[] | undefined;
  /** What the model works on. */
  readonly data?: Data | undefined;
  /**
   * Web pages that may call the model from a browser.
   * @default - none may
   */
  readonly cors?: Cors | undefined;
  /**
   * Short form for the only version, N.0.0 of contract vN: a file or a folder.
   * @default - the artifacts of `versions`
   */
  readonly artifact?: (string | Artifact) | undefined;
  /**
   * Short form for the only version, N.0.0 of contract vN: a container image.
   * Written as an image such as registry/name@sha256:<64 hexadecimal digits> or registry/name:tag.
   * @default - the images of `versions`
   */
  readonly image?: string | undefined;
  /** What serves the model, and how it starts. */
  readonly runtime?: Runtime | undefined;
  /** Builds that serve this contract, by MAJOR.MINOR.PATCH; MAJOR is the contract's number. */
  readonly versions?: Versions | undefined;
  /**
   * Which version answers which call.
   * @default - the only version answers all
   */
  readonly routing?: Routing | undefined;
  /**
   * What this contract does otherwise in one stack, by the stack's name.
   * @default - nothing
   */
  readonly stacks?: StackOverrides | undefined;
  /**
   * The operations of the contract, by name; the name is the last part of the URL.
   * @default - one method `predict`, derived from the model's graph
   */
  readonly methods?: Methods | undefined;
  /**
   * Which methods the field's standard paths stand for.
   * @default - derived where one method alone fits
   */
  readonly fronts?: Fronts | undefined;
  /**
   * Opens `fronts.infer` over gRPC too; such calls are not checked against the schema, nor cached.
   * @default false
   */
  readonly grpc?: boolean | undefined;
  /** What one instance needs. */
  readonly resources?: Resources | undefined;
  /** How many instances run. */
  readonly scaling?: Scaling | undefined;
  /**
   * What the owner promises.
   * @default - no alerts on objectives
   */
  readonly slo?: Slo | undefined;
  /** How exactly calls are recorded. */
  readonly audit?: Audit | undefined;
  /**
   * How the contract ends.
   * @default - it lives on
   */
  readonly lifecycle?: Lifecycle | undefined;
}
/** What the model works on; drives audit level, cache and egress. */
export interface Data {
  /**
   * How sensitive requests and answers are.
   * @default "internal"
   */
  readonly classification?: ('public' | 'internal' | 'confidential' | 'restricted') | undefined;
  /**
   * What a wrong answer may do to people.
   * @default "minimal"
   */
  readonly risk?: ('minimal' | 'limited' | 'high') | undefined;
}
/** Web pages that may call the model from a browser. */
export interface Cors {
  /** Origins of those pages. */
  readonly origins: readonly string[];
}
/** Where the artifact is, and what its bytes must be. */
export interface Artifact {
  /**
   * Path below the model's folder, or an address; a trailing slash means a folder.
   * Written as a path below the model, or an address with s3://, https://, oci://, pvc:// or file://.
   */
  readonly uri: string;
  /**
   * Digest that `kea digest` prints: of a file its bytes, of a folder its sorted list of digests. Written in quotes.
   * Written as 64 hexadecimal digits in small letters, in quotes.
   * @default - computed for a path below the model; an address needs one where the stack demands it
   */
  readonly sha256?: string | undefined;
}
/** What serves the model, and how it starts. */
export interface Runtime {
  /**
   * What reads the artifact.
   * @default - from the artifact's suffix; `container` for an image
   */
  readonly framework?:
    | (
        | 'onnx'
        | 'sklearn'
        | 'xgboost'
        | 'lightgbm'
        | 'mlflow'
        | 'tensorflow'
        | 'pytorch'
        | 'triton'
        | 'huggingface'
        | 'vllm'
        | 'python'
        | 'container'
      )
    | undefined;
  /**
   * Longest time from start until the first answer; the startup probe waits this long.
   * Written as a duration such as 250ms, 30s, 10m, 2h or 7d.
   * @default "60s"
   */
  readonly loadTime?: string | undefined;
  /**
   * Requests that one instance takes at once; the gateway never sends more.
   * Unit: requests.
   * @default 16
   */
  readonly concurrency?: number | undefined;
  /**
   * Requests that wait in the gateway while all instances are busy; the next one is answered with 503.
   * Unit: requests.
   * @default - as many as all instances take at once, and 64 at least
   */
  readonly queue?: number | undefined;
  /** Environment of the server; no secrets. */
  readonly env?: Env | undefined;
  /**
   * Arguments added to the server's own.
   * @default - none
   */
  readonly args?: readonly string[] | undefined;
  /**
   * Only `python`: the file that holds the class, below the model's folder.
   * Written as a path to a Python file below the model.
   * @default - needed for `python`
   */
  readonly source?: string | undefined;
  /**
   * Only `python`: the class that is served.
   * Written as the name of a Python class.
   * @default - needed for `python`
   */
  readonly class?: string | undefined;
  /**
   * Only `container`: the port on which the image listens.
   * @default 8080
   */
  readonly port?: number | undefined;
  /**
   * Only `container`: answers 200 on GET once the server can answer.
   * Written as a path that starts with a slash, without "..", "//", "?", "#" or "%".
   * @default "/healthz"
   */
  readonly readyPath?: string | undefined;
  /** Only `python` and `container`: how `npm start` runs the model without a container engine. */
  readonly local?: RuntimeLocal | undefined;
}
/** Environment of the server; no secrets. */
export interface Env {
  /** Value of the variable. */
  readonly [k: string]: string;
}
/** How the model runs on a developer's machine. */
export interface RuntimeLocal {
  /** Program and arguments, started in the model's folder; `PORT` tells the port to listen on. */
  readonly command: readonly string[];
}
/** Builds that serve this contract, by MAJOR.MINOR.PATCH; MAJOR is the contract's number. */
export interface Versions {
  /** One build of the model. */
  readonly [k: string]: Version;
}
/** One build of the model; exactly one of `artifact` and `image`. */
export interface Version {
  /**
   * The trained model: a file or a folder.
   * @default - the version has an `image`
   */
  readonly artifact?: (string | Artifact) | undefined;
  /**
   * A container image that serves the version, by digest. Without a digest the stack decides (`images.unpinned`, `images.lock`).
   * Written as an image such as registry/name@sha256:<64 hexadecimal digits> or registry/name:tag.
   * @default - the version has an `artifact`
   */
  readonly image?: string | undefined;
  /**
   * Overrides keys of the contract's `runtime`.
   * @default - the contract's
   */
  readonly runtime?: Runtime | undefined;
  /**
   * Overrides keys of the contract's `resources`.
   * @default - the contract's
   */
  readonly resources?: Resources | undefined;
  /**
   * Overrides keys of the contract's `scaling`.
   * @default - the contract's
   */
  readonly scaling?: Scaling | undefined;
}
/** What one instance needs. */
export interface Resources {
  /**
   * Processor time that is reserved; there is no upper limit.
   * Unit: cpu.
   * @default "500m"
   */
  readonly cpu?: (string | number) | undefined;
  /**
   * Memory that is reserved and at the same time the limit.
   * Written as a size with a unit such as 64Ki, 512Mi or 2Gi.
   * @default "1Gi"
   */
  readonly memory?: string | undefined;
  /**
   * Disk for the fetched artifact and temporary files.
   * Written as a size with a unit such as 64Ki, 512Mi or 2Gi.
   * @default "1Gi"
   */
  readonly ephemeralStorage?: string | undefined;
  /**
   * Graphics processors of one instance.
   * @default - none
   */
  readonly gpu?: Gpu | undefined;
}
/** Graphics processors of one instance. */
export interface Gpu {
  /**
   * How many.
   * Unit: devices.
   * @default 1
   */
  readonly count?: number | undefined;
  /**
   * Runs only on nodes whose label `nvidia.com/gpu.product` has this value.
   * Written as the value of a node label.
   * @default - any product
   */
  readonly product?: string | undefined;
}
/** How many instances run, and what makes them more or fewer. */
export interface Scaling {
  /**
   * Fewest instances.
   * Unit: instances.
   * @default 2
   */
  readonly min?: number | undefined;
  /**
   * Most instances.
   * Unit: instances.
   * @default 10
   */
  readonly max?: number | undefined;
  /**
   * What the autoscaler holds steady; exactly one key.
   * @default - cpu at 70 percent
   */
  readonly target?: ScalingTarget | undefined;
  /** How quickly the number of instances follows the load. */
  readonly behaviour?: ScalingBehaviour | undefined;
  /**
   * Raises the fewest instances at given times, on top of the autoscaler.
   * @default - no schedule
   */
  readonly schedule?: readonly ScalingSchedule[] | undefined;
}
/** What the autoscaler holds steady; exactly one key. */
export interface ScalingTarget {
  /**
   * Processor use of the request, averaged over instances.
   * Unit: percent.
   * @default - not a target
   */
  readonly cpu?: number | undefined;
  /**
   * Requests in flight at one instance; needs a source in the stack (`metrics.custom`).
   * Unit: requests.
   * @default - not a target
   */
  readonly concurrency?: number | undefined;
  /**
   * Requests a second at one instance; needs a source in the stack.
   * Unit: requests per second.
   * @default - not a target
   */
  readonly rps?: number | undefined;
  /**
   * Use of the graphics processor; needs a source in the stack.
   * Unit: percent.
   * @default - not a target
   */
  readonly gpu?: number | undefined;
  /**
   * Requests waiting inside the runtime; needs a source in the stack.
   * Unit: requests.
   * @default - not a target
   */
  readonly queue?: number | undefined;
}
/** How quickly the number of instances follows the load. */
export interface ScalingBehaviour {
  /**
   * How long the load must be high before instances are added.
   * Written as a duration such as 250ms, 30s, 10m, 2h or 7d.
   * @default "0s"
   */
  readonly scaleUp?: string | undefined;
  /**
   * How long the load must be low before instances are removed.
   * Written as a duration such as 250ms, 30s, 10m, 2h or 7d.
   * @default "5m"
   */
  readonly scaleDown?: string | undefined;
}
/** From this moment on, until the next one of the schedule, at least so many instances run. */
export interface ScalingSchedule {
  /**
   * When, in five fields (minute, hour, day of month, month, day of week), in UTC.
   * Written as five fields such as "0 7 * * 1-5".
   */
  readonly cron: string;
  /**
   * Fewest instances from then on.
   * Unit: instances.
   */
  readonly min: number;
}
/** Which version answers which call. */
export interface Routing {
  /** Share of the calls that each version answers; together 100. A version at 0 runs, warm, and is reached by pin only. */
  readonly weights?: Weights | undefined;
  /**
   * Whether the same caller keeps meeting the same version, or each request is drawn anew.
   * @default "principal"
   */
  readonly sticky?: ('principal' | 'request') | undefined;
  /** Share of the calls that is sent to a version as well, without the caller waiting for it. */
  readonly shadow?: Shadow | undefined;
  /**
   * Calls with a certain header go to a certain version, before the weights; the first match decides.
   * @default - none
   */
  readonly match?: readonly RoutingMatch[] | undefined;
}
/** Share of the calls that each version answers; together 100. A version at 0 runs, warm, and is reached by pin only. */
export interface Weights {
  /**
   * Share of the calls.
   * Unit: percent.
   */
  readonly [k: string]: number;
}
/** Share of the calls that is sent to a version as well, without the caller waiting for it. */
export interface Shadow {
  /**
   * Share of the calls.
   * Unit: percent.
   */
  readonly [k: string]: number;
}
/** Calls whose header has this value go to this version. */
export interface RoutingMatch {
  /**
   * Name of the request header, in small letters; not one of `x-kea-*`.
   * Written as a header name in small letters.
   */
  readonly header: string;
  /** The header must have exactly this value. */
  readonly equals: string;
  /**
   * Version that answers.
   * Written as MAJOR.MINOR.PATCH such as 1.4.0.
   */
  readonly version: string;
}
/** What this contract does otherwise in one stack, by the stack's name. */
export interface StackOverrides {
  /** What is otherwise in this stack. */
  readonly [k: string]: StackOverride;
}
/** What this contract does otherwise in one stack. */
export interface StackOverride {
  /** Replaces the keys of `routing` that it names. */
  readonly routing?: Routing | undefined;
  /** Replaces the keys of `scaling` that it names. */
  readonly scaling?: Scaling | undefined;
  /** Replaces the keys of `resources` that it names. */
  readonly resources?: Resources | undefined;
  /** Replaces the limit of every method. */
  readonly rateLimit?: RateLimit | undefined;
}
/** How often one caller may call; more is answered with 429. At least one of `requests` and `tokens`. */
export interface RateLimit {
  /**
   * Requests that are let through in one period.
   * Unit: requests.
   * @default - no limit of requests
   */
  readonly requests?: number | undefined;
  /**
   * Tokens of a language model, of prompts and answers together, in one period; only methods with `call.openai`. Counted when the answer is complete.
   * Unit: tokens.
   * @default - no limit of tokens
   */
  readonly tokens?: number | undefined;
  /**
   * The period.
   * @default "minute"
   */
  readonly per?: ('second' | 'minute' | 'hour') | undefined;
  /**
   * Who counts as one caller: the application (`client`) or the person (`subject`).
   * @default "client"
   */
  readonly by?: ('client' | 'subject') | undefined;
}
/** The operations of the contract, by name; the name is the last part of the URL. */
export interface Methods {
  /** One operation. */
  readonly [k: string]: Method;
}
/** One operation of the contract. */
export interface Method {
  /**
   * What the method does, in a sentence.
   * @default - the method's name
   */
  readonly summary?: string | undefined;
  /**
   * JSON Schema 2020-12 of the request's body, inline or `{$ref: file}`. Must be bounded.
   * @default - derived from the model's graph where there is one
   */
  readonly request?: JsonSchema | undefined;
  /**
   * JSON Schema 2020-12 of the answer, inline or `{$ref: file}`.
   * @default - derived from the model's graph where there is one
   */
  readonly response?: JsonSchema | undefined;
  /**
   * What happens to an answer that does not fit the schema: nothing, a record, or 502.
   * @default "report"
   */
  readonly responseCheck?: ('none' | 'report' | 'enforce') | undefined;
  /**
   * How the method reaches the runtime.
   * @default - derived where request fields and tensors match by name, one to one
   */
  readonly call?: Call | undefined;
  /**
   * Roles that admit besides `<model>:<method>`.
   * @default - only the method role admits
   */
  readonly roles?: readonly string[] | undefined;
  /**
   * Anyone may call it without a token; needs an approved exception, and excludes `roles`.
   * @default false
   */
  readonly public?: boolean | undefined;
  /**
   * Whether answers are kept.
   * @default - answers are not kept
   */
  readonly cache?: Cache | undefined;
  /**
   * How often one caller may call.
   * @default - the stack's default
   */
  readonly rateLimit?: RateLimit | undefined;
  /**
   * Longest time the model may take.
   * Written as a duration such as 250ms, 30s, 10m, 2h or 7d.
   * @default "5s"
   */
  readonly timeout?: string | undefined;
  /**
   * Largest request body.
   * Written as a size with a unit such as 64Ki, 512Mi or 2Gi.
   * @default "1Mi"
   */
  readonly maxBody?: string | undefined;
  /**
   * Calling twice does the same as calling once; only such a method may be cached or retried.
   * @default true
   */
  readonly idempotent?: boolean | undefined;
  /**
   * How often a failed call is tried again; more than 1 only where idempotent.
   * Unit: attempts.
   * @default 1
   */
  readonly retries?: number | undefined;
  /**
   * Calls that must work: a version gets traffic only after it answered them.
   * @default - made from the request schema where it is derived
   */
  readonly examples?: readonly Example[] | undefined;
}
/** Binds the method to the runtime; which keys are allowed depends on the framework. */
export interface Call {
  /**
   * Tensor frameworks: the name by which the runtime knows the model.
   * @default - the model's name
   */
  readonly model?: string | undefined;
  /**
   * Tensor frameworks: the signature to call.
   * @default - the default signature
   */
  readonly signature?: string | undefined;
  /** Tensor frameworks: tensor → a request field, or a list of fields in the order of its columns. */
  readonly input?: CallInput | undefined;
  /** Tensor frameworks: field of the answer → a tensor, or one column of it. */
  readonly output?: CallOutput | undefined;
  /**
   * `python`: the function of the class.
   * Written as the name of a Python function.
   * @default - the method's name
   */
  readonly function?: string | undefined;
  /**
   * `container`: where the body is posted to.
   * Written as a path that starts with a slash, without "..", "//", "?", "#" or "%".
   * @default - `/<method>`
   */
  readonly post?: string | undefined;
  /**
   * `vllm`, `huggingface`: the operation of the OpenAI API.
   * @default - needed for `vllm` and `huggingface`
   */
  readonly openai?: ('chat.completions' | 'completions' | 'embeddings') | undefined;
}
/** Tensor frameworks: tensor → a request field, or a list of fields in the order of its columns. */
export interface CallInput {
  /** The field, or fields in the order of columns. */
  readonly [k: string]: string | readonly string[];
}
/** Tensor frameworks: field of the answer → a tensor, or one column of it. */
export interface CallOutput {
  /** The tensor, or one column of it. */
  readonly [k: string]: string | CallColumn;
}
/** One column of a tensor. */
export interface CallColumn {
  /** Name of the tensor. */
  readonly tensor: string;
  /** Index in the last dimension, from 0. */
  readonly column: number;
}
/** Whether and how long answers are kept. */
export interface Cache {
  /**
   * Who shares an answer: nobody, all who may call, or each caller for itself.
   * @default "none"
   */
  readonly scope?: ('none' | 'shared' | 'principal') | undefined;
  /**
   * How long an answer is kept; needed unless `scope` is `none`.
   * Written as a duration such as 250ms, 30s, 10m, 2h or 7d.
   * @default - needed unless `scope` is `none`
   */
  readonly ttl?: string | undefined;
  /**
   * How long after its time an answer is still given, while one call asks the model anew behind it; not with `scope: none`.
   * Written as a duration such as 250ms, 30s, 10m, 2h or 7d.
   * @default - an answer past its time is not given
   */
  readonly staleWhileRevalidate?: string | undefined;
}
/** A call that must work. */
export interface Example {
  /**
   * Short name, unique in the method.
   * Written as small letters, digits and hyphens, starting with a letter.
   */
  readonly name: string;
  /** Body of the request. */
  readonly request: JsonValue;
  /**
   * What the answer must be.
   * @default - any answer that fits the response schema will do
   */
  readonly response?: JsonValue | undefined;
  /**
   * Largest difference that numbers of the answer may have.
   * @default 0
   */
  readonly tolerance?: number | undefined;
}
/** Which methods the field's standard paths stand for, under the same roles, limits and cache. */
export interface Fronts {
  /**
   * Method that ModelInfer of the Open Inference Protocol, `/models/<model>/<contract>/v2/models/<model>/infer`, stands for.
   * Written as small letters, digits and hyphens, starting with a letter, and none of openai, pin, v2.
   * @default - the only method bound to tensors; with several, no such path
   */
  readonly infer?: string | undefined;
  /**
   * Method that `chat/completions` of the OpenAI API, below `/models/<model>/<contract>/openai/v1`, stands for.
   * Written as small letters, digits and hyphens, starting with a letter, and none of openai, pin, v2.
   * @default - the only method with `call: {openai: chat.completions}`
   */
  readonly chat?: string | undefined;
  /**
   * Method that `completions` of the OpenAI API stands for.
   * Written as small letters, digits and hyphens, starting with a letter, and none of openai, pin, v2.
   * @default - the only method with `call: {openai: completions}`
   */
  readonly completions?: string | undefined;
  /**
   * Method that `embeddings` of the OpenAI API stands for.
   * Written as small letters, digits and hyphens, starting with a letter, and none of openai, pin, v2.
   * @default - the only method with `call: {openai: embeddings}`
   */
  readonly embeddings?: string | undefined;
}
/** What the owner promises; alerts are built from it. */
export interface Slo {
  /**
   * Share of calls that do not fail on the platform's side.
   * Unit: percent.
   * @default - no promise
   */
  readonly availability?: number | undefined;
  /** Times within which calls are answered. */
  readonly latency?: SloLatency | undefined;
}
/** Times within which calls are answered. */
export interface SloLatency {
  /**
   * Half of the calls.
   * Written as a duration such as 250ms, 30s, 10m, 2h or 7d.
   * @default - no promise
   */
  readonly p50?: string | undefined;
  /**
   * 95 of 100 calls.
   * Written as a duration such as 250ms, 30s, 10m, 2h or 7d.
   * @default - no promise
   */
  readonly p95?: string | undefined;
  /**
   * 99 of 100 calls.
   * Written as a duration such as 250ms, 30s, 10m, 2h or 7d.
   * @default - no promise
   */
  readonly p99?: string | undefined;
}
/** How exactly calls are recorded. */
export interface Audit {
  /**
   * `metadata`: best effort, losses counted; `durable`: on disk before the answer leaves; `strict`: no record, no answer.
   * @default - `durable` where `data.classification` is confidential or restricted or `data.risk` is high, else `metadata`
   */
  readonly level?: ('metadata' | 'durable' | 'strict') | undefined;
  /**
   * What is kept of bodies: nothing, a keyed hash, or the body without the fields marked `x-kea-pii`.
   * @default "none"
   */
  readonly payload?: ('none' | 'hashed' | 'redacted') | undefined;
}
/** How the contract ends. */
export interface Lifecycle {
  /**
   * Answers carry this day as the `deprecation` header.
   * Written as a date in quotes such as "2027-06-30".
   * @default - no date
   */
  readonly deprecated?: string | undefined;
  /**
   * From this day on the contract may be removed; after `deprecated`. Answers carry it as the `sunset` header.
   * Written as a date in quotes such as "2027-06-30".
   * @default - no date
   */
  readonly sunset?: string | undefined;
  /**
   * Drops the routes and keeps the pods: the first of two steps of a removal.
   * @default false
   */
  readonly retired?: boolean | undefined;
}
/** A `v1.yaml`, `v2.yaml` …: what is true of one contract. */
export interface ContractDocument {
  /**
   * Format of the file. Left out, it is v1 for ever.
   * @default "v1"
   */
  readonly kea?: 'v1' | undefined;
  /**
   * Short form for the only version, N.0.0 of contract vN: a file or a folder.
   * @default - the artifacts of `versions`
   */
  readonly artifact?: (string | Artifact) | undefined;
  /**
   * Short form for the only version, N.0.0 of contract vN: a container image.
   * Written as an image such as registry/name@sha256:<64 hexadecimal digits> or registry/name:tag.
   * @default - the images of `versions`
   */
  readonly image?: string | undefined;
  /** What serves the model, and how it starts. */
  readonly runtime?: Runtime | undefined;
  /** Builds that serve this contract, by MAJOR.MINOR.PATCH; MAJOR is the contract's number. */
  readonly versions?: Versions | undefined;
  /**
   * Which version answers which call.
   * @default - the only version answers all
   */
  readonly routing?: Routing | undefined;
  /**
   * What this contract does otherwise in one stack, by the stack's name.
   * @default - nothing
   */
  readonly stacks?: StackOverrides | undefined;
  /**
   * The operations of the contract, by name; the name is the last part of the URL.
   * @default - one method `predict`, derived from the model's graph
   */
  readonly methods?: Methods | undefined;
  /**
   * Which methods the field's standard paths stand for.
   * @default - derived where one method alone fits
   */
  readonly fronts?: Fronts | undefined;
  /**
   * Opens `fronts.infer` over gRPC too; such calls are not checked against the schema, nor cached.
   * @default false
   */
  readonly grpc?: boolean | undefined;
  /** What one instance needs. */
  readonly resources?: Resources | undefined;
  /** How many instances run. */
  readonly scaling?: Scaling | undefined;
  /**
   * What the owner promises.
   * @default - no alerts on objectives
   */
  readonly slo?: Slo | undefined;
  /** How exactly calls are recorded. */
  readonly audit?: Audit | undefined;
  /**
   * How the contract ends.
   * @default - it lives on
   */
  readonly lifecycle?: Lifecycle | undefined;
}
