'use strict';

/**
 * Takes the place of `undici` in the bundles of the main side: its HTTP/1.1 client alone, without fetch, WebSocket, caches
 * and mocks, which nothing here uses and which every process and worker thread would load (0.1 s of CPU time and 3 MiB
 * each). Same modules, same behaviour; the types and the tests use the package as it is.
 */
const Dispatcher = require('undici/lib/dispatcher/dispatcher');
const api = require('undici/lib/api');
const { getGlobalDispatcher } = require('undici/lib/global');

// As undici's own index does it.
Object.assign(Dispatcher.prototype, api);

exports.Agent = require('undici/lib/dispatcher/agent');
exports.ProxyAgent = require('undici/lib/dispatcher/proxy-agent');
exports.errors = require('undici/lib/core/errors');

/**
 * @param {string | URL} url
 * @param {Partial<import('undici').Dispatcher.RequestOptions> & { dispatcher?: import('undici').Dispatcher }} [options]
 * @returns {Promise<import('undici').Dispatcher.ResponseData>}
 */
exports.request = (url, { dispatcher = getGlobalDispatcher(), method = 'GET', ...options } = {}) => {
  const { origin, pathname, search } = new URL(url);
  return dispatcher.request({ ...options, origin, path: `${pathname}${search}`, method });
};
