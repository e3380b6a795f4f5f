/** 128 random bits. `crypto.randomUUID` is missing where the shop is opened by http and an address, as from a phone. */
export const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
