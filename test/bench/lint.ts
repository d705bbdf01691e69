import { lintTexts } from '../../lib/lint/lint-text.ts';
import type { Figure } from './figures.ts';

const TEMPLATES = 10_000;
/** Files of one template each, as charts and folders have them. */
const PER_FOLDER = 1000;

/** What a look through many templates costs: each is read, checked, its query parsed and its references followed. */
export function benchLint(): Figure[] {
  const sources = Array.from({ length: TEMPLATES }, (_, index) => ({
    path: `templates/${Math.floor(index / PER_FOLDER)}/${index}.yaml`,
    text: templateOf(index),
  }));
  const startedMs = performance.now();
  const { findings, documents } = lintTexts(sources);
  const seconds = (performance.now() - startedMs) / 1000;
  return [
    { name: `lint: ${documents} templates, for each 1,000`, figure: seconds / (documents / 1000), unit: 's', limit: 2 },
    { name: 'lint: findings in them', figure: findings.length, unit: '' },
  ];
}

/** One in ten has something to mend. */
function templateOf(index: number): string {
  const condition = index % 10 === 0 ? 'result < 0.05' : 'len(result) == 0 || result[0] < 0.05';
  return `# Errors of service ${index}.
apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata:
  name: error-rate-${index}
  namespace: team-${index % 50}
  labels:
    app.kubernetes.io/part-of: shop
spec:
  args:
    - name: service
    - name: prometheus
      value: http://prometheus.monitoring.svc:9090
  metrics:
    - name: error-rate
      interval: 1m
      count: 5
      failureLimit: 1
      successCondition: ${condition}
      provider:
        prometheus:
          address: '{{args.prometheus}}'
          query: |
            sum(rate(http_requests_total{service="{{args.service}}",code=~"5.."}[5m]))
            /
            (sum(rate(http_requests_total{service="{{args.service}}"}[5m])) > 0)
    - name: health
      successCondition: result.ok
      provider:
        web:
          url: https://{{args.service}}.example.com/health
          jsonPath: '{$.data}'
`;
}
