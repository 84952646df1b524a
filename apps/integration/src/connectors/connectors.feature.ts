import { feature } from '#service';
import { Connector, ConnectorProfile } from './connector.entity.js';
import { ConnectorPage, ConnectorRun, ConnectorRunPart } from './connector-run.entity.js';
import { ConnectorsController } from './connectors.controller.js';
import { ConnectorSources } from './connector-sources.service.js';
import { Connectors } from './connectors.service.js';
import { FeedRuns } from './feed-runs.js';
import { ObservationBatches } from './observation-batches.client.js';
import { OneRosterClient, SourceTargets } from './oneroster.client.js';
import { OwnApp } from './own-app.js';
import { PullSchedules } from './pull-schedules.js';
import { RosterImports } from './roster-imports.client.js';
import { RunHandlers } from './runs.handlers.js';
import { ConnectorRuns } from './runs.service.js';
import { ViewPulls } from './view-pulls.js';
import { Views } from './view/views.js';

export const connectors = feature({
  controllers: [ConnectorsController],
  providers: [
    ...[Connectors, ConnectorRuns, FeedRuns, ObservationBatches, OneRosterClient, OwnApp, PullSchedules, RosterImports],
    ...[ConnectorSources, RunHandlers, SourceTargets, ViewPulls, Views],
  ],
  entities: [Connector, ConnectorProfile, ConnectorPage, ConnectorRun, ConnectorRunPart],
});
