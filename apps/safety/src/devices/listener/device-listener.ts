import type { AddressInfo } from 'node:net';
import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { fastify, type FastifyInstance } from 'fastify';
import { Config } from '#config';
import { HikvisionRoutes } from '../hikvision/hikvision.routes.js';
import { networksOf, within } from './networks.js';
import { ZktecoRoutes } from '../zkteco/zkteco.routes.js';

const MB = 1_048_576;
const BODY_BYTES = 8 * MB;
const ARRIVAL_MS = 60_000;

/**
 * Listens for devices on a port of its own (DEVICE_PORT), apart from the API: they know no tokens and old ones no TLS. Only networks of
 * DEVICE_NETWORKS are answered.
 */
@Injectable()
export class DeviceListener implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Devices');
  private readonly server: FastifyInstance;

  constructor(
    private readonly config: Config,
    zkteco: ZktecoRoutes,
    hikvision: HikvisionRoutes,
  ) {
    this.server = fastify({
      bodyLimit: BODY_BYTES,
      requestTimeout: ARRIVAL_MS,
      forceCloseConnections: true,
      exposeHeadRoutes: false,
    });
    this.server.removeAllContentTypeParsers();
    this.server.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body));
    const networks = networksOf(config.deviceNetworks);
    this.server.addHook('onRequest', async (request, reply) => {
      if (!within(networks, request.ip)) return reply.code(403).type('text/plain').send('');
      // What devices say of their bodies is not to be relied on.
      request.headers['x-content-type'] = request.headers['content-type'] ?? '';
      request.headers['content-type'] = 'application/octet-stream';
      return undefined;
    });
    this.server.setErrorHandler(async (error: Error & { statusCode?: number; code?: string }, _, reply) => {
      const status = error.statusCode ?? 500;
      if (status >= 500) this.logger.error(`a delivery failed: ${error.code ?? error.name}`);
      return reply.code(status).type('text/plain').send('ERROR');
    });
    this.server.setNotFoundHandler(async (_, reply) => reply.code(404).type('text/plain').send('NOT FOUND'));
    zkteco.mount(this.server);
    hikvision.mount(this.server);
  }

  async onApplicationBootstrap(): Promise<void> {
    const { devicePort: port, deviceHost: host, roles } = this.config;
    if (port === undefined || !roles.includes('api')) return;
    await this.server.listen({ port, host });
    this.logger.log(`listens for devices on ${host}:${this.port}`);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.server.close();
  }

  get port(): number {
    return (this.server.server.address() as AddressInfo).port;
  }
}
