import { feature } from '#service';
import { ConsentsController, MyAppsController } from './consents.controller.js';
import { Consents } from './consents.service.js';
import { Issuer } from './issuer.js';
import { Sessions } from './sessions.service.js';
import { SignInCodes } from './sign-in-codes.service.js';
import { SignInController, SsoController } from './sign-in.controller.js';
import { SignIn } from './sign-in.service.js';
import { SigningKeysController } from './signing-keys.controller.js';
import { SigningKeysService } from './signing-keys.service.js';
import { Attempts } from './ldap/attempts.js';
import { PasswordSignIn } from './ldap/password-sign-in.service.js';
import { SignInWays } from './sso/sign-in-ways.js';

export const login = feature({
  controllers: [ConsentsController, MyAppsController, SigningKeysController, SignInController, SsoController],
  providers: [
    SigningKeysService,
    SignInWays,
    Attempts,
    PasswordSignIn,
    Sessions,
    Consents,
    SignInCodes,
    Issuer,
    SignIn,
  ],
});
