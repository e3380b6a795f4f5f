import { OptionError, readOptions, wholeNumber } from '@doorbuster/service/process';
import { z } from 'zod';

export const count = wholeNumber(1, 100_000);

/** Numbers separated by commas. */
export const counts = z
  .string()
  .transform((text) => text.split(',').map(Number))
  .refine(
    (numbers) => numbers.every((each) => count.safeParse(each).success),
    'must be whole numbers from 1 up, separated by commas',
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
