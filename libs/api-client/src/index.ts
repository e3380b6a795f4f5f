import { ParsingApiClient, type ApiClientOptions } from './api-client.js';
import { contractParser } from './schemas.js';

export type { ApiClientOptions, ChangeOptions, PreferOptions } from './api-client.js';
export { ApiError, ContractError, NoAnswerError } from './errors.js';
export type { ApiResponse, CallOptions, Fetch, FetchRequest, FetchResponse } from './http.js';
export { isTransient, withRetries, type RetryOptions } from './retries.js';

/** Compares every answer with the contract. */
export class ApiClient extends ParsingApiClient {
  constructor(options: ApiClientOptions) {
    super(options, contractParser);
  }
}
