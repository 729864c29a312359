// The same app with a mistake: the example is none that the method's own schema takes.
import { App, Chart } from 'cdk8s';
import { MlModel } from '@kea-platform/kea';
import { churn, predict } from './models.js';

const app = new App();
new MlModel(new Chart(app, 'team', { namespace: 'team-a' }), 'churn', {
  ...churn,
  methods: { predict: { ...predict, examples: [{ name: 'typical', request: { x: 'many' } }] } },
});
app.synth();
