import { feature } from '#service';
import { Cohorting } from './cohorts.js';
import { Engine } from './engine.js';
import { VectorStore } from './vector-store.js';

export const engine = feature({
  providers: [VectorStore, Cohorting, Engine],
});
