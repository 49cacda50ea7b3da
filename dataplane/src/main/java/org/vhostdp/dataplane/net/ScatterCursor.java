package org.vhostdp.dataplane.net;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.vhostdp.dataplane.ring.Chains;

/**
 * Writes one frame over the writable buffers of several chains (mergeable receive buffers, 5.1.6.4)
 * and notes the bytes written to each chain. The caller has made sure that they have the room.
 */
final class ScatterCursor {
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Chains chains;
  private final MemorySegment[] guest;
  private final MemorySegment scratch = MemorySegment.ofArray(new long[3]);

  private int chain;
  private int endChain;
  private int buffer;
  private int skip;
  private int inChain;

  ScatterCursor(Chains chains, MemorySegment[] guest) {
    this.chains = chains;
    this.guest = guest;
  }

  /** Starts at the first writable byte of a chain. */
  void begin(int firstChain, int endChain) {
    this.chain = firstChain;
    this.endChain = endChain;
    this.buffer = chains.writable[firstChain];
    this.skip = 0;
    this.inChain = 0;
  }

  /** Writes the header, without a hash; it may span buffers. */
  void header(int bytes, long first, int csumOffset, int numBuffers) {
    hashedHeader(bytes, first, csumOffset, numBuffers, 0);
  }

  /**
   * Writes the header of struct virtio_net_hdr_v1_hash.
   *
   * @param hash hash_value, and hash_report above it
   */
  void hashedHeader(int bytes, long first, int csumOffset, int numBuffers, long hash) {
    scratch.set(LONG, 0, first);
    scratch.set(SHORT, 8, (short) csumOffset);
    scratch.set(SHORT, NetHeader.NUM_BUFFERS, (short) numBuffers);
    scratch.set(LONG, NetHeader.HASH, hash);
    write(scratch, 0, bytes);
  }

  /** Writes bytes of a segment. */
  void write(MemorySegment from, long fromAt, int bytes) {
    int done = 0;
    while (done < bytes) {
      int here = next(bytes - done);
      MemorySegment.copy(
          from, fromAt + done, guest[chains.region[buffer]], chains.offset[buffer] + skip, here);
      skip += here;
      inChain += here;
      done += here;
    }
  }

  /** Passes over bytes that somebody else has written. */
  void skip(long bytes) {
    long done = 0;
    while (done < bytes) {
      int here = next((int) Math.min(bytes - done, Integer.MAX_VALUE));
      skip += here;
      inChain += here;
      done += here;
    }
  }

  /** Ends the frame. */
  void end() {
    chains.written[chain] = inChain;
    for (int w = chain + 1; w < endChain; w++) {
      chains.written[w] = 0;
    }
  }

  /** Bytes that fit the current buffer, at most so many, after moving on if it is full. */
  private int next(int most) {
    while (buffer == chains.first[chain + 1] || skip == chains.length[buffer]) {
      if (buffer < chains.first[chain + 1]) {
        buffer++;
        skip = 0;
      }
      if (buffer == chains.first[chain + 1]) {
        chains.written[chain] = inChain;
        chain++;
        buffer = chains.writable[chain];
        skip = 0;
        inChain = 0;
      }
    }
    return Math.min(most, chains.length[buffer] - skip);
  }
}
