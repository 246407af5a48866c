// POST a body with the global fetch and print the reply: Node, Deno and Bun.
import process from "node:process";

const [body, url] = process.argv.slice(2);
try {
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  console.log(await response.text());
  process.exit(0);
} catch (error) {
  console.error([error.message, error.cause?.message].filter(Boolean).join(": "));
  process.exit(1);
}
