import {
  accessToken,
  auditEntry,
  categoryList,
  deadLetter,
  liveness,
  order,
  orderEvent,
  page,
  problem,
  product,
  productView,
  productViews,
  readiness,
  saga,
  sale,
  saleView,
  saleViews,
  stockLevels,
  stuckItem,
  tracedTimeline,
  type Problem,
} from '@doorbuster/contracts';
import { z } from 'zod';

/** What the API answers, by the names that the client's methods use. */
const schemas = {
  accessToken,
  auditEntries: page(auditEntry),
  categoryList,
  deadLetter,
  deadLetters: page(deadLetter),
  liveness,
  openApi: z.record(z.string(), z.unknown()),
  order,
  orderEvent,
  orders: page(order),
  product,
  productView,
  productViews,
  readiness,
  saga,
  sagas: page(saga),
  sale,
  saleView,
  saleViews,
  stockLevels,
  stuckItems: page(stuckItem),
  tracedTimeline,
};
export type AnswerName = keyof typeof schemas;
export type Answer<N extends AnswerName> = z.infer<(typeof schemas)[N]>;

/** Reads the JSON of an answer as what the contract says. */
export interface Parser {
  /** Throws when the body does not fit. */
  answer<N extends AnswerName>(name: N, body: unknown): Answer<N>;
  /** `undefined` when the body is no problem document. */
  problem(body: unknown): Problem | undefined;
}

/** Compares every answer with the contract. */
export const contractParser: Parser = {
  answer: (name, body) => schemas[name].parse(body) as Answer<typeof name>,
  problem: (body) => problem.safeParse(body).data,
};
