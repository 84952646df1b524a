import { Config } from '#config';
import { Database } from '#database';
import { createApp } from '#service';
import { moods, Things, things } from './fixture.js';

// Set before the app starts: what was under way when another process died may be delivered before this one is ready.
let go: () => void = () => undefined;
// Tells the parent that its effect is written but not committed, and waits.
moods['wait'] = () =>
  new Promise<void>((resolve) => {
    go = resolve;
    process.send?.({ handling: true });
  });

// Ends the process as running out of memory does.
moods['end'] = async () => process.kill(process.pid, 'SIGKILL') as never;

/** A process of the house with the fixture service; its parent says what to publish and when handlers may go on. */
const app = await createApp([things], Config.fromEnv());
const config = app.get(Config);
app.enableShutdownHooks(['SIGTERM'], { useProcessExit: true });
await app.listen(config.port, config.host);

process.on('message', (message: { publish?: { id: string; version: number }; mood?: string; go?: true }) => {
  if (message.go) return go();
  if (!message.publish) return;
  const { publish: thing, mood } = message;
  app
    .get(Database)
    .transaction(null, (tx) => app.get(Things).happen(tx, thing, mood))
    .then(
      (eventId) => process.send?.({ published: eventId }),
      (error: Error) => process.send?.({ failed: error.name }),
    );
});
const { port } = app.getHttpServer().address() as { port: number };
process.send?.({ ready: true, port });
