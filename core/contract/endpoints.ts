/** What the supervisor serves as EDS: cluster name → instances. A cluster that is absent has none. */
export interface Endpoints {
  readonly [cluster: string]: readonly Endpoint[];
}

/** An IP address (never a host name) and port, and the zone it stands in where there are zones. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
  readonly zone?: string;
}
