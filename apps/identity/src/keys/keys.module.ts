import { Module } from '@nestjs/common';
import { IdentityConfig } from '../identity.config.js';
import { KeyVault } from './key-vault.js';
import { SigningKeys } from './signing-keys.js';

@Module({ providers: [IdentityConfig, KeyVault, SigningKeys], exports: [KeyVault, SigningKeys] })
export class KeysModule {}
