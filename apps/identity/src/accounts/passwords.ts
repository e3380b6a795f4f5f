import { randomBytes } from 'node:crypto';
import { hash, verify, type Options } from '@node-rs/argon2';
import { Injectable, type OnModuleInit } from '@nestjs/common';

/** argon2id with OWASP's first choice, https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html */
const COST: Options = { memoryCost: 19 * 1_024, timeCost: 2, parallelism: 1 };
/** Each hash takes a core for some 20 ms, and 19 MiB. */
const RUNNING_MAX = 2;
const WAITING_MAX = 64;

/** Too many passwords wait to be hashed. Try again in a moment. */
export class PasswordsBusyError extends Error {
  override readonly name = 'PasswordsBusyError';
  readonly code = 'PASSWORDS_BUSY';
}

/** Hashes and verifies passwords, a few at a time: a flood of log ins takes neither all cores nor all memory. */
@Injectable()
export class Passwords implements OnModuleInit {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private decoy = '';

  async onModuleInit(): Promise<void> {
    this.decoy = await hash(randomBytes(32), COST);
  }

  hash(password: string): Promise<string> {
    return this.withSlot(() => hash(password, COST));
  }

  /** @param passwordHash `undefined` for an unknown account: it takes the same time, and is false */
  async matches(passwordHash: string | undefined, password: string): Promise<boolean> {
    const isRight = await this.withSlot(() => verify(passwordHash ?? this.decoy, password));
    return isRight && passwordHash !== undefined;
  }

  private async withSlot<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= RUNNING_MAX) {
      if (this.waiting.length >= WAITING_MAX) throw new PasswordsBusyError('too many passwords are waiting');
      // The one that ends hands its slot over.
      await new Promise<void>((resolve) => void this.waiting.push(resolve));
    } else this.running += 1;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }
}
