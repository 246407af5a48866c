// Preloaded into Node by the environment of a routed process (NODE_OPTIONS).
//
// Node before 22.21 reads no proxy variable: here its fetch and its https module learn to. From 22.21, 24.0 (fetch) and
// 24.5 (https) on Node does so by itself, told by NODE_USE_ENV_PROXY, and this file leaves it alone.
// https://nodejs.org/api/cli.html#node_use_env_proxy1 https://undici.nodejs.org/#/docs/api/Client
"use strict";

const http = require("node:http");
const https = require("node:https");
const net = require("node:net");
const tls = require("node:tls");

const { versions, env } = process;
const [major, minor] = versions.node.split(".").map(Number);
const backported = major === 22 && minor >= 21;
const anotherRuntime = Boolean(versions.bun || versions.deno);
const proxyUrl = env.NODE_USE_ENV_PROXY === "1" && !anotherRuntime && (env.HTTPS_PROXY || env.https_proxy);

if (proxyUrl) {
  const proxy = new URL(proxyUrl);
  if (major < 24 && !backported) routeFetch(proxy);
  if ((major < 24 || (major === 24 && minor < 5)) && !backported) routeHttps(proxy);
}

/** Give fetch a dispatcher of Node's own kind that connects through the proxy. */
function routeFetch(proxy) {
  // Node loads its undici when one of these is first looked at; the dispatcher then stands under this symbol.
  void globalThis.Response;
  const key = Symbol.for("undici.globalDispatcher.1");
  const direct = globalThis[key];
  if (!direct) return;
  const connect = ({ hostname, port, protocol, servername }, done) => {
    const secure = protocol === "https:";
    const host = bare(hostname);
    tunnel(proxy, host, port || (secure ? 443 : 80), (error, socket) => {
      if (error || !secure) done(error, socket);
      else handshake(socket, servername || host, done);
    });
  };
  class Routed extends direct.constructor {
    dispatch(options, handler) {
      const { hostname, port } = new URL(options.origin);
      return unproxied(bare(hostname), port) ? direct.dispatch(options, handler) : super.dispatch(options, handler);
    }
  }
  globalThis[key] = new Routed({ connect });
}

/** Let the https module's usual agent connect through the proxy; a client that brings an agent keeps its own. */
function routeHttps(proxy) {
  class Routed extends https.Agent {
    createConnection(options, done) {
      const { host, port } = options;
      if (options.socketPath || unproxied(host, port)) return super.createConnection(options, done);
      tunnel(proxy, host, port, (error, socket) => {
        if (error) done(error);
        else done(null, super.createConnection({ ...options, socket }));
      });
    }
  }
  https.globalAgent = new Routed(https.globalAgent.options);
}

/** A connection to host:port through the proxy. */
function tunnel(proxy, host, port, done) {
  const path = `${net.isIPv6(host) ? `[${host}]` : host}:${port}`;
  const headers = { host: path };
  if (proxy.username) {
    const login = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
    headers["proxy-authorization"] = `Basic ${Buffer.from(login).toString("base64")}`;
  }
  const address = { host: bare(proxy.hostname), port: proxy.port || 80, agent: false };
  const asked = http.request({ ...address, method: "CONNECT", path, headers });
  asked.once("error", done);
  asked.once("connect", ({ statusCode }, socket) => {
    if (statusCode === 200) return done(null, socket);
    socket.destroy();
    done(new Error(`The proxy answered CONNECT ${path} with ${statusCode}.`));
  });
  asked.end();
}

function handshake(socket, name, done) {
  const named = net.isIP(name) ? {} : { servername: name };
  const secured = tls.connect({ socket, ...named, host: name, ALPNProtocols: ["http/1.1"] });
  const fail = (error) => done(error);
  secured.once("error", fail);
  secured.once("secureConnect", () => {
    secured.removeListener("error", fail);
    done(null, secured);
  });
}

/** Whether NO_PROXY names the host: a name, .suffix, *.suffix or *, each with or without a port. */
function unproxied(host, port) {
  const entries = (env.NO_PROXY || env.no_proxy || "").split(",").map((entry) => entry.trim().toLowerCase());
  return entries.some((entry) => {
    if (entry === "*") return true;
    const [, name, only] = /^(.*?)(?::(\d+))?$/.exec(net.isIPv6(entry) ? "" : entry);
    if (only && only !== String(port || 443)) return false;
    const suffix = name.replace(/^\*?\./, "");
    if (!suffix) return entry === host;
    return host === bare(suffix) || (suffix !== name && host.endsWith(`.${suffix}`));
  });
}

/** An IPv6 address without the brackets that it has in URLs. */
function bare(hostname) {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}
