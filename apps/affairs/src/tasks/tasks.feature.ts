import { Config } from '#config';
import { feature } from '#service';
import { Workflows } from '#workflow';
import { TasksController } from './tasks.controller.js';
import { Tasks } from './tasks.service.js';

/** What waits for whom, of all workflows of the service; these are made here too. */
export const tasks = feature({
  controllers: [TasksController],
  providers: [
    { provide: Workflows, useFactory: ({ timeZone }: Config) => new Workflows('affairs', timeZone), inject: [Config] },
    Tasks,
  ],
});
