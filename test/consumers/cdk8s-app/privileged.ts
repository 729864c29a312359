// The same model, opened by the escape hatch further than the policies allow.
import { App, Chart, JsonPatch } from 'cdk8s';
import { MlModel } from '@kea-platform/kea';
import { churn } from './models.js';

const app = new App();
new MlModel(new Chart(app, 'team', { namespace: 'team-a' }), 'churn', {
  ...churn,
  patches: [{ kind: 'Deployment', operations: [JsonPatch.replace('/spec/template/spec/containers/0/securityContext/privileged', true)] }],
});
app.synth();
