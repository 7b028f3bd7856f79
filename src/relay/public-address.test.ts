import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isPublicAddress } from "./public-address.ts";

const outOfBounds = [
  "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192",
  "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1",
  "255.255.255.255", "168.63.129.16",
  "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::7f00:1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1",
  "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "2606:4700::1111%lo", "fec0::1", "ff02::1",
  "", "localhost", "127.1", "0x7f.1", "2130706433", "[::1]",
];

test.each(outOfBounds)("%j is out of bounds", (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each(["1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.167.1.1", "223.255.255.255", "2606:4700:4700::1111", "2a00:1450:4001::200e", "2400:cb00::1"])("%s is public", (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test("no IPv4 address becomes public by being written as an IPv6 one", () => {
  fc.assert(fc.property(fc.ipV4(), fc.constantFrom("::ffff:", "::", "64:ff9b::"), (address, prefix) => {
    expect(isPublicAddress(`${prefix}${address}`)).toBe(false);
  }));
});
