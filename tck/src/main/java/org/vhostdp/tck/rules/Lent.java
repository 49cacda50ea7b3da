package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.ForeignMemory;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.tck.rule.Broken;
import org.vhostdp.tck.rule.Deadline;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Trial;

/** A region of the kit's memory that is lent to a port. */
final class Lent {
  private static final byte FILL = 0x5A;

  private final Trial trial;
  private final OpenPort port;
  final MemorySegment memory;
  final int id;
  final Burst burst = new Burst(OpenPort.BURST);

  /** Lends so many bytes; the memory lives on if the driver uses it for too long. */
  Lent(Trial trial, OpenPort port, int bytes, int flags) throws DriverException {
    this.trial = trial;
    this.port = port;
    memory = allocate(bytes);
    id = facet(port).lend(memory, flags);
  }

  static MemorySegment allocate(int bytes) {
    return Arena.ofAuto().allocate(bytes, 4096);
  }

  static ForeignMemory facet(OpenPort port) {
    return port.port()
        .facet(ForeignMemory.class)
        .orElseThrow(
            () -> new Broken("a port that declares foreign memory has no facet to lend it"));
  }

  /** Whether foreign frames are the caller's again when transmit returns. */
  static boolean synchronous(OpenPort port) {
    return port.port().capabilities().has(Capabilities.FOREIGN_TX_SYNCHRONOUS);
  }

  /** Names one frame, or one buffer, as entry {@code i}. */
  void entry(int i, long offset, int length) {
    burst.region[i] = id;
    burst.offset[i] = offset;
    burst.length[i] = length;
    burst.room[i] = length;
    burst.flags[i] = 0;
    burst.offload[i] = 0;
    burst.cookie[i] = 0;
    burst.status[i] = -1;
  }

  /** Writes a frame at an offset and transmits it from there, waiting for room. */
  void transmit(byte[] frame, long offset, long cookie) throws Exception {
    MemorySegment.copy(frame, 0, memory, ValueLayout.JAVA_BYTE, offset, frame.length);
    entry(0, offset, frame.length);
    burst.cookie[0] = cookie;
    Deadline end = trial.deadline();
    while (port.tx(0).transmit(burst, 0, 1) == 0) {
      require(
          burst.status[0] == Burst.FULL && !end.passed(),
          "a foreign frame of %d bytes was refused with status %d",
          frame.length,
          burst.status[0]);
      Thread.sleep(1);
    }
  }

  /** The cookies that completed returns, until so many came or the limit has passed. */
  List<Long> completed(int count, Duration limit) throws Exception {
    Burst out = new Burst(OpenPort.BURST);
    TxQueue tx = port.tx(0);
    List<Long> cookies = new ArrayList<>();
    Deadline end = Deadline.in(limit);
    do {
      int n = tx.completed(out, out.capacity());
      for (int i = 0; i < n; i++) {
        cookies.add(out.cookie[i]);
      }
      if (n == 0) {
        Thread.sleep(0, 100_000);
      }
    } while (cookies.size() < count && !end.passed());
    return cookies;
  }

  /** Writes a pattern everywhere, or only to some bytes. */
  void fill() {
    memory.fill(FILL);
  }

  void fill(long offset, int bytes) {
    memory.asSlice(offset, bytes).fill(FILL);
  }

  /** Where the pattern of {@link #fill()} is gone within some bytes, or -1. */
  long written(long offset, int bytes) {
    for (long at = offset; at < offset + bytes; at++) {
      if (memory.get(ValueLayout.JAVA_BYTE, at) != FILL) {
        return at;
      }
    }
    return -1;
  }

  byte[] bytes(long offset, int length) {
    return memory.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
  }

  void reclaim() throws DriverException {
    facet(port).reclaim(id);
  }
}
