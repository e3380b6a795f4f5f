export { JetStreamObjectStore, ObjectDamagedError } from './jetstream-object-store.js';
export { collect, OBJECT_BYTES_MAX, ObjectTooLargeError, type ObjectStore } from './object-store.js';
