import type {
  AccessToken,
  AdjustmentBody,
  AuditEntry,
  AuditFilter,
  CategoryList,
  ChangeProductBody,
  ChangeSaleBody,
  createProductBody,
  CreateSaleBody,
  DeadLetter,
  DeadLetterFilter,
  DismissalBody,
  Order,
  OrderEvent,
  OrderFilter,
  IMAGE_TYPES,
  Page,
  PlaceOrderBody,
  Product,
  ProductFilter,
  ProductPage,
  ProductView,
  Readiness,
  Saga,
  SagaFilter,
  Sale,
  SaleFilter,
  SaleView,
  StockLevels,
  StuckItem,
  StuckItemFilter,
  tokenBody,
  TracedTimeline,
} from '@doorbuster/contracts';
import type { z } from 'zod';
import {
  call,
  events,
  type ApiConnection,
  type ApiRequest,
  type ApiResponse,
  type CallOptions,
  type Fetch,
} from './http.js';
import type { Answer, AnswerName, Parser } from './schemas.js';

export interface ApiClientOptions {
  /** The gateway, without a trailing slash. */
  url: string;
  token?: string | undefined;
  /** The global `fetch` by default. */
  fetch?: Fetch | undefined;
  /** Of each call; 30 s by default. */
  timeoutMs?: number | undefined;
}

export interface ImageUpload {
  bytes: Uint8Array<ArrayBuffer>;
  type: (typeof IMAGE_TYPES)[number];
  /** For those who do not see the image; without it, the name of the product. */
  alt?: string | undefined;
}

/** For changes that must happen once, however often they are sent. */
export interface ChangeOptions extends CallOptions {
  idempotencyKey: string;
}

export interface PreferOptions {
  /** For `Prefer: wait`: the answer comes once the outcome is known, or after so many seconds. */
  waitSeconds?: number | undefined;
}

const TIMEOUT_MS = 30_000;

/**
 * The gateway's REST API. Methods return what the contract says of a success, as the parser reads it.
 *
 * @throws {ApiError} when the API refuses
 * @throws {NoAnswerError} when no whole answer came
 * @throws {ContractError} when the parser finds that the answer does not fit the contract
 */
export class ParsingApiClient {
  private readonly connection: ApiConnection;

  constructor(
    { url, token, fetch = globalThis.fetch, timeoutMs = TIMEOUT_MS }: ApiClientOptions,
    parser: Parser,
  ) {
    this.connection = { url, token, fetch, timeoutMs, parser };
  }

  /** The same API for the bearer of another token. */
  as(token: string): ParsingApiClient {
    return new ParsingApiClient({ ...this.connection, token }, this.connection.parser);
  }

  liveness(options?: CallOptions): Promise<{ status: 'ok' }> {
    return this.get('/healthz', 'liveness', options);
  }

  /** @throws {ApiError} 503 whose problem document names the dependencies that are down */
  readiness(options?: CallOptions): Promise<Readiness> {
    return this.get('/readyz', 'readiness', options);
  }

  openApi(options?: CallOptions): Promise<Record<string, unknown>> {
    return this.get('/openapi.json', 'openApi', options);
  }

  /** Absent in production. */
  issueToken(body: z.input<typeof tokenBody>, options?: CallOptions): Promise<AccessToken> {
    return this.post('/v1/auth/token', 'accessToken', { ...options, body });
  }

  listProducts(filter: Partial<ProductFilter> = {}, options?: CallOptions): Promise<ProductPage> {
    return this.get(`/v1/products${query(filter)}`, 'productViews', options);
  }

  listCategories(options?: CallOptions): Promise<CategoryList> {
    return this.get('/v1/categories', 'categoryList', options);
  }

  getProduct(sku: string, options?: CallOptions): Promise<ProductView> {
    return this.get(`/v1/products/${sku}`, 'productView', options);
  }

  createProduct(body: z.input<typeof createProductBody>, options?: CallOptions): Promise<Product> {
    return this.post('/v1/products', 'product', { ...options, body });
  }

  changeProduct(sku: string, body: ChangeProductBody, options?: CallOptions): Promise<Product> {
    return this.patch(`/v1/products/${sku}`, 'product', { ...options, body });
  }

  /** Adds an image to a product. @throws {ApiError} 422 when the file is not an image */
  addProductImage(sku: string, { bytes, type, alt }: ImageUpload, options?: CallOptions): Promise<Product> {
    const path = `/v1/products/${sku}/images${query({ alt })}`;
    return this.post(path, 'product', { ...options, content: { type, bytes } });
  }

  getStock(sku: string, options?: CallOptions): Promise<StockLevels> {
    return this.get(`/v1/inventory/${sku}`, 'stockLevels', options);
  }

  adjustStock(sku: string, body: AdjustmentBody, options: ChangeOptions): Promise<StockLevels> {
    return this.post(`/v1/inventory/${sku}/adjustments`, 'stockLevels', changing(body, options));
  }

  listSales(filter: Partial<SaleFilter> = {}, options?: CallOptions): Promise<Page<SaleView>> {
    return this.get(`/v1/sales${query(filter)}`, 'saleViews', options);
  }

  getSale(id: string, options?: CallOptions): Promise<SaleView> {
    return this.get(`/v1/sales/${id}`, 'saleView', options);
  }

  createSale(body: CreateSaleBody, options: ChangeOptions): Promise<Sale> {
    return this.post('/v1/sales', 'sale', changing(body, options));
  }

  changeSale(id: string, body: ChangeSaleBody, options?: CallOptions): Promise<Sale> {
    return this.patch(`/v1/sales/${id}`, 'sale', { ...options, body });
  }

  /** The status tells whether the order is final: 201 is confirmed, 202 is accepted and goes on. */
  placeOrder(body: PlaceOrderBody, options: ChangeOptions & PreferOptions): Promise<ApiResponse<Order>> {
    return this.send('POST', '/v1/orders', 'order', changing(body, options));
  }

  /** The status tells whether the order is final: 200 is cancelled, 202 goes on. */
  cancelOrder(id: string, options: CallOptions & PreferOptions = {}): Promise<ApiResponse<Order>> {
    return this.send('POST', `/v1/orders/${id}/cancel`, 'order', changing(undefined, options));
  }

  getOrder(id: string, options?: CallOptions): Promise<Order> {
    return this.get(`/v1/orders/${id}`, 'order', options);
  }

  /** Newest first: a customer's own orders, an admin's of all customers. A page with filters may have fewer than `limit`. */
  listOrders(filter: Partial<OrderFilter> = {}, options?: CallOptions): Promise<Page<Order>> {
    return this.get(`/v1/orders${query(filter)}`, 'orders', options);
  }

  getTimeline(orderId: string, options?: CallOptions): Promise<TracedTimeline> {
    return this.get(`/v1/orders/${orderId}/timeline`, 'tracedTimeline', options);
  }

  /** The status of the order now, then each change; ends after the last one. */
  orderEvents(orderId: string, options?: CallOptions): AsyncGenerator<OrderEvent> {
    return events(
      this.connection,
      { ...options, method: 'GET', path: `/v1/orders/${orderId}/events` },
      'orderEvent',
    );
  }

  listSagas(filter: Partial<SagaFilter> = {}, options?: CallOptions): Promise<Page<Saga>> {
    return this.get(`/v1/sagas${query(filter)}`, 'sagas', options);
  }

  retrySaga(id: string, options?: CallOptions): Promise<Saga> {
    return this.post(`/v1/sagas/${id}/retry`, 'saga', options);
  }

  listDeadLetters(filter: Partial<DeadLetterFilter> = {}, options?: CallOptions): Promise<Page<DeadLetter>> {
    return this.get(`/v1/dead-letters${query(filter)}`, 'deadLetters', options);
  }

  replayDeadLetter(id: string, options?: CallOptions): Promise<DeadLetter> {
    return this.post(`/v1/dead-letters/${id}/replay`, 'deadLetter', options);
  }

  dismissDeadLetter(id: string, body: DismissalBody, options?: CallOptions): Promise<DeadLetter> {
    return this.post(`/v1/dead-letters/${id}/dismiss`, 'deadLetter', { ...options, body });
  }

  listStuckItems(filter: Partial<StuckItemFilter> = {}, options?: CallOptions): Promise<Page<StuckItem>> {
    return this.get(`/v1/stuck-items${query(filter)}`, 'stuckItems', options);
  }

  listAudit(filter: Partial<AuditFilter> = {}, options?: CallOptions): Promise<Page<AuditEntry>> {
    return this.get(`/v1/audit${query(filter)}`, 'auditEntries', options);
  }

  private async get<N extends AnswerName>(
    path: string,
    answer: N,
    options?: CallOptions,
  ): Promise<Answer<N>> {
    return (await this.send('GET', path, answer, options)).body;
  }

  private async post<N extends AnswerName>(
    path: string,
    answer: N,
    options?: BodyOptions,
  ): Promise<Answer<N>> {
    return (await this.send('POST', path, answer, options)).body;
  }

  private async patch<N extends AnswerName>(
    path: string,
    answer: N,
    options: BodyOptions,
  ): Promise<Answer<N>> {
    return (await this.send('PATCH', path, answer, options)).body;
  }

  private send<N extends AnswerName>(
    method: ApiRequest['method'],
    path: string,
    answer: N,
    options?: BodyOptions,
  ): Promise<ApiResponse<Answer<N>>> {
    return call(this.connection, { ...options, method, path }, answer);
  }
}

type BodyOptions = Pick<ApiRequest, 'body' | 'content' | 'headers' | 'signal' | 'timeoutMs'>;

function changing(
  body: object | undefined,
  { idempotencyKey, waitSeconds, headers, ...options }: Partial<ChangeOptions> & PreferOptions,
): BodyOptions {
  const sent: Record<string, string> = {};
  if (idempotencyKey !== undefined) sent['idempotency-key'] = idempotencyKey;
  if (waitSeconds !== undefined) sent['prefer'] = `wait=${waitSeconds}`;
  return { ...options, headers: Object.assign(sent, headers), ...(body && { body }) };
}

/** `?limit=2`, or nothing; fields that are `undefined` are left out, and those of an array are repeated. */
function query(filter: object): string {
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries<unknown>({ ...filter })) {
    for (const each of [value].flat()) if (each !== undefined) fields.append(name, each as string);
  }
  return fields.size > 0 ? `?${fields.toString()}` : '';
}
