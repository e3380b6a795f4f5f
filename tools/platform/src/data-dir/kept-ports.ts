import path from 'node:path';
import { findFreePort, readTextIfAny, writePrivateFile } from '@doorbuster/embedded';
import { z } from 'zod';

const ports = z.record(z.string(), z.int().min(1).max(65_535));
const ATTEMPTS_MAX = 20;

/** Reuses the ports of the last start that are free, so that saved addresses stay valid. All ports differ. */
export async function keptPorts<Name extends string>(
  dataDir: string,
  names: readonly Name[],
): Promise<Record<Name, number>> {
  const file = path.join(dataDir, 'ports.json');
  const kept = ports.safeParse(parse(readTextIfAny(file) ?? '{}')).data ?? {};
  const chosen = new Map<Name, number>();
  for (const name of names) chosen.set(name, await choose(kept[name], new Set(chosen.values())));
  const now = Object.fromEntries(chosen) as Record<Name, number>;
  writePrivateFile(file, `${JSON.stringify({ ...kept, ...now })}\n`);
  return now;
}

async function choose(kept: number | undefined, taken: Set<number>): Promise<number> {
  let port = await findFreePort(kept);
  for (let attempt = 0; taken.has(port) && attempt < ATTEMPTS_MAX; attempt += 1) port = await findFreePort();
  return port;
}

/** A damaged file is ignored: ports can be chosen again. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
