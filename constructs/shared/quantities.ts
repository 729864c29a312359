import { k8s } from '../k8s';

const BINARY = [
  [1024 ** 4, 'Ti'],
  [1024 ** 3, 'Gi'],
  [1024 ** 2, 'Mi'],
  [1024, 'Ki'],
] as const;

/** Bytes as Kubernetes writes them, exactly: 1073741824 → `1Gi`, 1000 → `1000`. */
export function bytesText(bytes: number): string {
  for (const [factor, unit] of BINARY) if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${unit}`;
  return String(bytes);
}

/** Thousandths of a core as Kubernetes writes them: 500 → `500m`, 2000 → `2`. */
export function cpuText(millis: number): string {
  return millis % 1000 === 0 ? String(millis / 1000) : `${millis}m`;
}

export function bytesQuantity(bytes: number): k8s.Quantity {
  return k8s.Quantity.fromString(bytesText(bytes));
}

export function cpuQuantity(millis: number): k8s.Quantity {
  return k8s.Quantity.fromString(cpuText(millis));
}

export const KiB = 1024;
export const MiB = 1024 ** 2;
export const GiB = 1024 ** 3;
