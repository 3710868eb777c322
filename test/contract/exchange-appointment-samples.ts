/** Some time in May, when the clocks of Zurich do nothing odd. */
export const appointmentTime = { start: '2026-05-04T10:00:00', duration: 'PT1H', timeZone: 'Europe/Zurich' };
