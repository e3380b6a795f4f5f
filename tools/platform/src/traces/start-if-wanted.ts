import type { Logger } from '@doorbuster/telemetry';
import type { PlatformConfig } from '../config.js';
import { wantsTracesPage } from '../services/telemetry.js';
import { startTracesServer, type TracesServer } from './http/traces-server.js';

interface Surroundings {
  config: PlatformConfig;
  env: NodeJS.ProcessEnv;
  logger: Logger;
}

/** Starts the traces page, unless traces are exported elsewhere. The platform runs without it when that fails. */
export async function startTracesIfWanted(
  { config, env, logger }: Surroundings,
  port: number,
  gatewayUrl: string,
): Promise<TracesServer | undefined> {
  if (!wantsTracesPage(env)) return undefined;
  const onDefect = (error: unknown): void => logger.error({ err: error }, 'the traces page has a defect');
  const gateway = { url: gatewayUrl, issuesTokens: config.issuesTokens };
  try {
    return await startTracesServer({ port, gateway, onDefect });
  } catch (error) {
    logger.warn(`no traces page: ${(error as Error).message}`);
    return undefined;
  }
}
