import { z } from 'zod';
import { changeTerms } from '../actor.js';
import { event } from '../message.js';
import { change, rpc } from '../rpc.js';
import { instant, text } from '../values.js';

const id = z.uuid().meta({ examples: ['01a21ce0-6e00-7c4a-9b1f-3d5e7a902c68'] });
const recordText = text
  .min(1)
  .max(200)
  .meta({ examples: ['The first record'] });

export const exampleRecord = z
  .object({ id, text: recordText, createdAt: instant })
  .meta({ id: 'ExampleRecord' });
export type ExampleRecord = z.infer<typeof exampleRecord>;

/** The body of an HTTP request. Unlike the RPC, it refuses unknown fields. */
export const createExampleRecordBody = z
  .strictObject({ id, text: recordText })
  .meta({ id: 'CreateExampleRecord' });
export type CreateExampleRecordBody = z.infer<typeof createExampleRecordBody>;

/** Idempotent: a second request with this id gets the record that is there. */
export const createExampleRecord = change(
  'example',
  'create-example-record',
  'admin',
  createExampleRecordBody.strip().extend(changeTerms),
  exampleRecord,
);
export const getExampleRecord = rpc('example', 'get-example-record', z.object({ id }), exampleRecord);

export const exampleRecordCreated = event('example', 'example-record-created', exampleRecord);
