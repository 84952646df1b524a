import type { MigrationClass } from '#database';
import { PolicyVersions1763740200000 } from './migrations/1763740200000-policy-versions.js';

export {
  Policies,
  policiesOf,
  Policy,
  policyOf,
  PolicyVersion,
  type PolicyAt,
  type PolicyClass,
  type PolicyOptions,
} from './policies.js';

/** Schema `platform`. */
export const policyMigrations: MigrationClass[] = [PolicyVersions1763740200000];
