import { Config } from '#config';
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
import { CAMPUS_SSO } from './sso/campus-sso.js';
import { campusSsoOf } from './sso/sso.js';

export const login = feature({
  controllers: [ConsentsController, MyAppsController, SigningKeysController, SignInController, SsoController],
  providers: [
    SigningKeysService,
    { provide: CAMPUS_SSO, inject: [Config], useFactory: campusSsoOf },
    Sessions,
    Consents,
    SignInCodes,
    Issuer,
    SignIn,
  ],
});
