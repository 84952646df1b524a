// The order matters: the notice comes while the library loads.
import { endNotice } from './runtime-notice.js';
export * from 'oidc-provider';

endNotice();
