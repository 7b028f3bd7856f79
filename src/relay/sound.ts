/** How long a sound is, before anybody has heard it. */

/** Seconds: exactly where the file says so, else between the densest and the thinnest coding that speech is sent in. */
export function soundSeconds(bytes: Uint8Array): { readonly usual: number; readonly most: number } {
  const exact = waveSeconds(bytes);
  return exact === undefined ? { usual: bytes.length / usualBytesPerSecond, most: bytes.length / leastBytesPerSecond } : { usual: exact, most: exact };
}

/** 64 kbit a second is usual for what people record; Opus is understood down to 6. */
const usualBytesPerSecond = 8_000;
const leastBytesPerSecond = 750;

/** Of a WAVE file: its length by the bytes that are there. What it says of itself may be anything. */
function waveSeconds(given: Uint8Array): number | undefined {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  if (bytes.length < 44 || bytes.toString("latin1", 0, 4) !== "RIFF" || bytes.toString("latin1", 8, 16) !== "WAVEfmt ") return undefined;
  const bytesPerSecond = bytes.readUInt32LE(28);
  // A hostile figure must not make an hour of speech a second long: nothing is denser than 48,000 samples of six bytes, twice.
  return bytesPerSecond >= leastBytesPerSecond && bytesPerSecond <= 576_000 ? (bytes.length - 44) / bytesPerSecond : undefined;
}
