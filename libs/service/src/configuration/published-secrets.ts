/**
 * Secrets that this repository publishes, in docker-compose.yml and in k8s/local. A test of tools/deploy
 * finds each secret of those files here. A longer secret that begins with one of these is one of them too.
 */
const PUBLISHED = [
  'doorbuster-development-only',
  // RPC_SIGNING_KEY, and RPC_VERIFICATION_KEYS that would trust it.
  'MC4CAQAwBQYDK2VwBCIEIGRvb3JidXN0ZXItZGV2ZWxvcG1lbnQtb25seS1zZWVk',
  'MCowBQYDK2VwAyEASP4q4zt14KliJlBYt1JSIt2MofI4xg070JuRGFhq4rU=',
];

/** The names of the variables whose values contain a published secret. */
export const publishedSecretsIn = (env: NodeJS.ProcessEnv): string[] =>
  Object.entries(env)
    .filter(([, value]) => PUBLISHED.some((secret) => value?.includes(secret)))
    .map(([name]) => name);
