import { versionName } from '../../core/contract/names';

/** Labels and annotations that KEA sets, one name each. */
export const Label = {
  name: 'app.kubernetes.io/name',
  instance: 'app.kubernetes.io/instance',
  component: 'app.kubernetes.io/component',
  partOf: 'app.kubernetes.io/part-of',
  managedBy: 'app.kubernetes.io/managed-by',
  model: 'kea.dev/model',
  contract: 'kea.dev/contract',
  version: 'kea.dev/version',
  owner: 'kea.dev/owner',
  stack: 'kea.dev/stack',
  /** On a namespace whose Prometheus may read metrics ports: `true`. */
  scraper: 'kea.dev/scraper',
} as const;

/** Value of `managed-by` on everything that a plan holds; checks that judge only our own objects look for it. */
export const MANAGED_BY = 'kea';

/** A plain map of labels. */
export interface Labels {
  readonly [key: string]: string;
}

/** Component label of the gateway's pods: NetworkPolicies of models admit only these. */
export const GATEWAY_COMPONENT = 'gateway';

/** What every object of the platform itself carries. */
export function platformLabels(component: string, name: string = component): Labels {
  return { [Label.name]: name, [Label.component]: component, [Label.partOf]: 'kea', [Label.managedBy]: MANAGED_BY };
}

/** Selector of one platform component's pods. */
export function platformSelector(component: string, name: string = component): Labels {
  return { [Label.name]: name, [Label.component]: component };
}

/** What every object of a model carries. */
export function modelLabels(model: string, owner: string): Labels {
  return { ...platformLabels('model', model), [Label.model]: model, [Label.owner]: owner };
}

/** Selector of all pods of a model, whatever their version. */
export function modelSelector(model: string): Labels {
  return { [Label.component]: 'model', [Label.model]: model };
}

/** Selector of one version's pods; immutable once applied, so it holds nothing but identity. */
export function versionSelector(model: string, version: string): Labels {
  return { [Label.instance]: versionName(model, version), [Label.model]: model };
}

/** Labels of one version's pods: identity only, because a changed label restarts every pod. */
export function versionPodLabels(model: string, contract: string, version: string): Labels {
  return {
    ...platformLabels('model', model),
    [Label.instance]: versionName(model, version),
    [Label.model]: model,
    [Label.contract]: contract,
    [Label.version]: version,
  };
}
