import 'reflect-metadata';
import { Config } from '#config';
import { SERVICE_NAMES } from '#contracts';
import { ApiDocument } from '#http';
import { sketchApp } from '#service';
import { services } from '../apps/campus/src/services.js';
import { type Files, writeWhenMain } from './generated/files.js';

/** The school that the committed documents speak of. */
const EXAMPLE = Config.of({
  databaseUrl: 'postgres://127.0.0.1/nowhere',
  redisUrl: 'redis://127.0.0.1',
  baseUrl: 'https://yizhan.example.edu.cn',
  logLevel: 'silent',
});

/** `npm run openapi`: one OpenAPI 3.1 document per service. Needs no server: the application is put together, not started. */
export async function openApiFiles(): Promise<Files> {
  const app = await sketchApp(services, EXAMPLE);
  const documents = new ApiDocument(EXAMPLE);
  return Object.fromEntries(
    SERVICE_NAMES.map((service) => [
      `openapi/${service}.json`,
      `${JSON.stringify(documents.of(app, service), null, 2)}\n`,
    ]),
  );
}

await writeWhenMain(import.meta.url, openApiFiles);
