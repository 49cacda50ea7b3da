package org.vhostdp.tck.mutant;

import java.util.List;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.tck.rules.Numbers;

/** Queues that confuse whose a frame is. */
final class OwnershipMutants {
  private static final int OVERLAPPING = 7;
  private static final int LOST = 5;

  private OwnershipMutants() {}

  static List<Mutant> mutants() {
    return List.of(
        new Mutant(
            "OWN-1",
            "lends one frame twice",
            "two claimed frames overlap",
            Wraps.transmit((queue, port) -> overlapping(queue))),
        new Mutant(
            "OWN-3",
            "lends more than it declares",
            "received frames at once, not",
            Wraps.ports(OwnershipMutants::modest)),
        new Mutant(
            "OWN-4",
            "overlooks a second unclaim",
            "a second unclaim of the same frames",
            Wraps.transmit((queue, port) -> forgiving(queue))),
        new Mutant(
            "OWN-5",
            "overwrites the oldest frame",
            "a slow consumer's frame was overwritten",
            Wraps.receive((queue, port) -> new ScribblingRx(queue, port, Numbers.SLOW, 150))),
        new Mutant(
            "OWN-6",
            "loses frames that are given back",
            "frames could be claimed at first",
            Wraps.transmit((queue, port) -> losing(queue))));
  }

  private static TxQueue overlapping(TxQueue sound) {
    return new SameTx(sound) {
      @Override
      public int claim(Burst frames, int max) {
        int lent = queue.claim(frames, max);
        if (lent == OVERLAPPING && max == OVERLAPPING) {
          frames.offset[1] = frames.offset[0];
        }
        return lent;
      }
    };
  }

  private static Port modest(Port sound) {
    return new SamePort(sound) {
      @Override
      public Capabilities capabilities() {
        Capabilities can = port.capabilities();
        return CapabilityMutants.copy(can).lent(can.txLent(), can.rxLent() - 50).build();
      }
    };
  }

  /** Says nothing when the two frames given back last are given back again. */
  private static TxQueue forgiving(TxQueue sound) {
    return new SameTx(sound) {
      private long given = -1;

      @Override
      public int claim(Burst frames, int max) {
        given = -1;
        return queue.claim(frames, max);
      }

      @Override
      public void unclaim(Burst frames, int first, int count) {
        boolean again = count == 2 && frames.offset[first] == given;
        if (!again) {
          queue.unclaim(frames, first, count);
        }
        given = count == 2 ? frames.offset[first] : -1;
      }
    };
  }

  private static TxQueue losing(TxQueue sound) {
    return new SameTx(sound) {
      @Override
      public void unclaim(Burst frames, int first, int count) {
        if (count != LOST) {
          queue.unclaim(frames, first, count);
        }
      }
    };
  }
}
