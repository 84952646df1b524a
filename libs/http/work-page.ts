import type { Permission } from '#contracts';

/**
 * The work page at `/`: an app like any other, public (PKCE alone protects its codes), that asks for what it shows and no more. The demo has it
 * as this client; a school registers one with the grants, the address and the permissions below, and names it in WORK_PAGE_CLIENT.
 */
export const WORK_PAGE = {
  clientId: 'work-page',
  redirectPath: '/',
  grants: ['authorization_code', 'refresh_token'],
  permissions: [
    ...(['affairs:item:read', 'affairs:application:submit', 'affairs:application:read'] as const),
    ...(['affairs:application:decide', 'affairs:leave:submit', 'affairs:leave:read', 'affairs:leave:decide'] as const),
    ...(['affairs:certificate:read', 'affairs:certificate:issue', 'affairs:ticket:read'] as const),
    ...(['affairs:clearance:read', 'affairs:clearance:sign', 'affairs:round:read', 'affairs:booking:read'] as const),
    ...(['directory:person:read', 'early-warning:warning:read'] as const),
  ],
} as const satisfies { permissions: readonly Permission[] } & Record<string, unknown>;
