import { describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Config, readConfig } from './config.ts';
import { ConfigModule } from './config.module.ts';

@Injectable()
class Reader {
  constructor(readonly config: Config) {}
}

@Module({ providers: [Reader] })
class ReadingModule {}

describe('ConfigModule', () => {
  it('gives its Config to modules that do not import it', async () => {
    const config = readConfig({ LATCHKEY_LISTEN: '127.0.0.1:9001' });
    const app = await Test.createTestingModule({
      imports: [ConfigModule.forRoot(config), ReadingModule],
    }).compile();
    expect(app.get(Reader).config).toBe(config);
    await app.close();
  });
});
