export { connectNats, natsOptions, watchConnection } from './connection.js';
export { manager, provision, streamCreatedAt, type ProvisionOptions } from './provision.js';
export { StreamProvisioner, type ProvisionerLog } from './stream-provisioner.js';
