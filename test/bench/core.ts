import { benchAnalysis } from './analysis.ts';
import { benchExperiment } from './experiment.ts';
import { benchExpression } from './expression.ts';
import { describeMachine, formatFigures } from './figures.ts';
import { benchLint } from './lint.ts';
import { benchProviders } from './providers.ts';

// `npm run bench`: what the pure core costs, and lint. Everything within one run, since machines are noisy.
console.log(`${describeMachine()}\n`);
console.log(
  formatFigures([
    ...benchExpression(),
    ...benchAnalysis(),
    ...benchExperiment(),
    ...benchLint(),
    ...(await benchProviders()),
  ]),
);
