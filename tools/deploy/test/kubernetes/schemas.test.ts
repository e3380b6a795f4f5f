import { describe, expect, it } from 'vitest';
import { API_VERSION, apiErrors } from './fixtures/api-check.js';
import { objectsOf, OVERLAYS, type KubernetesObject } from './fixtures/overlay.js';
import { schemaErrors } from './fixtures/schema-check.js';

describe.each(OVERLAYS)('overlay %s', (overlay) => {
  it('builds, and every object is as its schema wants it', async () => {
    const objects = objectsOf(overlay);
    expect(objects.length).toBeGreaterThan(40);
    expect(await schemaErrors(objects)).toEqual([]);
  });

  it(`is accepted, every field of it, by the API of Kubernetes ${API_VERSION}`, async () => {
    expect(await apiErrors(objectsOf(overlay))).toEqual([]);
  });
});

describe('the check of schemas', () => {
  const deployment = objectsOf('kind').find(({ kind }) => kind === 'Deployment');
  const scaled = objectsOf('production').find(({ kind }) => kind === 'ScaledObject');
  const database = objectsOf('production').find(({ kind }) => kind === 'Cluster');
  const changed = (object: KubernetesObject | undefined, change: (spec: never) => void): KubernetesObject => {
    const copy = structuredClone(object as KubernetesObject);
    change(copy.spec as never);
    return copy;
  };
  type Spec = Record<string, unknown>;

  it.each([
    ['a field that does not exist', (spec: Spec) => (spec['replicaz'] = 2), 'replicaz'],
    ['a value of another type', (spec: Spec) => (spec['minReadySeconds'] = '5'), 'minReadySeconds'],
    [
      'a value that is not one of the allowed',
      (spec: Spec) => (spec['strategy'] = { type: 'Rolling' }),
      'Rolling',
    ],
    ['a field that is missing', (spec: Spec) => delete spec['selector'], 'selector'],
    [
      'a misspelt field far inside',
      (spec: { template: { spec: { containers: Spec[] } } }) =>
        spec.template.spec.containers.push({ name: 'other', livenessprobe: {} }),
      'livenessprobe',
    ],
  ])('finds %s', async (_name, change, named) => {
    const [error] = await schemaErrors([changed(deployment, change as (spec: never) => void)]);
    expect(error).toContain(named);
  });

  it.each([
    ['a field that does not exist', (spec: Spec) => (spec['replicaz'] = 2), /spec .*replicaz/],
    [
      'a value of another type',
      (spec: Spec) => (spec['minReadySeconds'] = '5'),
      /minReadySeconds must be integer/,
    ],
    ['no value', (spec: Spec) => (spec['minReadySeconds'] = null), /minReadySeconds must be integer/],
    ['a field that is missing', (spec: Spec) => delete spec['selector'], /spec must have .*'selector'/],
    [
      'a misspelt field far inside',
      (spec: { template: { spec: { containers: Spec[] } } }) =>
        spec.template.spec.containers.push({ name: 'other', livenessprobe: {} }),
      /containers\/1 .*livenessprobe/,
    ],
  ])('finds %s by the API of the current release', async (_name, change, named) => {
    const [error, ...others] = await apiErrors([changed(deployment, change as (spec: never) => void)]);
    expect(error).toMatch(named);
    expect(others).toEqual([]);
  });

  it('finds what an operator refuses: a range, a field that is missing', async () => {
    const errors = await apiErrors([
      changed(database, (spec: Spec) => (spec['instances'] = 0)),
      changed(scaled, (spec: Spec) => delete spec['triggers']),
    ]);
    expect(errors).toEqual([expect.stringContaining('instances'), expect.stringContaining('triggers')]);
  });

  it('finds a version of a kind that the current release does not serve', async () => {
    const old = { ...(deployment as KubernetesObject), apiVersion: 'apps/v1beta1' };
    expect(await apiErrors([old])).toEqual([expect.stringContaining('apps/v1beta1/Deployment is not in')]);
  });

  it('finds a misspelt field in what an operator reads', async () => {
    const objects = [
      changed(scaled, (spec: Spec) => (spec['maxReplicas'] = 6)),
      changed(database, (spec: Spec) => (spec['instancez'] = 3)),
    ];
    const errors = await schemaErrors(objects);
    expect(errors.join('\n')).toContain('maxReplicas');
    expect(errors.join('\n')).toContain('instancez');
  });

  it('finds a kind that nobody knows', async () => {
    expect(await schemaErrors([{ ...(deployment as KubernetesObject), kind: 'Deploiment' }])).not.toEqual([]);
  });
});
