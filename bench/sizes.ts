/** What the upstream and the reader of its figures must agree on. */
export const eventsPerStream = 100;
