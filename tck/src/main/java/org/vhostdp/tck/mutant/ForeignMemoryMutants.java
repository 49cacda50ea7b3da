package org.vhostdp.tck.mutant;

import java.util.List;
import java.util.function.UnaryOperator;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.TxQueue;

/** Drivers that mishandle memory lent to them. */
final class ForeignMemoryMutants {
  /** Just behind the region that the kit's test lends. */
  private static final int BEHIND = 8192;

  private static final int LENGTH = 60;

  private ForeignMemoryMutants() {}

  static List<Mutant> mutants() {
    return List.of(
        new Mutant(
            "FM-1",
            "takes a frame that begins behind its region",
            "of a region of 8192 bytes was accepted for sending",
            Wraps.tx(BlindTx::new)),
        new Mutant(
            "FM-1",
            "takes a frame in a region that is not lent",
            "which is not lent, was accepted for sending",
            Wraps.tx(StrangeTx::new)),
        new Mutant("FM-1", "receives behind a region", "was received into", Wraps.rx(BlindRx::new)),
        lent("FM-2", "reclaims under a frame in flight", "reclaim let go", LentMutants::unawaited),
        lent(
            "FM-2",
            "writes to a region after reclaim",
            "after it had been reclaimed",
            LentMutants::stale),
        lent(
            "FM-3",
            "receives into memory to be read",
            "memory lent only to be read was written",
            LentMutants::receivesAnywhere),
        lent(
            "FM-3",
            "completes checksums where frames lie",
            "a frame was changed in memory lent only to be read",
            LentMutants::completesInPlace),
        lent(
            "FM-4",
            "lends memory twice",
            "lend took a region that overlaps",
            port -> new LendingPort(port, "overlaps")),
        lent(
            "FM-5",
            "lends a Java array",
            "lend took a Java array",
            port -> new LendingPort(port, "native")),
        lent(
            "OWN-2",
            "completes what was given back at once",
            "of 0 that wait for it",
            LentMutants::completesAtOnce),
        lent(
            "OWN-2",
            "completes a frame twice",
            "completed gave back 49 foreign frames",
            LentMutants::completesTwice),
        new Mutant(
            "RX-4",
            "keeps the buffers of the frame before",
            "receiveInto wrote to buffers of another call",
            Wraps.ports(LentMutants::keepsBuffers)));
  }

  private static Mutant lent(String rule, String name, String says, UnaryOperator<Port> broken) {
    UnaryOperator<Driver> breaks = Wraps.ports(broken);
    return new Mutant(rule, name, says, breaks);
  }

  private static boolean isBehind(Burst burst, int i) {
    return burst.offset[i] == BEHIND && burst.length[i] == LENGTH && burst.room[i] == LENGTH;
  }

  /** Does not look at offsets. */
  private static final class BlindTx extends SameTx {
    BlindTx(TxQueue queue) {
      super(queue);
    }

    @Override
    public int transmit(Burst frames, int first, int count) {
      return count == 1 && isBehind(frames, first) ? 1 : queue.transmit(frames, first, count);
    }
  }

  /** Does not look at regions. */
  private static final class StrangeTx extends SameTx {
    StrangeTx(TxQueue queue) {
      super(queue);
    }

    @Override
    public int transmit(Burst frames, int first, int count) {
      boolean strange =
          count == 1 && frames.region[first] == Integer.MIN_VALUE && frames.length[first] == LENGTH;
      return strange ? 1 : queue.transmit(frames, first, count);
    }
  }

  /** Does not look where buffers lie. */
  private static final class BlindRx extends SameRx {
    BlindRx(RxQueue queue) {
      super(queue);
    }

    @Override
    public int receiveInto(Burst buffers, int count) {
      return count == 1 && isBehind(buffers, 0) ? 1 : queue.receiveInto(buffers, count);
    }
  }
}
