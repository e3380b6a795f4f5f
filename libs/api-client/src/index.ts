export { ApiClient, type ApiClientOptions, type ChangeOptions, type PreferOptions } from './api-client.js';
export { ApiError, ContractError, NoAnswerError } from './errors.js';
export type { ApiResponse, CallOptions, Fetch, FetchRequest, FetchResponse } from './http.js';
export { isTransient, withRetries, type RetryOptions } from './retries.js';
