import { feature } from '#service';
import { ErasureHandlers } from './erasure.handlers.js';

/** What goes with the personal data of a student, of all features of the service. */
export const erasure = feature({ providers: [ErasureHandlers] });
