import { COMPENSATABLE, defineSaga, RETRIABLE } from '@doorbuster/saga';
import { carBooked, flightBooked, flightCancelled, flightFull } from './trip.contracts.js';

interface Trip {
  flight: string;
}

export const tripSaga = defineSaga<Trip, string, 'confirmTrip' | 'rejectTrip'>({
  name: 'trip',
  version: 1,
  stages: [
    {
      name: 'book-flight',
      command: ({ flight }) => `book ${flight}`,
      succeedsOn: flightBooked,
      refusedOn: flightFull,
      ...COMPENSATABLE,
      compensation: {
        name: 'cancel-flight',
        command: ({ flight }) => `cancel ${flight}`,
        succeedsOn: flightCancelled,
        ...RETRIABLE,
      },
    },
    { pivot: 'confirm-trip', local: 'confirmTrip' },
    { name: 'book-car', command: () => 'book a car', succeedsOn: carBooked, ...RETRIABLE },
  ],
  onCompensated: 'rejectTrip',
});
