/** An API server's answer. */
export interface ApiAnswer {
  readonly status: number;
  /** Warnings of the server, such as unknown fields or Pod Security. */
  readonly warnings: readonly string[];
  readonly body: { readonly [key: string]: unknown };
}

/** A real control plane on loopback. */
export interface ControlPlane {
  readonly url: string;
  /** Token of an administrator. */
  readonly token: string;
  /** File with the certificate that the server shows. */
  readonly certificate: string;
  /** A kubeconfig of the administrator. */
  readonly kubeconfig: string;
  /** Where state and logs lie until `stop`. */
  readonly folder: string;
  /** As the administrator, or as `user` with no group but `system:authenticated`. */
  call(method: string, path: string, body?: unknown, contentType?: string, user?: string): Promise<ApiAnswer>;
  stop(): Promise<void>;
}

export function startControlPlane(options?: { readonly controllers?: boolean }): Promise<ControlPlane>;
