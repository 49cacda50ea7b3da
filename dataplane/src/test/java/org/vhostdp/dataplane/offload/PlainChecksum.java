package org.vhostdp.dataplane.offload;

/**
 * The Internet checksum word by word, as RFC 1071 begins to tell it: what the fast one must equal.
 */
final class PlainChecksum {
  private PlainChecksum() {}

  static int sum(byte[] bytes, int from, int length) {
    int sum = 0;
    for (int i = 0; i < length; i++) {
      sum += (bytes[from + i] & 0xFF) << ((i & 1) == 0 ? 8 : 0);
      sum = (sum & 0xFFFF) + (sum >>> 16);
    }
    return sum;
  }

  /** The checksum of some bytes behind a pseudo-header. */
  static int transport(
      byte[] bytes, int addresses, int addressBytes, int protocol, int from, int length) {
    long all = sum(bytes, addresses, addressBytes);
    all += protocol + length + sum(bytes, from, length);
    while (all > 0xFFFF) {
      all = (all & 0xFFFF) + (all >>> 16);
    }
    return (int) ~all & 0xFFFF;
  }
}
