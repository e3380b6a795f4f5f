import { CLUSTERS } from './cluster.js';
import { down, flashSale, up } from './commands.js';
import { DeployError } from './run.js';

const USAGE = 'usage: kind|minikube up|down|flash-sale [options of the flash sale]';

try {
  const [clusterName = '', command = '', ...options] = process.argv.slice(2);
  const cluster = Object.values(CLUSTERS).find(({ name }) => name === clusterName);
  if (cluster === undefined) throw new DeployError(USAGE);
  if (command === 'up') await up(cluster);
  else if (command === 'down') await down(cluster);
  else if (command === 'flash-sale') await flashSale(cluster, options);
  else throw new DeployError(USAGE);
} catch (error) {
  if (!(error instanceof DeployError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
