package org.vhostdp.driver.loopback;

import java.util.Arrays;

/** Receive-side scaling as asked for by {@link RssSteering}. Immutable. */
final class Spread {
  /** The longest input, addresses and ports of IPv6, and the window of four bytes after it. */
  private static final int KEY_BYTES = 36 + 4;

  private final int types;
  private final byte[] key;
  private final int[] table;
  private final int unclassified;

  Spread(int types, byte[] key, int[] table, int unclassified) {
    this.types = types;
    this.key = Arrays.copyOf(key, Math.max(key.length, KEY_BYTES));
    this.table = table.clone();
    this.unclassified = unclassified;
  }

  boolean uses(int type) {
    return (types & type) != 0;
  }

  int unclassified() {
    return unclassified;
  }

  int queue(int hash) {
    return table[hash & table.length - 1];
  }

  /**
   * The Toeplitz hash: for every bit set in the input, the 32 bits of the key that begin at the
   * bit's position. Parts of an input are hashed one by one and joined by exclusive or.
   *
   * @param position bytes of the input that come before this part
   */
  int toeplitz(byte[] input, int from, int length, int position) {
    int result = 0;
    for (int i = 0; i < length; i++) {
      long window = window(position + i);
      int bits = input[from + i] & 0xFF;
      for (int bit = 0; bit < 8; bit++) {
        if ((bits & 0x80 >>> bit) != 0) {
          result ^= (int) (window >>> 8 - bit);
        }
      }
    }
    return result;
  }

  /** 40 bits of the key from a byte on. */
  private long window(int at) {
    long window = 0;
    for (int i = at; i < at + 5; i++) {
      window = window << 8 | (i < key.length ? key[i] & 0xFF : 0);
    }
    return window;
  }
}
