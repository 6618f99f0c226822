/** The two channels between window and host: messages of the client, and responses and events of the host. */
export const REQUEST_CHANNEL = 'tartan:request';
/** Responses and events of the host. */
export const MESSAGE_CHANNEL = 'tartan:message';
