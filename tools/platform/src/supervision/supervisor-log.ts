import { reportBack, reportOutage, type Dependency, type Logger } from '@doorbuster/telemetry';
import type { SupervisedOptions } from './supervised.js';

/** Servers by the names of their processes. */
const SERVERS: Record<string, Dependency> = { postgres: 'PostgreSQL', nats: 'NATS' };

/** What the log says about a supervised process. The end of a server is an outage, which services notice too. */
export function supervisorLog(
  name: string,
  logger: Logger,
): Pick<SupervisedOptions, 'warn' | 'onEnd' | 'onRestart'> {
  const warn = (text: string): void => logger.warn(text);
  const server = SERVERS[name];
  if (server === undefined) return { warn };
  return {
    warn,
    onEnd: (text) => reportOutage(logger, server, text),
    onRestart: () => reportBack(logger, server),
  };
}
