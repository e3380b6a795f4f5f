/** The part before the colon is a stable code, the part after it the provider's own word. */
export const declinedBecause = (providerCode: string): string => `PAYMENT_DECLINED: ${providerCode}`;
export const captureRefusedBecause = (providerCode: string): string => `CAPTURE_REFUSED: ${providerCode}`;

/** The provider did not say in time whether it holds the money; whatever it holds is let go. */
export const PAYMENT_TIMEOUT = 'PAYMENT_TIMEOUT';
export const ALREADY_VOIDED = 'ALREADY_VOIDED';
