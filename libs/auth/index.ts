export { ACCESS_REASON, assertAudited } from './access-reason.js';
export { Actor } from './actor.js';
export { assertRoutesGuarded } from './assert-routes-guarded.js';
export {
  audit,
  AUDIT_KEEPING_RIGHTS,
  AUDIT_MONTHS,
  AUDIT_RIGHTS,
  AUDIT_TABLES,
  auditList,
  LOWEST_AUDIT_MONTHS,
  queryAudited,
  queryOneAudited,
  sealAudit,
  verifyAuditChain,
  type AuditChain,
  type AuditedList,
  type AuditEntry,
} from './audit.js';
export { AuthGuard } from './auth.guard.js';
export { Authenticator } from './authenticator.js';
export { AuthModule } from './auth.module.js';
export {
  AnyToken,
  CurrentActor,
  isPublic,
  needsReason,
  Public,
  Require,
  requiredPermissions,
  RequireReason,
} from './decorators.js';
export { authMigrations } from './migrations.js';
export { MissingPermission, requireSchool } from './missing-permission.js';
export { ownStudent } from './own-student.js';
export { perRoute } from './per-route.js';
export { ACR, SecondFactorPolicy } from './second-factor.js';
export { ACCESS_TOKEN } from './token-verifier.js';
