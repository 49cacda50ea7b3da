package org.vhostdp.tck.mutant;

import java.lang.foreign.ValueLayout;
import java.util.List;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.tck.rules.Numbers;

/** Broken receiving. */
final class ReceiveMutants {
  /** Where the frame's type stands. */
  private static final int ETHER_TYPE = 12;

  private static final int CUT = 900;

  private ReceiveMutants() {}

  static List<Mutant> mutants() {
    return List.of(
        new Mutant(
            "RX-1",
            "gives four entries for three",
            "receive was asked for 3 entries and gave 4",
            Wraps.receive((queue, port) -> generous(queue))),
        new Mutant(
            "RX-2",
            "changes a byte of frames of one length",
            "was received with other bytes",
            Breaks.received(ReceiveMutants::garble)),
        new Mutant(
            "RX-3",
            "writes to a frame that is lent",
            "changed before it was released",
            Wraps.receive((queue, port) -> new ScribblingRx(queue, port, Numbers.RX_HELD, 32))),
        new Mutant("RX-5", "cuts a long frame", "was cut to", Breaks.received(ReceiveMutants::cut)),
        new Mutant(
            "RX-6",
            "loses one of many frames",
            "for a full ring were lost",
            Breaks.received(ReceiveMutants::lose)),
        new Mutant(
            "RX-7",
            "describes bytes outside its memory",
            "is outside its region",
            Breaks.received(ReceiveMutants::overstate)),
        new Mutant(
            "RX-8",
            "one timestamp is too early",
            "a timestamp went back",
            Breaks.received(ReceiveMutants::early)));
  }

  private static RxQueue generous(RxQueue sound) {
    return new SameRx(sound) {
      @Override
      public int receive(Burst frames, int max) {
        return queue.receive(frames, max == 3 ? 4 : max);
      }
    };
  }

  private static void garble(Entries entries, Burst burst, int i, int number) {
    if (number == Numbers.RX_LENGTH && burst.length[i] == Numbers.RX_LENGTH) {
      entries.flip(burst, i);
    }
  }

  private static void cut(Entries entries, Burst burst, int i, int number) {
    if (number == Numbers.RX_LONG) {
      burst.length[i] = CUT;
    }
  }

  private static void lose(Entries entries, Burst burst, int i, int number) {
    if (number == Numbers.RX_FLOOD + 300) {
      // Nobody knows the frame any more; taking its entry away would change the order of releases.
      entries.bytes(burst, i).set(ValueLayout.JAVA_BYTE, ETHER_TYPE, (byte) 0);
    }
  }

  private static void overstate(Entries entries, Burst burst, int i, int number) {
    if (number == Numbers.RX_DESCRIBED + 7) {
      burst.length[i] = Integer.MAX_VALUE;
    }
  }

  private static void early(Entries entries, Burst burst, int i, int number) {
    if (number == Numbers.RX_TIMED + 40 && (burst.flags[i] & Offload.TIMESTAMP) != 0) {
      burst.timestamp[i] -= 60_000_000_000L;
    }
  }
}
