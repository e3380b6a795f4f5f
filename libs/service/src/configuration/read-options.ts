import { parseArgs } from 'node:util';
import type { z } from 'zod';
import { describeProblems, requirementOf } from './config-problems.js';

/** Wrong command-line options. The message has a sentence for each. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
  readonly code = 'BAD_OPTION';
}

/**
 * The options of a tool: `--name VALUE` for each key of the schema.
 *
 * @param flags options without a value
 * @throws {OptionError} naming every option that is wrong
 */
export function readOptions<T extends z.ZodObject>(
  schema: T,
  { flags = [], args = process.argv.slice(2) }: { flags?: readonly string[]; args?: readonly string[] } = {},
): z.output<T> | 'help' {
  const names = Object.keys(schema.shape);
  const options: Record<string, { type: 'boolean' | 'string' }> = { help: { type: 'boolean' } };
  for (const name of names) options[name] = { type: flags.includes(name) ? 'boolean' : 'string' };
  const { tokens, values } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  const problems = tokens.flatMap((token) => {
    if (token.kind === 'option-terminator') return [];
    const name = token.kind === 'positional' ? token.value : token.name;
    const given = token.kind === 'positional' ? name : token.rawName;
    if (token.kind === 'positional' || !Object.hasOwn(options, name)) {
      return [`${given} is not an option; there are ${names.map((each) => `--${each}`).join(', ')}.`];
    }
    const isFlag = options[name]?.type === 'boolean';
    if (isFlag && token.value !== undefined) return [`${given} takes no value.`];
    return !isFlag && token.value === undefined ? [`${given} needs a value.`] : [];
  });
  if (problems.length > 0) throw new OptionError(problems.join('\n'));
  if (values['help'] === true) return 'help';
  const result = schema.safeParse(values, { error: requirementOf });
  if (result.success) return result.data;
  const valueOf = (name: string): string | undefined => values[name]?.toString();
  throw new OptionError(describeProblems(result.error, valueOf, (name) => `--${name}`).join('\n'));
}
