package org.vhostdp.driver.mdev.virtio;

/**
 * A ring on the driver's side: buffers are added, published, and come back used. A buffer is one
 * descriptor or a chain of several, and is called by a token, 0 to {@link #tokens} - 1, until it
 * came back. One thread; nothing allocates or throws.
 *
 * <p>The device writes to the ring's memory whenever it likes, so nothing is ever read from there
 * that the driver itself knows, and what only the device knows (which buffer, how many bytes) is
 * checked: {@link #take} says that the device lies.
 */
abstract class Vring {
  /** What {@link #take} returns when the device named a buffer that it does not have. */
  static final int LIE = -1;

  static final int NEXT = 1;
  static final int WRITE = 2;

  /** What the segments of a chain are, for {@link #addChain}. */
  final long[] address;

  final int[] length;

  /** Tokens that came back, and how many bytes the device wrote to them. */
  final int[] usedToken;

  final int[] usedLength;

  final int size;

  /** Descriptors of each buffer that the device has; 0 if it has not that buffer. */
  final int[] descriptorsOf;

  /** Descriptors that are not in use. */
  int free;

  Vring(int size, int tokens) {
    this.size = size;
    free = size;
    descriptorsOf = new int[tokens];
    address = new long[size];
    length = new int[size];
    // Whoever takes may leave some for later, and take on behind them.
    usedToken = new int[2 * size];
    usedLength = new int[2 * size];
  }

  final int free() {
    return free;
  }

  /** Buffers that exist. */
  final int tokens() {
    return descriptorsOf.length;
  }

  /** Whether the device has a buffer. */
  final boolean has(int token) {
    return descriptorsOf[token] != 0;
  }

  /**
   * Adds a buffer of one descriptor; there is a free one. The device sees it once published.
   *
   * @param flags 0 or {@link #WRITE}
   */
  abstract void add(int token, long address, int length, int flags);

  /**
   * Adds a buffer of several descriptors, of which address and length hold the segments; there are
   * as many free.
   *
   * @param count segments
   * @param readable how many of them, from the first on, the device reads; it writes the others
   */
  abstract void addChain(int token, int count, int readable);

  /**
   * Shows the device what was added since the last time.
   *
   * @return whether it wants to be told by its doorbell
   */
  abstract boolean publish();

  /**
   * Takes what the device has used up to now into usedToken and usedLength.
   *
   * @param from first index to write to; at most size
   * @return the index after the last written, or {@link #LIE}
   */
  abstract int take(int from);

  /** Whether the device has used something that was not taken. */
  abstract boolean hasUsed();

  /** Whether the device shall interrupt when it has used something; look again afterwards. */
  abstract void interrupts(boolean wanted);
}
