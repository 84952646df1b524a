import { Config } from '#config';
import { Database } from '#database';
import { Timers } from '#events';
import { createApp } from '#service';
import { moods, ThingHappenedV1, Things, things } from './fixture.js';

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

interface Message {
  publish?: { id: string; version: number };
  mood?: string;
  /** All is written, and the commit is never sent. */
  hold?: true;
  /** Things to which something happens now, by a timer each. */
  timers?: string[];
  go?: true;
}

process.on('message', (message: Message) => {
  if (message.go) return go();
  if (message.timers) {
    const timers = message.timers.map((id) => ({
      key: `fixture.thing ${id}` as never,
      at: new Date(),
      event: new ThingHappenedV1(id, 1),
    }));
    void app
      .get(Database)
      .transaction(null, (tx) => app.get(Timers).setAll(tx, timers))
      .then(() => process.send?.({ set: true }));
    return;
  }
  if (!message.publish) return;
  const { publish: thing, mood, hold } = message;
  app
    .get(Database)
    .transaction(null, async (tx) => {
      const eventId = await app.get(Things).happen(tx, thing, mood);
      if (hold) await new Promise(() => process.send?.({ held: true }));
      return eventId;
    })
    .then(
      (eventId) => process.send?.({ published: eventId }),
      (error: Error) => process.send?.({ failed: error.name }),
    );
});
const { port } = app.getHttpServer().address() as { port: number };
process.send?.({ ready: true, port });
