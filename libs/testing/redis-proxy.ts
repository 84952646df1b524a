import { connect, createServer, type Server, type Socket } from 'node:net';

/** The Redis of the tests behind a port of its own, which can be cut and opened again. */
export class RedisProxy {
  /** How many came since it was opened. */
  connections = 0;
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();
  private port = 0;

  get url(): string {
    return Object.assign(new URL(process.env['YIZHAN_TEST_REDIS']!), { host: `127.0.0.1:${this.port}` }).href;
  }

  async open(): Promise<void> {
    const redis = new URL(process.env['YIZHAN_TEST_REDIS']!);
    this.connections = 0;
    this.server = createServer((socket) => {
      this.connections++;
      const onward = connect(Number(redis.port), redis.hostname);
      for (const end of [socket, onward]) {
        this.sockets.add(end);
        end.on('error', () => undefined).on('close', () => [socket, onward].forEach((one) => one.destroy()));
      }
      socket.pipe(onward).pipe(socket);
    });
    await new Promise<void>((ready) => this.server!.listen(this.port, '127.0.0.1', ready));
    this.port = (this.server.address() as { port: number }).port;
  }

  async cut(): Promise<void> {
    const closed = new Promise((done) => this.server!.close(done));
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
    await closed;
  }
}
