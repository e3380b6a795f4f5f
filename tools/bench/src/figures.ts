export function median(numbers: readonly number[]): number {
  return percentile(numbers, 0.5);
}

/** @param share from 0 to 1 */
export function percentile(numbers: readonly number[], share: number): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length * share)] ?? Number.NaN;
}

/** By name. */
export function medians(rounds: readonly Record<string, number>[]): Record<string, number> {
  const names = [...new Set(rounds.flatMap((figures) => Object.keys(figures)))];
  return Object.fromEntries(names.map((name) => [name, median(rounds.map((figures) => figures[name] ?? 0))]));
}

export const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
