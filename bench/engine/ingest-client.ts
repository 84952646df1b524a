import { Agent, request } from 'node:http';
import { batch, lines } from './ingest-data.js';

/** A sender in a process of its own: delivers `batches` batches of NDJSON over a few connections, and says how long it took. */
process.on('message', (order: { origin: string; token: string; batches: number; first: number; atATime: number }) => {
  void deliver(order).then(
    (seconds) => process.send?.({ seconds }),
    (error: Error) => process.send?.({ failed: error.message }),
  );
});
process.send?.({ ready: true });

async function deliver(order: {
  origin: string;
  token: string;
  batches: number;
  first: number;
  atATime: number;
}): Promise<number> {
  const bodies = Array.from({ length: order.batches }, (_, i) => lines(batch(order.first + i)));
  const agent = new Agent({ keepAlive: true, maxSockets: order.atATime });
  const started = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: order.atATime }, async () => {
      for (let i = next++; i < bodies.length; i = next++)
        await send(agent, order, `http-${order.first + i}`, bodies[i]!);
    }),
  );
  const seconds = (performance.now() - started) / 1_000;
  agent.destroy();
  return seconds;
}

function send(agent: Agent, { origin, token }: { origin: string; token: string }, key: string, body: Buffer) {
  return new Promise<void>((resolve, reject) => {
    const headers = {
      ...{ authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson', 'content-length': body.length },
    };
    const url = `${origin}/early-warning/v1/observations/batches?source=bench&batchKey=${key}`;
    const sent = request(url, { method: 'POST', agent, headers }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve();
        else reject(new Error(`${answer.statusCode} ${text}`));
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
