/** Process tests start and kill whole programs. Jest takes no timeout per project, so it is set here. */
import { jest } from '@jest/globals';

jest.setTimeout(120_000);
