package org.vhostdp.tck.mutant;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.tck.rules.Numbers;

/** Broken transmitting. */
final class TransmitMutants {
  private static final long PAUSE_NANOS = 115_000_000;
  private static final int UNPADDED = 60;

  private TransmitMutants() {}

  static List<Mutant> mutants() {
    return List.of(
        new Mutant(
            "TX-1",
            "accepts a frame and forgets it",
            "transmit accepted 16 frames, but the wire saw",
            Wraps.transmit((queue, port) -> new ForgetfulTx(queue, port, Numbers.TX_COUNT + 5))),
        new Mutant(
            "TX-2",
            "clears an array of the rejected tail",
            "changed the arrays of the rejected tail",
            Wraps.transmit(TransmitMutants::untidy)),
        new Mutant(
            "TX-3",
            "says that nonsense may be tried again",
            "a status that says try again",
            Wraps.transmit((queue, port) -> hopeful(queue))),
        new Mutant(
            "TX-4",
            "waits for a full device",
            "blocked the caller",
            Breaks.transmitted(TransmitMutants::pause)),
        new Mutant(
            "TX-5",
            "sends a frame with the next call",
            "sent alone did not reach the wire",
            Wraps.transmit((queue, port) -> new LazyTx(queue, port, Numbers.TX_ALONE + 2))),
        new Mutant(
            "TX-6",
            "changes a byte of frames of one length",
            "a transmitted frame of 1203 bytes has other bytes",
            Breaks.transmitted(TransmitMutants::garble)),
        new Mutant(
            "TX-7",
            "pads with what was there before",
            "the padding of a frame",
            Breaks.transmitted(TransmitMutants::pad)),
        new Mutant(
            "TX-8",
            "loses what follows a bad frame",
            "around a bad one the wire saw",
            Wraps.transmit((queue, port) -> offended(queue))));
  }

  private static TxQueue untidy(TxQueue sound, Port port) {
    return new SameTx(sound) {
      private final Entries entries = new Entries(port);

      @Override
      public int transmit(Burst frames, int first, int count) {
        int accepted = queue.transmit(frames, first, count);
        int last = first + count - 1;
        if (accepted < count && entries.number(frames, last) == Numbers.TX_TAIL + 5) {
          frames.cookie[last] = 0;
        }
        return accepted;
      }
    };
  }

  private static TxQueue hopeful(TxQueue sound) {
    return new SameTx(sound) {
      @Override
      public int transmit(Burst frames, int first, int count) {
        int accepted = queue.transmit(frames, first, count);
        int at = first + accepted;
        if (accepted < count && frames.length[at] == Numbers.NONSENSE_LENGTH) {
          frames.status[at] = Burst.FULL;
        }
        return accepted;
      }
    };
  }

  private static void pause(Entries entries, Burst burst, int i, int number) {
    if (number >= Numbers.TX_FULL + 100 && number < Numbers.TX_FULL + 103) {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private static void garble(Entries entries, Burst burst, int i, int number) {
    if (number == Numbers.TX_LENGTH && burst.length[i] == Numbers.TX_LENGTH) {
      entries.flip(burst, i);
    }
  }

  private static void pad(Entries entries, Burst burst, int i, int number) {
    if (number == Numbers.RUNT_LENGTH && burst.length[i] == Numbers.RUNT_LENGTH) {
      burst.length[i] = UNPADDED;
    }
  }

  private static TxQueue offended(TxQueue sound) {
    return new SameTx(sound) {
      private boolean offended;

      @Override
      public int transmit(Burst frames, int first, int count) {
        if (offended) {
          queue.unclaim(frames, first, count);
          return count;
        }
        int accepted = queue.transmit(frames, first, count);
        offended = accepted < count && frames.length[first + accepted] == Numbers.BAD_LENGTH;
        return accepted;
      }
    };
  }
}
