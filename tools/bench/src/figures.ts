export function median(numbers: readonly number[]): number {
  return percentile(numbers, 0.5);
}

/** @param share from 0 to 1 */
export function percentile(numbers: readonly number[], share: number): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length * share)] ?? Number.NaN;
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
