// POST a body with Node's https module and print the reply.
import https from "node:https";
import process from "node:process";

const [body, url] = process.argv.slice(2);
const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
const request = https.request(url, { method: "POST", headers }, (response) => {
  response.pipe(process.stdout);
});
request.on("error", (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
request.end(body);
