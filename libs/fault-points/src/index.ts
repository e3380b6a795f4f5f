import { readFaults, type Fault } from './read-faults.js';

export { FAULTS, type Fault } from './read-faults.js';

/** Read once, when the process loads this module. Without `FAULT_POINTS` it is undefined, and a fault point costs one comparison. */
const active = readFaults(process.env);
const passes = new Map<Fault, number>();

/** Whether this pass is to fail. False unless `FAULT_POINTS` names the fault. */
export function faultPoint(fault: Fault): boolean {
  return active !== undefined && isDue(fault, active);
}

/** Kills this process with SIGKILL, as `kill -9` does, when the fault is due. */
export function crashPoint(fault: Fault): void {
  if (faultPoint(fault)) process.kill(process.pid, 'SIGKILL');
}

function isDue(fault: Fault, faults: ReadonlyMap<Fault, number>): boolean {
  const every = faults.get(fault);
  if (every === undefined) return false;
  const pass = (passes.get(fault) ?? 0) + 1;
  passes.set(fault, pass);
  return pass % every === 0;
}
