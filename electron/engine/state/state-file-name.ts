/** Name of the database in the state folder. A file of its own because a host asks whether it is there before anything loads. */
export const STATE_FILE = 'state.db';
