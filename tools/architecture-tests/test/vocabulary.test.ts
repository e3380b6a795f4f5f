import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const ROOT = new URL('../../..', import.meta.url);

/**
 * Former names and the term that replaced each (docs/glossary.md). A former name that is also an English word is matched
 * only where it is an identifier.
 */
const FORMER_NAMES: readonly [former: RegExp, term: string, within?: string][] = [
  [/\bQueries\b(?=[.;,)>])|class Queries\b/, 'RpcClient'],
  [/@Answers\b/, '@Rpc'],
  [/\bQuerySpanInterceptor\b/, 'RpcTracingInterceptor'],
  [/\bQueryContract\b/, 'RpcContract'],
  [/\bOrderLookup\b|\.glance\(/, 'OrderReader.tryGet'],
  [/\bclass Settlement\b|\bSettlement(?=[,;)}.])/, 'OrderOutcomeWaiter'],
  [/\bOrderFeed\b/, 'OrderStatusSubscriber'],
  [/\bOrderIntake\b/, 'OrderBatcher (gateway), OrderAcceptance (orders)'],
  [/\bafterGap\b/, 'resync'],
  [/\bEarlyRefusals\b|\bstandBefore\b/, 'LoadShedder.attach'],
  [/\b(?:class|new) Pace\b|: Pace\b/, 'Throttle'],
  [/\b(?:class|new) Rate\b|: Rate\b/, 'RateMeter'],
  [/\b(?:class|new) Draining\b|: Draining\b/, 'GracefulShutdown'],
  [/\bRequestFilter\b/, 'BloomFilter'],
  [/\bRequestHistory\b/, 'AcceptedRequestIndex'],
  [/\bgate\.pass\(/, 'gate.assertAvailable'],
  [/\bpools\.heard\(/, 'applyEvent'],
  [/\b(?:class|new) Transactions\b|: Transactions\b/, 'UnitOfWork'],
  [/\b(?:type|interface) Effect\b/, 'AfterCommitCallback'],
  [/\bForAnotherReplicaError\b/, 'UnsupportedVersionError'],
  [/\bisForAnother\b/, 'isDeferred'],
  [/\bStreamKeeper\b/, 'StreamProvisioner'],
  [/\b(?:class|new) Sweeper\b|: Sweeper\b/, 'PollingJob'],
  [/\bExpirySweep\b/, 'ReservationExpiryJob'],
  [/\bOperationsSweep\b/, 'ProviderRetryJob'],
  [/\bSaleClock\b|\bsale-clock\b/, 'SaleScheduler'],
  [/\bsale-life\b|\bhearReply\b/, 'sale.state-machine, applyReply'],
  [/\bsaveSteps\b|\bTakenStep\b/, 'saveTransitions, SaleTransition'],
  [/\bCatalogAnnouncer\b|\bcatalog-announcer\b/, 'CatalogRepublisher'],
  [/\bChangeListener\b|\bchange-listener\b/, 'ProductCacheInvalidator'],
  [/\b(?:class|interface|type) SetAside\b|\bSetAside(?=[,;)}[\]>.])/, 'SaleAllocation'],
  [/\bStockBook\b/, 'StockDraft'],
  [/\bSaleBook\b/, 'AllocationDraft'],
  [/\bLevelChange\b.*\bcause\b|\bchange\.cause\b/, 'commandIndex'],
  [/\bPLACE_OF_UNITS\b/, 'STOCK_LEVEL_BY_STATUS'],
  [/\bheed\(|\bfunction heed\b|\bheed(?= =)/, 'applyCommand', 'apps/payments/'],
  [/\blearn\(|\bfunction learn\b|\blearn(?= =)/, 'applyResult', 'apps/payments/'],
  [/\bhurry\(|\bfunction hurry\b/, 'expedite'],
  [/\bsettle\(|\bfunction settle\b/, 'resolveReplies', 'apps/payments/'],
  [/\boperations\.ask\(/, 'ProviderCalls.dispatch'],
  [/\bisBeingAsked\b/, 'isLeased'],
  [/\bTURN_BACK\b/, 'COMPENSATABLE'],
  [/\bGO_ON\b/, 'RETRIABLE'],
  [/\bask\((?=[a-z]\w*(?:Stock|Payment|Order)\))/, 'command(contract)'],
  [/\bAdvancing\b|\.goOn\(/, 'SagaDraft.proceed'],
  [/\bcarryOut\b/, 'applyAdvances', 'apps/orders/'],
  [/\bSagaOnPaper\b/, 'SagaTester'],
  [/\bvisibility\.[tj]s\b/, 'order-access.policy'],
  [/\bfunction shared\b|\bimport \{[^}]*\bshared\b/, 'singleFlight'],
  [/\bwithinTime\b/, 'withTimeout'],
  [/\b(?:class|new|interface) (?:Desk|Counter)\b|\bdice\(/, 'AdminClient, BuyerClient, seededRandom'],
  [/\bhouse-rules\b/, 'architecture-tests'],
  [/doorbuster[._]waiting\b/, 'doorbuster.orders.outcome_waits'],
  [/doorbuster[._]gate[._]closed\b/, 'doorbuster.sold_out.skus'],
];

/** Without the changelog, which says what was renamed. */
const files = execFileSync('git', ['ls-files', '*.ts', '*.mjs', '*.md', '*.json', '*.yaml', '*.yml'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .filter(
    (file) => !/^CHANGELOG\.md$|vocabulary\.test\.ts$|source-rules\.test\.ts$|package-lock\.json$/.test(file),
  );

function formerNamesIn(file: string, text: string): { term: string; place: string }[] {
  const names = FORMER_NAMES.filter(([, , within = '']) => file.startsWith(within));
  return text
    .split('\n')
    .flatMap((line, i) =>
      names
        .filter(([former]) => former.test(line))
        .map(([, term]) => ({ term, place: `${file}:${i + 1} ${line.trim().slice(0, 100)}` })),
    );
}

it('former names are gone from code and documentation', () => {
  // A file may be deleted and not yet committed.
  const existing = files.filter((file) => existsSync(new URL(file, ROOT)));
  const found = existing.flatMap((file) => formerNamesIn(file, readFileSync(new URL(file, ROOT), 'utf8')));
  expect(found).toEqual([]);
});

it('a former name is found as an identifier, and not as a word', () => {
  const text = ['// Pace yourself and settle down.', 'class Pace {}', 'const reply = settle(payment);'].join(
    '\n',
  );
  expect(formerNamesIn('apps/payments/src/x.ts', text)).toEqual([
    { term: 'Throttle', place: 'apps/payments/src/x.ts:2 class Pace {}' },
    { term: 'resolveReplies', place: 'apps/payments/src/x.ts:3 const reply = settle(payment);' },
  ]);
  expect(formerNamesIn('apps/gateway/src/x.ts', 'settle(payment)')).toEqual([]);
});
