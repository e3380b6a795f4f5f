import { OptionError, readOptions, wholeNumber } from '@doorbuster/service/process';
import { z } from 'zod';

export const count = wholeNumber(1, 100_000);

const SIZE_MAX = 10_000_000;

/** Numbers separated by commas. */
const listOf = (each: z.ZodType) =>
  z
    .string()
    .transform((text) => text.split(',').map(Number))
    .refine(
      (numbers) => numbers.every((number) => each.safeParse(number).success),
      'must be whole numbers from 1 up, separated by commas',
    );

export const counts = listOf(count);

/** Sizes of tables, ascending. */
export const sizes = listOf(wholeNumber(1, SIZE_MAX)).refine(
  (numbers) => numbers.every((each, i) => i === 0 || each > (numbers[i - 1] as number)),
  'must ascend',
);

/** The options of a benchmark. On a wrong one it says which, and ends with 2. */
export function benchOptions<T extends z.ZodObject>(schema: T): z.output<T> {
  try {
    const options = readOptions(schema);
    if (options !== 'help') return options;
    process.stdout.write(`options: ${Object.keys(schema.shape).join(', ')}, each as --name VALUE\n`);
    process.exit(0);
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}
