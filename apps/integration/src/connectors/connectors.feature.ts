import { feature } from '#service';
import { Connector, ConnectorProfile } from './connector.entity.js';
import { ConnectorRun, ConnectorRunPart } from './connector-run.entity.js';
import { ConnectorsController } from './connectors.controller.js';
import { Connectors } from './connectors.service.js';
import { RosterImports } from './roster-imports.client.js';
import { RunHandlers } from './runs.handlers.js';
import { ConnectorRuns } from './runs.service.js';

export const connectors = feature({
  controllers: [ConnectorsController],
  providers: [Connectors, ConnectorRuns, RosterImports, RunHandlers],
  entities: [Connector, ConnectorProfile, ConnectorRun, ConnectorRunPart],
});
