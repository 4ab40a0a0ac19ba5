import { EXPERIMENTS } from './src/lab/experiments/index.ts';
import { clientVectors } from './src/lab/strategies/client-vectors.ts';
import { dotted } from './src/lab/strategies/dotted.ts';
import { pruned } from './src/lab/strategies/pruned.ts';
import { serverVectors } from './src/lab/strategies/server-vectors.ts';
import { wall } from './src/lab/strategies/wall.ts';
const strategies=[wall, clientVectors, pruned, serverVectors, dotted];
for (const e of EXPERIMENTS) {
  const t=Date.now();
  const f = e.run({strategies, skewMs:500, nodes:3, seed:1});
  console.log('##', e.name, Date.now()-t,'ms');
  for (const v of f.verdicts) { console.log(v.expected.includes(v.outcome)?'ok ':'BAD', v.strategy, v.outcome, '|', v.summary); if (!v.expected.includes(v.outcome)||e.name==='skew-loss') console.log(v.evidence.join('\n')); }
}
