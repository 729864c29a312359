export { type ApiAnswer, type ControlPlane, startControlPlane } from '../../scripts/lib/control-plane.mjs';
