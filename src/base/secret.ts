/**
 * A value that must not be printed. It shows itself as [redacted] to string conversion, JSON and inspection, so that a
 * log line or an error that catches it by accident gives nothing away. Only `reveal` opens it.
 */
export interface Secret {
  readonly reveal: () => string;
}

const redacted = () => "[redacted]";

export function secret(value: string): Secret {
  return Object.freeze({
    reveal: () => value,
    toString: redacted,
    toJSON: redacted,
    [Symbol.for("nodejs.util.inspect.custom")]: redacted,
  });
}

// Our own keys, the common providers' keys and bearer tokens, wherever they turn up in a text we are about to show.
const keyShapes = /\b(?:sk|pk|rk|gsk|xai|hf|r8|fw|nvapi|csk|pplx|tgp|AIza)[-_A-Za-z0-9]{16,}|\bBearer\s+[-._~+/A-Za-z0-9]{12,}=*/g;

/** Replaces whatever looks like a credential. The last filter before an upstream's words reach a caller or a log. */
export function withoutSecrets(text: string): string {
  return text.replace(keyShapes, "[redacted]");
}
