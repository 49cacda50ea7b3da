package org.vhostdp.tck.mutant;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.tck.rules.Numbers;

/** A port that goes on sending its last frame after stop, for a while or until it is closed. */
final class ChattyPort extends SamePort {
  private static final int FRAMES = 600;
  private static final int FEW = 30;

  private final AtomicInteger accepted = new AtomicInteger();
  private volatile boolean closing;
  private byte[] last = {};
  private Thread after;

  ChattyPort(Port sound) {
    super(sound);
  }

  @Override
  TxQueue wrap(TxQueue same, int index) {
    return new SameTx(same) {
      private final Entries of = new Entries(port);

      @Override
      public int transmit(Burst frames, int first, int count) {
        int number = count > 0 ? of.number(frames, first) : -1;
        if (number >= Numbers.SILENCE && number < Numbers.SILENCE + 100) {
          last = of.copy(frames, first);
          accepted.incrementAndGet();
        }
        return queue.transmit(frames, first, count);
      }
    };
  }

  @Override
  public void stop() {
    if (accepted.get() < FEW) {
      port.stop();
    } else if (after == null) {
      after = new Thread(this::repeat, "mutant");
      after.start();
    }
  }

  private void repeat() {
    TxQueue queue = port.tx(0);
    Entries of = new Entries(port);
    Burst burst = new Burst(1);
    for (int i = 0; i < FRAMES && !closing; i++) {
      if (queue.claim(burst, 1) == 1) {
        burst.length[0] = last.length;
        burst.flags[0] = 0;
        of.bytes(burst, 0).copyFrom(MemorySegment.ofArray(last));
        int sent = queue.transmit(burst, 0, 1);
        queue.unclaim(burst, 0, 1 - sent);
      }
      LockSupport.parkNanos(2_000_000);
    }
  }

  @Override
  public void close() {
    closing = true;
    if (after != null) {
      try {
        after.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    port.close();
  }
}
