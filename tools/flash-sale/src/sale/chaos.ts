import type { LaunchedPlatform } from '@doorbuster/platform';
import type { Clock } from './clock.js';

export interface Kill {
  part: string;
  atMs: number;
}

const VICTIMS = ['orders', 'inventory', 'postgres', 'nats'] as const;
type Victim = (typeof VICTIMS)[number];
const POLL_MS = 25;
/** The next kill comes after that time at the latest, however little was sold. */
const PATIENCE_MS = 8_000;
const RESTART_MS = 20_000;

/** `kill -9` of each part in turn, spread over the selling of the stock. @returns what was killed when */
export async function killInTheMiddle(
  platform: LaunchedPlatform,
  clock: Clock,
  shareSold: () => number,
  killed: (kill: Kill) => void,
): Promise<void> {
  for (const [i, part] of VICTIMS.entries()) {
    const share = (i + 1) / (VICTIMS.length + 1);
    await until(clock, PATIENCE_MS, () => shareSold() >= share);
    if (clock.isStopped) return;
    const pids = pidsOf(platform, part);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    killed({ part, atMs: clock.now() });
    await until(clock, RESTART_MS, () => {
      const now = pidsOf(platform, part);
      return now.length > 0 && !now.some((pid) => pids.includes(pid));
    });
  }
}

async function until(clock: Clock, msMax: number, condition: () => boolean): Promise<void> {
  const deadline = clock.now() + msMax;
  while (!condition() && clock.now() < deadline && !clock.isStopped) await clock.pause(POLL_MS);
}

function pidsOf(platform: LaunchedPlatform, part: Victim): number[] {
  const { services, postgres, nats } = platform.run();
  if (part !== 'postgres' && part !== 'nats') return services[part]?.pids ?? [];
  const { pid } = part === 'postgres' ? postgres : nats;
  return pid === null ? [] : [pid];
}
