package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.ForeignMemory;
import org.vhostdp.spi.Offload;
import org.vhostdp.tck.rule.Broken;
import org.vhostdp.tck.rule.Frames;
import org.vhostdp.tck.rule.Group;
import org.vhostdp.tck.rule.Need;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rule.RuleTest;
import org.vhostdp.tck.rule.Trial;

/** Memory that is lent to a driver. */
final class ForeignMemoryRules {
  private static final int BYTES = 8192;
  private static final int FRAMES = 48;
  private static final Need LENT = Need.facet("foreign memory", ForeignMemory.class);
  private static final Need SENT =
      Need.feature("foreign memory on transmit", Capabilities.FOREIGN_TX);
  private static final Need RECEIVED =
      Need.feature("foreign memory on receive", Capabilities.FOREIGN_RX);

  private ForeignMemoryRules() {}

  static List<Rule> rules() {
    return List.of(
        rule(
            "FM-1",
            "addresses outside a region are refused",
            "An entry whose offset and length do not lie inside its region is refused with"
                + " Burst.BAD_MEMORY, and so is an id that is not lent.",
            LENT,
            ForeignMemoryRules::addressesOutsideAreRefused),
        rule(
            "FM-2",
            "reclaim waits for no frame and the driver forgets the region",
            "reclaim throws while frames of the region are in flight; when it returns, the driver"
                + " does not touch the region again.",
            SENT,
            ForeignMemoryRules::reclaimedMemoryIsNotTouched),
        rule(
            "FM-3",
            "memory lent to be read is not written",
            "A region lent without WRITABLE is never written.",
            LENT,
            ForeignMemoryRules::memoryToReadIsNotWritten),
        rule(
            "FM-4",
            "overlapping regions are refused",
            "lend refuses a region that overlaps one that is lent; regions that only touch do not"
                + " overlap.",
            LENT,
            ForeignMemoryRules::overlapsAreRefused),
        rule(
            "FM-5",
            "what no device can use is not taken",
            "lend refuses empty memory, Java arrays and flags that have no name here.",
            LENT,
            ForeignMemoryRules::uselessMemoryIsRefused),
        new Rule(
            "OWN-2",
            "a foreign frame is given back exactly once",
            "TxQueue",
            "A foreign frame accepted by transmit belongs to the driver until completed returns its"
                + " cookie, exactly once. If Capabilities.FOREIGN_TX_SYNCHRONOUS is declared, it is"
                + " the caller's again when transmit returns, and completed returns 0.",
            Group.FOREIGN_MEMORY,
            SENT,
            ForeignMemoryRules::completionComesExactlyOnce),
        new Rule(
            "RX-4",
            "one frame is received into foreign buffers",
            "RxQueue",
            "receiveInto receives one frame or none; after it returns the driver keeps no reference"
                + " to the buffers.",
            Group.FOREIGN_MEMORY,
            RECEIVED,
            ReceiveInto::oneFrameAtATime));
  }

  private static Rule rule(String id, String title, String sentence, Need need, RuleTest test) {
    return new Rule(id, title, "ForeignMemory", sentence, Group.FOREIGN_MEMORY, need, test);
  }

  private static void addressesOutsideAreRefused(Trial trial) throws Exception {
    OpenPort port = trial.start();
    Lent lent = new Lent(trial, port, BYTES, ForeignMemory.WRITABLE);
    long[] outside = {BYTES, BYTES - 59, -1, -60, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 32};
    boolean sends = port.port().capabilities().has(Capabilities.FOREIGN_TX);
    boolean receives = port.port().capabilities().has(Capabilities.FOREIGN_RX);
    for (long offset : outside) {
      lent.entry(0, offset, 60);
      String what = "an entry at offset %d of a region of %d bytes".formatted(offset, BYTES);
      if (sends) {
        requireRefused(port, lent.burst, what);
      }
      if (receives) {
        ReceiveInto.requireRefused(trial, port, lent.burst, what);
      }
    }
    Lent gone = new Lent(trial, port, BYTES, ForeignMemory.WRITABLE);
    gone.reclaim();
    for (int id : new int[] {gone.id, gone.id + 100_000, -7, Integer.MIN_VALUE}) {
      lent.entry(0, 0, 60);
      lent.burst.region[0] = id;
      String what = "an entry in region %d, which is not lent,".formatted(id);
      if (sends) {
        requireRefused(port, lent.burst, what);
      }
      if (receives) {
        ReceiveInto.requireRefused(trial, port, lent.burst, what);
      }
    }
  }

  private static void requireRefused(OpenPort port, Burst burst, String what) {
    int taken = port.tx(0).transmit(burst, 0, 1);
    require(taken == 0, "%s was accepted for sending", what);
    require(
        burst.status[0] == Burst.BAD_MEMORY,
        "%s was refused with status %d, not BAD_MEMORY",
        what,
        burst.status[0]);
  }

  private static void reclaimedMemoryIsNotTouched(Trial trial) throws Exception {
    OpenPort port = trial.start();
    Lent lent = new Lent(trial, port, BYTES, ForeignMemory.WRITABLE);
    byte[] frame = Frames.numbered(Numbers.FOREIGN_RECLAIMED, 200);
    lent.transmit(frame, 64, 1);
    if (!Lent.synchronous(port)) {
      boolean refused = false;
      try {
        lent.reclaim();
      } catch (DriverException e) {
        refused = true;
      }
      require(refused, "reclaim let go of a region whose frame was not completed");
      int back = lent.completed(1, trial.patience()).size();
      require(back == 1, "a foreign frame was not completed in time; its region stays lent");
    }
    lent.reclaim();
    lent.fill();
    Traffic.send(port, Numbers.FOREIGN_RECLAIMED + 1, 3);
    Traffic.transmit(port, Numbers.FOREIGN_RECLAIMED + 1, 3, "after a region was reclaimed");
    Traffic.received(trial, port, 3);
    List<byte[]> seen = Traffic.seen(trial, port, 4);
    require(
        !seen.isEmpty() && Arrays.equals(seen.getFirst(), frame),
        "a foreign frame did not arrive as it was before its region was reclaimed");
    long at = lent.written(0, BYTES);
    require(at < 0, "a region was written at offset %d after it had been reclaimed", at);
  }

  private static void memoryToReadIsNotWritten(Trial trial) throws Exception {
    OpenPort port = trial.start();
    Lent lent = new Lent(trial, port, BYTES, 0);
    lent.fill();
    Capabilities can = port.port().capabilities();
    byte[] frame = Frames.numbered(Numbers.FOREIGN_RECLAIMED, 128);
    if (can.has(Capabilities.FOREIGN_TX)) {
      lent.transmit(frame, 1024, 1);
      lent.completed(Lent.synchronous(port) ? 0 : 1, trial.silence());
      if ((can.txOffloads() & Offload.CSUM_PARTIAL) != 0) {
        // Tempts the driver to complete the checksum where the frame lies.
        lent.entry(0, 1024, frame.length);
        lent.burst.flags[0] = Offload.CSUM_PARTIAL;
        lent.burst.offload[0] = Offload.pack(34, 6, 0, 0);
        port.tx(0).transmit(lent.burst, 0, 1);
      }
    }
    if (can.has(Capabilities.FOREIGN_RX)) {
      lent.entry(0, 2048, 2048);
      ReceiveInto.requireRefused(trial, port, lent.burst, "a buffer that may not be written");
    }
    byte[] left = lent.bytes(1024, frame.length);
    boolean sent = can.has(Capabilities.FOREIGN_TX);
    require(
        !sent || Arrays.equals(left, frame), "a frame was changed in memory lent only to be read");
    long at = lent.written(0, 1024);
    at = at >= 0 ? at : lent.written(2048, BYTES - 2048);
    require(at < 0, "memory lent only to be read was written at offset %d", at);
  }

  private static void overlapsAreRefused(Trial trial) throws Exception {
    OpenPort port = trial.start();
    ForeignMemory facet = Lent.facet(port);
    MemorySegment memory = Lent.allocate(4 * BYTES);
    int first = facet.lend(memory.asSlice(BYTES, BYTES), ForeignMemory.WRITABLE);
    long[][] overlaps = {
      {BYTES, BYTES}, {0, BYTES + 1}, {2 * BYTES - 1, BYTES}, {0, 4 * BYTES}, {BYTES + 64, 64}
    };
    for (long[] o : overlaps) {
      requireNotLent(
          facet, memory.asSlice(o[0], o[1]), 0, "a region that overlaps one that is lent");
    }
    for (long offset : new long[] {0, 2 * BYTES}) {
      int id = lend(facet, memory.asSlice(offset, BYTES));
      require(id != first, "two regions are lent under the number %d", id);
      facet.reclaim(id);
    }
    facet.reclaim(first);
  }

  private static int lend(ForeignMemory facet, MemorySegment memory) {
    try {
      return facet.lend(memory, 0);
    } catch (DriverException e) {
      throw new Broken("a region that only touches one that is lent was refused: " + e);
    }
  }

  private static void uselessMemoryIsRefused(Trial trial) throws Exception {
    ForeignMemory facet = Lent.facet(trial.start());
    MemorySegment good = Lent.allocate(BYTES);
    requireNotLent(facet, MemorySegment.ofArray(new byte[BYTES]), 0, "a Java array");
    requireNotLent(facet, good.asSlice(0, 0), 0, "empty memory");
    requireNotLent(facet, good, 1 << 20, "memory with a flag that has no name");
    facet.reclaim(facet.lend(good, ForeignMemory.SHARED));
  }

  private static void requireNotLent(
      ForeignMemory facet, MemorySegment memory, int flags, String what) {
    boolean refused = false;
    try {
      facet.lend(memory, flags);
    } catch (DriverException e) {
      refused = true;
    }
    require(refused, "lend took %s", what);
  }

  private static void completionComesExactlyOnce(Trial trial) throws Exception {
    OpenPort port = trial.start();
    Lent lent = new Lent(trial, port, FRAMES * 256, 0);
    boolean synchronous = Lent.synchronous(port);
    List<byte[]> frames = new ArrayList<>();
    List<Long> cookies = new ArrayList<>();
    List<Long> back = new ArrayList<>();
    List<byte[]> seen = new ArrayList<>();
    for (int i = 0; i < FRAMES; i++) {
      byte[] frame = Traffic.frame(Numbers.FOREIGN_COMPLETED + i);
      frames.add(frame);
      cookies.add(0x4000_0000_0000L + i);
      lent.transmit(frame, i * 256L, cookies.getLast());
      if (synchronous) {
        lent.fill(i * 256L, 256);
        back.addAll(lent.completed(0, Duration.ZERO));
      }
      if (i % OpenPort.BURST == OpenPort.BURST - 1) {
        seen.addAll(Traffic.seen(trial, port, OpenPort.BURST));
      }
    }
    seen.addAll(Traffic.seen(trial, port, FRAMES - seen.size()));
    if (!synchronous) {
      back.addAll(lent.completed(FRAMES, trial.patience()));
    }
    // What should come no more: waited for a little, and once more after other frames.
    back.addAll(lent.completed(1, trial.silence()));
    require(
        back.equals(synchronous ? List.of() : cookies) || sameOnce(back, cookies, synchronous),
        "completed gave back %d foreign frames, cookies %s, of %d that wait for it",
        back.size(),
        back.stream().map(cookie -> cookie - 0x4000_0000_0000L).toList(),
        synchronous ? 0 : FRAMES);
    require(seen.size() == FRAMES, "the wire saw %d of %d foreign frames", seen.size(), FRAMES);
    for (int i = 0; i < FRAMES; i++) {
      require(
          Arrays.equals(seen.get(i), frames.get(i)),
          "foreign frame %d was changed on its way after it had been given back",
          i);
    }
    lent.reclaim();
  }

  /** Completion may come in any order. */
  private static boolean sameOnce(List<Long> back, List<Long> cookies, boolean synchronous) {
    return !synchronous && back.stream().sorted().toList().equals(cookies);
  }
}
