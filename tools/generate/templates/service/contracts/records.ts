import { z } from 'zod';
import { changeTerms } from '../actor.js';
import { event } from '../message.js';
import { change, rpc } from '../rpc.js';
import { instant, text } from '../values.js';

const exampleRecord = z.object({ id: z.uuid(), text: text.min(1).max(200), createdAt: instant });
export type ExampleRecord = z.infer<typeof exampleRecord>;

/** Idempotent: a second request with this id gets the record that is there. */
export const createExampleRecord = change(
  'example',
  'create-example-record',
  'admin',
  z.object({ ...changeTerms, id: z.uuid(), text: exampleRecord.shape.text }),
  exampleRecord,
);
export const getExampleRecord = rpc(
  'example',
  'get-example-record',
  z.object({ id: z.uuid() }),
  exampleRecord,
);

export const exampleRecordCreated = event('example', 'example-record-created', exampleRecord);
