/** The two channels between window and host: messages of the client, and responses and events of the host. */
export const REQUEST_CHANNEL = 'tartan:request';
export const MESSAGE_CHANNEL = 'tartan:message';
