package org.vhostdp.dataplane.io;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Epoll;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.LinuxException;

/** How parked pairs of one loop come back: by events, or unparked outright. Its thread only. */
final class Waking {
  private final Lease lease;
  private final WatchSet watches;
  private final CallState calls = new CallState(Arena.ofAuto());
  private final MemorySegment scratch = Arena.ofAuto().allocate(4096, 8);

  Waking(Lease lease, WatchSet watches) {
    this.lease = lease;
    this.watches = watches;
  }

  /** Waits for events, with -1 without limit; how many {@link #handle} is to be given. */
  int await(int millis) {
    return watches.await(millis);
  }

  void handle(int ready) {
    for (int i = 0; i < ready; i++) {
      Watch watch = watches.ready(i);
      if (watch != null) {
        woken(watch, watches.events(i));
      }
    }
  }

  private void woken(Watch watch, int reported) {
    QueuePair pair = watch.pair();
    lease.begin(pair, null);
    try {
      int events = watch.happened(reported);
      if ((events & (Epoll.ERR | Epoll.HUP)) != 0) {
        watch.lose();
      } else if (watch.drained()) {
        EventFd.drain(calls, watch.fd(), scratch);
        pair.kicked(watch);
      }
      if (pair.parked()) {
        pair.unpark();
      }
    } catch (Lease.Lost e) {
      throw e;
    } catch (RuntimeException | Error | LinuxException e) {
      // Waking writes to guest memory, which may have vanished while the pair slept.
      pair.failed(e);
    }
    lease.end();
  }

  void unpark(QueuePair pair) {
    lease.begin(pair, null);
    try {
      pair.unpark();
    } catch (Lease.Lost e) {
      throw e;
    } catch (RuntimeException | Error | LinuxException e) {
      pair.failed(e);
    }
    lease.end();
  }
}
