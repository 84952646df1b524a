import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { Summary, Returns } from '#http';
import { SigningKeysDto } from './signing-keys.dto.js';
import { SigningKeysService } from './signing-keys.service.js';

@ApiTags('signing-keys')
@Controller('directory/v1/signing-keys')
export class SigningKeysController {
  constructor(private readonly keys: SigningKeysService) {}

  @Get()
  @Require('directory:client:read')
  @Summary('签名密钥列表（不含密钥本身）', 'List signing keys (not the keys themselves)')
  @Returns(SigningKeysDto)
  listSigningKeys(@CurrentActor() actor: Actor): Promise<SigningKeysDto> {
    return this.keys.list(actor);
  }

  @Post('rotate')
  @HttpCode(200)
  @Require('directory:client:write')
  @Summary('轮换签名密钥，已发令牌不受影响', 'Rotate the signing keys; tokens in use stay good')
  @Returns(SigningKeysDto)
  rotateSigningKeys(@CurrentActor() actor: Actor): Promise<SigningKeysDto> {
    return this.keys.rotate(actor);
  }
}
