import 'reflect-metadata';
import { Config } from '#config';
import { SERVICE_NAMES } from '#contracts';
import { ApiDocument } from '#http';
import { previewApp } from '#service';
import { services } from '../apps/campus/src/services.js';
import { type Files, writeWhenMain } from './generated/files.js';

/** The school that the committed documents speak of. */
const EXAMPLE = Config.of({
  databaseUrl: 'postgres://127.0.0.1/nowhere',
  redisUrl: 'redis://127.0.0.1',
  baseUrl: 'https://yizhan.example.edu.cn',
  logLevel: 'silent',
});

/** `npm run openapi`: one OpenAPI 3.1 document per service, and one of them all. Needs no server: the application is put together, not started. */
export async function openApiFiles(): Promise<Files> {
  const app = await previewApp(services, EXAMPLE);
  const documents = new ApiDocument(EXAMPLE);
  const text = (document: object): string => `${JSON.stringify(document, null, 2)}\n`;
  return {
    'openapi/yizhan.json': text(documents.all(app)),
    ...Object.fromEntries(
      SERVICE_NAMES.map((service) => [`openapi/${service}.json`, text(documents.of(app, service))]),
    ),
  };
}

await writeWhenMain(import.meta.url, openApiFiles);
