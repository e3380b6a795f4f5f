import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SERVICES } from '@doorbuster/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inRepository } from './fixtures/repository.js';

const DEADLINE_MS = 60_000;
/** The services, the gateway and the provisioner. */
const APPS = SERVICES.length + 2;

/** No cluster can be had in a test: programs that write down how they were called stand for the real ones. */
describe('the commands of clusters', () => {
  let directory: string;
  let calls: string;

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'doorbuster-deploy-'));
    calls = path.join(directory, 'calls');
    await writeFile(calls, '');
    await mkdir(path.join(directory, 'bin'));
    await symlink(process.execPath, path.join(directory, 'bin', 'node'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const install = async (program: string, script = ''): Promise<void> => {
    const file = path.join(directory, 'bin', program);
    await writeFile(file, `#!/bin/sh\necho "${program} $*" >> ${calls}\n${script}\n`);
    await chmod(file, 0o755);
  };
  const installAll = async (clusters = ''): Promise<void> => {
    await install('docker');
    await install('kubectl');
    await install('npm');
    await install('kind', `[ "$1" = get ] && echo "${clusters}"; exit 0`);
    await install('minikube', `[ "$1" = ip ] && echo 192.0.2.7; exit 0`);
  };
  const deploy = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      const main = inRepository('tools/deploy/dist/main.js');
      const env = { PATH: path.join(directory, 'bin') };
      execFile(process.execPath, [main, ...args], { env, timeout: DEADLINE_MS }, (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      });
    });
  const called = async (): Promise<string[]> => (await readFile(calls, 'utf8')).trim().split('\n');

  it('make a cluster that is missing, and bring the images of all apps into it before anything is applied', async () => {
    await installAll();
    const { code, stdout } = await deploy('kind', 'up');
    expect([code, stdout.trim().split('\n').at(-1)]).toEqual([0, 'ready http://localhost:3000']);
    const lines = await called();
    const at = (start: string): number => lines.findIndex((line) => line.startsWith(start));
    expect(at('kind create cluster')).toBeGreaterThan(-1);
    expect(lines.filter((line) => line.startsWith('kind load docker-image'))).toHaveLength(APPS);
    expect(lines.filter((line) => line.startsWith('docker build'))).toHaveLength(APPS);
    const apply = at(
      'kubectl --context kind-doorbuster --namespace doorbuster apply --kustomize k8s/overlays/kind',
    );
    expect(apply).toBeGreaterThan(lines.findLastIndex((line) => line.startsWith('kind load')));
    expect(lines.at(-1)).toContain('wait --for condition=complete job/seed');
  });

  it('leave a cluster that is there, and say each command that changes something', async () => {
    await installAll('doorbuster');
    const { stdout } = await deploy('kind', 'up');
    const lines = await called();
    expect(lines.some((line) => line.startsWith('kind create'))).toBe(false);
    const told = stdout.split('\n').flatMap((line) => (line.startsWith('$ ') ? [line.slice(2)] : []));
    expect(lines.filter((line) => !/^\w+ (version|help|get)/.test(line))).toEqual(told);
  });

  it('find the gateway of minikube', async () => {
    await installAll();
    expect((await deploy('minikube', 'up')).stdout).toContain('ready http://192.0.2.7:30080');
  });

  it('hold a flash sale in the cluster, with its options', async () => {
    await installAll('doorbuster');
    expect((await deploy('kind', 'flash-sale', '--buyers', '100')).code).toBe(0);
    expect((await called()).at(-1)).toBe('npm run flash-sale -- --url http://localhost:3000 --buyers 100');
  });

  it('hold none where there is no cluster', async () => {
    await installAll();
    const { code, stderr } = await deploy('kind', 'flash-sale');
    expect([code, stderr]).toEqual([1, 'there is no cluster; npm run kind:up makes one\n']);
  });

  it.each(['docker', 'kind', 'kubectl'])('say that %s is missing, and where to get it', async (missing) => {
    for (const program of ['docker', 'kind', 'kubectl'].filter((each) => each !== missing))
      await install(program);
    const { code, stderr } = await deploy('kind', 'up');
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^${missing} is not on the PATH; how to install it: https://`));
  });

  it('stop at the first that fails, and say which', async () => {
    await installAll('doorbuster');
    await install('docker', '[ "$1" = build ] && exit 3; exit 0');
    const { code, stderr } = await deploy('kind', 'up');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^exit code 3: docker build/)]);
    expect((await called()).at(-1)).toContain('docker build');
  });
});
