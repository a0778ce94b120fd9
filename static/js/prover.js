// A worker: looks for the number below maxnumber whose SHA-256 after the salt is the challenge (ALTCHA).
const AT_ONCE = 256;
const text = new TextEncoder();
const hex = (hash) => [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

addEventListener("message", async ({ data: { algorithm, challenge, salt, signature, maxnumber } }) => {
  const wanted = Number.parseInt(challenge.slice(0, 8), 16);
  for (let first = 0; first <= maxnumber; first += AT_ONCE) {
    const numbers = Array.from({ length: AT_ONCE }, (_, place) => first + place);
    const hashes = await Promise.all(numbers.map((number) => crypto.subtle.digest(algorithm, text.encode(`${salt}${number}`))));
    // The first four bytes tell nearly all of them apart.
    const at = hashes.findIndex((hash) => new DataView(hash).getUint32(0) === wanted && hex(hash) === challenge);
    if (at >= 0) return postMessage({ algorithm, challenge, number: first + at, salt, signature });
  }
  postMessage(null);
});
