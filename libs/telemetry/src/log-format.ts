export const LOG_FORMATS = ['json', 'pretty'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** `LOG_FORMAT` decides; without it a terminal gets text for a person, and everything else JSON lines. */
export function logFormatOf(env: NodeJS.ProcessEnv, output: { isTTY?: boolean }): LogFormat {
  const named = LOG_FORMATS.find((format) => format === env['LOG_FORMAT']);
  return named ?? (output.isTTY === true ? 'pretty' : 'json');
}

/** https://no-color.org */
export const isColoured = (env: NodeJS.ProcessEnv, output: { isTTY?: boolean }): boolean =>
  output.isTTY === true && !env['NO_COLOR'];
