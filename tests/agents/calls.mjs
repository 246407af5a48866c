// One call after the other with each of Node's SDKs, and with its fetch and https alone. Prints what came, as JSON.
import https from "node:https";
import { argv } from "node:process";

const [openaiPackage, genaiPackage] = argv.slice(2);
const { default: OpenAI } = await import(openaiPackage);
const { default: Anthropic } = await import("@anthropic-ai/sdk");
const { GoogleGenAI } = await import(genaiPackage);

const messages = [{ role: "user", content: "Hello from Node" }];
const openai = new OpenAI({ maxRetries: 0, timeout: 10_000 });
const anthropic = new Anthropic({ maxRetries: 0, timeout: 10_000 });
const google = new GoogleGenAI({ httpOptions: { timeout: 10_000 } });
const url = "https://api.openai.com/v1/chat/completions";
const body = JSON.stringify({ model: "gpt-4o", messages });
const headers = { "content-type": "application/json" };

async function count(stream) {
  let seen = 0;
  for await (const _ of stream) seen += 1;
  return seen;
}

function request() {
  return new Promise((resolve, reject) => {
    const call = https.request(url, { method: "POST", headers }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode));
    });
    call.on("error", reject).end(body);
  });
}

const calls = {
  chat: async () => (await openai.chat.completions.create({ model: "gpt-4o", messages })).choices.length,
  responses: async () => count(await openai.responses.create({ model: "gpt-5", input: "Hello", stream: true })),
  messages: async () => count(anthropic.messages.stream({ model: "claude-opus-5-5", max_tokens: 99, messages })),
  gemini: async () => count(await google.models.generateContentStream({ model: "gemini-2.5-flash", contents: "Hi" })),
  fetch: async () => (await fetch(url, { method: "POST", headers, body })).status,
  https: request,
};
const results = {};
for (const [name, call] of Object.entries(calls)) {
  results[name] = await call().catch((error) => `${error}: ${error.cause?.cause ?? error.cause}`);
}
console.log(JSON.stringify(results));
