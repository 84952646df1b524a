export { clientOf, type ClientOptions, type Operations } from './client.js';
export { type Job, JobFailed, type WaitOptions } from './jobs.js';
export { type Fault, NoAnswer, Problem } from './problem.js';
export type { CallOptions } from './request.js';
export type { AppCredentials, Auth, PersonCredentials } from './tokens.js';
export type { Arguments, Method, Result } from './types.js';
export { NotFromYizhan, verifyWebhook, type WebhookMessage } from './webhooks.js';
