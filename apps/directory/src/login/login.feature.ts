import { Config } from '#config';
import { Client, ClientSecret } from '../clients/client.entity.js';
import { ClientsController } from '../clients/clients.controller.js';
import { ClientsService } from '../clients/clients.service.js';
import { ConsentsController } from './consents.controller.js';
import { Consents } from './consents.service.js';
import { Issuer } from './issuer.js';
import { Sessions } from './sessions.service.js';
import { SignInCodes } from './sign-in-codes.service.js';
import { CAMPUS_SSO } from './sso/campus-sso.js';
import { campusSsoOf } from './sso/sso.js';
import { SignIn } from './sign-in.service.js';
import { SignInController, SsoController } from './sign-in.controller.js';
import { SigningKeysController } from './signing-keys.controller.js';
import { SigningKeysService } from './signing-keys.service.js';

/** What directory's module lists for the features `clients` and `login`. */
export const loginFeature = {
  entities: [Client, ClientSecret],
  controllers: [ClientsController, ConsentsController, SigningKeysController, SignInController, SsoController],
  providers: [
    ClientsService,
    SigningKeysService,
    { provide: CAMPUS_SSO, inject: [Config], useFactory: campusSsoOf },
    Sessions,
    Consents,
    SignInCodes,
    Issuer,
    SignIn,
  ],
};
