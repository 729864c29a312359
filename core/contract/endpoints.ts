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

/** Where the gateway's pods stand, and the one that reads this. Empty where that is not known. */
export interface GatewayZones {
  readonly own?: string;
  /** Zone → pods that take calls. */
  readonly gateways: { readonly [zone: string]: number };
}
