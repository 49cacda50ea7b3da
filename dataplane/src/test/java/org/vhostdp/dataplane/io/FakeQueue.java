package org.vhostdp.dataplane.io;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.Region;
import org.vhostdp.spi.Wakeup;

/** What fake queues of a driver have in common: they hang and fail where a test wants it. */
abstract class FakeQueue implements Wakeup, AutoCloseable {
  /** Where it hangs or throws. */
  enum Call {
    NONE,
    RECEIVE,
    RELEASE,
    CLAIM,
    UNCLAIM,
    TRANSMIT,
    ARM
  }

  static final int SLOTS = 32;
  static final int SLOT_BYTES = 2048;

  final AtomicLong calls = new AtomicLong();
  volatile Call hangs = Call.NONE;
  volatile Call fails = Call.NONE;
  volatile Throwable thrown = new IllegalStateException("made to fail");
  final CountDownLatch go = new CountDownLatch(1);
  final CountDownLatch hanging = new CountDownLatch(1);
  final EventFd event = EventFd.create();
  final Region region = new Region(Arena.ofAuto().allocate((long) SLOTS * SLOT_BYTES, 8));
  private final boolean sleeps;

  FakeQueue(boolean sleeps) throws LinuxException {
    this.sleeps = sleeps;
  }

  final List<Region> regions() {
    return List.of(region);
  }

  final void at(Call call) {
    calls.incrementAndGet();
    if (hangs == call) {
      hanging.countDown();
      try {
        go.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    if (fails == call) {
      if (thrown instanceof Error e) {
        throw e;
      }
      throw (RuntimeException) thrown;
    }
  }

  /** Whether there is work. */
  abstract boolean ready();

  @Override
  public final int fd() {
    return sleeps ? event.fd().raw() : -1;
  }

  @Override
  public final boolean arm() {
    at(Call.ARM);
    event.drain();
    return ready();
  }

  @Override
  public final void close() {
    event.close();
  }
}
