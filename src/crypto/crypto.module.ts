import { Global, Module } from '@nestjs/common';
import { Config } from '../config/config.ts';
import { EncryptionKeyRepository } from './encryption-key.repository.ts';
import { Keyring } from './keyring.ts';
import { openKeyring } from './open-keyring.ts';
import { RowMac } from './row-mac.ts';
import { SealedBox } from './sealed-box.ts';

/** Provides the sealing and the authentication of rows with the keys of this database. */
@Global()
@Module({
  providers: [
    EncryptionKeyRepository,
    {
      provide: Keyring,
      inject: [Config, EncryptionKeyRepository],
      useFactory: (config: Config, encryptionKeyRows: EncryptionKeyRepository) =>
        openKeyring(config, encryptionKeyRows),
    },
    { provide: SealedBox, inject: [Keyring], useFactory: (keyring: Keyring) => new SealedBox(keyring) },
    { provide: RowMac, inject: [Keyring], useFactory: (keyring: Keyring) => new RowMac(keyring) },
  ],
  exports: [SealedBox, RowMac],
})
export class CryptoModule {}
