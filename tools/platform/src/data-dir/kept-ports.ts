import path from 'node:path';
import { findFreePort, readTextIfAny, writePrivateFile } from '@doorbuster/embedded';
import { z } from 'zod';

const ports = z.object({ postgres: z.int(), nats: z.int() });
export type Ports = z.infer<typeof ports>;

/** The ports of the last start where they are still free, so that saved addresses stay true. */
export async function keptPorts(dataDir: string): Promise<Ports> {
  const file = path.join(dataDir, 'ports.json');
  const kept = ports.partial().safeParse(parse(readTextIfAny(file) ?? '{}')).data ?? {};
  const postgres = await findFreePort(kept.postgres);
  const nats = await findFreePort(kept.nats === postgres ? undefined : kept.nats);
  const chosen = { postgres, nats };
  writePrivateFile(file, `${JSON.stringify(chosen)}\n`);
  return chosen;
}

/** Ports can be chosen anew, so a damaged file is no reason not to start. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
