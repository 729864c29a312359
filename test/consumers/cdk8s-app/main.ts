// Another team's cdk8s app: KEA's constructs one by one in a chart of its own.
import { App, Chart } from 'cdk8s';
import { AuditPipeline, IdentityProvider, MlModel, ModelGateway, ResponseCache } from '@kea-platform/kea';
import { churn, stack } from './models.js';

const app = new App();
const chart = new Chart(app, 'team', { namespace: 'team-a' });
const models = [new MlModel(chart, 'churn', churn)];
const cache = new ResponseCache(chart, 'cache', { stack });
const audit = new AuditPipeline(chart, 'audit', { stack });
new IdentityProvider(chart, 'identity', { stack, models });
new ModelGateway(chart, 'gateway', { stack, models, cache, auditWriters: audit.writers });
app.synth();
