/**
 * Which addresses are the public internet's. Everything else (this machine, its network, the cloud's metadata, addresses that
 * carry another one inside) is out of bounds for what callers name. Source: the IANA special-purpose address registries.
 */

import { BlockList, isIP, isIPv4 } from "node:net";

/** `address` is one that a name was resolved to, without brackets. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !special.check(address);
  // With a zone it is of one network alone.
  if (isIP(address) === 0 || address.includes("%")) return false;
  return globalUnicast.check(address, "ipv6") && !special.check(address, "ipv6");
}

const globalUnicast = new BlockList();
globalUnicast.addSubnet("2000::", 3, "ipv6");

const special = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8], ["10.0.0.0", 8], ["100.64.0.0", 10], ["127.0.0.0", 8], ["169.254.0.0", 16], ["172.16.0.0", 12], ["192.0.0.0", 24],
  ["192.0.2.0", 24], ["192.31.196.0", 24], ["192.52.193.0", 24], ["192.88.99.0", 24], ["192.168.0.0", 16], ["192.175.48.0", 24],
  ["198.18.0.0", 15], ["198.51.100.0", 24], ["203.0.113.0", 24], ["224.0.0.0", 4], ["240.0.0.0", 4],
  // A cloud's own services, at an address that is nobody else's.
  ["168.63.129.16", 32],
] as const) special.addSubnet(network, prefix);
// Protocol assignments with Teredo, documentation (both), 6to4. Mapped, translated (NAT64), private and local ones are outside 2000::/3.
for (const [network, prefix] of [["2001::", 23], ["2001:db8::", 32], ["2002::", 16], ["3fff::", 20], ["2620:4f:8000::", 48]] as const) special.addSubnet(network, prefix, "ipv6");
